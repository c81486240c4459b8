import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { beginBatch } from '../../database/batch-transaction';
import { type AccountId, type MessageId, createdAtOf } from '../../database/ids';
import { ACCOUNT_LOCK } from './account-lock';
import {
  ADD_COUNTERS,
  ANY_COUNTER,
  METRIC_COLUMNS,
  METRIC_KEY,
  SUM_COUNTERS,
  contributionsOf,
} from './message-counters';
import { FACT_COLUMNS, REPLACE_FACTS, factsOf, factsOfRow, isCounted } from './message-facts';

export interface MessageRef {
  accountId: AccountId;
  messageId: MessageId;
}

interface TakenRow {
  account_id: AccountId;
  message_ids: MessageId[];
}

/** Rows of changes, each with the messages of one statement. */
const CHANGES_AT_ONCE = 20;

/**
 * Counts messages: reads again what is known of them, compares it with what was counted, and corrects the figures by the
 * difference. So it makes no difference how often, in which order and in which batches it is told of them.
 */
@Injectable()
export class MessageCounting {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /**
   * Counts these messages, and those whose statuses changed since it was last looked.
   * @param tx in which they are counted: they are if it commits
   * @returns how many were counted; those of an account that another process counts at are left to be counted later
   */
  async count(tx: EntityManager, told: readonly MessageRef[]): Promise<number> {
    await beginBatch(tx);
    const refs = distinct([...told, ...(await this.takeChanges(tx))]);
    if (refs.length === 0) return 0;
    const locked = await this.lock(tx, refs);
    const mine = refs.filter(({ accountId }) => locked.has(accountId));
    await this.putAside(
      tx,
      refs.filter(({ accountId }) => !locked.has(accountId)),
    );
    await this.correct(tx, mine);
    return mine.length;
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

  private async takeChanges(tx: EntityManager): Promise<MessageRef[]> {
    const [rows]: [TakenRow[], number] = await tx.query(
      `DELETE FROM message_metric_changes WHERE (account_id, id) IN (
         SELECT account_id, id FROM message_metric_changes ORDER BY account_id, id LIMIT $1 FOR UPDATE SKIP LOCKED)
       RETURNING account_id, message_ids`,
      [CHANGES_AT_ONCE],
    );
    return rows.flatMap((row) =>
      row.message_ids.map((messageId) => ({ accountId: row.account_id, messageId })),
    );
  }

  /**
   * One process at a time counts an account's messages: two that had read the same facts would both add what is new.
   * Whoever does not get the lock does not wait for it, as a rebuild may hold it for long.
   */
  private async lock(tx: EntityManager, refs: readonly MessageRef[]): Promise<Set<AccountId>> {
    const rows: { account_id: AccountId }[] = await tx.query(
      `SELECT account_id FROM unnest($1::uuid[]) AS a (account_id)
        WHERE pg_try_advisory_xact_lock(${ACCOUNT_LOCK}, hashtext(account_id::text))`,
      [[...new Set(refs.map(({ accountId }) => accountId))]],
    );
    return new Set(rows.map((row) => row.account_id));
  }

  private async putAside(tx: EntityManager, refs: readonly MessageRef[]): Promise<void> {
    if (refs.length === 0) return;
    await tx.query(
      `INSERT INTO message_metric_changes (account_id, message_ids)
       SELECT account_id, array_agg(message_id)
         FROM unnest($1::uuid[], $2::uuid[]) AS aside (account_id, message_id) GROUP BY account_id`,
      [refs.map(({ accountId }) => accountId), refs.map(({ messageId }) => messageId)],
    );
  }

  /** A statement of its own after the lock was got, so that it sees what the holder before committed. */
  private async correct(tx: EntityManager, refs: readonly MessageRef[]): Promise<void> {
    if (refs.length === 0) return;
    await tx.query(
      `WITH told AS MATERIALIZED (
         SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::date[]) AS told (account_id, message_id, message_month)),
       fresh AS MATERIALIZED (${factsOf('told')}),
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
       difference AS (
         ${contributionsOf('changed', 1)}
         UNION ALL ${contributionsOf('replaced', -1)})
       INSERT INTO message_metrics AS m (${METRIC_COLUMNS})
       SELECT ${METRIC_KEY}, ${SUM_COUNTERS} FROM difference
        GROUP BY ${METRIC_KEY} HAVING ${ANY_COUNTER} ORDER BY ${METRIC_KEY}
       ON CONFLICT ON CONSTRAINT message_metrics_pkey DO UPDATE SET ${ADD_COUNTERS}`,
      [
        refs.map(({ accountId }) => accountId),
        refs.map(({ messageId }) => messageId),
        refs.map(({ messageId }) => monthOf(messageId)),
      ],
    );
  }
}

function distinct(refs: readonly MessageRef[]): MessageRef[] {
  return [...new Map(refs.map((ref) => [`${ref.accountId} ${ref.messageId}`, ref])).values()];
}

/** The first day of the month that a message was stored in, which is also its partition. */
function monthOf(messageId: MessageId): string {
  return `${createdAtOf(messageId).toISOString().slice(0, 7)}-01`;
}
