import type { CodeInput } from '../../sandbox/control/control';
import type { ApiAnswer, ApiBody, ApiClient } from '../api-client';
import { eventually } from '../eventually';
import type { TestApp } from '../test-app';
import { PAGE_SCOPES, type PageOwner, aPageOwner } from './facebook-pages.factory';

export const POSTS = '/api/meta/facebook/posts';
export const PUBLICATIONS = '/api/meta/facebook/publications';

export const POST_SCOPES = [...PAGE_SCOPES, 'pages_manage_posts', 'pages_read_user_content'];

export interface PostView {
  id: string;
  message: string | null;
  createdTime: string;
  type: string;
  permalinkUrl: string | null;
  picture: string | null;
  likes: number;
  comments: number;
  shares: number;
  reactions: number;
  status: string;
  scheduledPublishTime: string | null;
  publicationId: string | null;
}

export interface CreatedView {
  id: string;
  permalinkUrl: string | null;
  status: string;
  publicationId: string;
  scheduledPublishTime: string | null;
  advice: string | null;
}

export interface PublicationView {
  id: string;
  pageId: string;
  state: string;
  postId: string | null;
  videoId: string | null;
  error: { code: string; message: string; details: Record<string, unknown> } | null;
  history: { state: string; at: string; note: string | null }[];
  nextStepAt: string | null;
}

/** Somebody with a connected Page who may post on it. */
export async function aPostOwner(app: TestApp, admin: ApiClient, input: CodeInput = {}): Promise<PageOwner> {
  return aPageOwner(app, admin, { scopes: POST_SCOPES, ...input });
}

export async function posted(
  client: ApiClient,
  body: Record<string, unknown>,
): Promise<ApiAnswer<ApiBody<CreatedView>>> {
  return client.post<CreatedView>(POSTS, body);
}

export async function publicationOf(client: ApiClient, id: string): Promise<PublicationView> {
  const answer = await client.get<PublicationView>(`${PUBLICATIONS}/${id}`);
  if (answer.status !== 200) throw new Error(`The publication answered ${answer.text}`);
  return answer.body.data;
}

/** Waits until it is in one of these states. */
export async function settledAs(
  client: ApiClient,
  id: string,
  ...states: string[]
): Promise<PublicationView> {
  return eventually(
    () => publicationOf(client, id),
    ({ state }) => states.includes(state),
    { timeoutMs: 20_000 },
  );
}

/** As if everything that was begun had been begun that much earlier, and were to be looked at now. */
export async function passed(app: TestApp, id: string, minutes: number): Promise<void> {
  await app.db.query(
    `UPDATE facebook_publications
        SET started_at = started_at - $2 * interval '1 minute', created_at = created_at - $2 * interval '1 minute', due_at = now()
      WHERE id = $1`,
    [id, minutes],
  );
}

/** Has everything that waits looked at now. */
export async function lookNow(app: TestApp): Promise<void> {
  await app.db.query('UPDATE facebook_publications SET due_at = now() WHERE due_at IS NOT NULL');
}

export async function postEvents(app: TestApp, publicationId: string): Promise<string[]> {
  const rows: { kind: string }[] = await app.db.query(
    `SELECT kind FROM domain_events WHERE kind LIKE 'facebook.post.%' AND payload ->> 'publicationId' = $1 ORDER BY id`,
    [publicationId],
  );
  return rows.map(({ kind }) => kind);
}
