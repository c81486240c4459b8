// Two years of one account's messages over a hundred channels, as the service itself would have stored them.
import { createRequire } from 'node:module';
import { insideProject } from '../scripts/project-folder.mjs';
import { withSession } from './databases.mjs';

const CHANNELS = { phone_number: 60, page: 20, instagram: 20 };
const CHANNEL_COUNT = Object.values(CHANNELS).reduce((sum, count) => sum + count, 0);
const AGENTS = 20;
const CAMPAIGNS = 200;
const TEMPLATES = 50;
/** Of a hundred messages: those of cases, four each; templates of campaigns; what customers reply to these; and comments beside. */
const SHARES = { cases: 80, campaigns: 14, replies: 6, comments: 10 };
const DAYS = 728;
const POST_NUMBERS = 500;
/** Nobody comments on a post that is older. */
const DAYS_OF_POST = 7;

const FUNCTIONS = [
  `CREATE FUNCTION pg_temp.id_at(at timestamptz, salt text) RETURNS uuid LANGUAGE sql STABLE AS $$
     SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || substr(md5(salt), 1, 3)
             || '8' || substr(md5(salt), 4, 15))::uuid $$`,
  `CREATE FUNCTION pg_temp.fixed_id(salt text) RETURNS uuid LANGUAGE sql STABLE AS $$
     SELECT pg_temp.id_at('2024-01-01T00:00:00Z', salt) $$`,
  // Most people write between seven in the morning and eight in the evening.
  `CREATE FUNCTION pg_temp.some_time(days integer DEFAULT ${DAYS}) RETURNS timestamptz LANGUAGE sql VOLATILE AS $$
     SELECT date_trunc('day', now()) - interval '${DAYS + 1} days' + floor(random() * days) * interval '1 day'
            + interval '7 hours' + random() * interval '13 hours' $$`,
];

const ACCOUNT = `pg_temp.fixed_id('analytics account')`;
const AGENT = (number) => `pg_temp.fixed_id('analytics agent ' || ${number})`;
/** Pages and Instagram accounts in turn. */
const COMMENTED_CHANNEL = (number) =>
  `${CHANNELS.phone_number} + ${number} % ${CHANNELS.page + CHANNELS.instagram}`;
const CAMPAIGN = (number) => `pg_temp.fixed_id('analytics campaign ' || ${number})`;

/** In the order in which the foreign keys allow it; $1, where it stands, is the user. */
const storing = (count) => {
  const people = Math.max(CHANNEL_COUNT, Math.round(count / 20));
  const of = (share) => Math.round((count * share) / 100);
  const cases = Math.round(of(SHARES.cases) / 4);
  return [
    [
      'account, channels, agents',
      `CREATE TEMP TABLE channel AS
         SELECT number, ${ACCOUNT} AS account_id, pg_temp.fixed_id('analytics asset ' || number) AS asset_id,
                CASE WHEN number < ${CHANNELS.phone_number} THEN 'phone_number'
                     WHEN number < ${CHANNELS.phone_number + CHANNELS.page} THEN 'page' ELSE 'instagram' END AS kind,
                CASE WHEN number < ${CHANNELS.phone_number} THEN 'whatsapp'
                     WHEN number < ${CHANNELS.phone_number + CHANNELS.page} THEN 'messenger' ELSE 'instagram' END AS platform,
                '30654035224' || lpad(number::text, 4, '0') AS meta_id
           FROM generate_series(0, ${CHANNEL_COUNT - 1}) AS number`,
      `INSERT INTO meta_accounts (id, user_id, login_kind, meta_app_id, meta_user_id, name, token_kind, status)
       VALUES (${ACCOUNT}, $1::uuid, 'facebook', '1234567890', '877777777', 'Analytics', 'user', 'active')`,
      `INSERT INTO users (id, email, name, role)
       SELECT ${AGENT('n')}, 'agent' || n || '@bench.example', 'Agent ' || n, 'agent' FROM generate_series(0, ${AGENTS - 1}) n`,
      `INSERT INTO account_members (account_id, user_id, role) VALUES (${ACCOUNT}, $1::uuid, 'owner')`,
      `INSERT INTO account_members (account_id, user_id, role)
       SELECT ${ACCOUNT}, ${AGENT('n')}, 'member' FROM generate_series(0, ${AGENTS - 1}) n`,
      `INSERT INTO assets (account_id, id, kind, meta_id, name)
       SELECT ${ACCOUNT}, pg_temp.fixed_id('analytics waba'), 'waba', '3065403522399', 'Shops'
        UNION ALL SELECT account_id, asset_id, kind, meta_id, 'Channel ' || number FROM channel`,
      `INSERT INTO whatsapp_business_accounts (account_id, id, waba_id, name, currency, status)
       SELECT ${ACCOUNT}, pg_temp.fixed_id('analytics waba'), '3065403522399', 'Shops', 'EUR', 'active'`,
      `INSERT INTO whatsapp_phone_numbers (account_id, id, whatsapp_business_account_id, phone_number_id, phone_number,
                                           display_name, status)
       SELECT account_id, asset_id, pg_temp.fixed_id('analytics waba'), meta_id, '+4930' || lpad(number::text, 6, '0'),
              'Shop ' || number, 'CONNECTED' FROM channel WHERE kind = 'phone_number'`,
      `INSERT INTO whatsapp_templates (account_id, id, waba_id, template_id, name, language, category, status)
       SELECT ${ACCOUNT}, pg_temp.fixed_id('analytics template ' || n), pg_temp.fixed_id('analytics waba'), '4400' || n,
              'offer_' || n, 'en_US', 'MARKETING', 'APPROVED' FROM generate_series(0, ${TEMPLATES - 1}) n`,
      `INSERT INTO campaigns (account_id, id, name, asset_id, waba_id, template_name, template_language, template_category,
                              state, started_at, finished_at, created_by, created_at)
       SELECT ${ACCOUNT}, ${CAMPAIGN('n')}, 'Campaign ' || n, pg_temp.fixed_id('analytics asset ' || n % ${CHANNELS.phone_number}),
              pg_temp.fixed_id('analytics waba'), 'offer_' || n % ${TEMPLATES}, 'en_US', 'MARKETING', 'completed', at,
              at + interval '1 hour', $1::uuid, at - interval '1 hour'
         FROM (SELECT n, date_trunc('day', now()) + interval '9 hours'
                         - (${DAYS} - floor(n * ${(DAYS - 1) / CAMPAIGNS})) * interval '1 day' AS at
                 FROM generate_series(0, ${CAMPAIGNS - 1}) n) AS planned`,
    ],
    [
      'choosing who writes what',
      `CREATE TEMP TABLE kase AS
         SELECT c, floor(${people} * power(random(), 1.5))::int AS person, pg_temp.some_time() AS asked_at,
                exp(random() * 8) * interval '3 seconds' AS first_wait, random() * interval '30 minutes' AS gap,
                exp(random() * 8) * interval '3 seconds' AS second_wait
           FROM generate_series(1, ${cases}) c`,
      `CREATE TEMP TABLE advert AS
         SELECT n, campaign, (campaign * 7919 + n / ${CAMPAIGNS} * 13) % ${people} AS person,
                started_at + (n / ${CAMPAIGNS}) * interval '1 second' AS at
           FROM generate_series(0, ${of(SHARES.campaigns) - 1}) n
          CROSS JOIN LATERAL (SELECT n % ${CAMPAIGNS} AS campaign) AS chosen
           JOIN (SELECT row_number() OVER (ORDER BY started_at) - 1 AS campaign, started_at FROM campaigns
                  WHERE account_id = ${ACCOUNT}) AS begun USING (campaign)`,
      // A campaign goes out from one number, so to people who write to that one.
      `UPDATE advert SET person = person - person % ${CHANNEL_COUNT} + campaign % ${CHANNELS.phone_number}`,
      `CREATE TEMP TABLE written AS
         SELECT row_number() OVER (ORDER BY at, person) AS i, turn.*
           FROM (SELECT person, asked_at AS at, 'asked' AS what, c::int AS n FROM kase
                 UNION ALL SELECT person, asked_at + first_wait, 'answered', c FROM kase
                 UNION ALL SELECT person, asked_at + first_wait + gap, 'asked', c FROM kase
                 UNION ALL SELECT person, asked_at + first_wait + gap + second_wait, 'answered', c FROM kase
                 UNION ALL SELECT person, at, 'advert', n FROM advert
                 UNION ALL SELECT person, at + random() * interval '2 days',
                                  CASE WHEN n % 3 = 0 THEN 'tapped' ELSE 'replied' END, n
                             FROM (SELECT * FROM advert WHERE n % 7 < 3 ORDER BY n LIMIT ${of(SHARES.replies)}) AS told) AS turn
          WHERE at < now()`,
      'CREATE INDEX ON written (person)',
    ],
    [
      'conversations',
      `CREATE TEMP TABLE talk AS
         SELECT person, c.account_id, c.asset_id, c.platform, count(*) AS messages,
                count(*) FILTER (WHERE what IN ('asked', 'replied', 'tapped')) AS inbound, max(at) AS last_at,
                min(at) AS first_at, max(at) FILTER (WHERE what IN ('asked', 'replied', 'tapped')) AS last_inbound_at,
                pg_temp.id_at(min(at), 'analytics contact ' || person) AS contact_id,
                pg_temp.id_at(min(at), 'analytics conversation ' || person) AS conversation_id
           FROM written JOIN channel c ON c.number = person % ${CHANNEL_COUNT}
          GROUP BY person, c.account_id, c.asset_id, c.platform`,
      `INSERT INTO contacts (account_id, id, name, created_at, updated_at)
       SELECT account_id, contact_id, 'Customer ' || person, first_at, last_at FROM talk`,
      `INSERT INTO conversations (account_id, id, platform, asset_id, contact_id, agent_id, status, last_seq, unread_count,
                                  inbound_count, last_message_at, last_message_preview, last_inbound_at, window_expires_at,
                                  closed_at, created_at, updated_at)
       SELECT account_id, conversation_id, platform, asset_id, contact_id,
              CASE WHEN person % 3 = 0 THEN ${AGENT(`person % ${AGENTS}`)} END,
              CASE WHEN person % 10 = 0 THEN 'active' WHEN person % 50 = 1 THEN 'snoozed' ELSE 'closed' END, messages, 0,
              inbound, last_at, 'When can I come by to pick it up?', last_inbound_at, last_inbound_at + interval '24 hours',
              CASE WHEN person % 10 <> 0 AND person % 50 <> 1 THEN last_at END, first_at, last_at
         FROM talk`,
      `INSERT INTO conversation_activities (account_id, id, conversation_id, actor_id, kind, at)
       SELECT t.account_id, pg_temp.id_at(ended.at, 'analytics closing ' || k.c), t.conversation_id, ${AGENT(`k.c % ${AGENTS}`)},
              'closed', ended.at
         FROM kase k JOIN talk t USING (person)
        CROSS JOIN LATERAL (SELECT k.asked_at + k.first_wait + k.gap + k.second_wait + interval '20 minutes' AS at) AS ended
        WHERE k.c % 10 <> 0 AND ended.at < now()`,
    ],
    [
      'messages',
      `INSERT INTO messages (account_id, id, conversation_id, asset_id, contact_id, platform, direction, sender_type, sender_id,
                             type, message_text, content, context, metadata, external_id, status, seq, sentiment, confidence,
                             "timestamp", created_at, updated_at)
       SELECT t.account_id, pg_temp.id_at(w.at, 'analytics message ' || w.i), t.conversation_id, t.asset_id, t.contact_id,
              t.platform, CASE WHEN is_inbound THEN 'inbound' ELSE 'outbound' END,
              CASE WHEN is_inbound THEN 'customer' WHEN what = 'advert' THEN 'system' ELSE 'agent' END,
              CASE WHEN is_inbound THEN t.contact_id::text WHEN what = 'answered' THEN ${AGENT(`w.n % ${AGENTS}`)}::text END,
              CASE what WHEN 'advert' THEN 'template' WHEN 'tapped' THEN 'button' ELSE 'text' END,
              CASE WHEN what <> 'advert' THEN 'It is about order ' || w.i END,
              CASE WHEN what = 'advert'
                   THEN jsonb_build_object('name', 'offer_' || w.n % ${CAMPAIGNS} % ${TEMPLATES}, 'language',
                                           '{"code": "en_US"}'::jsonb)
                   ELSE jsonb_build_object('body', 'It is about order ' || w.i) END,
              CASE WHEN what IN ('tapped', 'replied') THEN jsonb_build_object('message_id', 'wamid.QU5B' || w.n) END,
              CASE WHEN what = 'advert' THEN jsonb_build_object('campaignId', ${CAMPAIGN(`w.n % ${CAMPAIGNS}`)}) ELSE '{}' END,
              CASE WHEN what = 'advert' THEN 'wamid.QU5B' || w.n ELSE 'wamid.QU5BTFlU' || lpad(w.i::text, 12, '0') END,
              CASE WHEN is_inbound THEN 'received' WHEN w.i % 50 = 0 THEN 'failed' ELSE 'read' END,
              row_number() OVER (PARTITION BY w.person ORDER BY w.at, w.i),
              CASE WHEN is_inbound AND w.i % 5 < 3 THEN (ARRAY['positive', 'neutral', 'negative'])[1 + w.i % 3] END,
              CASE WHEN is_inbound AND w.i % 5 < 3 THEN 0.8 END, w.at, w.at, w.at
         FROM written w JOIN talk t USING (person)
        CROSS JOIN LATERAL (SELECT what IN ('asked', 'replied', 'tapped') AS is_inbound) AS kind ORDER BY w.i`,
    ],
    [
      'statuses',
      `INSERT INTO message_statuses (account_id, message_id, status, at, error, details, created_at)
       SELECT m.account_id, m.id, told.status, m."timestamp" + told.after,
              CASE WHEN told.status = 'failed' THEN jsonb_build_object('code', (ARRAY[131026, 131049, 131047])[1 + m.seq % 3]) END,
              CASE WHEN m.platform = 'whatsapp' AND told.status <> 'failed' THEN jsonb_build_object('pricing',
                jsonb_build_object('billable', m.type = 'template', 'category',
                  CASE WHEN m.type = 'template' THEN 'marketing' ELSE 'service' END, 'type',
                  CASE WHEN m.type = 'template' THEN 'regular' ELSE 'free_customer_service' END)) ELSE '{}' END,
              m."timestamp" + told.after
         FROM messages m
        CROSS JOIN (VALUES ('sent', interval '1 second'), ('delivered', interval '2 seconds'), ('read', interval '5 minutes'),
                           ('failed', interval '1 second')) AS told (status, after)
        WHERE m.account_id = ${ACCOUNT} AND m.direction = 'outbound'
          AND CASE WHEN m.status = 'failed' THEN told.status = 'failed'
                   WHEN told.status = 'read' THEN m.seq % 4 <> 0 ELSE told.status <> 'failed' END`,
    ],
    [
      'campaigns and comments',
      `INSERT INTO campaign_recipients (account_id, campaign_id, id, recipient, person_key, line, state, message_id, attempt)
       SELECT ${ACCOUNT}, ${CAMPAIGN('campaign')}, pg_temp.id_at(a.at, 'analytics recipient ' || a.n), '49171' || a.person,
              'wa:' || a.n, a.n / ${CAMPAIGNS} + 1, CASE WHEN w.i % 50 = 0 THEN 'failed' ELSE 'read' END,
              pg_temp.id_at(w.at, 'analytics message ' || w.i), 1
         FROM advert a JOIN written w ON w.what = 'advert' AND w.n = a.n`,
      `CREATE TEMP TABLE post AS
         SELECT channel, number, pg_temp.some_time(${DAYS - DAYS_OF_POST}) AS published_at
           FROM (SELECT DISTINCT ${COMMENTED_CHANNEL('n')} AS channel, n % ${POST_NUMBERS} AS number
                   FROM generate_series(1, ${of(SHARES.comments)}) n ORDER BY 1, 2) AS named`,
      // Most comments come within two days after the post.
      `INSERT INTO comments (account_id, id, asset_id, platform, external_id, is_complete, post_external_id, parent_external_id,
                             thread_external_id, author_id, by_business, text, commented_at, sentiment, confidence, created_at)
       SELECT c.account_id, pg_temp.id_at(said.at, 'analytics comment ' || n || said.by_business), c.asset_id,
              CASE c.kind WHEN 'page' THEN 'facebook' ELSE 'instagram' END,
              CASE WHEN said.by_business THEN 'a' ELSE 'c' END || n, true, 'post' || p.number,
              CASE WHEN said.by_business THEN 'c' || n END, 'c' || n, 'p' || n % 10000, said.by_business, 'About order ' || n,
              said.at, CASE WHEN NOT said.by_business AND n % 2 = 0 THEN (ARRAY['positive', 'neutral', 'negative'])[1 + n % 3] END,
              CASE WHEN NOT said.by_business AND n % 2 = 0 THEN 0.8 END, said.at
         FROM (SELECT n, random() AS share FROM generate_series(1, ${of(SHARES.comments)}) n) AS chosen
         JOIN channel c ON c.number = ${COMMENTED_CHANNEL('n')}
         JOIN post p ON p.channel = c.number AND p.number = n % ${POST_NUMBERS}
        CROSS JOIN LATERAL (
          SELECT p.published_at + least(-ln(1 - share) * interval '18 hours', interval '${DAYS_OF_POST} days') AS at) AS begun
        CROSS JOIN LATERAL (VALUES (begun.at, false), (begun.at + interval '40 minutes', true)) AS said (at, by_business)
        WHERE NOT said.by_business OR n % 3 = 0`,
    ],
  ];
};

/** The partitions of two years ago and since, made as the service makes its own. */
async function createPartitions(client) {
  const { createMonthPartitions } = createRequire(import.meta.url)(
    insideProject('dist', 'src', 'database', 'month-partitions.js'),
  );
  const manager = {
    query: async (sql, values) => (await client.query(sql, values)).rows,
    transaction: async (work) => {
      await client.query('BEGIN');
      const result = await work(manager);
      await client.query('COMMIT');
      return result;
    },
  };
  // Each call makes those of eight months.
  for (let back = 24; back >= 0; back -= 6) {
    const instant = new Date();
    instant.setUTCDate(1);
    instant.setUTCMonth(instant.getUTCMonth() - back);
    await createMonthPartitions(manager, instant);
  }
}

/** Without triggers: what they note is counted by the rebuild anyhow. Somebody's server may not allow it. */
async function withoutTriggers(client) {
  await client.query('SET session_replication_role = replica').catch((error) => {
    if (error.code !== '42501') throw error;
  });
}

/**
 * Stores that many messages, and a tenth as many comments, of the last two years.
 * @returns the account's id
 */
export async function storeTwoYears(database, userId, count, detail = () => undefined) {
  return withSession(database, async (client) => {
    await client.query(
      `SET synchronous_commit = off; SET work_mem = '128MB'; SET maintenance_work_mem = '256MB'`,
    );
    await createPartitions(client);
    await withoutTriggers(client);
    await client.query('SELECT setseed(0.42)'); // the same messages every time
    for (const statement of FUNCTIONS) await client.query(statement);
    for (const [what, ...statements] of storing(count)) {
      detail(what);
      for (const statement of statements)
        await client.query(statement, statement.includes('$1') ? [userId] : []);
      if (what !== 'messages') await client.query('ANALYZE');
    }
    await client.query('TRUNCATE message_metric_changes, search_changes');
    detail('vacuum');
    await client.query('VACUUM (ANALYZE)');
    const { rows } = await client.query(`SELECT ${ACCOUNT} AS id`);
    return rows[0].id;
  });
}
