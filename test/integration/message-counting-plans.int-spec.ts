import type { DataSource } from 'typeorm';
import { factsOf } from '../../src/analytics/counting/message-facts';
import { neighboursOf } from '../../src/analytics/counting/message-neighbours';
import { newId } from '../../src/database/ids';
import { type Tenant, aTenant } from '../factories/conversations.factory';
import { openMigratedDatabase } from '../migrated-database';
import { nodesOf, plansOf } from '../query-plans';

const CONVERSATIONS = 4_000;

let db: DataSource;
let close: () => Promise<void>;
let tenant: Tenant;
beforeAll(async () => {
  ({ db, close } = await openMigratedDatabase());
  tenant = await aTenant(db);
  const { accountId, assetId } = tenant;
  await db.query(
    `WITH talk AS (SELECT n, gen_random_uuid() AS id, gen_random_uuid() AS contact_id FROM generate_series(1, ${CONVERSATIONS}) AS n),
     people AS (INSERT INTO contacts (account_id, id) SELECT $1, contact_id FROM talk)
     INSERT INTO conversations (account_id, id, platform, asset_id, contact_id, status)
     SELECT $1, id, 'whatsapp', $2, contact_id, 'active' FROM talk`,
    [accountId, assetId],
  );
  // Some weeks of one busy account: five messages of each of its conversations, every fifth a template.
  await db.query(
    `WITH talk AS (SELECT id, contact_id, row_number() OVER (ORDER BY id) AS number FROM conversations WHERE account_id = $1)
     INSERT INTO messages (account_id, id, conversation_id, asset_id, contact_id, platform, direction, sender_type, type,
                           external_id, status, seq, "timestamp")
     SELECT $1, uuidv7_shifted($3::uuid, n * interval '-100 seconds'), t.id, $2, t.contact_id, 'whatsapp',
            CASE WHEN n % 5 < 3 THEN 'inbound' ELSE 'outbound' END, CASE WHEN n % 5 < 3 THEN 'customer' ELSE 'app' END,
            CASE WHEN n % 5 = 4 THEN 'template' ELSE 'text' END, 'wamid.' || n,
            CASE WHEN n % 5 < 3 THEN 'received' ELSE 'sent' END, 100000 - n, now() - n * interval '100 seconds'
       FROM generate_series(1, ${5 * CONVERSATIONS}) AS n JOIN talk t ON t.number = 1 + n % ${CONVERSATIONS}`,
    [accountId, assetId, newId()],
  );
  await db.query('ANALYZE messages, conversations');
}, 120_000);
afterAll(async () => {
  await close();
});

it.each([
  ['the facts of a message', factsOf('told')],
  ['the messages whose facts may have changed with it', neighboursOf('told')],
])(
  'looks for neighbours in the conversation, never in all messages of the account, for %s',
  async (_, sql) => {
    const scans = await db.transaction(async (tx) => {
      await tx.query('SET LOCAL enable_sort = off'); // as where they are counted
      const [plan] = await plansOf(tx, (database) =>
        database.query(
          `WITH told AS MATERIALIZED (
           SELECT account_id, id AS message_id, now()::date AS message_month FROM messages WHERE account_id = $1 LIMIT 500)
         ${sql}`,
          [tenant.accountId],
        ),
      );
      return (plan === undefined ? [] : nodesOf(plan)).filter(({ Alias }) =>
        /^[bqort](_\d+)?$/.test(Alias ?? ''),
      );
    });
    expect(scans.length).toBeGreaterThan(0);
    for (const scan of scans) expect(scan['Index Cond']).toMatch(/account_id.*conversation_id/);
  },
);
