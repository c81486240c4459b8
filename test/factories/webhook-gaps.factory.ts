import { SEED } from '../../sandbox/world-seed';
import { newId } from '../../src/database/ids';
import { TEST_APP_ID, TEST_APP_SECRET, type TestApp } from '../test-app';
import { sandboxOf } from './meta-login';

export interface GapRow {
  id: string;
  account_id: string;
  asset_id: string;
  kind: string;
  cause: string;
  from_at: Date;
  until_at: Date;
  state: string;
  attempts: number;
  next_attempt_at: Date;
  waits_for_account: boolean;
  found_count: number;
  stored_count: number;
  note: string | null;
}

export async function gapsIn(app: TestApp): Promise<GapRow[]> {
  return app.db.query(
    `SELECT g.*, a.kind FROM webhook_gaps g JOIN assets a ON a.account_id = g.account_id AND a.id = g.asset_id
      ORDER BY a.kind, g.id`,
  );
}

export async function gapEvents(app: TestApp): Promise<{ kind: string; payload: Record<string, unknown> }[]> {
  return app.db.query(`SELECT kind, payload FROM domain_events WHERE kind LIKE 'webhook.gap%' ORDER BY id`);
}

/** As if the last receiver had died so long ago; negative: as if the clock had been set back since. */
export async function lastReceivedAgo(app: TestApp, seconds: number): Promise<void> {
  await app.db.query(`UPDATE webhook_watch SET alive_at = now() - $1 * interval '1 second'`, [seconds]);
}

/** A gap of an asset of its own, due for repair; answers with its keys. */
export async function aStoredGap(
  app: TestApp,
  accountId: string,
  changes: { kind?: string; state?: string; leaseSeconds?: number } = {},
): Promise<{ accountId: string; assetId: string; gapId: string; metaId: string }> {
  const assetId = newId();
  const gapId = newId();
  const metaId = `7${Date.now()}${Math.floor(Math.random() * 1e6)}`;
  await app.db.query('INSERT INTO assets (account_id, id, kind, meta_id) VALUES ($1, $2, $3, $4)', [
    accountId,
    assetId,
    changes.kind ?? 'page',
    metaId,
  ]);
  await app.db.query(
    `INSERT INTO webhook_gaps (account_id, id, asset_id, cause, from_at, until_at, state, next_attempt_at)
     VALUES ($1, $2, $3, 'receiver_down', '2026-03-14T08:00:00Z', '2026-03-14T09:00:00Z', $4,
             now() + $5 * interval '1 second')`,
    [accountId, gapId, assetId, changes.state ?? 'found', changes.leaseSeconds ?? 0],
  );
  return { accountId, assetId, gapId, metaId };
}

/** A call to the stand-in as somebody other than the service would make it. */
async function graph(
  app: TestApp,
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  parameters: Record<string, string>,
): Promise<unknown> {
  const url = `${app.sandbox?.url ?? ''}/v26.0${path}?${new URLSearchParams(parameters).toString()}`;
  const answer = await fetch(url, { method });
  const body: unknown = await answer.json();
  if (!answer.ok) throw new Error(`${method} ${path} answered ${JSON.stringify(body)}`);
  return body;
}

const APP_TOKEN = `${TEST_APP_ID}|${TEST_APP_SECRET}`;

/** Takes the subscription of the seeded WABA away at Meta. */
export async function unsubscribeWaba(app: TestApp): Promise<void> {
  const { token } = sandboxOf(app).issueToken();
  await graph(app, 'DELETE', `/${SEED.wabaId}/subscribed_apps`, { access_token: token });
}

/** Has the seeded WABA's messages sent to another address, as somebody with access to it may. */
export async function redirectWaba(app: TestApp, address: string, verifyToken: string): Promise<void> {
  const { token } = sandboxOf(app).issueToken();
  await graph(app, 'POST', `/${SEED.wabaId}/subscribed_apps`, {
    access_token: token,
    override_callback_uri: address,
    verify_token: verifyToken,
  });
}

export async function unsubscribeApp(app: TestApp, parameters: Record<string, string>): Promise<void> {
  await graph(app, 'DELETE', `/${TEST_APP_ID}/subscriptions`, { ...parameters, access_token: APP_TOKEN });
}

export async function subscribeApp(app: TestApp, parameters: Record<string, string>): Promise<void> {
  await graph(app, 'POST', `/${TEST_APP_ID}/subscriptions`, { ...parameters, access_token: APP_TOKEN });
}

export async function appSubscription(
  app: TestApp,
  object: string,
): Promise<{ callback_url: string; fields: string[] } | undefined> {
  const { data } = (await graph(app, 'GET', `/${TEST_APP_ID}/subscriptions`, {
    access_token: APP_TOKEN,
  })) as { data: { object: string; callback_url: string; fields: { name: string }[] }[] };
  const found = data.find((each) => each.object === object);
  return found && { callback_url: found.callback_url, fields: found.fields.map(({ name }) => name) };
}
