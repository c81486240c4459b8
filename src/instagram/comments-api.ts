import { Injectable } from '@nestjs/common';
import { type NestedList, nestedList } from '../conversations/comment-reading';
import { instantAt, storable } from '../conversations/direct-history-mapping';
import { GraphClient } from '../graph-client/graph-client';
import { GraphNode } from '../graph-client/graph-node';
import { type JsonRecord, readBoolean, readId, readRecord, readText } from '../webhooks/parsers/json-reader';
import type { InstagramDoor } from './instagram-api';

/** A comment as it is read. */
export interface ReadComment {
  commentId: string;
  parentId: string | null;
  text: string | null;
  at: Date;
  authorId: string | null;
  username: string | null;
  isHidden: boolean | null;
}

/** A comment with the first of its answers. */
export interface ReadThread {
  commentId: string;
  /** The comment and its answers, as far as they could be made out. */
  comments: ReadComment[];
  /** Where the rest of the answers begins. */
  moreAnswersAfter: string | null;
}

/** A media with the first of its comments. */
export interface ReadMedia {
  mediaId: string;
  productType: string | null;
  threads: ReadThread[];
  /** Where the rest of the comments begins. */
  moreThreadsAfter: string | null;
}

const MEDIA_A_PAGE = 25;
const COMMENTS_A_PAGE = 50;
const ANSWER_FIELDS = 'id,text,timestamp,username,from{id,username},hidden,parent_id';
const COMMENT_FIELDS = `${ANSWER_FIELDS},replies.limit(${COMMENTS_A_PAGE}){${ANSWER_FIELDS}}`;
/** With their comments: most media have few, and one call for each would spend the account's rate limit. */
const MEDIA_FIELDS = `id,media_product_type,comments.limit(${COMMENTS_A_PAGE}){${COMMENT_FIELDS}}`;

/** The Graph endpoints of comments under an account's media. */
@Injectable()
export class CommentsApi {
  constructor(private readonly graph: GraphClient) {}

  /** Page by page, the newest media first. @param nodeId the account, or `me` for Instagram Login */
  async *media({ host, token }: InstagramDoor, nodeId: string): AsyncGenerator<ReadMedia[]> {
    const path = `/${encodeURIComponent(nodeId)}/media`;
    const query = { fields: MEDIA_FIELDS };
    for await (const page of this.graph.pages({
      host,
      path,
      token,
      query,
      item: GraphNode,
      pageSize: MEDIA_A_PAGE,
    }))
      yield page.map(({ id, raw }) => mediaOf(id, storable(raw)));
  }

  /** The comments behind a cursor. */
  async *threads(
    { host, token }: InstagramDoor,
    mediaId: string,
    after: string,
  ): AsyncGenerator<ReadThread[]> {
    const path = `/${encodeURIComponent(mediaId)}/comments`;
    const query = { fields: COMMENT_FIELDS, after };
    for await (const page of this.graph.pages({
      host,
      path,
      token,
      query,
      item: GraphNode,
      pageSize: COMMENTS_A_PAGE,
    }))
      yield page.map(({ raw }) => threadOf(storable(raw)));
  }

  /** The answers to a comment behind a cursor. */
  async *answers(
    { host, token }: InstagramDoor,
    commentId: string,
    after: string,
  ): AsyncGenerator<ReadComment[]> {
    const path = `/${encodeURIComponent(commentId)}/replies`;
    const query = { fields: ANSWER_FIELDS, after };
    for await (const page of this.graph.pages({
      host,
      path,
      token,
      query,
      item: GraphNode,
      pageSize: COMMENTS_A_PAGE,
    }))
      yield page.flatMap(({ raw }) => commentOf(storable(raw), commentId) ?? []);
  }
}

function mediaOf(mediaId: string, media: JsonRecord): ReadMedia {
  const { items, after } = nestedList(media, 'comments');
  return {
    mediaId,
    productType: readText(media, 'media_product_type') ?? null,
    threads: items.map(threadOf),
    moreThreadsAfter: after,
  };
}

function threadOf(record: JsonRecord): ReadThread {
  const comment = commentOf(record, null);
  const commentId = comment?.commentId ?? '';
  const { items, after }: NestedList = nestedList(record, 'replies');
  return {
    commentId,
    comments: [
      ...(comment === null ? [] : [comment]),
      ...items.flatMap((answer) => commentOf(answer, commentId) ?? []),
    ],
    moreAnswersAfter: commentId === '' ? null : after,
  };
}

/** null without an id or a time. */
function commentOf(record: JsonRecord, parentId: string | null): ReadComment | null {
  const commentId = readId(record, 'id');
  const at = instantAt(record, 'timestamp');
  if (commentId === undefined || at === null) return null;
  const from = readRecord(record, 'from') ?? {};
  return {
    commentId,
    parentId: readId(record, 'parent_id') ?? parentId,
    text: readText(record, 'text') ?? null,
    at,
    authorId: readId(from, 'id') ?? null,
    username: readText(from, 'username') ?? readText(record, 'username') ?? null,
    isHidden: readBoolean(record, 'hidden') ?? null,
  };
}
