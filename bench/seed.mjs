// Rows as the service itself would have written them, in a few statements: a million messages through the API would take
// longer than the whole benchmark.
import { withSession } from './databases.mjs';
import { CHANNELS, PEOPLE, outboundPrefix, recipientOf } from './deliveries.mjs';

/** One connected account for each channel, all of them the given user's. */
export async function connectChannels(database, userId) {
  await database.query(
    `WITH channels AS (
       SELECT waba_id, phone_id, number - 1 AS number, gen_random_uuid() AS account_id
         FROM unnest($2::text[], $3::text[]) WITH ORDINALITY AS c (waba_id, phone_id, number)),
     accounts AS (
       INSERT INTO meta_accounts (id, user_id, login_kind, meta_app_id, meta_user_id, name, token_kind, status)
       SELECT account_id, $1, 'facebook', '1234567890', '90000000' || number, 'Shop ' || number, 'user', 'active'
         FROM channels RETURNING id),
     members AS (
       INSERT INTO account_members (account_id, user_id, role)
       SELECT id, $1, 'owner' FROM accounts)
     INSERT INTO assets (account_id, id, kind, meta_id)
     SELECT account_id, gen_random_uuid(), 'waba', waba_id FROM channels
      UNION ALL
     SELECT account_id, gen_random_uuid(), 'phone_number', phone_id FROM channels`,
    [userId, CHANNELS.map(({ wabaId }) => wabaId), CHANNELS.map(({ phoneNumberId }) => phoneNumberId)],
  );
}

/** UUIDv7 of an instant, the rest of it made of `salt`; and what deliveries.mjs calls people. */
const FUNCTIONS = `
  CREATE FUNCTION pg_temp.id_at(at timestamptz, salt text) RETURNS uuid LANGUAGE sql STABLE AS $$
    SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || substr(md5(salt), 1, 3)
            || '8' || substr(md5(salt), 4, 15))::uuid $$;
  CREATE FUNCTION pg_temp.number_of(person int) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT '165' || lpad(person::text, 8, '0') $$;
  CREATE FUNCTION pg_temp.user_id_of(person int) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT 'US.134912086' || lpad(person::text, 8, '0') $$;
  CREATE TEMP TABLE channel AS
    SELECT (number - 1)::int AS number, a.account_id, a.id AS asset_id
      FROM unnest($1::text[]) WITH ORDINALITY AS c (phone_id, number)
      JOIN assets a ON a.kind = 'phone_number' AND a.meta_id = c.phone_id AND a.released_at IS NULL`;

async function prepareSession(client) {
  // What is lost in a crash now is made again by running the benchmark again.
  await client.query(
    `SET synchronous_commit = off; SET work_mem = '128MB'; SET maintenance_work_mem = '256MB'`,
  );
  const statements = FUNCTIONS.split(/;\n/);
  for (const statement of statements.slice(0, -1)) await client.query(statement);
  await client.query(statements.at(-1), [CHANNELS.map(({ phoneNumberId }) => phoneNumberId)]);
}

/** In the order in which the foreign keys allow it. */
const STORING = [
  [
    'choosing who writes what',
    // Some write very much and most write little. Ids and times of the last four weeks: there are partitions for them.
    `CREATE TEMP TABLE written AS
       SELECT i, floor(${PEOPLE} * power(random(), 2.5))::int AS person, random() < 0.5 AS is_inbound,
              now() - interval '27 days' * (1 - i::float8 / $1) AS at
         FROM generate_series(1, $1::int) AS i`,
  ],
  [
    'conversations',
    `CREATE TEMP TABLE talk AS
       SELECT person, c.account_id, c.asset_id, count(*) AS messages, max(at) AS last_at, min(at) AS first_at,
              max(at) FILTER (WHERE is_inbound) AS last_inbound_at,
              pg_temp.id_at(min(at), 'contact ' || person) AS contact_id,
              pg_temp.id_at(min(at), 'conversation ' || person) AS conversation_id
         FROM written JOIN channel c ON c.number = person % ${CHANNELS.length}
        GROUP BY person, c.account_id, c.asset_id`,
    `INSERT INTO contacts (account_id, id, name, created_at, updated_at)
     SELECT account_id, contact_id, 'Customer ' || person, first_at, last_at FROM talk`,
    `INSERT INTO contact_identities (account_id, kind, value, contact_id, created_at)
     SELECT account_id, 'wa_id', pg_temp.number_of(person), contact_id, first_at FROM talk
      UNION ALL
     SELECT account_id, 'bsuid', pg_temp.user_id_of(person), contact_id, first_at FROM talk`,
    `INSERT INTO conversations (account_id, id, platform, asset_id, contact_id, last_seq, unread_count, last_message_at,
                                last_message_preview, last_inbound_at, window_expires_at, created_at, updated_at)
     SELECT account_id, conversation_id, 'whatsapp', asset_id, contact_id, messages,
            CASE WHEN last_inbound_at = last_at THEN 1 ELSE 0 END, last_at,
            'When can I come by to pick it up?', last_inbound_at, last_inbound_at + interval '24 hours', first_at, last_at
       FROM talk`,
  ],
  [
    'messages',
    `INSERT INTO messages (account_id, id, conversation_id, asset_id, contact_id, platform, direction, sender_type,
                           sender_id, type, message_text, content, external_id, status, seq, "timestamp", created_at,
                           updated_at)
     SELECT t.account_id, pg_temp.id_at(w.at, 'message ' || w.i), t.conversation_id, t.asset_id, t.contact_id, 'whatsapp',
            CASE WHEN is_inbound THEN 'inbound' ELSE 'outbound' END,
            CASE WHEN is_inbound THEN 'customer' ELSE 'app' END,
            CASE WHEN is_inbound THEN pg_temp.number_of(w.person) END, 'text', s.said, jsonb_build_object('body', s.said),
            'wamid.HBgLMTY1MDU1NTEyMzQVAgASGBIw' || lpad(w.i::text, 12, '0'),
            CASE WHEN is_inbound THEN 'received' ELSE 'read' END,
            row_number() OVER (PARTITION BY w.person ORDER BY w.at, w.i), w.at, w.at, w.at
       FROM written w
       JOIN talk t USING (person)
       CROSS JOIN LATERAL (SELECT 'It is about order ' || w.i || ': '
         || repeat('I would like to know when it comes. ', 1 + w.i % 4) AS said) s
      ORDER BY w.i`,
  ],
  [
    'keys',
    `INSERT INTO message_keys (account_id, asset_id, external_id, message_id)
     SELECT account_id, asset_id, external_id, id FROM messages`,
  ],
  [
    'statuses',
    `INSERT INTO message_statuses (account_id, message_id, status, at, details, created_at)
     SELECT account_id, id, told.status, "timestamp" + told.after,
            '{"pricing": {"billable": false, "pricing_model": "PMP", "category": "service"}}', "timestamp" + told.after
       FROM messages
       CROSS JOIN (VALUES ('sent', interval '1 second'), ('delivered', interval '2 seconds'),
                          ('read', interval '5 minutes')) AS told (status, after)
      WHERE direction = 'outbound'`,
  ],
];

/** Stores that many messages of up to 50,000 people with everything that belongs to them, half of them sent by us. */
export async function storeMessages(database, count, detail = () => undefined) {
  await withSession(database, async (client) => {
    await prepareSession(client);
    await client.query('SELECT setseed(0.42)'); // the same messages every time
    for (const [what, ...statements] of STORING) {
      detail(what);
      for (const statement of statements)
        await client.query(statement, statement.includes('$1') ? [count] : []);
    }
    detail('vacuum');
    await client.query('VACUUM (ANALYZE)');
  });
}

/** Messages that were sent and of which no status has come yet, with the ids that statuses of the run name. */
export async function storeOutbound(database, run, count) {
  await withSession(database, async (client) => {
    await prepareSession(client);
    await client.query(
      `CREATE TEMP TABLE sent AS
         SELECT (place - 1)::int AS i, person, c.account_id, c.asset_id,
                coalesce(k.contact_id, pg_temp.id_at(now(), 'contact ' || person)) AS contact_id,
                k.contact_id IS NULL AS is_stranger
           FROM unnest($1::int[]) WITH ORDINALITY AS p (person, place)
           JOIN channel c ON c.number = person % ${CHANNELS.length}
           LEFT JOIN contact_identities k
             ON k.account_id = c.account_id AND k.kind = 'wa_id' AND k.value = pg_temp.number_of(person)`,
      [Array.from({ length: count }, (_, index) => recipientOf(index))],
    );
    await client.query(
      'CREATE TEMP TABLE stranger AS SELECT DISTINCT ON (person) * FROM sent WHERE is_stranger',
    );
    await client.query(
      `INSERT INTO contacts (account_id, id, name)
       SELECT account_id, contact_id, 'Customer ' || person FROM stranger`,
    );
    await client.query(
      `INSERT INTO contact_identities (account_id, kind, value, contact_id)
       SELECT account_id, 'wa_id', pg_temp.number_of(person), contact_id FROM stranger
        UNION ALL SELECT account_id, 'bsuid', pg_temp.user_id_of(person), contact_id FROM stranger`,
    );
    await client.query(
      `INSERT INTO conversations (account_id, id, platform, asset_id, contact_id, last_message_at)
       SELECT account_id, pg_temp.id_at(now(), 'conversation ' || person), 'whatsapp', asset_id, contact_id, now()
         FROM stranger`,
    );
    await client.query(
      `INSERT INTO messages (account_id, id, conversation_id, asset_id, contact_id, platform, direction, sender_type, type,
                             message_text, content, external_id, status, seq, "timestamp")
       SELECT s.account_id, pg_temp.id_at(now(), $1::text || s.i), v.id, s.asset_id, s.contact_id, 'whatsapp', 'outbound', 'app',
              'text', 'It is on its way.', '{"body": "It is on its way."}', $1::text || lpad(s.i::text, 8, '0'), 'accepted',
              v.last_seq + row_number() OVER (PARTITION BY v.id ORDER BY s.i), now()
         FROM sent s
         JOIN conversations v ON v.account_id = s.account_id AND v.asset_id = s.asset_id
          AND v.contact_id = s.contact_id AND v.status <> 'closed'`,
      [outboundPrefix(run)],
    );
    await client.query(
      `WITH mine AS (SELECT * FROM messages WHERE starts_with(external_id, $1)),
       keyed AS (
         INSERT INTO message_keys (account_id, asset_id, external_id, message_id)
         SELECT account_id, asset_id, external_id, id FROM mine)
       UPDATE conversations v SET last_seq = m.last_seq
         FROM (SELECT account_id, conversation_id, max(seq) AS last_seq FROM mine GROUP BY 1, 2) m
        WHERE v.account_id = m.account_id AND v.id = m.conversation_id`,
      [outboundPrefix(run)],
    );
    await client.query(
      'VACUUM (ANALYZE) contacts, contact_identities, conversations, messages, message_keys',
    );
  });
}
