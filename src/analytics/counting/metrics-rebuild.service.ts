import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { type AccountId, type ConversationId, createdAtOf } from '../../database/ids';
import { type StoredPartition, listPartitions } from '../../database/partition-catalogue';
import { ACCOUNT_LOCK } from './account-lock';
import { CaseCounting, type ConversationRef } from './case-counting.service';
import { METRIC_COLUMNS, SAME_KEY, contributionsOf, countersOfRow, rollupsOf } from './message-counters';
import { FACT_COLUMNS, commentFactsOf, factsOf, factsOfRow, isCounted } from './message-facts';
import { COUNTERS } from '../rollups/rollup-counts';

export interface RebuildRange {
  /** Messages that were stored in the month of this instant, and later; all where left out. */
  from?: Date | undefined;
  /** Messages that were stored before this instant, and to the end of its month; all where left out. */
  until?: Date | undefined;
  /** All where left out. */
  accountId?: AccountId | undefined;
}

export interface RebuiltMonth {
  /** As `2026-03`. */
  month: string;
  /** Messages and comments that count. */
  messages: number;
  /** Figures that were not as the messages say, and are now. */
  corrected: number;
}

interface Month {
  name: string;
  from: string;
  to: string;
  messages: string;
  statuses: string;
}

/** Conversations whose cases are looked at in one transaction. */
const CONVERSATIONS_AT_ONCE = 2_000;

/**
 * Counts all stored messages from the beginning and puts the figures right where they differ. May run at any time beside the
 * live service: while an account is counted, what changes of it is noted and counted afterwards. Figures of months whose messages
 * were removed stay as they are.
 */
@Injectable()
export class MetricsRebuild {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly cases: CaseCounting,
  ) {}

  /** A transaction for each account and month; stopped half-way, it can be started again. */
  async run(
    range: RebuildRange,
    onMonth: (month: RebuiltMonth) => void = () => undefined,
  ): Promise<RebuiltMonth[]> {
    const accounts = await this.accountsOf(range);
    const rebuilt: RebuiltMonth[] = [];
    for (const month of await this.storedMonths(range)) {
      const total: RebuiltMonth = { month: month.name, messages: 0, corrected: 0 };
      for (const accountId of accounts) {
        const { messages, corrected } = await this.database.transaction('READ COMMITTED', (tx) =>
          this.rebuild(tx, accountId, month),
        );
        total.messages += messages;
        total.corrected += corrected;
      }
      onMonth(total);
      rebuilt.push(total);
    }
    return rebuilt;
  }

  /**
   * Finds out again which cases there were, in all conversations that are stored.
   * @returns how many were not as they should have been
   */
  async rebuildCases({ accountId: only }: Pick<RebuildRange, 'accountId'>): Promise<number> {
    let corrected = 0;
    for (const accountId of await this.accountsOf({ accountId: only }))
      for (let after: ConversationId | null = null; ;) {
        const ids: ConversationId[] = await this.conversationsAfter(accountId, after);
        const last = ids.at(-1);
        if (last === undefined) break;
        corrected += await this.database.transaction('READ COMMITTED', async (tx) => {
          await this.lock(tx, accountId);
          return this.cases.replace(
            tx,
            ids.map((id): ConversationRef => [accountId, id]),
          );
        });
        after = last;
      }
    return corrected;
  }

  private async conversationsAfter(
    accountId: AccountId,
    after: ConversationId | null,
  ): Promise<ConversationId[]> {
    const rows: { id: ConversationId }[] = await this.database.query(
      `SELECT id FROM conversations WHERE account_id = $1 AND ($2::uuid IS NULL OR id > $2) ORDER BY id LIMIT $3`,
      [accountId, after, CONVERSATIONS_AT_ONCE],
    );
    return rows.map(({ id }) => id);
  }

  private async lock(tx: EntityManager, accountId: AccountId): Promise<void> {
    await tx.query('SELECT pg_advisory_xact_lock($1, hashtext($2))', [ACCOUNT_LOCK, accountId]);
  }

  private async accountsOf({ accountId }: RebuildRange): Promise<AccountId[]> {
    const rows: { id: AccountId }[] = await this.database.query(
      'SELECT id FROM meta_accounts WHERE $1::uuid IS NULL OR id = $1 ORDER BY id',
      [accountId ?? null],
    );
    return rows.map(({ id }) => id);
  }

  private async storedMonths({ from, until }: RebuildRange): Promise<Month[]> {
    return monthsOf(await listPartitions(this.database.manager)).filter(
      (month) =>
        (from === undefined || createdAtOf(month.to) > from) &&
        (until === undefined || createdAtOf(month.from) < until),
    );
  }

  private async rebuild(
    tx: EntityManager,
    accountId: AccountId,
    month: Month,
  ): Promise<Pick<RebuiltMonth, 'messages' | 'corrected'>> {
    await this.lock(tx, accountId);
    if (!(await this.hold(tx, month))) return { messages: 0, corrected: 0 };
    // As where they are counted one by one: neighbours of a message are one step away in an index.
    await tx.query('SET LOCAL enable_sort = off; SET LOCAL jit = off');
    await this.countFacts(tx, accountId, month);
    await tx.query('SET LOCAL enable_sort = on');
    const facts = await this.replaceFacts(tx, accountId, month);
    const corrected = await this.replaceMetrics(tx, accountId, month);
    return { messages: facts, corrected };
  }

  /**
   * Keeps retention from taking the month away meanwhile, or its messages would be taken for messages that never were.
   * @returns false when it has begun to
   */
  private async hold(tx: EntityManager, month: Month): Promise<boolean> {
    await tx.query(`LOCK TABLE ${month.messages}, ${month.statuses} IN ACCESS SHARE MODE`);
    return monthsOf(await listPartitions(tx)).some(({ name }) => name === month.name);
  }

  private async countFacts(tx: EntityManager, accountId: AccountId, month: Month): Promise<void> {
    await tx.query(`
      CREATE TEMP TABLE rebuilt_facts (LIKE message_metric_facts INCLUDING DEFAULTS) ON COMMIT DROP;
      CREATE TEMP TABLE rebuilt_metrics (LIKE message_metrics) ON COMMIT DROP;
    `);
    await tx.query(
      `WITH told AS (
         SELECT account_id, id AS message_id, $2::date AS message_month FROM ${month.messages} WHERE account_id = $1)
       INSERT INTO rebuilt_facts (${FACT_COLUMNS})
       SELECT ${FACT_COLUMNS} FROM (${factsOf('told', month)}) AS fresh WHERE ${isCounted('fresh')}`,
      [accountId, `${month.name}-01`],
    );
    await tx.query(
      `WITH told AS (
         SELECT account_id, id AS message_id, $2::date AS message_month FROM comments
          WHERE account_id = $1 AND id >= $3 AND id < $4)
       INSERT INTO rebuilt_facts (${FACT_COLUMNS})
       SELECT ${FACT_COLUMNS} FROM (${commentFactsOf('told')}) AS fresh WHERE ${isCounted('fresh')}`,
      [accountId, `${month.name}-01`, month.from, month.to],
    );
    // Of messages whose person was erased nothing is left to count from but what was counted.
    await tx.query(
      `INSERT INTO rebuilt_facts (${FACT_COLUMNS}, is_erased)
       SELECT ${FACT_COLUMNS}, is_erased FROM message_metric_facts
        WHERE account_id = $1 AND message_id >= $2 AND message_id < $3 AND is_erased`,
      [accountId, month.from, month.to],
    );
    await tx.query(
      `INSERT INTO rebuilt_metrics (${METRIC_COLUMNS})
       SELECT ${METRIC_COLUMNS} FROM (${rollupsOf(contributionsOf('rebuilt_facts', 1))}) AS rollups`,
    );
    await tx.query('ANALYZE rebuilt_facts; ANALYZE rebuilt_metrics');
  }

  private async replaceFacts(tx: EntityManager, accountId: AccountId, month: Month): Promise<number> {
    await tx.query(
      `DELETE FROM message_metric_facts f
        WHERE f.account_id = $1 AND f.message_id >= $2 AND f.message_id < $3
          AND NOT EXISTS (SELECT FROM rebuilt_facts r WHERE r.account_id = f.account_id AND r.message_id = f.message_id
                             AND ${factsOfRow('r')} IS NOT DISTINCT FROM ${factsOfRow('f')})`,
      [accountId, month.from, month.to],
    );
    await tx.query(
      `INSERT INTO message_metric_facts (${FACT_COLUMNS}) SELECT ${FACT_COLUMNS} FROM rebuilt_facts
       ON CONFLICT DO NOTHING`,
    );
    const [row]: { count: number }[] = await tx.query('SELECT count(*)::int AS count FROM rebuilt_facts');
    return row?.count ?? 0;
  }

  /** A row of zeros, which is left where everything was taken back, says the same as none. */
  private async replaceMetrics(tx: EntityManager, accountId: AccountId, month: Month): Promise<number> {
    const zeros = `(${COUNTERS.map(() => '0').join(', ')})`;
    const [row]: { count: number }[] = await tx.query(
      `WITH wrong AS (
         DELETE FROM message_metrics m
          WHERE m.account_id = $1 AND m.message_month = $2
            AND NOT EXISTS (SELECT FROM rebuilt_metrics r
                             WHERE ${SAME_KEY('r', 'm')} AND ${countersOfRow('r')} = ${countersOfRow('m')})
          RETURNING m.*)
       SELECT count(*)::int AS count FROM wrong FULL JOIN (
         SELECT r.* FROM rebuilt_metrics r
          WHERE NOT EXISTS (SELECT FROM message_metrics m
                             WHERE ${SAME_KEY('r', 'm')} AND ${countersOfRow('r')} = ${countersOfRow('m')})) AS lacking
           ON ${SAME_KEY('wrong', 'lacking')}
        WHERE lacking.account_id IS NOT NULL OR ${countersOfRow('wrong')} <> ${zeros}`,
      [accountId, `${month.name}-01`],
    );
    await tx.query(
      `INSERT INTO message_metrics (${METRIC_COLUMNS}) SELECT ${METRIC_COLUMNS} FROM rebuilt_metrics
       ON CONFLICT DO NOTHING`,
    );
    return row?.count ?? 0;
  }
}

/** Months of which both the messages and their statuses are there, oldest first. */
function monthsOf(partitions: readonly StoredPartition[]): Month[] {
  const attached = partitions.filter(({ state }) => state === 'attached');
  return attached
    .filter(({ table }) => table === 'messages')
    .flatMap(({ name: messages, range: { from, to } }) => {
      const statuses = attached.find(
        ({ table, range }) => table === 'message_statuses' && range.from === from,
      );
      if (statuses === undefined) return [];
      return [
        { name: createdAtOf(from).toISOString().slice(0, 7), from, to, messages, statuses: statuses.name },
      ];
    });
}
