import type { DataSource } from 'typeorm';
import type { AccountId } from '../../src/database/ids';
import {
  type ContactState,
  type ConversationState,
  type MessageState,
  type TenantState,
  type TransitionState,
  TIME_OF_ORDER,
  compare,
} from './inbox-view';

type Json = Record<string, unknown>;

/** One run's tenant, and what its rows are called in the model. */
export interface Tenancy {
  accountId: AccountId;
  /** Of our ids of phone numbers. */
  numbers: ReadonlyMap<string, number>;
  /** Of our ids of messages that were ordered. */
  orders: ReadonlyMap<string, number>;
}

interface MessageRow {
  id: string;
  conversation_id: string;
  contact_id: string;
  direction: string;
  sender_type: string;
  type: string;
  message_text: string | null;
  content: Json;
  context: Json | null;
  metadata: Json;
  external_id: string | null;
  status: string;
  error: { code: number } | null;
  seq: string;
  timestamp: Date;
  edited_at: Date | null;
  revoked_at: Date | null;
}

/** What the tables of one tenant say, in the words of the model: without our ids, and without the times of our own acts. */
export async function storedState(db: DataSource, tenancy: Tenancy): Promise<TenantState> {
  const rowsOf = async <Row>(sql: string): Promise<Row[]> => db.query(sql, [tenancy.accountId]);
  const messages = await rowsOf<MessageRow>('SELECT * FROM messages WHERE account_id = $1');
  const transitions = await rowsOf<{
    message_id: string;
    status: string;
    participant: string;
    at: Date;
    error: { code: number } | null;
    details: Json;
  }>('SELECT * FROM message_statuses WHERE account_id = $1');
  const labels = new Map(
    messages.map(({ id, external_id }) => [id, external_id ?? `order ${tenancy.orders.get(id) ?? '?'}`]),
  );
  const timeOf = (row: MessageRow): string =>
    tenancy.orders.has(row.id) ? TIME_OF_ORDER : row.timestamp.toISOString();
  const ordered = new Set(
    messages.filter(({ id }) => tenancy.orders.has(id)).map((row) => row.timestamp.toISOString()),
  );

  const contacts = await contactsOf(rowsOf);
  const conversations = await rowsOf<{
    id: string;
    asset_id: string;
    contact_id: string;
    status: string;
    unread_count: number;
    last_seq: string;
    last_message_at: Date;
    last_message_preview: string | null;
    last_inbound_at: Date | null;
    window_expires_at: Date | null;
  }>('SELECT * FROM conversations WHERE account_id = $1');

  return {
    contacts: [...contacts.values()].sort((a, b) => compare(a.identities[0] ?? '', b.identities[0] ?? '')),
    conversations: conversations
      .map((row): ConversationState => {
        const thread = messages.filter((message) => message.conversation_id === row.id);
        for (const { contact_id } of thread)
          if (contact_id !== row.contact_id)
            throw new Error('A message is not of its conversation’s contact.');
        const lastAt = row.last_message_at.toISOString();
        return {
          number: tenancy.numbers.get(row.asset_id) ?? -1,
          contact: contacts.get(row.contact_id)?.identities[0] ?? 'nobody',
          unread: row.unread_count,
          lastSeq: Number(row.last_seq),
          seqs: thread.map(({ seq }) => Number(seq)).sort((a, b) => a - b),
          lastMessageAt: ordered.has(lastAt) ? TIME_OF_ORDER : lastAt,
          preview: row.last_message_preview,
          lastInboundAt: row.last_inbound_at?.toISOString() ?? null,
          windowExpiresAt: row.window_expires_at?.toISOString() ?? null,
          messages: thread
            .map((message): MessageState => ({
              id: labels.get(message.id) ?? '?',
              direction: message.direction,
              senderType: message.sender_type,
              type: message.type,
              text: message.message_text,
              content: message.content,
              context: message.context,
              metadata: withTimes(message.metadata),
              status: message.status,
              error: message.error?.code ?? null,
              at: timeOf(message),
              editedAt: message.edited_at?.toISOString() ?? null,
              revokedAt: message.revoked_at?.toISOString() ?? null,
              transitions: transitions
                .filter(({ message_id, status }) => message_id === message.id && !isOurs(status))
                .map(({ status, at, error, details }): TransitionState => ({
                  status,
                  at: at.toISOString(),
                  error: error?.code ?? null,
                  details,
                }))
                .sort((a, b) => compare(a.status, b.status)),
            }))
            .sort((a, b) => compare(a.id, b.id)),
        };
      })
      .sort((a, b) => compare(`${a.number} ${a.contact}`, `${b.number} ${b.contact}`)),
    waiting: [
      ...(await rowsOf<{ text: string }>(
        `SELECT external_id || ' ' || status AS text FROM waiting_statuses WHERE account_id = $1`,
      )),
      ...(await rowsOf<{ text: string }>(
        `SELECT external_id || ' ' || kind || ' ' || to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS text
           FROM waiting_changes WHERE account_id = $1`,
      )),
    ]
      .map(({ text }) => text)
      .sort(compare),
    created: (
      await rowsOf<{ id: string }>(
        `SELECT payload ->> 'messageId' AS id FROM domain_events WHERE account_id = $1 AND kind = 'message.created'`,
      )
    )
      .map(({ id }) => labels.get(id) ?? 'a message that is not there')
      .sort(compare),
    sends: (
      await rowsOf<{ id: string; state: string }>(
        'SELECT message_id AS id, state FROM message_sends WHERE account_id = $1',
      )
    )
      .map(({ id, state }) => `${tenancy.orders.get(id) ?? '?'} ${state}`)
      .sort(compare),
  };
}

async function contactsOf(rowsOf: <Row>(sql: string) => Promise<Row[]>): Promise<Map<string, ContactState>> {
  const rows = await rowsOf<{
    id: string;
    name: string | null;
    profile: Json;
    identities: string[] | null;
    marketing_opted_out_at: Date | null;
    marketing_choice_at: Date | null;
  }>(
    `SELECT c.*, (SELECT array_agg(kind || ':' || value ORDER BY (kind || ':' || value) COLLATE "C")
                    FROM contact_identities i WHERE i.account_id = c.account_id AND i.contact_id = c.id) AS identities
       FROM contacts c WHERE account_id = $1`,
  );
  return new Map(
    rows.map((row) => [
      row.id,
      {
        identities: row.identities ?? [],
        name: row.name,
        profile: row.profile,
        optedOutAt: row.marketing_opted_out_at?.toISOString() ?? null,
        choiceAt: row.marketing_choice_at?.toISOString() ?? null,
      },
    ]),
  );
}

/** Steps of our own sending have the time of day. */
function isOurs(status: string): boolean {
  return status === 'queued' || status === 'accepted';
}

function withTimes(metadata: Json): Json {
  if (!Array.isArray(metadata.edits)) return metadata;
  const edits = (metadata.edits as { at: string | null }[]).map((edit) => ({
    ...edit,
    at: edit.at === null ? null : new Date(edit.at).toISOString(),
  }));
  return { ...metadata, edits };
}
