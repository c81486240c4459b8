import type { DataSource } from 'typeorm';

const LONGEST_STATEMENT_MS = 3_000;

/**
 * Reads for those who watch: PostgreSQL itself breaks it off after three seconds, so that looking at a database in trouble
 * does not add to the trouble.
 * @throws QueryFailedError, also for a statement that takes too long
 */
export async function readBounded<Row>(
  database: DataSource,
  statement: string,
  parameters: readonly unknown[] = [],
): Promise<Row[]> {
  return database.transaction(async (tx) => {
    await tx.query(`SET TRANSACTION READ ONLY; SET LOCAL statement_timeout = ${LONGEST_STATEMENT_MS}`);
    return tx.query(statement, [...parameters]);
  });
}
