import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import type { AccountId, ContactId, ConversationId } from '../../database/ids';
import { languagesOfText } from './search-languages';
import { SearchStems } from './search-stems';
import { SEARCH_KINDS, type SearchKind, type SearchSubject, type SubjectRef, refKey } from './search-subject';
import { SearchSubjects } from './search-subjects.repository';
import { vectorOf, wordsOfSubject } from './search-vector';

/** Any fixed number: who holds it is the one who writes to the index. */
const INDEX_LOCK = 7_205_031;
/** For one transaction: so many notes at most, and not many more subjects than this; a note has some hundred at most. */
const NOTES_AT_ONCE = 500;
const SUBJECTS_AT_ONCE = 500;

interface ChangeRow {
  account_id: AccountId;
  kind: SearchKind;
  subject_ids: string[];
}

/** Whose documents are to go at once, not only when it is noticed that their subjects are gone. */
export interface ForgottenSubjects {
  accountId: AccountId;
  conversationIds?: readonly ConversationId[];
  contactIds?: readonly ContactId[];
}

/**
 * What can be searched. Changes are noted where they are made, and what they are about is read again and written anew here: so
 * it makes no difference how often, in which order and in which batches changes are noted.
 */
@Injectable()
export class SearchIndex {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly subjects: SearchSubjects,
    private readonly stems: SearchStems,
  ) {}

  /** Has these looked at again, after the commit of `tx`. */
  async note(tx: EntityManager, refs: readonly SubjectRef[]): Promise<void> {
    if (refs.length === 0) return;
    await tx.query(
      `INSERT INTO search_changes (account_id, kind, subject_ids)
       SELECT account_id, kind, array_agg(id)
         FROM unnest($1::uuid[], $2::text[], $3::uuid[]) AS told (account_id, kind, id) GROUP BY account_id, kind`,
      [refs.map(({ accountId }) => accountId), refs.map(({ kind }) => kind), refs.map(({ id }) => id)],
    );
  }

  /**
   * Takes what was said in conversations, and what is known of contacts, out of the index in the transaction that removes
   * it: from its commit on nobody finds it.
   */
  async forget(
    tx: EntityManager,
    { accountId, conversationIds = [], contactIds = [] }: ForgottenSubjects,
  ): Promise<void> {
    // Or the indexer could write what it has read before.
    await tx.query('SELECT pg_advisory_xact_lock($1)', [INDEX_LOCK]);
    if (conversationIds.length > 0)
      await tx.query(
        'DELETE FROM search_documents WHERE account_id = $1 AND conversation_id = ANY($2::uuid[])',
        [accountId, conversationIds],
      );
    if (contactIds.length > 0)
      await tx.query(
        `DELETE FROM search_documents WHERE account_id = $1 AND kind = 'contact' AND subject_id = ANY($2::uuid[])`,
        [accountId, contactIds],
      );
  }

  /**
   * Works off some of what was noted.
   * @returns how many subjects were looked at; 0 when there is nothing to do, or another process is at it
   */
  async drainSome(): Promise<number> {
    // Asked every second by every worker: a look writes nothing.
    if (!(await this.hasChanges())) return 0;
    return this.database.transaction('READ COMMITTED', async (tx) => {
      // One at a time: of two that had read the same subject, the one that read it first could be the last to write it.
      const [lock]: { locked: boolean }[] = await tx.query('SELECT pg_try_advisory_xact_lock($1) AS locked', [
        INDEX_LOCK,
      ]);
      if (lock?.locked !== true) return 0;
      const refs = await this.takeChanges(tx);
      for (let from = 0; from < refs.length; from += SUBJECTS_AT_ONCE)
        await this.write(tx, refs.slice(from, from + SUBJECTS_AT_ONCE));
      return refs.length;
    });
  }

  private async hasChanges(): Promise<boolean> {
    const [row]: { found: boolean }[] = await this.database.query(
      'SELECT EXISTS (SELECT FROM search_changes) AS found',
    );
    return row?.found === true;
  }

  private async takeChanges(tx: EntityManager): Promise<SubjectRef[]> {
    const [rows]: [ChangeRow[], number] = await tx.query(
      `DELETE FROM search_changes WHERE (account_id, id) IN (
         SELECT account_id, id
           FROM (SELECT account_id, id, sum(size) OVER (ORDER BY is_rebuild, id) - size AS before
                   FROM (SELECT account_id, id, is_rebuild, cardinality(subject_ids) AS size FROM search_changes
                          ORDER BY is_rebuild, id LIMIT $1) AS first) AS noted
          WHERE before < $2)
       RETURNING account_id, kind, subject_ids`,
      [NOTES_AT_ONCE, SUBJECTS_AT_ONCE],
    );
    const refs = rows.flatMap(({ account_id: accountId, kind, subject_ids }) =>
      subject_ids.map((id): SubjectRef => ({ accountId, kind, id })),
    );
    const distinct = [...new Map(refs.map((ref) => [refKey(ref), ref]))];
    // In one order, as others remove documents, too.
    return distinct.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, ref]) => ref);
  }

  /** Statements of their own after the lock was got, so that they see what was committed with the notes. */
  private async write(tx: EntityManager, refs: readonly SubjectRef[]): Promise<void> {
    const found: SearchSubject[] = [];
    for (const kind of SEARCH_KINDS)
      found.push(
        ...(await this.subjects.read(
          tx,
          kind,
          refs.filter((ref) => ref.kind === kind),
        )),
      );
    const there = new Set(found.map(refKey));
    await this.remove(
      tx,
      refs.filter((ref) => !there.has(refKey(ref))),
    );
    await this.store(tx, found);
  }

  private async store(tx: EntityManager, subjects: readonly SearchSubject[]): Promise<void> {
    if (subjects.length === 0) return;
    const read = subjects.map((subject) => ({
      subject,
      words: wordsOfSubject(subject),
      // Of a name there is none to be told.
      languages: languagesOfText(subject.kind === 'contact' ? '' : subject.texts.join(' ')),
    }));
    const wanted = new Map<string, Set<string>>();
    for (const { words, languages } of read)
      for (const { text } of words) {
        const known = wanted.get(text);
        if (known === undefined) wanted.set(text, new Set(languages));
        else for (const code of languages) known.add(code);
      }
    const stems = await this.stems.of(tx, wanted);
    await tx.query(
      `INSERT INTO search_documents AS d (account_id, kind, subject_id, conversation_id, platform, at, words)
       SELECT account_id, kind, id, conversation_id, platform, at, words::tsvector
         FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[], $5::text[], $6::timestamptz[], $7::text[])
                AS told (account_id, kind, id, conversation_id, platform, at, words)
       ON CONFLICT ON CONSTRAINT search_documents_pkey DO UPDATE
          SET conversation_id = excluded.conversation_id, platform = excluded.platform, at = excluded.at,
              words = excluded.words
        WHERE (d.conversation_id, d.platform, d.at, d.words)
              IS DISTINCT FROM (excluded.conversation_id, excluded.platform, excluded.at, excluded.words)`,
      [
        subjects.map(({ accountId }) => accountId),
        subjects.map(({ kind }) => kind),
        subjects.map(({ id }) => id),
        subjects.map(({ conversationId }) => conversationId),
        subjects.map(({ platform }) => platform),
        subjects.map(({ at }) => at),
        read.map(({ subject, words, languages }) => vectorOf(subject, words, stems, languages)),
      ],
    );
  }

  private async remove(tx: EntityManager, refs: readonly SubjectRef[]): Promise<void> {
    if (refs.length === 0) return;
    await tx.query(
      `DELETE FROM search_documents WHERE (account_id, kind, subject_id) IN (
         SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[]))`,
      [refs.map(({ accountId }) => accountId), refs.map(({ kind }) => kind), refs.map(({ id }) => id)],
    );
  }
}
