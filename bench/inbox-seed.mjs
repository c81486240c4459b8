// A large inbox: rows as the service itself would have written them, of a hundred channels in ten accounts.
import { withSession } from './databases.mjs';

export const INBOX = { accounts: 10, channels: 100, conversations: 100_000, words: 20_000 };

const FUNCTIONS = [
  `CREATE FUNCTION pg_temp.id_at(at timestamptz, salt text) RETURNS uuid LANGUAGE sql STABLE AS $$
     SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || substr(md5(salt), 1, 3)
             || '8' || substr(md5(salt), 4, 15))::uuid $$`,
  `CREATE FUNCTION pg_temp.number_of(person int) RETURNS text LANGUAGE sql STABLE AS $$
     SELECT '49171' || lpad(person::text, 7, '0') $$`,
  // Words that look like some: two to four syllables, every fifth in Arabic letters. The first ones are written most.
  `CREATE TEMP TABLE vocabulary AS
     SELECT rank, CASE WHEN rank % 5 = 0
              THEN (SELECT string_agg(substr('بتثجحخدذرزسشصضطظعغفقكلمنهوي', 1 + (abs(hashint4(rank * 7 + part)) % 27), 1), ''
                                      ORDER BY part) FROM generate_series(1, 3 + rank % 4) part)
              ELSE (SELECT string_agg((ARRAY['ba','co','di','fe','gu','ha','ju','ke','lo','mi','nu','pa','qui','ro','si','ta',
                                             've','wo','ex','za','ner','tion','ment','ing','ers'])[1 + abs(hashint4(rank * 11 + part)) % 25], ''
                                      ORDER BY part) FROM generate_series(1, 2 + rank % 3) part) END AS word
       FROM generate_series(1, ${INBOX.words}) AS rank`,
  'CREATE UNIQUE INDEX ON vocabulary (rank)',
  'ANALYZE vocabulary',
];

/** In the order in which the foreign keys allow it. $1 is the user, $2 how many messages. */
const STORING = [
  [
    'accounts and channels',
    `CREATE TEMP TABLE channel AS
       SELECT number, pg_temp.id_at(now() - interval '1 year', 'account ' || number / ${INBOX.channels / INBOX.accounts}) AS account_id,
              pg_temp.id_at(now() - interval '1 year', 'asset ' || number) AS asset_id
         FROM generate_series(0, ${INBOX.channels - 1}) AS number`,
    `INSERT INTO meta_accounts (id, user_id, login_kind, meta_app_id, meta_user_id, name, token_kind, status)
     SELECT DISTINCT account_id, $1::uuid, 'facebook', '1234567890', '8' || left(md5(account_id::text), 10), 'Inbox', 'user', 'active'
       FROM channel`,
    `INSERT INTO account_members (account_id, user_id, role) SELECT DISTINCT account_id, $1::uuid, 'owner' FROM channel`,
    `INSERT INTO assets (account_id, id, kind, meta_id)
     SELECT account_id, asset_id, 'phone_number', '2065403522429' || lpad(number::text, 3, '0') FROM channel`,
  ],
  [
    'choosing who writes what',
    `CREATE TEMP TABLE written AS
       SELECT i, CASE WHEN i <= ${INBOX.conversations} THEN i - 1
                      ELSE floor(${INBOX.conversations} * power(random(), 2.5))::int END AS person,
              random() < 0.5 AS is_inbound, now() - interval '27 days' * (1 - i::float8 / $2) AS at
         FROM generate_series(1, $2::int) AS i`,
    // As words are used: the tenth most frequent one a tenth as often as the first.
    `CREATE TEMP TABLE said AS
       SELECT i, string_agg(word, ' ') AS text
         FROM (SELECT i, ceil(exp(random() * ln(${INBOX.words}) + 0 * part))::int AS rank
                 FROM written, generate_series(1, 4 + (i % 17)) AS part) AS token
         JOIN vocabulary USING (rank) GROUP BY i`,
  ],
  [
    'conversations',
    `CREATE TEMP TABLE talk AS
       SELECT person, c.account_id, c.asset_id, count(*) AS messages, count(*) FILTER (WHERE is_inbound) AS inbound,
              max(at) AS last_at, min(at) AS first_at, max(at) FILTER (WHERE is_inbound) AS last_inbound_at,
              pg_temp.id_at(min(at), 'inbox contact ' || person) AS contact_id,
              pg_temp.id_at(min(at), 'inbox conversation ' || person) AS conversation_id
         FROM written JOIN channel c ON c.number = person % ${INBOX.channels}
        GROUP BY person, c.account_id, c.asset_id`,
    `INSERT INTO contacts (account_id, id, name, created_at, updated_at)
     SELECT account_id, contact_id, initcap(first.word || ' ' || last.word), first_at, last_at
       FROM talk
       JOIN vocabulary first ON first.rank = 1 + (person * 13) % 2000
       JOIN vocabulary last ON last.rank = 1 + (person * 7) % 5000`,
    `INSERT INTO contact_identities (account_id, kind, value, contact_id, created_at)
     SELECT account_id, 'wa_id', pg_temp.number_of(person), contact_id, first_at FROM talk`,
    `INSERT INTO conversations (account_id, id, platform, asset_id, contact_id, agent_id, status, priority, sentiment,
                                sentiment_score, last_seq, unread_count, inbound_count, last_message_at,
                                last_message_preview, last_inbound_at, window_expires_at, closed_at, created_at, updated_at)
     SELECT account_id, conversation_id, 'whatsapp', asset_id, contact_id, CASE WHEN person % 20 = 0 THEN $1::uuid END,
            CASE WHEN person % 10 < 4 THEN 'closed' ELSE 'active' END,
            CASE WHEN person % 50 = 1 THEN 'high' ELSE 'normal' END,
            CASE person % 25 WHEN 0 THEN 'negative' WHEN 1 THEN 'positive' WHEN 2 THEN 'neutral' END,
            CASE person % 25 WHEN 0 THEN -0.7 WHEN 1 THEN 0.7 WHEN 2 THEN 0 END,
            messages, CASE WHEN last_inbound_at = last_at THEN 1 ELSE 0 END, inbound, last_at,
            'When can I come by to pick it up?', last_inbound_at, last_inbound_at + interval '24 hours',
            CASE WHEN person % 10 < 4 THEN last_at END, first_at, last_at
       FROM talk`,
    `INSERT INTO labels (account_id, id, name)
     SELECT account_id, pg_temp.id_at(now(), 'label ' || account_id), 'Refund' FROM (SELECT DISTINCT account_id FROM channel) a`,
    `INSERT INTO conversation_labels (account_id, conversation_id, label_id)
     SELECT t.account_id, t.conversation_id, l.id FROM talk t JOIN labels l ON l.account_id = t.account_id
      WHERE t.person % 40 = 3`,
  ],
  [
    'messages',
    `INSERT INTO messages (account_id, id, conversation_id, asset_id, contact_id, platform, direction, sender_type,
                           sender_id, type, message_text, content, external_id, status, seq, "timestamp", created_at,
                           updated_at)
     SELECT t.account_id, pg_temp.id_at(w.at, 'inbox message ' || w.i), t.conversation_id, t.asset_id, t.contact_id, 'whatsapp',
            CASE WHEN is_inbound THEN 'inbound' ELSE 'outbound' END,
            CASE WHEN is_inbound THEN 'customer' ELSE 'app' END,
            CASE WHEN is_inbound THEN pg_temp.number_of(w.person) END, 'text', s.text, jsonb_build_object('body', s.text),
            'wamid.SU5CT1g' || lpad(w.i::text, 12, '0'),
            CASE WHEN is_inbound THEN 'received' ELSE 'read' END,
            row_number() OVER (PARTITION BY w.person ORDER BY w.at, w.i), w.at, w.at, w.at
       FROM written w JOIN talk t USING (person) JOIN said s USING (i) ORDER BY w.i`,
  ],
];

/** Stores that many messages in 100,000 conversations of the user. */
export async function storeInbox(database, userId, count, detail = () => undefined) {
  await withSession(database, async (client) => {
    await client.query(
      `SET synchronous_commit = off; SET work_mem = '128MB'; SET maintenance_work_mem = '256MB'`,
    );
    await client.query('SELECT setseed(0.42)'); // the same messages every time
    for (const statement of FUNCTIONS) await client.query(statement);
    for (const [what, ...statements] of STORING) {
      detail(what);
      for (const statement of statements) {
        // Each knows the values it names, and no others.
        const values = statement.includes('$2') ? [count] : statement.includes('$1') ? [userId] : [];
        await client.query(statement.replaceAll('$2', '$1'), values);
      }
      if (what !== 'messages') await client.query('ANALYZE');
    }
    detail('vacuum');
    await client.query('VACUUM (ANALYZE)');
  });
}

/** What there is to look for: words by how often they are written, pairs that stand side by side, ends of numbers. */
export async function somethingToFind(database) {
  const [row] = await database.query(
    `WITH token AS (
       SELECT word FROM (SELECT message_text FROM messages ORDER BY md5(id::text) LIMIT 20000) m,
                        unnest(string_to_array(message_text, ' ')) AS word),
     ranked AS (
       SELECT word, count(*) AS times, row_number() OVER (ORDER BY count(*) DESC, word) AS rank FROM token
        WHERE length(word) > 3 GROUP BY word)
     SELECT (SELECT array_agg(word) FROM ranked WHERE rank <= 20) AS common,
            (SELECT array_agg(word) FROM ranked WHERE rank BETWEEN 100 AND 1000) AS usual,
            (SELECT array_agg(word) FROM (SELECT word FROM ranked WHERE times = 1 ORDER BY md5(word) LIMIT 500) r) AS rare,
            (SELECT array_agg(substr(value, 8)) FROM (SELECT value FROM contact_identities ORDER BY md5(value) LIMIT 500) n) AS numbers,
            (SELECT array_agg(name) FROM (SELECT name FROM contacts ORDER BY md5(id::text) LIMIT 500) n) AS names,
            (SELECT array_agg(array_to_string((string_to_array(message_text, ' '))[2:3], ' '))
               FROM (SELECT message_text FROM messages ORDER BY md5(id::text) LIMIT 500) p) AS pairs`,
  );
  return row;
}
