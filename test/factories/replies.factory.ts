import type { ApiAnswer, ApiBody, ApiClient } from '../api-client';
import { eventually } from '../eventually';
import type { TestApp } from '../test-app';

export const CONVERSATIONS = '/api/meta/conversations';

type Json = Record<string, unknown>;

export interface ReplyView {
  id: string;
  kind: string;
  status: string;
  conversationId: string | null;
  messageId: string | null;
  warnings: { code: string }[];
}

export interface InboxMessageView {
  id: string;
  conversationId: string;
  externalId: string | null;
  direction: string;
  senderType: string;
  senderId: string | null;
  type: string;
  text: string | null;
  content: Json;
  context: Json | null;
  status: string;
  seq: number;
  revokedAt: string | null;
}

export interface ThreadConversationView {
  id: string;
  platform: string;
  kind: string;
  status: string;
  agentId: string | null;
  unreadCount: number;
  lastMessagePreview: string | null;
  contact: unknown;
  thread: unknown;
  commentThread: {
    rootCommentId: string | null;
    rootExternalId: string;
    postId: string | null;
    author: { id: string | null; name: string | null; isOwn: boolean; contactId: string | null } | null;
  } | null;
}

export async function reply(
  client: ApiClient,
  conversationId: string,
  body: unknown,
  key?: string,
): Promise<ApiAnswer<ApiBody<ReplyView>>> {
  const caller = key === undefined ? client : client.with({ 'idempotency-key': key });
  return caller.post<ReplyView>(`${CONVERSATIONS}/${conversationId}/messages`, body);
}

export const textReply = (body: string, over: Json = {}): Json => ({ type: 'text', text: { body }, ...over });

/** The paths and messages of what is wrong with a request. */
export function problemsOf({ body }: ApiAnswer<ApiBody<unknown>>): { path: string; message: string }[] {
  return body.error.details.fields as { path: string; message: string }[];
}

/** Newest first. */
export async function messagesIn(client: ApiClient, conversationId: string): Promise<InboxMessageView[]> {
  const answer = await client.get<{ messages: InboxMessageView[] }>(
    `${CONVERSATIONS}/${conversationId}/messages?limit=100`,
  );
  return answer.body.data.messages;
}

export async function conversation(client: ApiClient, id: string): Promise<ThreadConversationView> {
  return (await client.get<ThreadConversationView>(`${CONVERSATIONS}/${id}`)).body.data;
}

/** The threads of comments of whoever asks, once they are as wanted. */
export async function threadsWhen(
  client: ApiClient,
  isWanted: (threads: ThreadConversationView[]) => boolean,
): Promise<ThreadConversationView[]> {
  return eventually(
    async () => {
      const answer = await client.get<{ conversations: ThreadConversationView[] }>(
        `${CONVERSATIONS}?limit=100`,
      );
      return answer.body.data.conversations.filter(({ commentThread }) => commentThread !== null);
    },
    isWanted,
    { timeoutMs: 30_000 },
  );
}

export async function close(app: TestApp, conversationId: string): Promise<void> {
  await app.db.query(
    `UPDATE conversations SET status = 'closed', closed_at = now(), snoozed_until = NULL WHERE id = $1`,
    [conversationId],
  );
}
