import type { MigrationInterface, QueryRunner } from 'typeorm';

interface SummedTable {
  table: string;
  /** The days of UTC that rows of a relation have a part in, as a query of account and day. */
  daysOf(rows: string): string;
  /** Of rows that were replaced and those in their place, the ones that are different. */
  differing(one: string, other: string): string;
}

const dayOf = (at: string): string => `(${at} AT TIME ZONE 'UTC')::date`;

const CASE_COLUMNS = 'account_id, platform, asset_id, opened_at, closed_at';

const TABLES: readonly SummedTable[] = [
  {
    table: 'message_metrics',
    // A month's rows say nothing of the day. Those of quarters do where a day's sum stays what it was.
    daysOf: (rows) =>
      `SELECT account_id, ${dayOf('bucket_at')} AS day FROM ${rows} AS r WHERE grain <> 'month'`,
    // A sum is only touched for a difference.
    differing: (one) => one,
  },
  {
    table: 'conversation_cases',
    daysOf: (rows) => `SELECT r.account_id, ${dayOf('e.at')} AS day FROM ${rows} AS r
                        CROSS JOIN LATERAL (VALUES (r.opened_at), (r.closed_at)) AS e (at) WHERE e.at IS NOT NULL`,
    differing: (one, other) =>
      `(SELECT ${CASE_COLUMNS} FROM ${one} EXCEPT ALL SELECT ${CASE_COLUMNS} FROM ${other})`,
  },
];

/** As of months (1795824000010): a number that never comes again, not even in a database that has forgotten the latest. */
const NOW = `(extract(epoch FROM clock_timestamp()) * 1000000)::bigint`;

/** In the order in which rows are locked. */
const bumped = (days: string): string => `
  INSERT INTO figure_days AS d (account_id, day, version)
  SELECT c.account_id, c.day, ${NOW} FROM (${days}) AS c GROUP BY 1, 2 ORDER BY 1, 2
  ON CONFLICT ON CONSTRAINT figure_days_pkey DO UPDATE SET version = greatest(d.version + 1, excluded.version);`;

const functionsOf = ({ table, daysOf, differing }: SummedTable): string => `
  CREATE FUNCTION version_days_of_added_${table}() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    ${bumped(daysOf('new_rows'))}
    RETURN NULL;
  END $$;
  CREATE FUNCTION version_days_of_changed_${table}() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    ${bumped(`${daysOf(differing('new_rows', 'old_rows'))} UNION ALL ${daysOf(differing('old_rows', 'new_rows'))}`)}
    RETURN NULL;
  END $$;
  -- Only of days that are there: with an account all of its days go, and none may come back.
  CREATE FUNCTION version_days_of_removed_${table}() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    WITH changed AS MATERIALIZED (
      SELECT d.account_id, d.day FROM figure_days d
        JOIN (SELECT DISTINCT account_id, day FROM (${daysOf('old_rows')}) AS r) AS gone
          ON gone.account_id = d.account_id AND gone.day = d.day
       ORDER BY 1, 2 FOR UPDATE OF d)
    UPDATE figure_days d SET version = greatest(d.version + 1, ${NOW}) FROM changed
     WHERE d.account_id = changed.account_id AND d.day = changed.day;
    RETURN NULL;
  END $$;
  CREATE TRIGGER ${table}_days_added AFTER INSERT ON ${table}
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION version_days_of_added_${table}();
  CREATE TRIGGER ${table}_days_changed AFTER UPDATE ON ${table}
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION version_days_of_changed_${table}();
  CREATE TRIGGER ${table}_days_removed AFTER DELETE ON ${table}
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION version_days_of_removed_${table}();`;

/**
 * Which days of UTC have sums of messages, comments and cases, and a number that changes with each change of these: what a
 * process has read of a day is good for as long as the number is the same. Whoever changes sums, the tables tell.
 */
export class VersionFigureDays1795910400000 implements MigrationInterface {
  name = 'VersionFigureDays1795910400000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE figure_days (
        account_id uuid NOT NULL CONSTRAINT figure_days_account REFERENCES meta_accounts ON DELETE CASCADE,
        day date NOT NULL,
        version bigint NOT NULL,
        CONSTRAINT figure_days_pkey PRIMARY KEY (account_id, day)
      );
      ${TABLES.map(functionsOf).join('\n')}
      -- Each message and comment has a part in the sums of its account.
      ${bumped(`
        SELECT m.account_id, ${dayOf('m.bucket_at')} AS day FROM meta_accounts a
          JOIN message_metrics m ON m.account_id = a.id AND m.grain = 'day' AND m.dimension = 'account'
         UNION ALL
        SELECT account_id, day FROM (${TABLES[1]?.daysOf('conversation_cases') ?? ''}) AS k`)}
    `);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const { table } of TABLES)
      for (const what of ['added', 'changed', 'removed'])
        await queryRunner.query(`
          DROP TRIGGER ${table}_days_${what} ON ${table};
          DROP FUNCTION version_days_of_${what}_${table}();
        `);
    await queryRunner.query('DROP TABLE figure_days');
  }
}
