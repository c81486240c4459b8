import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { newId } from '../../src/database/ids';
import { createMonthPartitions, partitionName, startOfMonth } from '../../src/database/month-partitions';
import { PartitionRetention, type RetentionResult } from '../../src/database/partition-retention';
import { eventually } from '../eventually';
import { type Tenant, aTenant, anArrivedStatus } from '../factories/conversations.factory';
import { messageStores } from '../factories/message-stores';
import { aDelivery, aMessage, fillMonth } from '../factories/old-month.factory';
import { NOTHING, NOW, PACE, RULES, RetentionDatabase } from '../retention-database';

let at: RetentionDatabase;
let tenant: Tenant;

beforeAll(async () => {
  at = await RetentionDatabase.open();
});
afterAll(() => at.close());
beforeEach(async () => {
  tenant = await aTenant(at.db);
  for (const level of ['log', 'warn'] as const)
    jest.spyOn(Logger.prototype, level).mockImplementation(() => undefined);
});
afterEach(async () => {
  jest.restoreAllMocks();
  await at.endAll();
});

describe('live traffic', () => {
  it('goes on while a month waits for transactions that were there before, and loses nothing', async () => {
    const month = await fillMonth(at.db, tenant, at.nextMonth());
    const name = partitionName('webhook_deliveries', month.first);
    const old = await at.begin();
    const ofOld = newId();
    await old.query('INSERT INTO webhook_deliveries (id, digest, body) VALUES ($1, $2, $2)', [
      ofOld,
      Buffer.from(ofOld),
    ]);
    const removing = at.run({}, { pace: { ...PACE, lockTimeoutMs: 60_000 } });
    await eventually(
      () => at.stateOf(name),
      (state) => state === 'detaching',
    );

    // The open transaction was there before: while it lives, nothing is removed. And nobody is held up.
    const written: string[] = [];
    for (let index = 0; index < 50; index++) {
      written.push(await aDelivery(at.db, newId(), 'processed'));
      await aMessage(at.db, tenant, month.conversationId, newId(), { seq: 6 + index, isSent: true });
    }
    expect(await at.stateOf(name)).toBe('detaching');
    await at.end(old);
    expect((await removing)?.stayed).toEqual([]);

    const found: { id: string }[] = await at.db.query(
      'SELECT id FROM webhook_deliveries WHERE id = ANY($1)',
      [[...written, ofOld]],
    );
    expect(found).toHaveLength(51);
    const messages: unknown[] = await at.db.query('SELECT 1 FROM messages WHERE conversation_id = $1', [
      month.conversationId,
    ]);
    expect(messages).toHaveLength(50);
    expect(await at.rowsOf(month)).toEqual(NOTHING);
  });

  it('loses nothing while all months of all tables go', async () => {
    for (let count = 0; count < 3; count++) await fillMonth(at.db, tenant, at.nextMonth());
    const written: string[] = [];
    const over = new AbortController();
    const writing = (async (): Promise<void> => {
      while (!over.signal.aborted) written.push(await aDelivery(at.db, newId(), 'processed'));
    })();
    const result = await at.run();
    over.abort();
    await writing;
    expect(result?.removed).toHaveLength(9);
    expect(result?.stayed).toEqual([]);
    const [row]: { count: number }[] = await at.db.query(
      `SELECT count(*)::int AS count FROM webhook_deliveries d JOIN webhook_digests g ON g.delivery_id = d.id
        WHERE d.id = ANY($1)`,
      [written],
    );
    expect(written.length).toBeGreaterThan(0);
    expect(row?.count).toBe(written.length);
  });

  it('gives up until the next day when a reader of that month never ends', async () => {
    const month = await fillMonth(at.db, tenant, at.nextMonth());
    const errors = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    const name = partitionName('webhook_deliveries', month.first);
    const reader = await at.begin();
    await reader.query(`SELECT count(*) FROM ${name}`);
    const result = await at.run({ messageDays: 0 }, { pace: { ...PACE, lockTimeoutMs: 20, attempts: 3 } });
    expect(result).toEqual({ removed: [], stayed: [name] });
    expect(errors).toHaveBeenCalledWith(expect.stringContaining('The next run goes on with it.'));
    await at.end(reader);
    await at.run();
    await at.expectRemoved(month);
  });

  it('may bring a status for a message of that month at any moment', async () => {
    const month = await fillMonth(at.db, tenant, at.nextMonth());
    const { statuses } = messageStores(at.db);
    const steps: string[] = [];
    await at.run(
      {},
      {
        onStep: async (step) => {
          steps.push(step);
          await at.db.transaction((tx) =>
            statuses.apply(tx, [
              anArrivedStatus(
                tenant,
                `wamid.${month.messages[0]}`,
                steps.length % 2 === 0 ? 'read' : 'delivered',
              ),
            ]),
          );
        },
      },
    );
    expect(steps.length).toBeGreaterThan(10);
    await at.expectRemoved(month);
    // Nobody knows the message any more: it waits, and is forgotten.
    const waiting: unknown[] = await at.db.query('SELECT 1 FROM waiting_statuses WHERE account_id = $1', [
      tenant.accountId,
    ]);
    expect(waiting.length).toBeGreaterThan(0);
  });
});

describe('a process that dies', () => {
  it('after any step leaves what the next run finishes, to the same end', async () => {
    const current = await fillMonth(at.db, tenant, startOfMonth(NOW));
    const before = await at.rowsOf(current);
    let isThrough = false;
    let survived = 0;
    while (!isThrough) {
      const month = await fillMonth(at.db, tenant, at.nextMonth());
      const dying = new AbortController();
      let steps = 0;
      isThrough = await at
        .run(
          {},
          {
            signal: dying.signal,
            onStep: () => {
              steps += 1;
              if (steps > survived) dying.abort();
            },
          },
        )
        .then(
          () => true,
          () => false,
        );
      if (!isThrough) await at.run();
      await at.expectRemoved(month);
      survived += 1;
    }
    // Three months marked, detached and dropped, and the chunks of five sorts of keys.
    expect(survived).toBeGreaterThan(20);
    expect(await at.rowsOf(current)).toEqual(before);
  });

  it('in the middle of detaching is gone on with', async () => {
    const month = await fillMonth(at.db, tenant, at.nextMonth());
    const name = partitionName('webhook_deliveries', month.first);
    const reader = await at.begin();
    await reader.query('SELECT count(*) FROM webhook_deliveries');
    const removing = at
      .run({}, { pace: { ...PACE, lockTimeoutMs: 60_000 } })
      .catch((error: unknown) => error);
    const pid = await at.waitForLock('ALTER TABLE webhook_deliveries DETACH PARTITION%');
    await eventually(
      () => at.stateOf(name),
      (state) => state === 'detaching',
    );
    await at.db.query('SELECT pg_terminate_backend($1)', [pid]);
    expect(await removing).toBeInstanceOf(Error);
    expect(await at.stateOf(name)).toBe('detaching');
    await at.end(reader);

    // Partitions can still be made, and what was begun is finished even if nothing more is to go.
    expect(await createMonthPartitions(at.db.manager, NOW)).toEqual([]);
    const states: string[] = [];
    const result = await at.run(
      { webhookDays: 0, messageDays: 0 },
      {
        onStep: async (step) => {
          if (step === `detached ${name}`) states.push(await at.stateOf(name));
        },
      },
    );
    expect(states).toEqual(['detached']);
    expect(result?.removed).toEqual([name]);
    await at.run();
    await at.expectRemoved(month);
  });

  it('does not take the digest of a body that came again since', async () => {
    const month = await fillMonth(at.db, tenant, at.nextMonth());
    const dying = new AbortController();
    await at
      .run(
        {},
        {
          signal: dying.signal,
          onStep: (step) => {
            if (step === 'removed a part of digests') dying.abort();
          },
        },
      )
      .catch(() => undefined);
    const again = newId();
    await at.db.query(
      `INSERT INTO webhook_digests (digest, delivery_id)
       SELECT digest, $1 FROM ${partitionName('webhook_deliveries', month.first)} WHERE id = $2`,
      [again, [...month.deliveries].sort()[0]],
    );
    await at.run();
    await at.expectRemoved(month);
    const kept: unknown[] = await at.db.query('SELECT 1 FROM webhook_digests WHERE delivery_id = $1', [
      again,
    ]);
    expect(kept).toHaveLength(1);
  });
});

describe('several schedulers', () => {
  it('work one at a time', async () => {
    const month = await fillMonth(at.db, tenant, at.nextMonth());
    const others: (RetentionResult | null)[] = [];
    const result = await at.run(
      {},
      {
        onStep: async () => {
          others.push(await new PartitionRetention(at.db).run(RULES, { now: NOW, pace: PACE }));
        },
      },
    );
    expect(result?.removed).toHaveLength(3);
    expect(others.length).toBeGreaterThan(10);
    expect(new Set(others)).toEqual(new Set([null]));
    await at.expectRemoved(month);
  });
});
