import fc from 'fast-check';
import type { DataSource } from 'typeorm';
import { type AssetId, newId } from '../../src/database/ids';
import { type Tenant, aTenant } from '../factories/conversations.factory';
import { openMigratedDatabase } from '../migrated-database';

jest.setTimeout(120_000);

let db: DataSource;
let close: () => Promise<void>;
beforeAll(async () => {
  ({ db, close } = await openMigratedDatabase());
});
afterAll(async () => {
  await close();
});

/** What differs between the sums and the cases counted one by one; nothing when all is right. */
async function differences({ accountId }: Tenant): Promise<unknown[]> {
  return db.query(
    `WITH counted AS (
       SELECT grain, platform, asset_id, date_trunc(grain, at, 'UTC') AS bucket_at, sum(opened)::int AS opened, sum(closed)::int AS closed
         FROM (SELECT platform, asset_id, opened_at AS at, 1 AS opened, 0 AS closed FROM conversation_cases WHERE account_id = $1
               UNION ALL
               SELECT platform, asset_id, closed_at, 0, 1 FROM conversation_cases WHERE account_id = $1 AND closed_at IS NOT NULL
              ) AS single,
              unnest(ARRAY['hour', 'day', 'month']) AS grain
        GROUP BY 1, 2, 3, 4),
     expected AS (
       SELECT * FROM counted
       UNION ALL
       SELECT grain, platform, '00000000-0000-0000-0000-000000000000', bucket_at, sum(opened), sum(closed)
         FROM counted GROUP BY 1, 2, 4),
     kept AS (
       SELECT grain, platform, asset_id, bucket_at, opened, closed FROM conversation_case_counts
        WHERE account_id = $1 AND (opened <> 0 OR closed <> 0))
     (SELECT 'missing' AS what, * FROM (SELECT * FROM expected EXCEPT SELECT * FROM kept) AS a)
     UNION ALL
     (SELECT 'too much', * FROM (SELECT * FROM kept EXCEPT SELECT * FROM expected) AS b)`,
    [accountId],
  );
}

interface StoredCase {
  conversation: number;
  platform: string;
  asset: number;
  openedAt: Date;
  hours: number | null;
}
const CONVERSATIONS = Array.from({ length: 6 }, () => newId());
const ASSETS = Array.from({ length: 3 }, () => newId<AssetId>());
const AFTER = newId();

const storedCase: fc.Arbitrary<StoredCase> = fc.record({
  conversation: fc.nat({ max: CONVERSATIONS.length - 1 }),
  platform: fc.constantFrom('whatsapp', 'messenger'),
  asset: fc.nat({ max: ASSETS.length - 1 }),
  // Around the end of a month, and a change of clocks elsewhere.
  openedAt: fc.date({
    min: new Date('2026-03-28T20:00:00Z'),
    max: new Date('2026-04-01T04:00:00Z'),
    noInvalidDate: true,
  }),
  hours: fc.option(fc.nat({ max: 80 })),
});
const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('put' as const),
      cases: fc.array(storedCase, { minLength: 1, maxLength: 8 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('remove' as const),
      conversations: fc.uniqueArray(fc.nat({ max: CONVERSATIONS.length - 1 }), { minLength: 1 }),
    }),
  },
);

it('keeps sums that equal the cases, whatever is stored, changed, removed, or all of it in one statement', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
      const tenant = await aTenant(db);
      for (const each of steps) {
        if (each.do === 'remove')
          await db.query(
            'DELETE FROM conversation_cases WHERE account_id = $1 AND conversation_id = ANY($2)',
            [tenant.accountId, each.conversations.map((index) => CONVERSATIONS[index])],
          );
        else {
          const byConversation = new Map(each.cases.map((one) => [one.conversation, one]));
          await db.query(
            // As the counting does it: what is wrong goes and what is right comes in one statement.
            `WITH gone AS (DELETE FROM conversation_cases WHERE account_id = $1 AND conversation_id = $7)
             INSERT INTO conversation_cases AS k (account_id, conversation_id, after_activity_id, platform, asset_id, opened_at, closed_at, seconds)
             SELECT $1, c.id, $2, c.platform, c.asset, c.opened_at, c.opened_at + c.hours * interval '1 hour', c.hours * 3600
               FROM unnest($3::uuid[], $4::text[], $5::uuid[], $6::timestamptz[], $8::int[]) AS c (id, platform, asset, opened_at, hours)
             ON CONFLICT ON CONSTRAINT conversation_cases_pkey DO UPDATE
               SET platform = excluded.platform, asset_id = excluded.asset_id, opened_at = excluded.opened_at,
                   closed_at = excluded.closed_at, seconds = excluded.seconds`,
            [
              tenant.accountId,
              AFTER,
              [...byConversation.keys()].map((index) => CONVERSATIONS[index]),
              [...byConversation.values()].map(({ platform }) => platform),
              [...byConversation.values()].map(({ asset }) => ASSETS[asset]),
              [...byConversation.values()].map(({ openedAt }) => openedAt),
              CONVERSATIONS.find((_, index) => !byConversation.has(index)) ?? AFTER,
              [...byConversation.values()].map(({ hours }) => hours),
            ],
          );
        }
        expect(await differences(tenant)).toEqual([]);
      }
    }),
    { numRuns: 40 },
  );
});

it('leaves nothing behind of an account that is removed with its cases', async () => {
  const tenant = await aTenant(db);
  await db.query(
    `INSERT INTO conversation_cases (account_id, conversation_id, after_activity_id, platform, asset_id, opened_at)
     VALUES ($1, $2, $3, 'whatsapp', $4, now())`,
    [tenant.accountId, newId(), newId(), tenant.assetId],
  );
  await db.query('DELETE FROM assets WHERE account_id = $1', [tenant.accountId]);
  await db.query('DELETE FROM meta_accounts WHERE id = $1', [tenant.accountId]);
  expect(
    await db.query('SELECT FROM conversation_case_counts WHERE account_id = $1', [tenant.accountId]),
  ).toEqual([]);
});
