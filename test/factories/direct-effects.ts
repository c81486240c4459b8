import type { TestApp } from '../test-app';

type Json = Record<string, unknown>;

/** What a delivery left behind, table by table; tables without rows are left out. */
export type Effects = Record<string, Json[]>;

/** In each: what is the same in every run. */
const READINGS: Readonly<Record<string, string>> = {
  messages: `SELECT direction, sender_type AS sender, sender_id, type, message_text AS text, content, context, metadata,
      external_id AS mid, status, "timestamp" AS at, revoked_at IS NOT NULL AS revoked
    FROM messages ORDER BY external_id COLLATE "C"`,
  statuses: `SELECT s.status, s.at FROM message_statuses s ORDER BY s.status`,
  waiting_statuses: `SELECT external_id AS mid, status, at FROM waiting_statuses ORDER BY status`,
  waiting_changes: `SELECT external_id AS mid, kind, at, text, content FROM waiting_changes`,
  watermarks: `SELECT person, status, watermark, at FROM message_watermarks ORDER BY status`,
  thread: `SELECT person, fact, value, at FROM direct_thread_facts ORDER BY fact COLLATE "C"`,
  opt_ins: `SELECT kind, person, user_ref, token IS NOT NULL AS has_token, ref, title, status, told_at AS at
    FROM message_opt_ins ORDER BY kind`,
  conversations: `SELECT platform, unread_count AS unread, window_expires_at IS NOT NULL AS has_window
                    FROM conversations WHERE comment_thread_id = ''`,
  profiles: `SELECT person_kind AS kind, person FROM contact_profiles`,
  pages: `SELECT policy_action, policy_reason, policy_at, app_roles FROM facebook_pages
    WHERE policy_at IS NOT NULL OR app_roles IS NOT NULL`,
  reactions: `SELECT target_id AS target, actor_id AS actor, actor_name AS name, reaction, at FROM page_reactions`,
  ratings: `SELECT story_id AS story, reviewer_id AS reviewer, reviewer_name AS name, recommendation, rating, text,
      rated_at AS at, removed_at IS NOT NULL AS removed FROM page_ratings`,
  mentions: `SELECT external_id AS id, post_external_id AS post, comment_external_id AS comment, text,
      mentioned_at AS at, next_read_at IS NOT NULL OR refusal IS NOT NULL AS to_be_read FROM mentions`,
  leads: `SELECT lead_id AS lead, form_id AS form, ad_id AS ad, submitted_at AS at FROM page_leads`,
  comments: `SELECT external_id AS id, is_complete AS complete, post_external_id AS post, parent_external_id AS parent,
      author_id AS author, author_name AS name, by_business AS own, text, attachment ->> 'type' AS attachment,
      is_hidden AS hidden, removed_at IS NOT NULL AS removed FROM comments`,
};

/** In an order in which nothing refers to what is gone. */
const EMPTIED = [
  'message_statuses',
  'waiting_statuses',
  'waiting_changes',
  'message_watermarks',
  'message_keys',
  'messages',
  'conversations',
  'contact_profiles',
  'direct_thread_facts',
  'message_opt_ins',
  'contact_identities',
  'contacts',
  'comments',
  'page_reactions',
  'page_ratings',
  'mentions',
  'page_leads',
  'facebook_pages',
];

export async function effectsIn(app: TestApp): Promise<Effects> {
  const effects: Effects = {};
  for (const [name, sql] of Object.entries(READINGS)) {
    const rows: Json[] = await app.db.query(sql);
    if (rows.length > 0) effects[name] = rows.map(withoutNothing);
  }
  return effects;
}

export async function emptied(app: TestApp): Promise<void> {
  for (const table of EMPTIED) await app.db.query(`DELETE FROM ${table}`);
}

/** Times as text; nulls, `false` and empty objects say nothing here. */
function withoutNothing(row: Json): Json {
  return Object.fromEntries(
    Object.entries(row).flatMap(([key, value]): [string, unknown][] => {
      if (value === null || value === false) return [];
      if (value instanceof Date) return [[key, value.toISOString()]];
      if (typeof value === 'object' && Object.keys(value).length === 0) return [];
      return [[key, value]];
    }),
  );
}
