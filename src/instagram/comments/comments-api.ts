import { Injectable } from '@nestjs/common';
import { type NestedList, countIn, nestedList } from '../../conversations/comments/comment-reading';
import { instantAt, storable } from '../../conversations/direct/direct-history-mapping';
import { GraphClient } from '../../graph-client/graph-client';
import { GraphNode } from '../../graph-client/graph-node';
import {
  type JsonRecord,
  readBoolean,
  readId,
  readRecord,
  readText,
} from '../../webhooks/parsers/json-reader';
import type { InstagramDoor } from '../accounts/instagram-api';

/** A comment as it is read. */
export interface ReadComment {
  commentId: string;
  parentId: string | null;
  text: string | null;
  at: Date;
  authorId: string | null;
  username: string | null;
  isHidden: boolean | null;
  likeCount: number | null;
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

export interface ReadOptions {
  after?: string;
  timeoutMs?: number;
}

const MEDIA_A_PAGE = 25;
const COMMENTS_A_PAGE = 50;
const ANSWER_FIELDS = 'id,text,timestamp,username,from{id,username},hidden,like_count,parent_id';
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

  /**
   * The comments under a media, the newest first, with the first of their answers.
   * @param options.after a cursor: those behind it
   * @param options.timeoutMs of each call
   */
  async *threads(
    { host, token }: InstagramDoor,
    mediaId: string,
    { after, timeoutMs }: ReadOptions = {},
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
      ...(timeoutMs !== undefined && { timeoutMs }),
    }))
      yield page.map(({ raw }) => threadOf(storable(raw)));
  }

  /** The answers to a comment, the oldest first. */
  async *answers(
    { host, token }: InstagramDoor,
    commentId: string,
    { after, timeoutMs }: ReadOptions = {},
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
      ...(timeoutMs !== undefined && { timeoutMs }),
    }))
      yield page.flatMap(({ raw }) => commentOf(storable(raw), commentId) ?? []);
  }

  /** Whose a media is. @throws GraphRejectedError when there is none */
  async ownerOf(
    { host, token }: InstagramDoor,
    mediaId: string,
    timeoutMs: number,
  ): Promise<{ id: string | null; username: string | null }> {
    const { raw } = await this.graph.call({
      method: 'GET',
      host,
      path: `/${encodeURIComponent(mediaId)}`,
      token,
      query: { fields: 'id,owner,username' },
      response: GraphNode,
      timeoutMs,
    });
    const media = storable(raw);
    return {
      id: readId(readRecord(media, 'owner') ?? {}, 'id') ?? null,
      username: readText(media, 'username') ?? null,
    };
  }

  /** @throws GraphRejectedError when there is none (any more) */
  async comment(
    { host, token }: InstagramDoor,
    commentId: string,
    timeoutMs: number,
  ): Promise<ReadComment | null> {
    const { raw } = await this.graph.call({
      method: 'GET',
      host,
      path: `/${encodeURIComponent(commentId)}`,
      token,
      query: { fields: ANSWER_FIELDS },
      response: GraphNode,
      timeoutMs,
    });
    return commentOf(storable(raw), null);
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
    likeCount: countIn(record, 'like_count'),
  };
}
