import type { CodeInput } from '../../sandbox/control/control';
import { SEED } from '../../sandbox/world-seed';
import type { ApiClient } from '../api-client';
import { TEST_APP_ID, TEST_APP_SECRET, type TestApp } from '../test-app';
import { type ConnectedAnswer, REDIRECT_URI, connectedAccount, sandboxOf } from './meta-login';

export const INSTAGRAM_ACCOUNTS = '/api/meta/instagram/accounts';

export const INSTAGRAM_SCOPES = [
  'pages_show_list',
  'pages_read_engagement',
  'pages_read_user_content',
  'pages_manage_metadata',
  'pages_messaging',
  'instagram_basic',
  'instagram_manage_messages',
  'instagram_manage_comments',
];

/** Settings with which Instagram Login is there; its app is the test's own, as both are one at Meta. */
export const INSTAGRAM_LOGIN_ENV = {
  INSTAGRAM_APP_ID: TEST_APP_ID,
  INSTAGRAM_APP_SECRET: TEST_APP_SECRET,
};

export interface InstagramView {
  id: string;
  igAccountId: string;
  username: string;
  name: string | null;
  profilePicture: string | null;
  status: string;
  statusReason: string | null;
  accountId: string;
  pageId: string | null;
  pageName: string | null;
  connectedAt: string | null;
  syncedAt: string | null;
  createdAt: string;
}

/** A user with a connected Instagram account whose webhooks arrive. */
export interface InstagramOwner {
  client: ApiClient;
  accountId: string;
  igAccountId: string;
  /** Ours: of the Instagram account, and of its channel in the inbox. */
  assetId: string;
}

/** Connects the Meta account of a person, through whose Page the Instagram account is reached. */
export async function linkedAccount(app: TestApp, client: ApiClient, input: CodeInput = {}): Promise<string> {
  return connectedAccount(app, client, { scopes: INSTAGRAM_SCOPES, ...input });
}

/** The same by Instagram Login. */
export async function instagramLogin(
  app: TestApp,
  client: ApiClient,
  input: CodeInput = {},
): Promise<string> {
  const { code } = sandboxOf(app).issueCode({
    redirectUri: REDIRECT_URI,
    instagramId: SEED.instagramId,
    scopes: [
      'instagram_business_basic',
      'instagram_business_manage_messages',
      'instagram_business_manage_comments',
    ],
    ...input,
  });
  const answer = await client.post<ConnectedAnswer>('/api/meta/auth/connect', {
    code,
    redirectUri: REDIRECT_URI,
    platform: 'instagram',
  });
  if (answer.status !== 200) throw new Error(`Instagram Login answered ${answer.text}`);
  return answer.body.data.accountId;
}

export async function anInstagramOwner(
  app: TestApp,
  admin: ApiClient,
  login: (app: TestApp, client: ApiClient) => Promise<string> = linkedAccount,
): Promise<InstagramOwner> {
  const client = app.api.as(await admin.createUser('agent'));
  const accountId = await login(app, client);
  const configured = await client.post<{ status: string }>('/api/meta/webhook/configure', {
    verifyToken: 'a-verify-token',
    fields: {
      messages: true,
      message_deliveries: true,
      messaging_postbacks: true,
      messaging_referral: true,
      comments: true,
      live_comments: true,
      feed: true,
    },
  });
  if (configured.body.data.status !== 'active') throw new Error(`Webhooks answered ${configured.text}`);
  const connected = await client.post<InstagramView>(`${INSTAGRAM_ACCOUNTS}/${SEED.instagramId}/connect`);
  if (connected.status !== 200) throw new Error(`Connecting Instagram answered ${connected.text}`);
  return { client, accountId, igAccountId: SEED.instagramId, assetId: connected.body.data.id };
}

export interface StoredComment {
  external_id: string;
  is_complete: boolean;
  platform: string;
  post_external_id: string | null;
  parent_external_id: string | null;
  author_id: string | null;
  author_name: string | null;
  author_username: string | null;
  by_business: boolean;
  text: string | null;
  attachment: { type: string; url: string | null } | null;
  commented_at: Date | null;
  edited_at: Date | null;
  is_hidden: boolean;
  removed_at: Date | null;
  metadata: Record<string, unknown>;
}

/** What is stored of the comments at a Page or Instagram account, oldest first. */
export async function commentsOf(app: TestApp, assetId: string): Promise<StoredComment[]> {
  return app.db.query('SELECT * FROM comments WHERE asset_id = $1 ORDER BY commented_at, external_id', [
    assetId,
  ]);
}

/** The kinds of what was told about comments, in order. */
export async function commentEvents(app: TestApp): Promise<string[]> {
  const rows: { kind: string }[] = await app.db.query(
    `SELECT kind FROM domain_events WHERE kind LIKE 'comment.%' ORDER BY id`,
  );
  return rows.map(({ kind }) => kind);
}
