import type { DataSource } from 'typeorm';
import { DurationsService } from '../../src/analytics/response-times/durations.service';
import { CONVERSATION_PLATFORMS } from '../../src/conversations/conversation-types';
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

const DAY_MS = 86_400_000;
const bounds = (days: number): Date[] =>
  Array.from({ length: days + 1 }, (_, index) => new Date(Date.now() - (days - index) * DAY_MS));
const lastMonth = (): { from: Date; until: Date } => ({
  from: new Date(Date.now() - 30 * DAY_MS),
  until: new Date(),
});
const scope = (): Parameters<DurationsService['overTime']>[0] => ({
  accountId,
  platforms: CONVERSATION_PLATFORMS,
  assetIds: null,
});

it.each<[string, number, (repository: DurationsService) => Promise<unknown>]>([
  ['30 days', 2, (repository) => repository.overTime(scope(), bounds(30))],
  ['two years, in pieces', 8, (repository) => repository.overTime(scope(), bounds(730))],
  ['agents', 4, (repository) => repository.byGroup(scope(), lastMonth(), 'agent')],
  ['channels', 4, (repository) => repository.byGroup(scope(), lastMonth(), 'channel')],
])('reads the stretch of time from the index alone, for %s', async (_, statements, ask) => {
  const plans = await plansOf(db, (database) => ask(new DurationsService(database)));
  expect(plans).toHaveLength(statements);
  for (const plan of plans) {
    const scans = nodesOf(plan).filter((node) => 'Relation Name' in node);
    expect(scans).toMatchObject([{ 'Node Type': 'Index Only Scan' }]);
    expect(['message_metric_facts_answers', 'conversation_cases_resolved']).toContain(
      scans[0]?.['Index Name'],
    );
    expect(scans[0]?.['Index Cond']).toMatch(/account_id.*(answered_at|closed_at).*(answered_at|closed_at)/);
  }
});
