import type { CodeInput } from '../../sandbox/control/control';
import { SEED } from '../../sandbox/world-seed';
import type { ApiClient } from '../api-client';
import { eventually } from '../eventually';
import { deliver } from '../signed-webhook';
import type { TestApp } from '../test-app';
import { connectedAccount } from './meta-login';

export const PAGES = '/api/meta/facebook/pages';

export const PAGE_SCOPES = [
  'business_management',
  'pages_show_list',
  'pages_read_engagement',
  'pages_manage_metadata',
  'pages_messaging',
  'instagram_basic',
];

/** The seeded person, or the one of `input`, as they come back from a dialog that asked for Pages. */
export async function pagesAccount(app: TestApp, client: ApiClient, input: CodeInput = {}): Promise<string> {
  return connectedAccount(app, client, { scopes: PAGE_SCOPES, ...input });
}

export interface PageView {
  id: string;
  pageId: string;
  name: string;
  category: string | null;
  pictureUrl: string | null;
  status: string;
  statusReason: string | null;
  accountId: string;
  tasks: string[] | null;
  instagramId: string | null;
  subscribedFields: string[];
  lastSeenSubscribedAt: string | null;
  connectedAt: string | null;
  createdAt: string;
}

/** A user with a connected account and a connected Page whose webhooks arrive. */
export interface PageOwner {
  client: ApiClient;
  accountId: string;
  pageId: string;
  /** Ours: of the Page, and of its channel in the inbox. */
  assetId: string;
}

export async function aPageOwner(
  app: TestApp,
  admin: ApiClient,
  { pageId = SEED.pageId, ...input }: CodeInput & { pageId?: string } = {},
): Promise<PageOwner> {
  const client = app.api.as(await admin.createUser('agent'));
  const accountId = await pagesAccount(app, client, input);
  const connected = await client.post<PageView>(`${PAGES}/${pageId}/connect`);
  if (connected.status !== 200) throw new Error(`Connecting the Page answered ${connected.text}`);
  const configured = await client.post<{ status: string }>('/api/meta/webhook/configure', {
    verifyToken: 'a-verify-token',
    fields: {
      messages: true,
      message_deliveries: true,
      messaging_postbacks: true,
      messaging_referrals: true,
    },
  });
  if (configured.body.data.status !== 'active') throw new Error(`Webhooks answered ${configured.text}`);
  return { client, accountId, pageId, assetId: connected.body.data.id };
}

export interface StoredDirectMessage {
  external_id: string;
  direction: string;
  sender_type: string;
  sender_id: string | null;
  type: string;
  message_text: string | null;
  content: Record<string, unknown>;
  context: Record<string, unknown> | null;
  metadata: Record<string, unknown>;
  status: string;
  seq: string;
  timestamp: Date;
  conversation_id: string;
  contact_name: string | null;
  revoked_at: Date | null;
}

/** What is stored of a Page's or Instagram account's messages, oldest first. */
export async function directMessagesOf(app: TestApp, assetId: string): Promise<StoredDirectMessage[]> {
  return app.db.query(
    `SELECT m.*, c.name AS contact_name FROM messages m
       LEFT JOIN contacts c ON c.account_id = m.account_id AND c.id = m.contact_id
      WHERE m.asset_id = $1 ORDER BY m."timestamp", m.seq, m.id`,
    [assetId],
  );
}

let deliveries = 0;

/** Delivers as Meta does, and waits until everything that was delivered is processed. */
export async function delivered(app: TestApp, body: Record<string, unknown>): Promise<void> {
  // Equal bytes would be one delivery that came twice.
  deliveries += 1;
  const answer = await deliver(app.api, JSON.stringify({ ...body, delivery: deliveries }));
  if (answer.status !== 200) throw new Error(`The delivery answered ${answer.status}: ${answer.text}`);
  await allProcessed(app);
}

export async function allProcessed(app: TestApp): Promise<void> {
  await eventually(
    async (): Promise<{ state: string }[]> =>
      app.db.query(`SELECT state FROM webhook_deliveries WHERE state = 'pending'`),
    (rows) => rows.length === 0,
  );
}
