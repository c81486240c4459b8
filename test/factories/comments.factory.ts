import type { EntityManager } from 'typeorm';
import { SEED } from '../../sandbox/world-seed';
import { repeatLostRaces } from '../../src/database/lost-race';
import type { ApiClient } from '../api-client';
import type { TestApp } from '../test-app';
import { allProcessed, aPageOwner, PAGE_SCOPES, type PageOwner } from './facebook-pages.factory';
import { sandboxOf } from './meta-login';

type Json = Record<string, unknown>;

export const FACEBOOK = '/api/meta/facebook';
export const INSTAGRAM = '/api/meta/instagram';

export const COMMENT_SCOPES = [...PAGE_SCOPES, 'pages_read_user_content', 'pages_manage_engagement'];

export interface CommentView {
  id: string;
  externalId: string;
  channel: { id: string; metaId: string };
  postId: string | null;
  parentId: string | null;
  author: { id: string | null; name: string | null; username: string | null } | null;
  isOwn: boolean;
  sentBy: string | null;
  text: string | null;
  attachment: { type: string; url: string | null } | null;
  commentedAt: string;
  editedAt: string | null;
  isHidden: boolean;
  removedAt: string | null;
  likeCount: number | null;
  isLiked: boolean | null;
  permalink: string | null;
  answerCount: number;
  isAnswered: boolean;
  privateReply: {
    state: string;
    until: string;
    messageId: string | null;
    conversationId: string | null;
  };
}

export interface ThreadView extends CommentView {
  replies: CommentView[];
}

export interface ThreadsView {
  comments: ThreadView[];
  summary: { total: number; topLevel: number; hidden: number; unanswered: number };
  readAt: string | null;
  isComplete: boolean;
  pagination: { limit: number; before: string | null; after: string | null };
}

export interface FeedView {
  comments: CommentView[];
  pagination: { limit: number; before: string | null; after: string | null };
}

export interface AnswerView {
  id: string;
  kind: string;
  state: string;
  comment: CommentView | null;
  commentId: string | null;
  messageId: string | null;
  conversationId: string | null;
  error: { code: number | string; message: string | null } | null;
}

/** A user with a connected Page whose comments and messages arrive, echoes among them. */
export async function aCommentedPage(app: TestApp, admin: ApiClient): Promise<PageOwner> {
  const owner = await aPageOwner(app, admin, { scopes: COMMENT_SCOPES });
  const fields = { messages: true, message_echoes: true, feed: true };
  const configured = await owner.client.post<{ status: string }>('/api/meta/webhook/configure', {
    verifyToken: 'a-verify-token',
    fields,
  });
  if (configured.body.data.status !== 'active') throw new Error(`Webhooks answered ${configured.text}`);
  return owner;
}

/** A post of the Page, told to nobody. */
export function aPost(app: TestApp, message = 'A post'): string {
  return sandboxOf(app).createPost({ pageId: SEED.pageId, message, silent: true }).id;
}

/** A clean world and database, so that one test does not meet what another left. */
export async function startOver(app: TestApp): Promise<void> {
  await settled(app);
  sandboxOf(app).reset();
  // Whoever listens to events may still be at work on what goes here.
  await repeatLostRaces(() => app.db.transaction((tx) => clear(tx)));
}

async function clear(db: Pick<EntityManager, 'query'>): Promise<void> {
  await db.query(
    `LOCK TABLE domain_events, comments, conversations, meta_accounts IN SHARE ROW EXCLUSIVE MODE`,
  );
  for (const table of [
    'comment_actions',
    'comments',
    'comment_reads',
    'conversations',
    'message_keys',
    'waiting_statuses',
    'waiting_changes',
    'domain_events',
    'idempotency_keys',
    'meta_accounts',
  ])
    await db.query(`DELETE FROM ${table}`);
}

/** Until all that Meta tells has arrived and is processed. */
export async function settled(app: TestApp): Promise<void> {
  await sandboxOf(app).waitUntilIdle();
  await allProcessed(app);
}

/** What stands under a post or media at Meta, whoever wrote it. */
export async function commentsAtMeta(
  app: TestApp,
  id: string,
  edge: 'comments' | 'replies' = 'comments',
): Promise<{ id: string; text: string }[]> {
  // What was meant for the service and not used up is not for this.
  sandboxOf(app).clearFaults();
  const { token } = sandboxOf(app).issueToken({
    pageId: SEED.pageId,
    scopes: [...COMMENT_SCOPES, 'instagram_manage_comments'],
  });
  const address = new URL(`${app.sandbox?.url ?? ''}/v26.0/${id}/${edge}`);
  // Facebook shows answers among the others where it is asked to; Instagram calls the words something else.
  const isFacebook = id.includes('_');
  address.searchParams.set('fields', isFacebook ? 'id,message' : 'id,text');
  if (isFacebook) address.searchParams.set('filter', 'stream');
  address.searchParams.set('limit', '100');
  address.searchParams.set('access_token', token);
  const answer = (await (await fetch(address)).json()) as { data?: Json[] };
  if (answer.data === undefined) throw new Error(`The sandbox answered ${JSON.stringify(answer)}`);
  return answer.data.map((item) => ({ id: String(item.id), text: String(item.message ?? item.text) }));
}

/** The kinds of what was told about comments, in order. */
export async function commentNews(app: TestApp): Promise<string[]> {
  const rows: { kind: string }[] = await app.db.query(
    `SELECT kind FROM domain_events WHERE kind LIKE 'comment.%' ORDER BY id`,
  );
  return rows.map(({ kind }) => kind);
}
