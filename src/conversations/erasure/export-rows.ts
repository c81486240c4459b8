import type { EntityManager } from 'typeorm';
import type { ConversationId } from '../../database/ids';
import { type PersonTraces, valuesOf } from './person-erasers';
import type { ExportedRow } from './person-exporters';

const NIL = '00000000-0000-0000-0000-000000000000';
const ROWS_AT_ONCE = 200;

interface RowsOf {
  rows: ExportedRow[];
}

/** The contacts, as they are each by itself, with what was merged. */
export async function contactRows(tx: EntityManager, person: PersonTraces): Promise<ExportedRow[]> {
  const [answer]: RowsOf[] = await tx.query(
    `SELECT coalesce(jsonb_agg(jsonb_build_object(
              'id', c.id, 'name', c.name, 'givenByHand', c.named_by IS NOT NULL, 'profile', c.profile,
              'attributes', c.attributes, 'note', c.note, 'optedOutAt', c.opted_out_at,
              'marketingOptedOutAt', c.marketing_opted_out_at, 'createdAt', c.created_at,
              'identities', (SELECT coalesce(jsonb_agg(jsonb_build_object('kind', i.kind, 'value', i.value, 'since', i.created_at)), '[]')
                               FROM contact_identities i WHERE i.account_id = c.account_id AND i.contact_id = c.id))
              ORDER BY c.id), '[]') AS rows
       FROM contacts c WHERE c.account_id = $1 AND c.id = ANY($2)`,
    [person.accountId, person.contactIds],
  );
  return answer?.rows ?? [];
}

/** Conversations without their messages, oldest first. */
export async function conversationRows(
  tx: EntityManager,
  person: PersonTraces,
  after: string | null,
): Promise<(ExportedRow & { id: ConversationId })[]> {
  const [answer]: { rows: (ExportedRow & { id: ConversationId })[] }[] = await tx.query(
    `SELECT coalesce(jsonb_agg(jsonb_build_object(
              'id', v.id, 'platform', v.platform, 'channelId', a.meta_id, 'status', v.status, 'createdAt', v.created_at,
              'lastMessageAt', v.last_message_at,
              'labels', (SELECT coalesce(jsonb_agg(l.name ORDER BY l.name), '[]') FROM conversation_labels g
                           JOIN labels l ON l.account_id = g.account_id AND l.id = g.label_id
                          WHERE g.account_id = v.account_id AND g.conversation_id = v.id),
              'notes', (SELECT coalesce(jsonb_agg(jsonb_build_object('at', n.created_at, 'text', n.text) ORDER BY n.id), '[]')
                          FROM conversation_notes n WHERE n.account_id = v.account_id AND n.conversation_id = v.id))
              ORDER BY v.id), '[]') AS rows
       FROM (SELECT * FROM conversations
              WHERE account_id = $1 AND contact_id = ANY($2) AND id > $3 ORDER BY id LIMIT ${ROWS_AT_ONCE}) v
       JOIN assets a ON a.account_id = v.account_id AND a.id = v.asset_id`,
    [person.accountId, person.contactIds, after ?? NIL],
  );
  return answer?.rows ?? [];
}

export interface MessagePlace {
  at: string;
  id: string;
}

/** Messages of a conversation, oldest first, with every status and where their files are. */
export async function messageRows(
  tx: EntityManager,
  { accountId }: PersonTraces,
  conversationId: ConversationId,
  after: MessagePlace | null,
): Promise<{ rows: ExportedRow[]; place: MessagePlace | null }> {
  const [answer]: { rows: ExportedRow[]; place: MessagePlace | null }[] = await tx.query(
    `WITH page AS MATERIALIZED (
       SELECT m.* FROM messages m
        WHERE m.account_id = $1 AND m.conversation_id = $2
          AND ($3::timestamptz IS NULL OR (m."timestamp", m.id) > ($3::timestamptz, $4::uuid))
        ORDER BY m."timestamp", m.id LIMIT ${ROWS_AT_ONCE})
     SELECT coalesce(jsonb_agg(${MESSAGE} ORDER BY m."timestamp", m.id), '[]') AS rows,
            (SELECT jsonb_build_object('at', "timestamp", 'id', id) FROM page ORDER BY "timestamp" DESC, id DESC LIMIT 1) AS place
       FROM page m`,
    [accountId, conversationId, after?.at ?? null, after?.id ?? null],
  );
  return answer ?? { rows: [], place: null };
}

/** What the person wrote in groups, by group and in the order of ids; `place` is the group and the last message of it. */
export async function groupMessageRows(
  tx: EntityManager,
  { accountId, contactIds }: PersonTraces,
  place: { groupId: string; id: string } | null,
): Promise<{ rows: ExportedRow[]; place: { groupId: string; id: string } | null }> {
  const from = place ?? { groupId: NIL, id: NIL };
  const [group]: { id: string }[] = await tx.query(
    `SELECT id FROM conversations WHERE account_id = $1 AND group_id <> '' AND id >= $2 ORDER BY id LIMIT 1`,
    [accountId, from.groupId],
  );
  if (group === undefined) return { rows: [], place: null };
  const after = group.id === from.groupId ? from.id : NIL;
  const [answer]: RowsOf[] = await tx.query(
    `SELECT coalesce(jsonb_agg(${MESSAGE} ORDER BY m.id), '[]') AS rows
       FROM (SELECT * FROM messages WHERE account_id = $1 AND conversation_id = $2 AND contact_id = ANY($3) AND id > $4
              ORDER BY id LIMIT ${ROWS_AT_ONCE}) m`,
    [accountId, group.id, contactIds, after],
  );
  const rows = answer?.rows ?? [];
  const last = rows.at(-1);
  if (last !== undefined) return { rows, place: { groupId: group.id, id: last.id } };
  const [next]: { id: string }[] = await tx.query(
    `SELECT id FROM conversations WHERE account_id = $1 AND group_id <> '' AND id > $2 ORDER BY id LIMIT 1`,
    [accountId, group.id],
  );
  return { rows, place: next === undefined ? null : { groupId: next.id, id: NIL } };
}

/** What the person wrote under posts. */
export async function commentRows(
  tx: EntityManager,
  person: PersonTraces,
  after: string | null,
): Promise<ExportedRow[]> {
  const [answer]: RowsOf[] = await tx.query(
    `SELECT coalesce(jsonb_agg(jsonb_build_object(
              'id', c.id, 'externalId', c.external_id, 'platform', c.platform, 'postId', c.post_external_id,
              'authorName', coalesce(c.author_name, c.author_username), 'text', c.text, 'attachment', c.attachment,
              'at', c.commented_at, 'editedAt', c.edited_at, 'removedAt', c.removed_at) ORDER BY c.id), '[]') AS rows
       FROM (SELECT * FROM comments
              WHERE account_id = $1 AND author_id IS NOT NULL AND author_id = ANY($2) AND id > $3
              ORDER BY id LIMIT ${ROWS_AT_ONCE}) c`,
    [person.accountId, valuesOf(person, 'psid', 'igsid'), after ?? NIL],
  );
  return answer?.rows ?? [];
}

const MESSAGE = `jsonb_build_object(
  'id', m.id, 'externalId', m.external_id, 'direction', m.direction, 'type', m.type, 'text', m.message_text,
  'content', m.content, 'context', m.context, 'status', m.status, 'error', m.error, 'at', m."timestamp",
  'editedAt', m.edited_at, 'revokedAt', m.revoked_at, 'sentiment', m.sentiment, 'metadata', m.metadata,
  'statuses', (SELECT coalesce(jsonb_agg(jsonb_build_object('status', s.status, 'at', s.at) ORDER BY s.at), '[]')
                 FROM message_statuses s WHERE s.account_id = m.account_id AND s.message_id = m.id),
  'files', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', f.id, 'mimeType', f.mime_type, 'size', f.size_bytes,
                      'url', CASE WHEN f.state = 'stored' THEN '/api/meta/media/' || f.id || '/content' END)), '[]')
              FROM message_media f WHERE f.account_id = m.account_id AND f.message_id = m.id))`;
