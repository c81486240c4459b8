import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { SearchKind, SearchSubject, SubjectRef } from './search-subject';

type SubjectRow = Pick<SearchSubject, 'accountId' | 'id' | 'conversationId' | 'platform' | 'at'> & {
  texts: (string | null)[];
  numbers: (string | null)[] | null;
};

/**
 * What of each kind is found by which words, as it stands at this moment: at most one row for each of `asked`, found by its
 * key. Nothing of what was taken back, removed or is being erased.
 */
const READING: Readonly<Record<SearchKind, string>> = {
  message: `
    SELECT m.account_id, m.id, m.conversation_id, m.platform, m."timestamp" AS at, ARRAY[m.message_text] AS texts,
           NULL::text[] AS numbers
      FROM messages m
     WHERE m.account_id = asked.account_id AND m.id = asked.id AND m.revoked_at IS NULL AND m.message_text IS NOT NULL`,
  comment: `
    SELECT c.account_id, c.id, v.id, c.platform, c.commented_at, ARRAY[c.text, c.author_name, c.author_username],
           NULL::text[]
      FROM comments c
      LEFT JOIN conversations v
        ON v.account_id = c.account_id AND v.asset_id = c.asset_id AND v.comment_thread_id = c.thread_external_id
       AND v.comment_thread_id <> ''
     WHERE c.account_id = asked.account_id AND c.id = asked.id AND c.is_complete AND c.removed_at IS NULL`,
  contact: `
    SELECT c.account_id, c.id, NULL::uuid, NULL::text, c.created_at,
           ARRAY[c.name, c.told_name, c.profile ->> 'username', c.note]
             || ARRAY(SELECT value FROM jsonb_each_text(c.attributes) ORDER BY key)
             || ARRAY(SELECT i.value FROM contact_identities i
                       WHERE i.account_id = c.account_id AND i.contact_id = c.id AND i.kind NOT IN ('wa_id', 'phone')
                       ORDER BY i.kind, i.value),
           ARRAY(SELECT i.value FROM contact_identities i
                  WHERE i.account_id = c.account_id AND i.contact_id = c.id AND i.kind IN ('wa_id', 'phone')
                  ORDER BY i.kind, i.value)
      FROM contacts c
     WHERE c.account_id = asked.account_id AND c.id = asked.id AND c.erasing_at IS NULL`,
  note: `
    SELECT n.account_id, n.id, n.conversation_id, v.platform, n.created_at, ARRAY[n.text], NULL::text[]
      FROM conversation_notes n
      JOIN conversations v ON v.account_id = n.account_id AND v.id = n.conversation_id
     WHERE n.account_id = asked.account_id AND n.id = asked.id`,
};

/** Reads what is to be found from the tables that have it. */
@Injectable()
export class SearchSubjects {
  /** @returns without those that are not there, or that nothing is to be found of */
  async read(tx: EntityManager, kind: SearchKind, refs: readonly SubjectRef[]): Promise<SearchSubject[]> {
    if (refs.length === 0) return [];
    const rows: SubjectRow[] = await tx.query(
      `SELECT subject.account_id AS "accountId", subject.id, subject.conversation_id AS "conversationId",
              subject.platform, subject.at, subject.texts, subject.numbers
         FROM unnest($1::uuid[], $2::uuid[]) AS asked (account_id, id)
        CROSS JOIN LATERAL (${READING[kind]} LIMIT 1)
                AS subject (account_id, id, conversation_id, platform, at, texts, numbers)`,
      [refs.map(({ accountId }) => accountId), refs.map(({ id }) => id)],
    );
    return rows.map(({ texts, numbers, ...row }) => ({
      ...row,
      kind,
      texts: texts.filter(isPresent),
      numbers: (numbers ?? []).filter(isPresent),
    }));
  }
}

const isPresent = (text: string | null): text is string => text !== null;
