import { Injectable } from '@nestjs/common';
import { countIn, nestedList } from '../../conversations/comments/comment-reading';
import type { CommentAttachment } from '../../conversations/comments/comment-types';
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

/** A comment as it is read. */
export interface ReadComment {
  commentId: string;
  parentId: string | null;
  text: string | null;
  attachment: CommentAttachment | null;
  at: Date;
  /** null where Meta does not show who it was. */
  author: { id: string; name: string | null } | null;
  isHidden: boolean | null;
  likeCount: number | null;
  /** By the Page. */
  isLiked: boolean | null;
  permalink: string | null;
}

/** A post with its newest comments, answers among them. */
export interface ReadPost {
  postId: string;
  comments: ReadComment[];
  /** Where the older comments begin. */
  moreAfter: string | null;
}

const POSTS_A_PAGE = 25;
const COMMENTS_A_PAGE = 50;
const COMMENT_FIELDS =
  'id,message,from,created_time,attachment,parent{id},is_hidden,like_count,user_likes,permalink_url';
/** Answers in one row with what they answer, the newest first: what is older than a gap need not be read. */
const STREAM = { filter: 'stream', order: 'reverse_chronological' };
const POST_FIELDS = `id,comments.filter(${STREAM.filter}).order(${STREAM.order}).limit(${COMMENTS_A_PAGE}){${COMMENT_FIELDS}}`;

/** The Graph endpoints of comments under a Page's posts. */
@Injectable()
export class CommentsApi {
  constructor(private readonly graph: GraphClient) {}

  /** Page by page, the newest posts first, those of visitors among them. */
  async *posts(pageToken: string, pageId: string): AsyncGenerator<ReadPost[]> {
    const path = `/${encodeURIComponent(pageId)}/feed`;
    const query = { fields: POST_FIELDS };
    for await (const page of this.graph.pages({
      path,
      token: pageToken,
      query,
      item: GraphNode,
      pageSize: POSTS_A_PAGE,
    }))
      yield page.map(({ id, raw }) => postOf(id, storable(raw)));
  }

  /**
   * The comments of a post, or the answers to a comment, the newest first.
   * @param options.after a cursor: those behind it
   * @param options.timeoutMs of each call
   */
  async *comments(
    pageToken: string,
    postOrCommentId: string,
    { after, timeoutMs }: { after?: string; timeoutMs?: number } = {},
  ): AsyncGenerator<ReadComment[]> {
    const path = `/${encodeURIComponent(postOrCommentId)}/comments`;
    const query = { ...STREAM, fields: COMMENT_FIELDS, after };
    for await (const page of this.graph.pages({
      path,
      token: pageToken,
      query,
      item: GraphNode,
      pageSize: COMMENTS_A_PAGE,
      ...(timeoutMs !== undefined && { timeoutMs }),
    }))
      yield page.flatMap(({ raw }) => commentOf(storable(raw)) ?? []);
  }

  /** @throws GraphRejectedError when there is none (any more) */
  async comment(pageToken: string, commentId: string, timeoutMs: number): Promise<ReadComment | null> {
    const { raw } = await this.graph.call({
      method: 'GET',
      path: `/${encodeURIComponent(commentId)}`,
      token: pageToken,
      query: { fields: COMMENT_FIELDS },
      response: GraphNode,
      timeoutMs,
    });
    return commentOf(storable(raw));
  }
}

function postOf(postId: string, post: JsonRecord): ReadPost {
  const { items, after } = nestedList(post, 'comments');
  return { postId, comments: items.flatMap((item) => commentOf(item) ?? []), moreAfter: after };
}

/** null without an id or a time. */
function commentOf(record: JsonRecord): ReadComment | null {
  const commentId = readId(record, 'id');
  const at = instantAt(record, 'created_time');
  if (commentId === undefined || at === null) return null;
  const from = readRecord(record, 'from') ?? {};
  const authorId = readId(from, 'id');
  return {
    commentId,
    parentId: readId(readRecord(record, 'parent') ?? {}, 'id') ?? null,
    text: readText(record, 'message') ?? null,
    attachment: attachmentOf(readRecord(record, 'attachment')),
    at,
    author: authorId === undefined ? null : { id: authorId, name: readText(from, 'name') ?? null },
    isHidden: readBoolean(record, 'is_hidden') ?? null,
    likeCount: countIn(record, 'like_count'),
    isLiked: readBoolean(record, 'user_likes') ?? null,
    permalink: readText(record, 'permalink_url') ?? null,
  };
}

function attachmentOf(attachment: JsonRecord | undefined): CommentAttachment | null {
  if (attachment === undefined) return null;
  const image = readRecord(readRecord(attachment, 'media') ?? {}, 'image') ?? {};
  return {
    type: readText(attachment, 'type') ?? 'unknown',
    url: readText(image, 'src') ?? readText(attachment, 'url') ?? null,
  };
}
