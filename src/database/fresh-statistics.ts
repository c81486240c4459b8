import type { DataSource } from 'typeorm';

/** Any fixed number: the one node that holds it looks. */
const STATISTICS_LOCK = 7_205_022;
/** With fewer rows no plan is slow. */
const LEAST_CHANGES = 200;
/** A table that has grown by this factor since it was analysed is another table. Slower growth is autovacuum's. */
const GROWTH = 4;

/**
 * Analyses tables that have none or much too old statistics. Autovacuum does so too, but looks only once a minute, and a new
 * table (each month's partitions are new) gets tens of thousands of rows in that time. Until then the planner takes any
 * index whose first column is the account's for equally good, and reads all rows of an account to find one.
 * @returns the names of those it analysed; null when another node is at it
 */
export async function analyseFreshTables(database: DataSource): Promise<string[] | null> {
  const holder = database.createQueryRunner();
  try {
    const [answer]: { locked: boolean }[] = await holder.manager.query(
      'SELECT pg_try_advisory_lock($1) AS locked',
      [STATISTICS_LOCK],
    );
    if (answer?.locked !== true) return null;
    try {
      const rows: { name: string }[] = await holder.manager.query(
        `SELECT quote_ident(s.schemaname) || '.' || quote_ident(s.relname) AS name
           FROM pg_stat_user_tables s JOIN pg_class c ON c.oid = s.relid
          WHERE s.schemaname = current_schema() AND c.relkind = 'r' AND s.n_mod_since_analyze >= $1
            AND (c.reltuples < 0 OR s.n_mod_since_analyze > $2 * c.reltuples)
            AND pg_has_role(c.relowner, 'USAGE')
          ORDER BY s.n_mod_since_analyze DESC`,
        [LEAST_CHANGES, GROWTH],
      );
      for (const { name } of rows) await holder.query(`ANALYZE ${name}`);
      return rows.map(({ name }) => name);
    } finally {
      await holder.query('SELECT pg_advisory_unlock($1)', [STATISTICS_LOCK]);
    }
  } finally {
    await holder.release();
  }
}
