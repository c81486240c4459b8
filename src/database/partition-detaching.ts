import type { EntityManager } from 'typeorm';
import { type StoredPartition, clearMark, freeTableName, listPartitions } from './partition-catalogue';
import { type Pace, untilUnlocked } from './patience';

/**
 * Takes a month out of its table without holding up anybody: what runs goes on, and inserts into other months are not
 * made to wait. Waits itself for the transactions that were there before, and takes up what somebody who died left.
 * @param db of one connection outside a transaction, with a `lock_timeout`
 */
export async function detachPartition(
  db: EntityManager,
  { table, name }: StoredPartition,
  pace: Pace,
  signal: AbortSignal | undefined,
): Promise<void> {
  await untilUnlocked(pace, signal, async () => {
    // Looked up for each attempt: one that was refused its lock half-way has hidden the partition already.
    const state = (await listPartitions(db)).find((other) => other.name === name)?.state;
    if (state === 'attached') await db.query(`ALTER TABLE ${table} DETACH PARTITION ${name} CONCURRENTLY`);
    if (state === 'detaching') await db.query(`ALTER TABLE ${table} DETACH PARTITION ${name} FINALIZE`);
  });
}

/** Puts a month back in its place, all of its rows with it. */
export async function attachAgain(
  db: EntityManager,
  { table, name, range }: StoredPartition,
  pace: Pace,
  signal: AbortSignal | undefined,
): Promise<void> {
  await untilUnlocked(pace, signal, () =>
    db.transaction(async (tx) => {
      await tx.query(
        `ALTER TABLE ${table} ATTACH PARTITION ${name} FOR VALUES FROM ('${range.from}') TO ('${range.to}')`,
      );
      await clearMark(tx, name);
    }),
  );
}

/** Dropping messages locks conversations for an instant, for the foreign key between them: hence the patience. */
export async function dropDetached(
  db: EntityManager,
  name: string,
  pace: Pace,
  signal: AbortSignal | undefined,
): Promise<void> {
  await untilUnlocked(pace, signal, () => db.query(`DROP TABLE ${name}`));
}

/**
 * Leaves a detached month to the operator, under a name that says so and frees its own, and without foreign keys: what
 * becomes of a conversation, as when two turn out to be one, changes nothing in an archive.
 * @returns the new name
 */
export async function archiveDetached(
  db: EntityManager,
  name: string,
  pace: Pace,
  signal: AbortSignal | undefined,
): Promise<string> {
  return untilUnlocked(pace, signal, () =>
    db.transaction(async (tx) => {
      const [row]: { relname: string }[] = await tx.query(
        'SELECT relname FROM pg_class WHERE oid = $1::regclass',
        [name],
      );
      if (row === undefined) throw new Error(`There is no table ${name}.`);
      const keys: { key: string }[] = await tx.query(
        `SELECT quote_ident(conname) AS key FROM pg_constraint WHERE conrelid = $1::regclass AND contype = 'f'`,
        [name],
      );
      for (const { key } of keys) await tx.query(`ALTER TABLE ${name} DROP CONSTRAINT ${key}`);
      const archived = await freeTableName(tx, `${row.relname}_archived`);
      await clearMark(tx, name);
      await tx.query(`ALTER TABLE ${name} RENAME TO ${archived}`);
      return archived;
    }),
  );
}
