import type { TestApp } from '../test-app';
import type { Tenant } from './conversations.factory';

/**
 * The tables in which rows of an account hold one of these texts, in whatever column; and the deliveries, which are of all
 * accounts.
 */
export async function tracesOf(
  app: TestApp,
  { accountId }: Pick<Tenant, 'accountId'>,
  texts: readonly string[],
): Promise<string[]> {
  const tables: { name: string }[] = await app.db.query(
    `SELECT c.relname AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'account_id'
      WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace = 'public'::regnamespace ORDER BY 1`,
  );
  const found: string[] = [];
  for (const { name } of tables) {
    const rows: unknown[] = await app.db.query(
      `SELECT 1 FROM ${name} t WHERE t.account_id = $1 AND to_jsonb(t)::text ~ $2 LIMIT 1`,
      [accountId, texts.join('|')],
    );
    if (rows.length > 0) found.push(name);
  }
  const deliveries: unknown[] = await app.db.query(
    `SELECT 1 FROM webhook_deliveries WHERE convert_from(body, 'UTF8') ~ $1 LIMIT 1`,
    [texts.join('|')],
  );
  return deliveries.length > 0 ? [...found, 'webhook_deliveries'] : found;
}
