import type { MigrationInterface, QueryRunner } from 'typeorm';

interface DurationTable {
  table: string;
  kind: 'answers' | 'resolutions';
  at: string;
  /** All that questions about its durations depend on. */
  columns: string;
}

const TABLES: readonly DurationTable[] = [
  {
    table: 'message_metric_facts',
    kind: 'answers',
    at: 'answered_at',
    columns: 'account_id, answered_at, answer_seconds, is_first_answer, platform, asset_id, agent',
  },
  {
    table: 'conversation_cases',
    kind: 'resolutions',
    at: 'closed_at',
    columns: 'account_id, closed_at, seconds, platform, asset_id, closed_by',
  },
];

/** A month of UTC. */
const monthOf = (at: string): string => `date_trunc('month', ${at} AT TIME ZONE 'UTC')::date`;

/**
 * A number that never comes again, not even where a restored database, or one that another took over from, has forgotten
 * the latest: a process that remembers a month by it would otherwise take another content for the one that it knows.
 */
const NOW = `(extract(epoch FROM clock_timestamp()) * 1000000)::bigint`;

/** In the order in which rows are locked. */
const bumped = ({ kind, at }: DurationTable, changed: string): string => `
  INSERT INTO figure_months AS m (account_id, kind, month, version)
  SELECT c.account_id, '${kind}', ${monthOf(`c.${at}`)}, ${NOW} FROM (${changed}) AS c
   GROUP BY 1, 3 ORDER BY 1, 3
  ON CONFLICT ON CONSTRAINT figure_months_pkey DO UPDATE SET version = greatest(m.version + 1, excluded.version);`;

const durationsOf = ({ columns, at }: DurationTable, rows: string): string =>
  `SELECT ${columns} FROM ${rows} WHERE ${at} IS NOT NULL`;

const functionsOf = (source: DurationTable): string => {
  const { table, at, kind } = source;
  const [added, removed] = [durationsOf(source, 'new_rows'), durationsOf(source, 'old_rows')];
  return `
    CREATE FUNCTION version_months_of_added_${table}() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      ${bumped(source, added)}
      RETURN NULL;
    END $$;
    -- Both lists as they are, not joined: a plan that was made for a row is kept for thousands.
    CREATE FUNCTION version_months_of_changed_${table}() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      ${bumped(source, `(${added} EXCEPT ALL ${removed}) UNION ALL (${removed} EXCEPT ALL ${added})`)}
      RETURN NULL;
    END $$;
    -- Only of months that are there: with an account all of its months go, and none may come back.
    CREATE FUNCTION version_months_of_removed_${table}() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      WITH changed AS MATERIALIZED (
        SELECT m.account_id, m.month FROM figure_months m
          JOIN (SELECT DISTINCT r.account_id, ${monthOf(`r.${at}`)} AS month FROM (${removed}) AS r) AS gone
            ON gone.account_id = m.account_id AND gone.month = m.month
         WHERE m.kind = '${kind}' ORDER BY 1, 2 FOR UPDATE OF m)
      UPDATE figure_months m SET version = greatest(m.version + 1, ${NOW}) FROM changed
       WHERE m.account_id = changed.account_id AND m.kind = '${kind}' AND m.month = changed.month;
      RETURN NULL;
    END $$;
    CREATE TRIGGER ${table}_months_added AFTER INSERT ON ${table}
      REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION version_months_of_added_${table}();
    CREATE TRIGGER ${table}_months_changed AFTER UPDATE ON ${table}
      REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
      FOR EACH STATEMENT EXECUTE FUNCTION version_months_of_changed_${table}();
    CREATE TRIGGER ${table}_months_removed AFTER DELETE ON ${table}
      REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION version_months_of_removed_${table}();

    ${bumped(source, durationsOf(source, table))}`;
};

/**
 * Which months have durations of answers and of cases, and a number that changes with each change of these: what a process
 * has read of a month is good for as long as the number is the same. Whoever changes durations, the tables tell.
 */
export class VersionFigureMonths1795824000010 implements MigrationInterface {
  name = 'VersionFigureMonths1795824000010';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE figure_months (
        account_id uuid NOT NULL CONSTRAINT figure_months_account REFERENCES meta_accounts ON DELETE CASCADE,
        kind text NOT NULL CONSTRAINT figure_months_kind_known CHECK (kind IN ('answers', 'resolutions')),
        -- Its first day, of UTC.
        month date NOT NULL,
        version bigint NOT NULL,
        CONSTRAINT figure_months_pkey PRIMARY KEY (account_id, kind, month)
      );
      ${TABLES.map(functionsOf).join('\n')}
    `);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const { table } of TABLES)
      for (const what of ['added', 'changed', 'removed'])
        await queryRunner.query(`
          DROP TRIGGER ${table}_months_${what} ON ${table};
          DROP FUNCTION version_months_of_${what}_${table}();
        `);
    await queryRunner.query('DROP TABLE figure_months');
  }
}
