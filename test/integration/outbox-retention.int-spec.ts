import { Logger } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { firstIdAt, newId } from '../../src/database/ids';
import { Outbox } from '../../src/domain-events/outbox';
import { type Tenant, aTenant } from '../factories/conversations.factory';
import { type RelayProcess, aRelayProcess, aTemplateEvent, tell } from '../factories/outbox.factory';
import { openMigratedDatabase } from '../migrated-database';

const DAY_MS = 86_400_000;
/** The tests' retention is the default of thirty days. */
const NOW = new Date();
const later = (days: number): Date => new Date(NOW.getTime() + days * DAY_MS);

let db: DataSource;
let close: () => Promise<void>;
let tenant: Tenant;
let process: RelayProcess;

beforeAll(async () => {
  ({ db, close } = await openMigratedDatabase());
});
afterAll(async () => {
  await close();
});
beforeEach(async () => {
  jest.spyOn(Logger.prototype, 'warn').mockImplementation();
  await db.query(
    'TRUNCATE domain_events, outbox_arrivals, outbox_batches, outbox_cursors, outbox_failures, webhook_deliveries CASCADE',
  );
  tenant = await aTenant(db);
  process = aRelayProcess(db);
});
afterEach(() => {
  jest.restoreAllMocks();
});

const say = (...names: string[]): Promise<void> => db.transaction((tx) => tell(tx, tenant, ...names));
async function kept(): Promise<string[]> {
  const rows: { name: string }[] = await db.query(
    `SELECT payload->>'name' AS name FROM domain_events ORDER BY id`,
  );
  return rows.map(({ name }) => name);
}
const countOf = async (table: string): Promise<number> =>
  (await db.query<{ count: number }[]>(`SELECT count(*)::integer FROM ${table}`))[0]?.count ?? -1;

function aReader(name: string, refused?: string): string[] {
  const told: string[] = [];
  process.subscribers.register({
    name,
    kinds: ['template.updated'],
    from: 'beginning',
    handle: (events) => {
      const names = events.map(({ payload }) => payload.name);
      if (refused !== undefined && names.includes(refused)) return Promise.reject(new Error('refused'));
      told.push(...names);
      return Promise.resolve();
    },
  });
  return told;
}

/** As it stands when its process is away and nobody tells it. */
async function aLaggingReader(position: string): Promise<void> {
  await db.query(
    `INSERT INTO outbox_cursors SELECT 'lagging', $1, 'ffffffff-ffff-ffff-ffff-ffffffffffff' FROM outbox_sequence`,
    [position],
  );
}

it('forgets what everybody was told of once it is old enough, batches too', async () => {
  aReader('reader');
  await say('a', 'b');
  await process.relay.settle();
  expect(await process.retention.forget(later(29))).toBe(0);
  expect(await process.retention.forget(later(31))).toBe(2);
  expect(await kept()).toEqual([]);
  expect(await countOf('outbox_batches')).toBe(0);
});

it('gives no place twice when all batches are gone', async () => {
  const told = aReader('reader');
  await say('a');
  await process.relay.settle();
  await process.retention.forget(later(31));
  await say('b');
  await process.relay.settle();
  expect(told).toEqual(['a', 'b']);
});

it('keeps what a subscriber that lags behind was not told of, though this process does not know it', async () => {
  aReader('reader');
  await say('a');
  await process.relay.settle();
  const [{ position } = { position: '' }]: { position: string }[] = await db.query(
    'SELECT position FROM outbox_cursors',
  );
  await aLaggingReader(position);
  await say('b');
  await say('c');
  await process.relay.settle();
  await process.retention.forget(later(29.9));
  await db.query(`UPDATE outbox_cursors SET updated_at = $1 WHERE subscriber = 'lagging'`, [later(1)]);
  await process.retention.forget(later(31));
  expect(await kept()).toEqual(['b', 'c']);

  const told = aReader('lagging');
  await process.relay.settle();
  expect(told).toEqual(['b', 'c']);
  await process.retention.forget(later(62));
  expect(await kept()).toEqual([]);
});

it('does not wait for a subscriber that is no more', async () => {
  aReader('reader');
  await aLaggingReader('0');
  await say('a');
  await process.relay.settle();
  await process.retention.forget(later(31));
  expect(await kept()).toEqual([]);
});

it('keeps what a subscriber that is known is in the middle of, or was never told', async () => {
  aReader('reader');
  await process.relay.settle();
  await say('a', 'b');
  await process.sequencer.run();
  await process.retention.forget(later(400));
  expect(await kept()).toEqual(['a', 'b']);
  await db.query(
    `UPDATE outbox_cursors SET position = (SELECT max(position) FROM outbox_batches), event_id = (SELECT id FROM domain_events ORDER BY id LIMIT 1)`,
  );
  await process.retention.forget(later(400));
  expect(await kept()).toEqual(['a', 'b']);
});

it('keeps what has no place yet', async () => {
  aReader('reader');
  await process.relay.settle();
  await say('a');
  await process.retention.forget(later(400));
  expect(await kept()).toEqual(['a']);
});

it('keeps an event that failed until it is told or long dead', async () => {
  aReader('reader', 'a');
  await say('a', 'b');
  await process.relay.settle();
  await process.retention.forget(later(400));
  expect(await kept()).toEqual(['a']);
  await db.query(`UPDATE outbox_failures SET state = 'dead'`);
  await process.retention.forget(later(29));
  expect(await kept()).toEqual(['a']);
  await process.retention.forget(later(31));
  expect(await kept()).toEqual([]);
  expect(await countOf('outbox_failures')).toBe(0);
});

it('keeps fingerprints while a delivery is left that could be replayed, so that nothing is told twice', async () => {
  const told = aReader('reader');
  const event = aTemplateEvent(tenant, 'once', { fingerprint: Buffer.from('1') });
  const record = (): Promise<void> => db.transaction((tx) => new Outbox().record(tx, [event]));
  const deliver = (id: string): Promise<unknown> =>
    db.query(`INSERT INTO webhook_deliveries (id, digest, body, received_at) VALUES ($1, $2, '{}', now())`, [
      id,
      Buffer.from(id),
    ]);
  await deliver(firstIdAt(new Date(NOW.getTime() - 60_000)));
  await deliver(newId());
  await record();
  await process.relay.settle();
  await process.retention.forget(later(89));
  expect(await kept()).toEqual(['once']);
  expect(await countOf('outbox_batches')).toBe(0);
  await record();
  await process.relay.settle();
  expect(told).toEqual(['once']);
  await db.query('DELETE FROM webhook_deliveries');
  await process.retention.forget(later(89));
  expect(await kept()).toEqual([]);
});

it('works in chunks, through more than fits in one', async () => {
  aReader('reader');
  const name = (index: number): string => `e${index}`;
  await say(...Array.from({ length: 6_000 }, (_, index) => name(index)));
  await db.query(
    `WITH batch AS (SELECT gen_random_uuid() AS id FROM generate_series(1, 1500)),
          told AS (INSERT INTO domain_events (id, account_id, kind, payload, batch_id)
                   SELECT gen_random_uuid(), $1, 'template.updated', '{"name": "x"}', id FROM batch)
     INSERT INTO outbox_arrivals (batch_id, size) SELECT id, 1 FROM batch`,
    [tenant.accountId],
  );
  await process.relay.settle();
  expect(await process.retention.forget(later(31))).toBe(7_500);
  expect(await countOf('outbox_batches')).toBe(0);
});
