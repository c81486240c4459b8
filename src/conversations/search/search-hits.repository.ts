import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { AccountId, ContactId, ConversationId } from '../../database/ids';
import type { ConversationPlatform } from '../conversation-types';
import type { ConversationStatus } from '../stored-conversation';
import type { FoundDocument } from './search-finder';
import { type SearchKind, refKey } from './search-subject';

export const HIT_FIELDS = ['text', 'author', 'name', 'username', 'phone', 'attribute', 'note'] as const;
/** Where in it something was found. */
export type HitField = (typeof HIT_FIELDS)[number];

export interface HitConversation {
  id: ConversationId;
  platform: ConversationPlatform;
  status: ConversationStatus;
  contact: { id: ContactId; name: string | null } | null;
}

/** What the API shows of something that was found. */
export interface HitSubject {
  facts: Record<string, unknown>;
  /** Texts of it that may have what was looked for, the most telling first. */
  texts: { field: HitField; text: string | null }[];
}

interface SubjectRow {
  account_id: AccountId;
  id: string;
  facts: Record<string, unknown>;
  texts: { field: HitField; text: string | null }[];
}

interface ConversationRow extends Omit<HitConversation, 'contact'> {
  account_id: AccountId;
  contact_id: ContactId | null;
  contact_name: string | null;
}

/** At most one row for each of `asked`, as it stands at this moment; none for what is gone. */
const SHOWING: Readonly<Record<SearchKind, string>> = {
  message: `
    SELECT m.account_id, m.id,
           jsonb_build_object('id', m.id, 'externalId', m.external_id, 'direction', m.direction,
                              'senderType', m.sender_type, 'type', m.type, 'status', m.status),
           jsonb_build_array(jsonb_build_object('field', 'text', 'text', m.message_text))
      FROM messages m
     WHERE m.account_id = asked.account_id AND m.id = asked.id AND m.revoked_at IS NULL AND m.message_text IS NOT NULL`,
  comment: `
    SELECT c.account_id, c.id,
           jsonb_build_object('id', c.id, 'externalId', c.external_id, 'platform', c.platform,
                              'postExternalId', c.post_external_id, 'authorName', c.author_name,
                              'authorUsername', c.author_username, 'isOwn', c.by_business, 'isHidden', c.is_hidden),
           jsonb_build_array(jsonb_build_object('field', 'text', 'text', c.text),
                             jsonb_build_object('field', 'author', 'text', c.author_name),
                             jsonb_build_object('field', 'author', 'text', c.author_username))
      FROM comments c
     WHERE c.account_id = asked.account_id AND c.id = asked.id AND c.is_complete AND c.removed_at IS NULL`,
  contact: `
    SELECT c.account_id, c.id,
           jsonb_build_object('id', coalesce(c.person_id, c.id), 'name', coalesce(h.name, c.name),
                              'username', c.profile ->> 'username', 'identities', i.identities),
           jsonb_build_array(jsonb_build_object('field', 'name', 'text', c.name),
                             jsonb_build_object('field', 'name', 'text', c.told_name),
                             jsonb_build_object('field', 'username', 'text', c.profile ->> 'username'))
             || i.numbers
             || coalesce((SELECT jsonb_agg(jsonb_build_object('field', 'attribute', 'text', value) ORDER BY key)
                            FROM jsonb_each_text(c.attributes)), '[]')
             || jsonb_build_array(jsonb_build_object('field', 'note', 'text', c.note))
      FROM contacts c
      LEFT JOIN contacts h ON h.account_id = c.account_id AND h.id = c.person_id
     CROSS JOIN LATERAL (
       SELECT coalesce(jsonb_agg(jsonb_build_object('kind', kind, 'value', value) ORDER BY kind, value), '[]') AS identities,
              coalesce(jsonb_agg(jsonb_build_object('field', 'phone', 'text', '+' || value) ORDER BY kind DESC, value)
                         FILTER (WHERE kind IN ('wa_id', 'phone')), '[]') AS numbers
         FROM contact_identities WHERE account_id = c.account_id AND contact_id = c.id) i
     WHERE c.account_id = asked.account_id AND c.id = asked.id AND c.erasing_at IS NULL`,
  note: `
    SELECT n.account_id, n.id,
           jsonb_build_object('id', n.id, 'authorId', n.author_id, 'authorName', u.name),
           jsonb_build_array(jsonb_build_object('field', 'text', 'text', n.text))
      FROM conversation_notes n LEFT JOIN users u ON u.id = n.author_id
     WHERE n.account_id = asked.account_id AND n.id = asked.id`,
};

/** Reads what is shown of what was found: from the tables themselves, as the index may be a moment behind. */
@Injectable()
export class SearchHits {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /** @returns by `refKey`; without what is gone */
  async subjectsOf(found: readonly FoundDocument[]): Promise<Map<string, HitSubject>> {
    const subjects = new Map<string, HitSubject>();
    for (const kind of new Set(found.map((each) => each.kind))) {
      const asked = found.filter((each) => each.kind === kind);
      const rows: SubjectRow[] = await this.database.query(
        `SELECT shown.account_id, shown.id, shown.facts, shown.texts
           FROM unnest($1::uuid[], $2::uuid[]) AS asked (account_id, id)
          CROSS JOIN LATERAL (${SHOWING[kind]} LIMIT 1) AS shown (account_id, id, facts, texts)`,
        [asked.map(({ accountId }) => accountId), asked.map(({ id }) => id)],
      );
      for (const { account_id: accountId, id, facts, texts } of rows)
        subjects.set(refKey({ accountId, kind, id }), { facts, texts });
    }
    return subjects;
  }

  async conversationsOf(
    found: readonly Pick<FoundDocument, 'accountId' | 'conversationId'>[],
  ): Promise<Map<ConversationId, HitConversation>> {
    const asked = found.filter(({ conversationId }) => conversationId !== null);
    if (asked.length === 0) return new Map();
    const rows: ConversationRow[] = await this.database.query(
      `SELECT v.account_id, v.id, v.platform, v.status, coalesce(c.person_id, c.id) AS contact_id,
              coalesce(h.name, c.name) AS contact_name
         FROM conversations v
         LEFT JOIN contacts c ON c.account_id = v.account_id AND c.id = v.contact_id
         LEFT JOIN contacts h ON h.account_id = c.account_id AND h.id = c.person_id
        WHERE (v.account_id, v.id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))`,
      [asked.map(({ accountId }) => accountId), asked.map(({ conversationId }) => conversationId)],
    );
    return new Map(
      rows.map(({ id, platform, status, contact_id, contact_name }) => [
        id,
        {
          id,
          platform,
          status,
          contact: contact_id === null ? null : { id: contact_id, name: contact_name },
        },
      ]),
    );
  }

  /** The conversations of contacts, and of those that were merged into them. */
  async conversationIdsOf(
    contacts: readonly { accountId: AccountId; id: string }[],
    limit: number,
  ): Promise<ConversationId[]> {
    if (contacts.length === 0) return [];
    const rows: { id: ConversationId }[] = await this.database.query(
      `WITH asked AS (SELECT * FROM unnest($1::uuid[], $2::uuid[]) AS asked (account_id, id)),
       person AS (
         SELECT account_id, id FROM asked
          UNION SELECT c.account_id, c.id FROM asked
                  JOIN contacts c ON c.account_id = asked.account_id AND c.person_id = asked.id)
       SELECT v.id FROM person
         JOIN conversations v ON v.account_id = person.account_id AND v.contact_id = person.id
        ORDER BY v.last_message_at DESC NULLS LAST LIMIT $3`,
      [contacts.map(({ accountId }) => accountId), contacts.map(({ id }) => id), limit],
    );
    return rows.map(({ id }) => id);
  }

  /** Who stands for these contacts: they themselves, or whom they were merged into. Each once, in the order given. */
  async personsOf(contacts: readonly { accountId: AccountId; id: string }[]): Promise<ContactId[]> {
    if (contacts.length === 0) return [];
    const rows: { id: ContactId }[] = await this.database.query(
      `SELECT coalesce(c.person_id, c.id) AS id
         FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY AS asked (account_id, id, place)
         JOIN contacts c ON c.account_id = asked.account_id AND c.id = asked.id AND c.erasing_at IS NULL
        ORDER BY asked.place`,
      [contacts.map(({ accountId }) => accountId), contacts.map(({ id }) => id)],
    );
    return [...new Set(rows.map(({ id }) => id))];
  }
}
