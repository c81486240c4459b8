import type { CodeInput } from '../../sandbox/control/control';
import { SEED } from '../../sandbox/world-seed';
import type { ApiAnswer, ApiBody, ApiClient } from '../api-client';
import { eventually } from '../eventually';
import type { TestApp } from '../test-app';
import { connectedAccount, sandboxOf } from './meta-login';

export const MESSAGES = '/api/meta/whatsapp/messages';
export const CUSTOMER = '+16505551234';

/** A user with a connected account whose WhatsApp number is known and whose webhooks arrive. */
export interface Messenger {
  client: ApiClient;
  accountId: string;
  phoneNumberId: string;
}

export interface StatusView {
  status: string;
  at: string;
  error?: { code: number | string };
}

export interface MessageView {
  id: string;
  wamid: string | null;
  status: string;
  statuses: StatusView[];
  error: { code: number | string; message: string | null; details: string | null } | null;
  direction: string;
  type: string;
  from: string | null;
  to: string | null;
  text: string | null;
  content: Record<string, unknown>;
  context: Record<string, unknown> | null;
  metadata: Record<string, unknown>;
  conversationId: string;
  contactId: string | null;
}

/** @param input whose account it is; the seeded person where left out */
export async function aMessenger(app: TestApp, admin: ApiClient, input: CodeInput = {}): Promise<Messenger> {
  const client = app.api.as(await admin.createUser('agent'));
  const accountId = await connectedAccount(app, client, input);
  const account = await client.get<{ phoneNumberId?: string }>('/api/meta/whatsapp/account');
  if (account.status !== 200) throw new Error(`The WhatsApp account answered ${account.text}`);
  const configured = await client.post<{ status: string }>('/api/meta/webhook/configure', {
    verifyToken: 'a-verify-token',
    fields: { messages: true },
  });
  if (configured.body.data.status !== 'active') throw new Error(`Webhooks answered ${configured.text}`);
  const rows: { phone_number_id: string }[] = await app.db.query(
    'SELECT phone_number_id FROM whatsapp_phone_numbers WHERE account_id = $1 ORDER BY created_at, id',
    [accountId],
  );
  return { client, accountId, phoneNumberId: rows[0]?.phone_number_id ?? SEED.phoneNumberId };
}

export function aText(body = 'Hello', rest: Record<string, unknown> = {}): Record<string, unknown> {
  return { to: CUSTOMER, type: 'text', text: { body }, ...rest };
}

/** The one template that every new WhatsApp Business Account has. */
export function helloWorld(rest: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    to: CUSTOMER,
    type: 'template',
    template: { name: 'hello_world', language: { code: 'en_US' } },
    ...rest,
  };
}

export async function send(
  client: ApiClient,
  body: Record<string, unknown>,
): Promise<ApiAnswer<ApiBody<{ id: string; status: string }>>> {
  return client.post<{ id: string; status: string }>(MESSAGES, body);
}

/** Orders a message and gives our id of it. */
export async function sent(client: ApiClient, body: Record<string, unknown>): Promise<string> {
  const answer = await send(client, body);
  if (answer.status !== 202) throw new Error(`Sending answered ${answer.status}: ${answer.text}`);
  return answer.body.data.id;
}

export async function message(client: ApiClient, id: string): Promise<MessageView> {
  return (await client.get<MessageView>(`${MESSAGES}/${id}`)).body.data;
}

export async function messageWhen(
  client: ApiClient,
  id: string,
  isWanted: (message: MessageView) => boolean,
  timeoutMs = 30_000,
): Promise<MessageView> {
  return eventually(() => message(client, id), isWanted, { timeoutMs });
}

export const withStatus =
  (...statuses: string[]) =>
  ({ status }: MessageView): boolean =>
    statuses.includes(status);

/** Our id of a message of Meta's, once it is stored. */
export async function storedId(app: TestApp, wamid: string): Promise<string> {
  const rows = await eventually(
    async (): Promise<{ message_id: string }[]> =>
      app.db.query('SELECT message_id FROM message_keys WHERE external_id = $1', [wamid]),
    (found) => found.length > 0,
  );
  return rows[0]?.message_id ?? '';
}

/** A customer writes; answers with our id of the message once it is stored, so that the window is open. */
export async function customerWrites(
  app: TestApp,
  input: Parameters<ReturnType<typeof sandboxOf>['playMessage']>[0] = { from: CUSTOMER },
): Promise<string> {
  const { messageId, told } = sandboxOf(app).playMessage(input);
  if (told === 0) throw new Error('Nobody is told of the message: the webhooks are not subscribed.');
  return storedId(app, messageId);
}
