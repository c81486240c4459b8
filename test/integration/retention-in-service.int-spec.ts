import type { DataSource } from 'typeorm';
import { AppConfig } from '../../src/config/app-config';
import { parseEnv } from '../../src/config/env';
import { FinishedSendsScheduler } from '../../src/conversations/sends/finished-sends.scheduler';
import { newId } from '../../src/database/ids';
import { partitionName, startOfMonth } from '../../src/database/month-partitions';
import { PartitionScheduler } from '../../src/database/partition.scheduler';
import { SchemaOwner } from '../../src/database/schema-owner';
import type { ApiClient } from '../api-client';
import { eventually } from '../eventually';
import { type Tenant, aTenant } from '../factories/conversations.factory';
import { fillMonth, idIn, makeMonth } from '../factories/old-month.factory';
import { ANA, A_CHANNEL, aMessagesChange, aTextMessage } from '../factories/whatsapp-webhooks.factory';
import { deliver } from '../signed-webhook';
import { type TestApp, startTestApp, testEnvironment } from '../test-app';

/** Older than deliveries are kept here, and younger than messages are. */
const OLD = startOfMonth(new Date(), -6);
const VERY_OLD = startOfMonth(new Date(), -30);

let app: TestApp;
let db: DataSource;
let client: ApiClient;
let tenant: Tenant;

beforeAll(async () => {
  app = await startTestApp({ env: { WEBHOOK_RETENTION_DAYS: '90', MESSAGE_RETENTION_DAYS: '700' } });
  db = app.db;
  const admin = app.api.as(await app.api.registerAdmin());
  const user = await admin.createUser('viewer');
  client = app.api.as(user);
  tenant = await aTenant(db);
  await db.query(`INSERT INTO account_members (account_id, user_id, role) VALUES ($1, $2, 'member')`, [
    tenant.accountId,
    user.id,
  ]);
  await db.query(
    `INSERT INTO assets (account_id, id, kind, meta_id) VALUES ($1, gen_random_uuid(), 'waba', $2),
       ($1, gen_random_uuid(), 'phone_number', $3)`,
    [tenant.accountId, A_CHANNEL.wabaId, A_CHANNEL.phoneNumberId],
  );
});
afterAll(() => app.close());

const removeOld = (): Promise<void> => app.app.get(PartitionScheduler).removeOld();
const isThere = async (table: string): Promise<boolean> =>
  (await db.query<{ is: boolean }[]>('SELECT to_regclass($1) IS NOT NULL AS is', [table]))[0]?.is === true;

interface Delivery {
  id: string;
  state: string;
}
const deliveries = (): Promise<Delivery[]> =>
  db.query('SELECT id, state FROM webhook_deliveries ORDER BY id');

describe('a body that comes again after its delivery was removed', () => {
  it('is stored again, and has none of its effects twice while its messages are kept', async () => {
    await makeMonth(db, OLD);
    const body = JSON.stringify(
      aMessagesChange(A_CHANNEL, { contacts: [ANA], messages: [aTextMessage('Do you deliver?')] }),
    );
    await deliver(app.api, body);
    const [first] = await eventually(deliveries, (rows) => rows[0]?.state === 'processed');
    const effects = async (): Promise<unknown> => ({
      messages: await db.query('SELECT id, seq, status, message_text FROM messages ORDER BY id'),
      conversations: await db.query('SELECT last_seq, unread_count, last_message_preview FROM conversations'),
      told: await db.query('SELECT kind, payload FROM domain_events ORDER BY id'),
    });
    const before = await effects();
    // As if all of it had happened in that month.
    const old = idIn(OLD);
    await db.query('UPDATE webhook_deliveries SET id = $2 WHERE id = $1', [first?.id, old]);
    await db.query('UPDATE webhook_digests SET delivery_id = $2 WHERE delivery_id = $1', [first?.id, old]);

    await deliver(app.api, body);
    expect(await deliveries()).toEqual([{ id: old, state: 'processed' }]);
    await removeOld();
    expect(await deliveries()).toEqual([]);
    await deliver(app.api, body);
    const again = await eventually(deliveries, (rows) => rows[0]?.state === 'processed');
    expect(again).toHaveLength(1);
    expect(again[0]?.id).not.toBe(old);
    expect(await effects()).toEqual(before);
  });
});

describe('a message that was removed', () => {
  it('is not found any more; its conversation is listed without what it said', async () => {
    const month = await fillMonth(db, tenant, VERY_OLD);
    const [id = ''] = month.messages;
    expect((await client.get(`/api/meta/whatsapp/messages/${id}`)).status).toBe(200);
    await removeOld();
    expect((await client.get(`/api/meta/whatsapp/messages/${id}`)).status).toBe(404);

    const conversation = await client.get(`/api/meta/conversations/${month.conversationId}`);
    expect(conversation.status).toBe(200);
    expect(conversation.body.data).toMatchObject({ lastMessagePreview: null, unreadCount: 0 });
    const thread = await client.get(`/api/meta/conversations/${month.conversationId}/messages`);
    expect(thread.status).toBe(200);
    expect(thread.text).not.toContain(id);
    // The next one goes on where the thread was.
    const rows: unknown[] = await db.query('SELECT last_seq FROM conversations WHERE id = $1', [
      month.conversationId,
    ]);
    expect(rows).toEqual([{ last_seq: '5' }]);
  });
});

describe('the ledger of sends', () => {
  it('forgets what was finished long ago, and nothing else', async () => {
    const now = new Date();
    const long = startOfMonth(now, -12);
    const orders: [string, string, string | null][] = [
      ['accepted', idIn(long), 'now'],
      ['failed', idIn(long), 'now'],
      ['unknown', idIn(long), 'now'],
      ['queued', idIn(long), null],
      ['sending', idIn(long), null],
      ['accepted', newId(), 'now'],
    ];
    const other = await aTenant(db);
    for (const { accountId, assetId } of [tenant, other])
      for (const [state, messageId, finishedAt] of orders)
        await db.query(
          `INSERT INTO message_sends (account_id, message_id, asset_id, platform, request, state, finished_at, available_at)
           VALUES ($1, $2, $3, 'messenger', '{}', $4, $5::timestamptz, now() + interval '1 day')`,
          [accountId, messageId, assetId, state, finishedAt],
        );
    // Under way for a moment only, or it would be settled as abandoned.
    await db.query(`UPDATE message_sends SET started_at = now() WHERE state = 'sending'`);
    await app.app.get(FinishedSendsScheduler).forget(now, 2);
    for (const { accountId } of [tenant, other]) {
      const left: { message_id: string }[] = await db.query(
        `SELECT message_id FROM message_sends WHERE account_id = $1 AND platform = 'messenger' ORDER BY message_id`,
        [accountId],
      );
      expect(left.map(({ message_id }) => message_id)).toEqual(
        orders
          .slice(3)
          .map(([, id]) => id)
          .sort(),
      );
    }
  });
});

describe('the scheduler', () => {
  const schedulerOf = (settings: Record<string, string>): PartitionScheduler => {
    const config = new AppConfig(parseEnv({ ...testEnvironment('postgres://x/x', 3000), ...settings }));
    return new PartitionScheduler(new SchemaOwner(db, config), config);
  };

  it('removes nothing in a process without that role, and keeps messages for ever unless told otherwise', async () => {
    const month = await fillMonth(db, tenant, VERY_OLD);
    const tables = ['webhook_deliveries', 'messages', 'message_statuses'].map((table) =>
      partitionName(table, month.first),
    );
    const left = async (): Promise<string[]> => {
      const found = await Promise.all(tables.map(async (table) => ((await isThere(table)) ? [table] : [])));
      return found.flat();
    };
    await schedulerOf({ APP_ROLES: 'api,worker', MESSAGE_RETENTION_DAYS: '90' }).removeOld();
    expect(await left()).toEqual(tables);
    await schedulerOf({}).removeOld();
    expect(await left()).toEqual(tables.slice(1));
    await schedulerOf({ MESSAGE_RETENTION_DAYS: '90', RETENTION_DETACHED: 'keep' }).removeOld();
    expect(await left()).toEqual([]);
    for (const table of tables.slice(1)) expect(await isThere(`${table}_archived`)).toBe(true);
  });

  it('begins nothing once the process is closing', async () => {
    await makeMonth(db, VERY_OLD);
    const scheduler = schedulerOf({});
    await scheduler.beforeApplicationShutdown();
    await scheduler.removeOld();
    expect(await isThere(partitionName('webhook_deliveries', VERY_OLD))).toBe(true);
  });
});
