import type { TestApp } from '../test-app';
import type { Tenant } from './conversations.factory';

/** Told in the background of what somebody wrote, and when a row was touched last: no merge does anything with them. */
const UNCOMPARED = `'{updated_at,sentiment,sentiment_score,sentiment_trend,sentiment_language,sentiment_model,
  sentiment_corrected_at,sentiment_corrected_by,confidence,priority}'::text[]`;

/** Everything that a merge could have moved. */
export async function personTables(
  app: TestApp,
  { accountId }: Pick<Tenant, 'accountId'>,
): Promise<Record<string, unknown[]>> {
  const tables: Record<string, unknown[]> = {};
  for (const [table, order] of [
    ['contacts', 'id'],
    ['contact_identities', 'kind, value'],
    ['conversations', 'id'],
    ['messages', 'id'],
    ['message_keys', 'external_id'],
  ] as const) {
    const rows: { row: unknown }[] = await app.db.query(
      `SELECT to_jsonb(t) - ${UNCOMPARED} AS row FROM ${table} t WHERE account_id = $1 ORDER BY ${order}`,
      [accountId],
    );
    tables[table] = rows.map(({ row }) => row);
  }
  return tables;
}
