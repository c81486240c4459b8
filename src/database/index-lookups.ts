import type { EntityManager } from 'typeorm';

/**
 * For transactions that look up the rows of one batch in tables of any size: makes PostgreSQL find each by its index.
 * While a table is new (each month's partitions are) it has no statistics, and the planner would rather merge or hash the
 * batch with the whole table, which gets slower with every row until the first ANALYZE.
 */
export async function preferIndexLookups(tx: EntityManager): Promise<void> {
  await tx.query('SET LOCAL enable_mergejoin = off; SET LOCAL enable_hashjoin = off');
}
