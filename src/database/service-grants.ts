import type { EntityManager } from 'typeorm';

/**
 * Lets the service's role read and write the rows of all tables, and nothing else: it cannot change or remove a table,
 * nor write which migrations have run. Says only what is missing, so that it may run at every start; tables that are made
 * later, as each month's partitions are, get the same by default.
 * @param db of the tables' owner
 * @param role the service's
 */
export async function grantToService(db: EntityManager, role: string): Promise<void> {
  const [me]: { is_owner: boolean }[] = await db.query('SELECT current_user = $1 AS is_owner', [role]);
  if (me?.is_owner === true) return;
  const statements: { statement: string }[] = await db.query(
    `WITH mine AS (
       SELECT c.oid, c.relname, c.relkind FROM pg_class c
        WHERE c.relnamespace = current_schema()::regnamespace AND pg_has_role(c.relowner, 'USAGE'))
     SELECT format('GRANT USAGE ON SCHEMA %I TO %I', current_schema(), $1::text) AS statement
      WHERE NOT has_schema_privilege($1, current_schema(), 'USAGE')
     UNION ALL
     SELECT format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO %I', oid::regclass, $1::text) FROM mine
      WHERE relkind IN ('r', 'p') AND relname <> 'migrations'
        AND NOT (has_table_privilege($1, oid, 'SELECT') AND has_table_privilege($1, oid, 'INSERT')
             AND has_table_privilege($1, oid, 'UPDATE') AND has_table_privilege($1, oid, 'DELETE'))
     UNION ALL
     SELECT format('GRANT SELECT ON %s TO %I', oid::regclass, $1::text) FROM mine
      WHERE relname = 'migrations' AND NOT has_table_privilege($1, oid, 'SELECT')
     UNION ALL
     SELECT format('GRANT USAGE, SELECT ON SEQUENCE %s TO %I', oid::regclass, $1::text) FROM mine
      WHERE relkind = 'S' AND NOT (has_sequence_privilege($1, oid, 'USAGE') AND has_sequence_privilege($1, oid, 'SELECT'))
     UNION ALL
     SELECT format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO %I',
                   current_schema(), $1::text)
     UNION ALL
     SELECT format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I GRANT USAGE, SELECT ON SEQUENCES TO %I',
                   current_schema(), $1::text)`,
    [role],
  );
  for (const { statement } of statements) await db.query(statement);
  // Default rights cover it too, where it was made after they were set.
  if (statements.length > 0) await db.query(await revokeOfMigrations(db, role));
}

async function revokeOfMigrations(db: EntityManager, role: string): Promise<string> {
  const [row]: { statement: string }[] = await db.query(
    `SELECT format('REVOKE INSERT, UPDATE, DELETE ON migrations FROM %I', $1::text) AS statement`,
    [role],
  );
  if (row === undefined) throw new Error('PostgreSQL formats nothing.');
  return row.statement;
}
