import type { EntityManager } from 'typeorm';
import { firstIdAt } from './ids';
import {
  PARTITIONED_TABLES,
  type PartitionedTable,
  freeTableName,
  listPartitions,
} from './partition-catalogue';
import { untilUnlocked } from './patience';

/** Enough that a scheduler may be down for months before an insert finds no partition. */
export const MONTHS_AHEAD = 6;
/** Clocks of several machines differ: last month's partitions are there too, and retention leaves them. */
export const MONTHS_BEHIND = 1;

const PARTITION_LOCK = 7_205_020;
/** Writers of conversations stand behind a waiting ATTACH, as the foreign key of messages is extended with it. */
const PATIENCE = { lockTimeoutMs: 2_000, attempts: 15, retryPauseMs: 1_000 };

/** First instant (UTC) of the month that lies `offset` months after that of `instant`. */
export function startOfMonth(instant: Date, offset = 0): Date {
  return new Date(Date.UTC(instant.getUTCFullYear(), instant.getUTCMonth() + offset, 1));
}

export function partitionName(table: string, month: Date): string {
  return `${table}_${month.getUTCFullYear()}_${String(month.getUTCMonth() + 1).padStart(2, '0')}`;
}

/**
 * Creates the partitions of last month up to `MONTHS_AHEAD` months from now, those that are not there yet: all or none.
 * Safe to run on several nodes at once, and beside live traffic.
 * @returns the names of those it created
 */
export async function createMonthPartitions(manager: EntityManager, now: Date): Promise<string[]> {
  if ((await missingMonths(manager, now)).length === 0) return [];
  return untilUnlocked(PATIENCE, undefined, () =>
    manager.transaction(async (tx) => {
      await tx.query('SELECT pg_advisory_xact_lock($1)', [PARTITION_LOCK]);
      await tx.query(`SET LOCAL lock_timeout = ${PATIENCE.lockTimeoutMs}`);
      const created: string[] = [];
      for (const missing of await missingMonths(tx, now)) created.push(await createPartition(tx, missing));
      return created;
    }),
  );
}

/** Whether what is stored in the month of `now` finds its place. */
export async function hasPartitionsOf(manager: EntityManager, now: Date): Promise<boolean> {
  const first = startOfMonth(now).getTime();
  return (await missingMonths(manager, now)).every((month) => month.first.getTime() !== first);
}

interface Month {
  table: PartitionedTable;
  first: Date;
}

/** By their bounds: a name may belong to a table that was a partition once. */
async function missingMonths(manager: EntityManager, now: Date): Promise<Month[]> {
  const partitions = await listPartitions(manager);
  const existing = new Set(
    partitions
      .filter(({ state }) => state !== 'detached')
      .map(({ table, range }) => `${table} ${range.from}`),
  );
  return PARTITIONED_TABLES.flatMap((table) =>
    Array.from({ length: MONTHS_BEHIND + 1 + MONTHS_AHEAD }, (_, index) => ({
      table,
      first: startOfMonth(now, index - MONTHS_BEHIND),
    })),
  ).filter(({ table, first }) => !existing.has(`${table} ${firstIdAt(first)}`));
}

/** Made beside its table and then attached: CREATE TABLE … PARTITION OF would wait for, and hold up, every reader. */
async function createPartition(tx: EntityManager, { table, first }: Month): Promise<string> {
  const name = await freeTableName(tx, partitionName(table, first));
  const from = firstIdAt(first);
  const to = firstIdAt(startOfMonth(first, 1));
  // Identifiers and bounds come from the constants and dates above, never from outside.
  await tx.query(`CREATE TABLE ${name} (LIKE ${table} INCLUDING ALL)`);
  await tx.query(`ALTER TABLE ${table} ATTACH PARTITION ${name} FOR VALUES FROM ('${from}') TO ('${to}')`);
  return name;
}
