import { SchedulerRegistry } from '@nestjs/schedule';
import { WebhookGapsRepository } from '../../src/webhooks/gaps/webhook-gaps.repository';
import { type Outage, ReceptionWatch } from '../../src/webhooks/gaps/reception-watch';
import type { ApiClient } from '../api-client';
import { eventually } from '../eventually';
import { aMessenger } from '../factories/messaging.factory';
import { sandboxOf } from '../factories/meta-login';
import { type GapRow, gapEvents, gapsIn, lastReceivedAgo } from '../factories/webhook-gaps.factory';
import { type TestApp, startTestApp } from '../test-app';
import { type TestDatabase, createTestDatabase } from '../test-database';

let database: TestDatabase;
let app: TestApp;
let neighbour: TestApp;
let admin: ApiClient;

beforeAll(async () => {
  database = await createTestDatabase();
  app = await startTestApp({ sandbox: true, database, env: { APP_ROLES: 'api' } });
  neighbour = await startTestApp({
    database,
    env: { APP_ROLES: 'api', PUBLIC_URL: app.url, META_GRAPH_URL: app.sandbox?.url ?? '' },
  });
  // Nobody beats, sweeps or checks on the way: what happens, these tests make happen.
  for (const each of [app, neighbour]) {
    const schedule = each.app.get(SchedulerRegistry);
    for (const name of schedule.getIntervals()) schedule.deleteInterval(name);
  }
  admin = app.api.as(await app.api.registerAdmin());
});
afterAll(async () => {
  await neighbour.close();
  await app.close();
  await database.drop();
});
beforeEach(async () => {
  sandboxOf(app).reset();
  await app.db.query('DELETE FROM meta_accounts');
  await lastReceivedAgo(app, 0);
});

const watchOf = (each: TestApp): ReceptionWatch => each.app.get(ReceptionWatch);
const beatOfEverybody = async (): Promise<(Outage | null)[]> =>
  Promise.all([app, neighbour, app, neighbour, app, neighbour].map((each) => watchOf(each).beat()));
const kinds = (rows: readonly GapRow[]): string[] => rows.map(({ kind }) => kind);

describe('an outage of all receivers', () => {
  it('is found once, whoever comes back first, for everything that would have had events', async () => {
    await aMessenger(app, admin);
    await lastReceivedAgo(app, 600);
    const outages = (await beatOfEverybody()).filter((outage) => outage !== null);
    expect(outages).toHaveLength(1);
    const gaps = await gapsIn(app);
    expect(kinds(gaps)).toEqual(['phone_number', 'waba']);
    for (const gap of gaps) {
      expect(gap).toMatchObject({ cause: 'receiver_down', state: 'found', until_at: outages[0]?.until });
      // The account was connected within the outage: nothing of it can have been missed before that.
      expect(gap.from_at.getTime()).toBeGreaterThanOrEqual(outages[0]!.from.getTime());
    }
    expect(await beatOfEverybody()).toEqual([null, null, null, null, null, null]);
    expect(await gapsIn(app)).toHaveLength(2);
    const told = await gapEvents(app);
    expect(told.map(({ kind }) => kind)).toEqual(['webhook.gap_found', 'webhook.gap_found']);
    expect(told.map(({ payload }) => payload.gapId).sort()).toEqual(gaps.map(({ id }) => id).sort());
    // A number's messages cannot be read again, a WABA's state can.
    expect(new Set(told.map(({ payload }) => payload.repairable))).toEqual(new Set([true, false]));
  });

  it('reaches from the last sign of life to the first new one', async () => {
    await aMessenger(app, admin);
    await app.db.query(`UPDATE assets SET created_at = now() - interval '1 day'`);
    await lastReceivedAgo(app, 600);
    const [{ alive_at: before }] = await app.db.query<[{ alive_at: Date }]>(
      'SELECT alive_at FROM webhook_watch',
    );
    await watchOf(app).beat();
    const [{ alive_at: after }] = await app.db.query<[{ alive_at: Date }]>(
      'SELECT alive_at FROM webhook_watch',
    );
    for (const gap of await gapsIn(app)) {
      expect(gap.from_at).toEqual(before);
      expect(gap.until_at.getTime()).toBeLessThanOrEqual(after.getTime());
      expect(gap.until_at.getTime() - gap.from_at.getTime()).toBeGreaterThanOrEqual(600_000);
    }
  });

  it('has everything looked at anew, for Meta may have taken subscriptions away', async () => {
    const { accountId } = await aMessenger(app, admin);
    await app.db.query(
      `INSERT INTO webhook_account_checks (account_id, next_check_at) VALUES ($1, now() + interval '50 minutes')`,
      [accountId],
    );
    await app.db.query(`UPDATE webhook_watch SET next_check_at = now() + interval '50 minutes'`);
    const due = async (): Promise<unknown[]> =>
      app.db.query(
        `SELECT 1 FROM webhook_account_checks WHERE next_check_at <= now()
         UNION ALL SELECT 1 FROM webhook_watch WHERE next_check_at <= now()`,
      );
    await watchOf(app).beat();
    expect(await due()).toHaveLength(0);
    await lastReceivedAgo(app, 600);
    await watchOf(app).beat();
    expect(await due()).toHaveLength(2);
  });

  it('is none when a restart took less than what Meta makes up for', async () => {
    await aMessenger(app, admin);
    await lastReceivedAgo(app, 100);
    expect(await watchOf(app).beat()).toBeNull();
    expect(await gapsIn(app)).toEqual([]);
    // And the sign of life is new again.
    const rows: unknown[] = await app.db.query(
      `SELECT 1 FROM webhook_watch WHERE alive_at > now() - interval '90 seconds'`,
    );
    expect(rows).toHaveLength(1);
  });

  it('is none when the clock was set back, and the next one is found all the same', async () => {
    await aMessenger(app, admin);
    await lastReceivedAgo(app, -3_600);
    expect(await beatOfEverybody()).toEqual([null, null, null, null, null, null]);
    const ahead: unknown[] = await app.db.query(
      `SELECT 1 FROM webhook_watch WHERE alive_at > now() + interval '1 minute'`,
    );
    expect(ahead).toEqual([]);
    expect(await gapsIn(app)).toEqual([]);
    await lastReceivedAgo(app, 600);
    await watchOf(app).beat();
    expect(await gapsIn(app)).toHaveLength(2);
  });

  it('is not lost when whoever found it dies before the end', async () => {
    await aMessenger(app, admin);
    await lastReceivedAgo(app, 600);
    const gaps = app.app.get(WebhookGapsRepository);
    const record = gaps.record.bind(gaps);
    jest.spyOn(gaps, 'record').mockImplementationOnce(async (tx, missed) => {
      await record(tx, missed);
      throw new Error('killed');
    });
    await expect(watchOf(app).beat()).rejects.toThrow('killed');
    expect(await gapsIn(app)).toEqual([]);
    expect(await gapEvents(app)).toEqual([]);
    expect(await watchOf(neighbour).beat()).toMatchObject({ gaps: 2 });
    expect(await gapEvents(app)).toHaveLength(2);
  });

  it('leaves no gap before anybody has configured a webhook, nor for what was never subscribed', async () => {
    const { accountId } = await aMessenger(app, admin);
    const [config] = await app.db.query<Record<string, unknown>[]>('SELECT * FROM webhook_configs');
    await app.db.query('DELETE FROM webhook_configs');
    await lastReceivedAgo(app, 600);
    expect(await watchOf(app).beat()).toMatchObject({ gaps: 0 });

    await app.db.query(
      `INSERT INTO webhook_configs SELECT * FROM jsonb_populate_record(NULL::webhook_configs, $1)`,
      [JSON.stringify({ ...config, verify_token_hash: '\\x00' })],
    );
    await app.db.query(
      `INSERT INTO webhook_asset_subscriptions (account_id, asset_id, state)
       SELECT account_id, id, 'missing' FROM assets WHERE account_id = $1 AND kind = 'waba'`,
      [accountId],
    );
    await lastReceivedAgo(app, 600);
    await watchOf(app).beat();
    expect(kinds(await gapsIn(app))).toEqual(['phone_number']);
  });

  it('leaves no gap for what was disconnected', async () => {
    await aMessenger(app, admin);
    await app.db.query('UPDATE assets SET released_at = now()');
    await lastReceivedAgo(app, 600);
    expect(await watchOf(app).beat()).toMatchObject({ gaps: 0 });
  });

  it('is none when nobody has received anything before', async () => {
    await aMessenger(app, admin);
    await app.db.query('UPDATE webhook_watch SET alive_at = NULL');
    expect(await beatOfEverybody()).toEqual([null, null, null, null, null, null]);
    expect(await gapsIn(app)).toEqual([]);
  });

  it('ends when a process begins to listen, not before, and not with one that receives nothing', async () => {
    await aMessenger(app, admin);
    await lastReceivedAgo(app, 6_000);
    const worker = await startTestApp({ database, env: { APP_ROLES: 'worker' } });
    await watchOf(worker).beatRegularly();
    expect(await gapsIn(app)).toEqual([]);
    await worker.close();
    const receiver = await startTestApp({ database, env: { APP_ROLES: 'api' } });
    await eventually(
      () => gapsIn(app),
      (found) => found.length === 2,
    );
    await receiver.close();
    // Closing is no sign of life.
    await lastReceivedAgo(app, 6_000);
    await watchOf(receiver).beatRegularly();
    expect(await gapsIn(app)).toHaveLength(2);
  });
});
