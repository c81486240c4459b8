import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { clearEmptiedConversations } from '../../src/database/emptied-conversations';
import { newId } from '../../src/database/ids';
import { createMonthPartitions, partitionName, startOfMonth } from '../../src/database/month-partitions';
import { listPartitions } from '../../src/database/partition-catalogue';
import type { RetentionResult } from '../../src/database/partition-retention';
import { eventually } from '../eventually';
import { type Tenant, aTenant } from '../factories/conversations.factory';
import { aConversation, aMessage, fillMonth, idIn, makeMonth } from '../factories/old-month.factory';
import { FULL, NOTHING, NOW, PACE, RetentionDatabase } from '../retention-database';

let at: RetentionDatabase;
let tenant: Tenant;
let warnings: string[];

beforeAll(async () => {
  at = await RetentionDatabase.open();
});
afterAll(() => at.close());
beforeEach(async () => {
  tenant = await aTenant(at.db);
  warnings = [];
  jest.spyOn(Logger.prototype, 'log').mockImplementation(() => undefined);
  jest.spyOn(Logger.prototype, 'warn').mockImplementation((message: unknown) => {
    warnings.push(String(message));
  });
});
afterEach(async () => {
  jest.restoreAllMocks();
  await at.endAll();
});

describe('a month that is older than it is to be kept', () => {
  it('is dropped with all that points into it, and nothing else', async () => {
    const month = await fillMonth(at.db, tenant, at.nextMonth());
    const current = await fillMonth(at.db, tenant, startOfMonth(NOW));
    expect(await at.rowsOf(month)).toEqual(FULL);

    const result = await at.run();
    expect(result?.removed).toEqual(
      ['webhook_deliveries', 'messages', 'message_statuses'].map((table) =>
        partitionName(table, month.first),
      ),
    );
    expect(result?.stayed).toEqual([]);
    await at.expectRemoved(month);
    // Their files are removed by who can reach them.
    const files: unknown[] = await at.db.query('SELECT FROM media_removals WHERE storage_key = ANY ($1)', [
      month.messages.map((id) => `${tenant.accountId}/${id}`),
    ]);
    expect(files).toHaveLength(4);
    expect(await at.rowsOf(current)).toEqual(FULL);
    expect(await at.conversation(current.conversationId)).toMatchObject({
      unread_count: 2,
      last_message_preview: 'Hello',
    });
    expect(await at.run()).toEqual({ removed: [], stayed: [] });
  });

  it('is one whose last day is, and never last month', async () => {
    const first = new Date(Date.UTC(2030, 0, 1));
    const month = await fillMonth(at.db, tenant, first);
    const on = (now: string, webhookDays: number): Promise<RetentionResult | null> =>
      at.run({ webhookDays, messageDays: 0 }, { now: new Date(now) });

    // Other months, of the present, are older still at that time; they are not what is asked about.
    const name = partitionName('webhook_deliveries', first);
    expect((await on('2030-05-01T23:59:59Z', 91))?.removed).not.toContain(name);
    expect((await on('2030-02-28T12:00:00Z', 1))?.removed).not.toContain(name);
    expect((await at.rowsOf(month)).webhook_deliveries).toBe(5);
    expect((await on('2030-05-03T00:00:00Z', 91))?.removed).toContain(name);
    // Messages are kept for ever by these rules.
    expect(await at.rowsOf(month)).toEqual({
      ...FULL,
      webhook_deliveries: 0,
      webhook_digests: 0,
      webhook_quarantine: 0,
    });
    await createMonthPartitions(at.db.manager, NOW);
  });

  it('says how many dead and unclaimed deliveries go with it', async () => {
    const { first } = await fillMonth(at.db, tenant, at.nextMonth());
    await at.run();
    expect(warnings).toEqual([
      `With ${partitionName('webhook_deliveries', first)} go 1 dead deliveries, which never had their effects, and 1 for accounts that nobody connected.`,
    ]);
  });

  it('stays for ever where the days are 0', async () => {
    const month = await fillMonth(at.db, tenant, at.nextMonth());
    expect(await at.run({ webhookDays: 0, messageDays: 0 })).toEqual({ removed: [], stayed: [] });
    expect(await at.rowsOf(month)).toEqual(FULL);
    await at.run();
  });

  it('leaves conversations that go on with their preview and their count', async () => {
    const month = await fillMonth(at.db, tenant, at.nextMonth());
    await aMessage(at.db, tenant, month.conversationId, newId(), { seq: 6, isSent: false });
    await at.run();
    expect(await at.conversation(month.conversationId)).toMatchObject({
      unread_count: 2,
      last_message_preview: 'Hello',
    });
  });

  it('does not take the preview of a message that arrives meanwhile', async () => {
    const first = at.nextMonth();
    await makeMonth(at.db, first);
    await at.db.query('CREATE TABLE detached_month (LIKE messages INCLUDING ALL)');
    const id = await aConversation(at.db, tenant, 1);
    await at.db.query(
      `INSERT INTO detached_month (account_id, id, conversation_id, asset_id, platform, direction, sender_type, type, status, seq, "timestamp")
       VALUES ($1, $2, $3, $4, 'whatsapp', 'inbound', 'customer', 'text', 'received', 1, now())`,
      [tenant.accountId, idIn(first), id, tenant.assetId],
    );
    const arriving = await at.begin();
    await arriving.query(
      `UPDATE conversations SET last_seq = 2, unread_count = 3, last_message_preview = 'New' WHERE id = $1`,
      [id],
    );
    const clearing = clearEmptiedConversations(at.db.manager, 'detached_month', 10, null);
    await at.waitForLock('%UPDATE conversations SET last_message_preview = NULL%');
    await at.end(arriving);
    await clearing;
    expect(await at.conversation(id)).toMatchObject({ unread_count: 3, last_message_preview: 'New' });
    await at.db.query('DROP TABLE detached_month');
    await at.run();
  });
});

describe('work that is not done', () => {
  it('keeps a month of deliveries: pending ones are never removed', async () => {
    const month = await fillMonth(at.db, tenant, at.nextMonth());
    const name = partitionName('webhook_deliveries', month.first);
    await at.db.query(`UPDATE webhook_deliveries SET state = 'pending' WHERE id = $1`, [month.deliveries[3]]);

    expect((await at.run())?.stayed).toEqual([name]);
    expect(await at.rowsOf(month)).toMatchObject({
      webhook_deliveries: 5,
      webhook_digests: 5,
      webhook_quarantine: 2,
    });
    expect(warnings).toEqual([
      expect.stringMatching(`^${name} .* stays: 1 of its deliveries are pending. See that`),
    ]);

    await at.db.query(`UPDATE webhook_deliveries SET state = 'processed' WHERE id = $1`, [
      month.deliveries[3],
    ]);
    expect((await at.run())?.removed).toEqual([name]);
    await at.expectRemoved(month);
  });

  it('brings a month back that was detached while somebody asked for a replay', async () => {
    const month = await fillMonth(at.db, tenant, at.nextMonth());
    const name = partitionName('webhook_deliveries', month.first);
    const result = await at.run(
      {},
      {
        onStep: async (step) => {
          if (step === `marked ${name}`)
            await at.db.query(`UPDATE webhook_deliveries SET state = 'pending' WHERE id = $1`, [
              month.deliveries[0],
            ]);
        },
      },
    );
    expect(result?.stayed).toEqual([name]);
    expect(await at.rowsOf(month)).toMatchObject({
      webhook_deliveries: 5,
      webhook_digests: 5,
      webhook_quarantine: 2,
    });
    expect(await listPartitions(at.db.manager)).toContainEqual(
      expect.objectContaining({ name, state: 'attached', isMarked: false }),
    );
    await at.db.query(`UPDATE webhook_deliveries SET state = 'dead' WHERE id = $1`, [month.deliveries[0]]);
    await at.run();
    await at.expectRemoved(month);
  });

  it.each(['queued', 'sending'])(
    'keeps a month with a message that is %s, and its statuses',
    async (state) => {
      const month = await fillMonth(at.db, tenant, at.nextMonth());
      await at.db.query('UPDATE message_sends SET state = $2 WHERE message_id = $1', [
        month.messages[0],
        state,
      ]);
      expect((await at.run())?.stayed).toEqual(
        ['messages', 'message_statuses'].map((table) => partitionName(table, month.first)),
      );
      expect(await at.rowsOf(month)).toEqual({
        ...FULL,
        webhook_deliveries: 0,
        webhook_digests: 0,
        webhook_quarantine: 0,
      });
      await at.db.query(`UPDATE message_sends SET state = 'unknown' WHERE message_id = $1`, [
        month.messages[0],
      ]);
      await at.run();
      await at.expectRemoved(month);
    },
  );
});

describe('months that are kept aside', () => {
  it('have all their rows, and no keys that point to them; the next run leaves them alone', async () => {
    const month = await fillMonth(at.db, tenant, at.nextMonth());
    expect((await at.run({ detached: 'keep' }))?.removed).toHaveLength(3);
    expect(await at.rowsOf(month)).toEqual(NOTHING);
    const archived = ['webhook_deliveries', 'messages', 'message_statuses'].map(
      (table) => `${partitionName(table, month.first)}_archived`,
    );
    const counts = await Promise.all(
      archived.map(async (name) => (await at.db.query<unknown[]>(`SELECT 1 FROM ${name}`)).length),
    );
    expect(counts).toEqual([5, 5, 2]);
    expect(await at.run({ detached: 'drop' })).toEqual({ removed: [], stayed: [] });
    expect(await at.isThere(archived[0] ?? '')).toBe(true);

    // A conversation may go, as when it is merged into another: the archive is as it was.
    await at.db.query('DELETE FROM conversations WHERE id = $1', [month.conversationId]);
    expect(await at.db.query(`SELECT 1 FROM ${archived[1] ?? ''}`)).toHaveLength(5);
    for (const name of archived) await at.db.query(`DROP TABLE ${name}`);
  });

  it('are in nobody’s way when their month is made again, and removed again', async () => {
    const first = at.nextMonth(9);
    const second = startOfMonth(first, 1);
    await fillMonth(at.db, tenant, first);
    await at.run({ detached: 'keep' });
    const name = partitionName('messages', first);
    await at.db.query(`ALTER TABLE ${name}_archived RENAME TO ${name}`);

    // Its own name is taken, by a table that is nobody's partition.
    const created = await createMonthPartitions(at.db.manager, second);
    expect(created).toContain(`${name}_2`);
    expect(created).toContain(partitionName('webhook_deliveries', first));
    expect(await createMonthPartitions(at.db.manager, second)).toEqual([]);
    await at.run({ detached: 'keep' });
    expect(await at.isThere(`${name}_2_archived`)).toBe(true);
    expect(await at.isThere(`${partitionName('webhook_deliveries', first)}_archived_2`)).toBe(true);
  });

  it('are told from tables that somebody detached by hand, whatever retention had in mind for them', async () => {
    const first = at.nextMonth();
    await makeMonth(at.db, first);
    const name = partitionName('webhook_deliveries', first);
    const dying = new AbortController();
    const stop = (): void => {
      dying.abort();
    };
    await at.run({}, { signal: dying.signal, onStep: stop }).catch(() => undefined);
    expect(await listPartitions(at.db.manager)).toContainEqual(
      expect.objectContaining({ name, isMarked: true }),
    );
    // The days are raised before it goes on.
    await at.run({ webhookDays: 0, messageDays: 0 });
    await at.db.query(`ALTER TABLE webhook_deliveries DETACH PARTITION ${name}`);
    await at.run();
    expect(await at.isThere(name)).toBe(true);
  });
});

describe('the removal of keys', () => {
  it('reads by indexes alone, however large the tables are', async () => {
    const first = at.nextMonth();
    await makeMonth(at.db, first);
    const later = startOfMonth(NOW);
    // 20,000 rows each that stay and 4,000 that go.
    for (const [month, count] of [
      [first, 4_000],
      [later, 20_000],
    ] as const) {
      const prefix = idIn(month).slice(0, 24);
      await at.db.query(
        `INSERT INTO webhook_deliveries (id, digest, body, state)
         SELECT ($1 || lpad(to_hex(n), 12, '0'))::uuid, sha256(($1 || n)::bytea), '', 'processed' FROM generate_series(1, $2::int) n`,
        [prefix, count],
      );
      await at.db.query(
        `INSERT INTO webhook_digests SELECT digest, id FROM webhook_deliveries WHERE id::text LIKE $1 || '%'`,
        [prefix],
      );
      await at.db.query(
        `INSERT INTO webhook_quarantine
         SELECT 'page', n::text, ($1 || lpad(to_hex(n), 12, '0'))::uuid FROM generate_series(1, $2::int) n`,
        [prefix, count],
      );
      await at.db.query(
        `INSERT INTO message_keys
         SELECT $3, $4, $1 || n, ($1 || lpad(to_hex(n), 12, '0'))::uuid FROM generate_series(1, $2::int) n`,
        [prefix, count, tenant.accountId, tenant.assetId],
      );
      await at.db.query(
        `INSERT INTO message_sends (account_id, message_id, asset_id, platform, request, state)
         SELECT $3, ($1 || lpad(to_hex(n), 12, '0'))::uuid, $4, 'whatsapp', '{}', 'accepted' FROM generate_series(1, $2::int) n`,
        [prefix, count, tenant.accountId, tenant.assetId],
      );
    }
    const tables = ['webhook_digests', 'webhook_quarantine', 'message_keys', 'message_sends'];
    for (const table of tables) await at.db.query(`ANALYZE ${table}`);
    const scans = async (): Promise<{ relname: string; whole: number; deleted: number }[]> =>
      at.db.query(
        `SELECT relname, seq_scan::int AS whole, n_tup_del::int AS deleted FROM pg_stat_user_tables WHERE relname = ANY($1)
          ORDER BY relname`,
        [tables],
      );
    // Every connection writes its counters with a delay: let each write those of the tests before now.
    await Promise.all(
      Array.from({ length: 30 }, () => at.db.query('SELECT pg_stat_force_next_flush(), pg_sleep(0.05)')),
    );
    const before = await eventually(scans, (rows) => rows.length === 4);
    await at.run({}, { pace: { ...PACE, chunkRows: 500 } });
    const after = await eventually(scans, (rows) =>
      rows.every(({ deleted }, index) => deleted - (before[index]?.deleted ?? 0) === 4_000),
    );
    expect(after.map(({ relname, whole }, index) => [relname, whole - (before[index]?.whole ?? 0)])).toEqual(
      [...tables].sort().map((table) => [table, 0]),
    );
  });
});
