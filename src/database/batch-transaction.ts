import type { EntityManager } from 'typeorm';

/** Far longer than a batch thinks between two statements. */
const LONGEST_IDLE_MS = 30_000;

/**
 * First thing in a transaction that looks up, and locks, the rows of one batch in tables of any size.
 *
 * PostgreSQL finds each row by its index: while a table has no statistics, as each month's new partitions have none, the
 * planner would rather merge or hash the batch with the whole table, which gets slower with every row until the first
 * ANALYZE. Nothing is compiled (`jit`): a batch is too short for that, however dear the planner takes it to be. And it
 * ends the transaction of a process that is frozen or cut off, whose locks would stop all others.
 */
export async function beginBatch(tx: EntityManager): Promise<void> {
  await tx.query(
    `SET LOCAL enable_mergejoin = off; SET LOCAL enable_hashjoin = off;
     SET LOCAL jit = off; SET LOCAL idle_in_transaction_session_timeout = ${LONGEST_IDLE_MS}`,
  );
}
