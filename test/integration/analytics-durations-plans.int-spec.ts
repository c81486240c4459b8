import type { DataSource } from 'typeorm';
import {
  DurationMonthsRepository,
  type DurationRecord,
} from '../../src/analytics/response-times/duration-months.repository';
import type { AccountId } from '../../src/database/ids';
import { aTenant } from '../factories/conversations.factory';
import { openMigratedDatabase } from '../migrated-database';
import { nodesOf, plansOf } from '../query-plans';

let db: DataSource;
let close: () => Promise<void>;
let accountId: AccountId;
beforeAll(async () => {
  ({ db, close } = await openMigratedDatabase());
  const [tenant, other] = [await aTenant(db), await aTenant(db)];
  accountId = tenant.accountId;
  // Two accounts with two years of answers and cases, one message in four being an answer.
  for (const each of [tenant, other]) {
    await db.query(
      `INSERT INTO message_metric_facts (account_id, message_id, message_month, platform, asset_id, template_name,
                                         template_language, error_code, agent, sent_at, answered_at, answer_seconds)
       SELECT $1, gen_random_uuid(), '2024-03-01', 'whatsapp', $2, '', '', '', 'agent ' || n % 9, at,
              CASE WHEN n % 4 = 0 THEN at END, CASE WHEN n % 4 = 0 THEN n % 5000 END
         FROM generate_series(1, 40000) AS n, LATERAL (SELECT now() - n * interval '25 minutes' AS at) AS t`,
      [each.accountId, each.assetId],
    );
    await db.query(
      `INSERT INTO conversation_cases (account_id, conversation_id, after_activity_id, platform, asset_id, opened_at, closed_at, seconds)
       SELECT $1, gen_random_uuid(), gen_random_uuid(), 'whatsapp', $2, at - interval '1 hour', at, 3600
         FROM generate_series(1, 10000) AS n, LATERAL (SELECT now() - n * interval '100 minutes' AS at) AS t`,
      [each.accountId, each.assetId],
    );
  }
  await db.query('VACUUM ANALYZE message_metric_facts, conversation_cases');
}, 60_000);
afterAll(async () => {
  await close();
});

/** Two years back from this month, six at a time, as a question asks for those that it does not know. */
const months = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => {
    const now = new Date();
    return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - index)).toISOString().slice(0, 10);
  });

it.each<[DurationRecord, number, string]>([
  ['answers', 1, 'message_metric_facts_answers'],
  ['answers', 6, 'message_metric_facts_answers'],
  ['resolutions', 1, 'conversation_cases_resolved'],
  ['resolutions', 6, 'conversation_cases_resolved'],
])('reads %s of %d months from the index alone, each as a stretch of it', async (record, count, index) => {
  const plans = await plansOf(db, (database) =>
    new DurationMonthsRepository(database).load(accountId, record, months(count)),
  );
  expect(plans).toHaveLength(1);
  const scans = plans.flatMap(nodesOf).filter((node) => 'Relation Name' in node);
  expect(scans).toMatchObject([{ 'Node Type': 'Index Only Scan', 'Index Name': index }]);
  expect(scans[0]?.['Index Cond']).toMatch(/account_id.*(answered_at|closed_at).*(answered_at|closed_at)/);
});
