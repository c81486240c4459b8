import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { beginBatch } from '../../database/batch-transaction';
import { type AccountId, type ConversationId, type MessageId, createdAtOf } from '../../database/ids';
import { ACCOUNT_LOCK } from './account-lock';
import { CaseCounting, type ConversationRef } from './case-counting.service';
import { ADD_COUNTERS, METRIC_COLUMNS, METRIC_KEY, contributionsOf, rollupsOf } from './message-counters';
import { FACT_COLUMNS, REPLACE_FACTS, commentFactsOf, factsOf, factsOfRow, isCounted } from './message-facts';
import { answersAfterClosings, neighboursOf } from './message-neighbours';

export interface MessageRef {
  accountId: AccountId;
  messageId: MessageId;
}

/** What was told of one account. Comments are counted in the same way as messages, by ids of their own. */
interface Told {
  messageIds: Set<string>;
  commentIds: Set<string>;
  conversationIds: Set<string>;
}

interface TakenRow {
  account_id: AccountId;
  message_ids: string[];
  comment_ids: string[];
  conversation_ids: string[];
}

/** Rows of changes, each with what one statement changed; and where so many are too much. */
const CHANGES_AT_ONCE = 500;
const SUBJECTS_AT_ONCE = 5_000;

/**
 * Counts messages and comments: reads again what is known of them, compares it with what was counted, and corrects the figures
 * by the difference. So it makes no difference how often, in which order and in which batches it is told of them.
 */
@Injectable()
export class MessageCounting {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly cases: CaseCounting,
  ) {}

  /**
   * Counts these messages, and whatever changed since it was last looked.
   * @param tx in which they are counted: they are if it commits
   * @returns how many were counted; those of an account that another process counts at are left to be counted later
   */
  async count(tx: EntityManager, messages: readonly MessageRef[]): Promise<number> {
    await beginBatch(tx);
    // Neighbours of a message are the next in an index, one step away; the planner would rather read and sort them all.
    await tx.query('SET LOCAL enable_sort = off');
    const told = await this.takeChanges(tx);
    for (const { accountId, messageId } of messages) toldOf(told, accountId).messageIds.add(messageId);
    if (told.size === 0) return 0;
    const locked = await this.lock(tx, [...told.keys()]);
    const mine = [...told].filter(([accountId]) => locked.has(accountId));
    await this.putAside(
      tx,
      [...told].filter(([accountId]) => !locked.has(accountId)),
    );
    await this.correct(tx, mine);
    return mine.reduce((sum, [, { messageIds, commentIds, conversationIds }]) => {
      return sum + messageIds.size + commentIds.size + conversationIds.size;
    }, 0);
  }

  /** Counts everything that changed. @returns how many messages were counted */
  async drain(): Promise<number> {
    for (let total = 0; ;) {
      // Asked every two seconds by every worker: a look writes nothing.
      if (!(await this.hasChanges())) return total;
      const counted = await this.database.transaction('READ COMMITTED', (tx) => this.count(tx, []));
      if (counted === 0) return total;
      total += counted;
    }
  }

  private async hasChanges(): Promise<boolean> {
    const [row]: { found: boolean }[] = await this.database.query(
      'SELECT EXISTS (SELECT FROM message_metric_changes) AS found',
    );
    return row?.found === true;
  }

  private async takeChanges(tx: EntityManager): Promise<Map<AccountId, Told>> {
    const [rows]: [TakenRow[], number] = await tx.query(
      `DELETE FROM message_metric_changes WHERE (account_id, id) IN (
         SELECT account_id, id FROM (
           SELECT account_id, id, sum(subjects) OVER (ORDER BY account_id, id) - subjects AS before FROM (
             SELECT account_id, id, cardinality(message_ids) + cardinality(comment_ids) + cardinality(conversation_ids) AS subjects
               FROM message_metric_changes ORDER BY account_id, id LIMIT $1 FOR UPDATE SKIP LOCKED) AS first) AS summed
          WHERE before < $2)
       RETURNING account_id, message_ids, comment_ids, conversation_ids`,
      [CHANGES_AT_ONCE, SUBJECTS_AT_ONCE],
    );
    const told = new Map<AccountId, Told>();
    for (const row of rows) {
      const { messageIds, commentIds, conversationIds } = toldOf(told, row.account_id);
      for (const id of row.message_ids) messageIds.add(id);
      for (const id of row.comment_ids) commentIds.add(id);
      for (const id of row.conversation_ids) conversationIds.add(id);
    }
    return told;
  }

  /**
   * One process at a time counts an account's messages: two that had read the same facts would both add what is new.
   * Whoever does not get the lock does not wait for it, as a rebuild may hold it for long.
   */
  private async lock(tx: EntityManager, accountIds: readonly AccountId[]): Promise<Set<AccountId>> {
    const rows: { account_id: AccountId }[] = await tx.query(
      `SELECT account_id FROM unnest($1::uuid[]) AS a (account_id)
        WHERE pg_try_advisory_xact_lock(${ACCOUNT_LOCK}, hashtext(account_id::text))`,
      [accountIds],
    );
    return new Set(rows.map((row) => row.account_id));
  }

  private async putAside(tx: EntityManager, told: readonly [AccountId, Told][]): Promise<void> {
    for (const [accountId, { messageIds, commentIds, conversationIds }] of told)
      await tx.query(
        `INSERT INTO message_metric_changes (account_id, message_ids, comment_ids, conversation_ids) VALUES ($1, $2, $3, $4)`,
        [accountId, [...messageIds], [...commentIds], [...conversationIds]],
      );
  }

  /** Statements of their own after the lock was got, so that they see what the holder before committed. */
  private async correct(tx: EntityManager, told: readonly [AccountId, Told][]): Promise<void> {
    if (told.length === 0) return;
    const messages = flat(told, ({ messageIds }) => messageIds);
    const comments = flat(told, ({ commentIds }) => commentIds);
    const conversations = flat(told, ({ conversationIds }) => conversationIds);
    const affected = distinct([
      ...messages,
      ...(await this.neighbours(tx, neighboursOf, messages)),
      ...(await this.neighbours(tx, answersAfterClosings, conversations)),
    ]);
    await this.correctFigures(tx, affected, factsOf);
    await this.correctFigures(tx, comments, commentFactsOf);
    await this.cases.correct(tx, {
      messages,
      comments,
      conversations: conversations.map(([accountId, id]): ConversationRef => [
        accountId,
        id as ConversationId,
      ]),
    });
  }

  private async neighbours(
    tx: EntityManager,
    query: (told: string) => string,
    refs: readonly Ref[],
  ): Promise<Ref[]> {
    if (refs.length === 0) return [];
    const rows: { account_id: AccountId; message_id: string }[] = await tx.query(
      `WITH told AS MATERIALIZED (
         SELECT account_id, id AS message_id, id AS conversation_id FROM unnest($1::uuid[], $2::uuid[]) AS t (account_id, id))
       ${query('told')}`,
      columnsOf(refs),
    );
    return rows.map((row): Ref => [row.account_id, row.message_id]);
  }

  /** @param facts what is to be counted, as a query over what was told */
  private async correctFigures(
    tx: EntityManager,
    refs: readonly Ref[],
    facts: (told: string) => string,
  ): Promise<void> {
    if (refs.length === 0) return;
    await tx.query(
      `WITH told AS MATERIALIZED (
         SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::date[]) AS told (account_id, message_id, message_month)),
       fresh AS MATERIALIZED (${facts('told')}),
       -- Both in one row: two lists of the batch would be joined by comparing each with each.
       compared AS MATERIALIZED (
         SELECT fresh, old FROM fresh
           LEFT JOIN message_metric_facts old
             ON old.account_id = fresh.account_id AND old.message_id = fresh.message_id
          WHERE ${factsOfRow('fresh')} IS DISTINCT FROM ${factsOfRow('old')}
            AND (old.message_id IS NOT NULL OR ${isCounted('fresh')})),
       changed AS MATERIALIZED (SELECT (fresh).* FROM compared),
       stored AS (
         INSERT INTO message_metric_facts (${FACT_COLUMNS})
         SELECT ${FACT_COLUMNS} FROM changed ORDER BY account_id, message_id
         ON CONFLICT ON CONSTRAINT message_metric_facts_pkey DO UPDATE SET ${REPLACE_FACTS}),
       replaced AS MATERIALIZED (SELECT (old).* FROM compared WHERE (old).message_id IS NOT NULL),
       rollups AS (${rollupsOf(`${contributionsOf('changed', 1)} UNION ALL ${contributionsOf('replaced', -1)}`)})
       INSERT INTO message_metrics AS m (${METRIC_COLUMNS})
       SELECT ${METRIC_COLUMNS} FROM rollups ORDER BY ${METRIC_KEY}
       ON CONFLICT ON CONSTRAINT message_metrics_pkey DO UPDATE SET ${ADD_COUNTERS}`,
      [...columnsOf(refs), refs.map(([, id]) => monthOf(id))],
    );
  }
}

/** A message, comment or conversation of an account. */
export type Ref = [accountId: AccountId, id: string];

const columnsOf = (refs: readonly Ref[]): [AccountId[], string[]] => [
  refs.map(([accountId]) => accountId),
  refs.map(([, id]) => id),
];

function toldOf(told: Map<AccountId, Told>, accountId: AccountId): Told {
  const known = told.get(accountId);
  if (known !== undefined) return known;
  const none: Told = { messageIds: new Set(), commentIds: new Set(), conversationIds: new Set() };
  told.set(accountId, none);
  return none;
}

function flat(told: readonly [AccountId, Told][], ids: (of: Told) => Set<string>): Ref[] {
  return told.flatMap(([accountId, of]) => [...ids(of)].map((id): Ref => [accountId, id]));
}

function distinct(refs: readonly Ref[]): Ref[] {
  return [...new Map(refs.map((ref) => [ref.join(' '), ref])).values()];
}

/** The first day of the month that a message was stored in, which is also its partition. */
function monthOf(id: string): string {
  return `${createdAtOf(id).toISOString().slice(0, 7)}-01`;
}
