import type { ApiAnswer, ApiBody, ApiClient } from '../api-client';
import { eventually } from '../eventually';
import type { TestApp } from '../test-app';
import { allProcessed } from './facebook-pages.factory';
import { sandboxOf } from './meta-login';

export const MESSENGER_MESSAGES = '/api/meta/facebook/messages';
export const INSTAGRAM_MESSAGES = '/api/meta/instagram/messages';

export interface QueuedView {
  id: string;
  status: string;
  warnings: { code: string }[];
}

export interface DirectMessageView {
  id: string;
  platform: string;
  mid: string | null;
  status: string;
  error: {
    code: number | string;
    title: string | null;
    message: string | null;
    details: string | null;
  } | null;
  direction: string;
  type: string;
  from: string | null;
  to: string | null;
  channelId: string;
  text: string | null;
  content: Record<string, unknown>;
  context: Record<string, unknown> | null;
  sendAt: string | null;
  conversationId: string;
  contactId: string | null;
  statuses: { status: string; at: string; details?: Record<string, unknown> }[];
}

type Json = Record<string, unknown>;

/** A person writes to the seeded Page or Instagram account, and that has arrived. @returns what they are called there */
export async function personWrites(
  app: TestApp,
  { from, ...input }: Parameters<ReturnType<typeof sandboxOf>['playDirectMessage']>[0],
): Promise<string> {
  const { userId } = sandboxOf(app).playDirectMessage({ text: 'Are you open today?', ...input, from });
  await sandboxOf(app).waitUntilIdle();
  await allProcessed(app);
  return userId;
}

export async function sendDirect(
  client: ApiClient,
  path: string,
  body: Json,
  headers: Record<string, string> = {},
): Promise<ApiAnswer<ApiBody<QueuedView>>> {
  return client.with(headers).post<QueuedView>(path, body);
}

export const aDirectText = (id: string, text: string, over: Json = {}): Json => ({
  recipient: { id },
  message: { text },
  ...over,
});

export async function directMessageWhen(
  client: ApiClient,
  path: string,
  id: string,
  holds: (message: DirectMessageView) => boolean,
): Promise<DirectMessageView> {
  return eventually(
    async () => (await client.get<DirectMessageView>(`${path}/${id}`)).body.data,
    (message) => holds(message),
  );
}

export const withDirectStatus =
  (...statuses: string[]) =>
  ({ status }: DirectMessageView): boolean =>
    statuses.includes(status);
