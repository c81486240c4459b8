import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import type { AccountId, ConversationId } from '../../database/ids';
import { ValidationFailedError } from '../../errors/app.error';
import type { ConversationPlatform } from '../conversation-types';
import type { PagePosition } from '../page-position';
import { visibleContactCondition } from '../visibility/conversation-visibility';
import { type View, seesAll, visibleCondition } from '../visibility/visible-conversations';
import type { BuiltSearch } from './search-query';
import type { SearchKind, SubjectRef } from './search-subject';
import { monthLexeme, monthOf, quoted, scopeLexeme } from './search-vector';

export interface SearchScope {
  /** Whose accounts, and which conversations of them may be seen. */
  view: View;
  kind?: SearchKind | undefined;
  platform?: ConversationPlatform | undefined;
  /** From this instant on. */
  from?: Date | undefined;
  /** Before this instant. */
  until?: Date | undefined;
  /** Only what is older than this place. */
  before?: PagePosition | undefined;
}

export interface FoundDocument extends SubjectRef {
  conversationId: ConversationId | null;
  at: Date;
}

interface WalkRow {
  /** The oldest that was looked at; null when that was all there is. */
  bound: PagePosition | null;
  found: (Omit<FoundDocument, 'at'> & { at: string })[];
  /** Documents that would be read if the index were asked for the words alone, guessed from those that were looked at. */
  expected: number;
}

interface Walk {
  bound: PagePosition | null;
  found: FoundDocument[];
  expected: number;
}

/** The newest documents, which are looked at one by one: a word that is in one of a hundred fills a page with them. */
const LOOKED_AT = 2_500;
/** With so many hits among those, a word is everywhere. More than the longest page. */
const COMMON = 125;
/** Where more than a page is wanted, of such a word. */
const LOOKED_AT_FOR_MANY = 17_500;
/** Of each account at least. */
const LOOKED_AT_EACH = 250;
/**
 * So many documents are read and sorted in some 20 ms. Narrowing by account and month in the index costs as much for each of
 * them as reading it does, so it pays only where there are more.
 */
const READ_AT_ONCE = 20_000;
/** Further back through the index: so many months at once, and then all the rest. */
const WINDOWS = [1, 2, 6, 12, 24];
/** By the words, whatever the planner believes of them: it knows nothing of what was looked at already. */
const BY_WORDS = `set_config('enable_seqscan', 'off', true), set_config('enable_indexscan', 'off', true)`;
const LONGEST_SEARCH_MS = 5_000;
const CANCELED = '57014';

/**
 * Finds documents, the newest first. The newest few are read and compared: that answers for words that are everywhere, of
 * which the index has a list too long to be sorted, and it tells how rare the others are. Those the index finds: all at once
 * where they are few, otherwise from one range of months to the one before it.
 */
@Injectable()
export class SearchFinder {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /**
   * @param limit at most 2,000. Of a word that is everywhere fewer are found where more than a page are wanted: those among
   *   the newest 20,000 documents
   * @throws ValidationFailedError on `q` when it takes too long
   */
  async find(search: BuiltSearch, scope: SearchScope, limit: number): Promise<FoundDocument[]> {
    if (scope.view.accountIds.length === 0) return [];
    try {
      const { bound, found, expected } = await this.walk(search, scope, limit, LOOKED_AT);
      if (bound === null || found.length >= limit) return found.slice(0, limit);
      // Too many for the index to be sorted, and more wanted than were found here.
      if (found.length >= COMMON) {
        const more = await this.walk(
          search,
          { ...scope, before: bound },
          limit - found.length,
          LOOKED_AT_FOR_MANY,
        );
        return [...found, ...more.found];
      }
      const rest = { ...scope, before: bound };
      const older = await this.database.transaction('READ COMMITTED', (tx) =>
        expected <= READ_AT_ONCE
          ? this.lookUpAtOnce(tx, search, rest, limit - found.length)
          : this.lookUp(tx, search, rest, limit - found.length),
      );
      return [...found, ...older];
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === CANCELED)) throw error;
      throw ValidationFailedError.of(
        'q',
        'tooCommon',
        'This search takes too long. Add a word, or narrow it by kind, platform or time.',
      );
    }
  }

  /** Compares the newest of the scope. Of each account as many, up to where all of them were looked at. */
  private async walk(
    search: BuiltSearch,
    scope: SearchScope,
    limit: number,
    lookedAt: number,
  ): Promise<Walk> {
    const each = Math.max(LOOKED_AT_EACH, Math.ceil(lookedAt / scope.view.accountIds.length));
    const values: unknown[] = [scope.view.accountIds, each, limit, `(${search.indexed})`];
    const full = search.full === null ? '' : `AND d.words @@ $${values.push(search.full)}::tsquery`;
    const times = timesOf(scope, values);
    const kinds = kindsOf(scope, values);
    const [row]: WalkRow[] = await this.database.query(
      `WITH newest AS MATERIALIZED (
         SELECT place.*, row_number() OVER (PARTITION BY account_id ORDER BY at DESC, subject_id DESC) AS number
           FROM unnest($1::uuid[]) AS mine (id) CROSS JOIN LATERAL (
             SELECT d.account_id, d.kind, d.subject_id, d.conversation_id, d.at, words.are_there,
                    words.are_there ${full} ${kinds} AS is_found
               FROM search_documents d CROSS JOIN LATERAL (SELECT d.words @@ $4::tsquery AS are_there OFFSET 0) words
              WHERE d.account_id = mine.id ${times}
              ORDER BY d.at DESC, d.subject_id DESC LIMIT $2) place),
       bound AS (
         SELECT at, subject_id FROM newest WHERE number = $2 ORDER BY at DESC, subject_id DESC LIMIT 1),
       found AS (
         SELECT * FROM newest
          WHERE is_found
            AND NOT EXISTS (SELECT FROM bound WHERE (bound.at, bound.subject_id) > (newest.at, newest.subject_id))
          ORDER BY at DESC, subject_id DESC LIMIT $3)
       SELECT (SELECT jsonb_build_object('at', at, 'id', subject_id) FROM bound) AS bound,
              (SELECT (count(*) FILTER (WHERE are_there) + 1) / (count(*) + 1)::float8 FROM newest)
              * (SELECT greatest(reltuples, 0) FROM pg_class WHERE oid = 'search_documents'::regclass) AS expected,
              (SELECT coalesce(jsonb_agg(jsonb_build_object('accountId', account_id, 'kind', kind, 'id', subject_id,
                                           'conversationId', conversation_id, 'at', at)
                                         ORDER BY at DESC, subject_id DESC), '[]') FROM found) AS found`,
      values,
    );
    if (row === undefined) return { bound: null, found: [], expected: 0 };
    return { ...row, found: row.found.map((each) => ({ ...each, at: new Date(each.at) })) };
  }

  /** Asks the index for the words and nothing else: for words that are in few documents, whoever's and however old. */
  private async lookUpAtOnce(
    tx: EntityManager,
    search: BuiltSearch,
    scope: SearchScope & { before: PagePosition },
    limit: number,
  ): Promise<FoundDocument[]> {
    await tx.query(`SELECT set_config('statement_timeout', $1, true), ${BY_WORDS}`, [
      String(LONGEST_SEARCH_MS),
    ]);
    return this.foundIn(tx, search.indexed, search, scope, limit);
  }

  /** Asks the index, from one range of months to the one before it. */
  private async lookUp(
    tx: EntityManager,
    search: BuiltSearch,
    scope: SearchScope & { before: PagePosition },
    limit: number,
  ): Promise<FoundDocument[]> {
    await tx.query(`SELECT set_config('statement_timeout', $1, true)`, [String(LONGEST_SEARCH_MS)]);
    // Found by the index that the next statement forbids: without it all of an account would be read.
    const oldest = await this.oldestOf(tx, scope);
    if (oldest === null) return [];
    await tx.query(`SELECT ${BY_WORDS}`);
    const found: FoundDocument[] = [];
    for (const { months, until } of windowsOf(new Date(scope.before.at), oldest)) {
      const narrowing = [
        scopesOf(scope),
        ...(months === null ? [] : [`(${months.map((month) => quoted(monthLexeme(month))).join(' | ')})`]),
        search.indexed,
      ];
      found.push(
        ...(await this.foundIn(tx, narrowing.join(' & '), search, scope, limit - found.length, until)),
      );
      if (found.length >= limit) break;
    }
    return found;
  }

  private async oldestOf(tx: EntityManager, { view, from }: SearchScope): Promise<Date | null> {
    const [row]: { at: Date | null }[] = await tx.query(
      `SELECT greatest(min(oldest.at), $2) AS at FROM unnest($1::uuid[]) AS mine (id) CROSS JOIN LATERAL (
         SELECT min(at) AS at FROM search_documents d WHERE d.account_id = mine.id) oldest`,
      [view.accountIds, from ?? null],
    );
    return row?.at ?? null;
  }

  /** @param lexemes what the index is asked for; whose and how old it is are compared with the rows besides */
  private async foundIn(
    tx: EntityManager,
    lexemes: string,
    search: BuiltSearch,
    scope: SearchScope,
    limit: number,
    until: Date | null = null,
  ): Promise<FoundDocument[]> {
    const values: unknown[] = [scope.view.accountIds, limit, lexemes];
    const end = until === null ? '' : `AND d.at < $${values.push(until)}::timestamptz`;
    const full =
      search.full === null ? '' : `AND (d.words || ''::tsvector) @@ $${values.push(search.full)}::tsquery`;
    return tx.query(
      `WITH found AS MATERIALIZED (
         SELECT d.account_id, d.kind, d.subject_id, d.conversation_id, d.at FROM search_documents d
          WHERE d.words @@ $3::tsquery AND d.account_id = ANY($1::uuid[]) ${full}
                ${end} ${timesOf(scope, values)} ${kindsOf(scope, values)})
       SELECT account_id AS "accountId", kind, subject_id AS id, conversation_id AS "conversationId", at
         FROM found ORDER BY at DESC, subject_id DESC LIMIT $2`,
      values,
    );
  }
}

function timesOf({ from, until, before }: SearchScope, values: unknown[]): string {
  const conditions: string[] = [];
  if (before !== undefined)
    conditions.push(
      `(d.at, d.subject_id) < ($${values.push(before.at)}::timestamptz, $${values.push(before.id)}::uuid)`,
    );
  if (from !== undefined) conditions.push(`d.at >= $${values.push(from)}::timestamptz`);
  if (until !== undefined) conditions.push(`d.at < $${values.push(until)}::timestamptz`);
  return conditions.map((condition) => `AND ${condition}`).join(' ');
}

function kindsOf({ view, kind, platform }: SearchScope, values: unknown[]): string {
  return [
    visibleDocuments(view, values),
    kind === undefined ? '' : `AND d.kind = $${values.push(kind)}::text`,
    platform === undefined ? '' : `AND d.platform = $${values.push(platform)}::text`,
  ].join(' ');
}

/** What is said in a conversation is seen with it, and so are the people. */
function visibleDocuments(view: View, values: unknown[]): string {
  const placeholder = (value: unknown): string => `$${values.push(value)}`;
  const visible = seesAll(view) ? null : visibleCondition(view, 'v', placeholder);
  const people = seesAll(view)
    ? null
    : visibleContactCondition(view, 'd.account_id', 'd.subject_id', placeholder);
  if (visible === null || people === null) return '';
  return `AND CASE WHEN d.kind = 'contact' THEN ${people} ELSE d.conversation_id IS NULL OR EXISTS (
    SELECT FROM conversations v WHERE v.account_id = d.account_id AND v.id = d.conversation_id AND ${visible}) END`;
}

/** Whose, of which kind: what the index narrows by beside the words. */
function scopesOf({ view: { accountIds }, kind, platform }: SearchScope): string {
  const each = (lexeme: (accountId: AccountId) => string): string =>
    `(${accountIds.map((accountId) => quoted(lexeme(accountId))).join(' | ')})`;
  const parts = [
    ...(kind === undefined ? [] : [each((accountId) => scopeLexeme(accountId, { kind }))]),
    ...(platform === undefined ? [] : [each((accountId) => scopeLexeme(accountId, { platform }))]),
  ];
  return parts.length === 0 ? each((accountId) => scopeLexeme(accountId)) : parts.join(' & ');
}

/** A range of time that is searched at once. */
export interface SearchWindow {
  /** Null: everything before `until`. */
  months: readonly string[] | null;
  until: Date | null;
}

/** Ranges of months from one instant back to another, ever longer ones. None has anything of another. */
export function windowsOf(from: Date, oldest: Date): SearchWindow[] {
  const windows: SearchWindow[] = [];
  let place = from.getUTCFullYear() * 12 + from.getUTCMonth();
  const last = oldest.getUTCFullYear() * 12 + oldest.getUTCMonth();
  for (const size of WINDOWS) {
    if (place < last) return windows;
    const months = Array.from({ length: Math.min(size, place - last + 1) }, (_, index) =>
      monthOf(monthAt(place - index)),
    );
    windows.push({ months, until: null });
    place -= size;
  }
  if (place >= last) windows.push({ months: null, until: monthAt(place + 1) });
  return windows;
}

const monthAt = (place: number): Date => new Date(Date.UTC(Math.floor(place / 12), place % 12));
