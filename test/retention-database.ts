import type { DataSource, QueryRunner } from 'typeorm';
import { partitionName } from '../src/database/month-partitions';
import { PARTITIONED_TABLES, listPartitions } from '../src/database/partition-catalogue';
import {
  PartitionRetention,
  type RetentionResult,
  type RetentionRules,
  type RetentionRun,
} from '../src/database/partition-retention';
import { eventually } from './eventually';
import type { OldMonth } from './factories/old-month.factory';
import { openMigratedDatabase } from './migrated-database';

export const RULES: RetentionRules = { webhookDays: 90, messageDays: 365, detached: 'drop' };
/** Two rows at a time, so that everything takes several statements. */
export const PACE = { lockTimeoutMs: 200, attempts: 500, retryPauseMs: 10, chunkRows: 2, chunkPauseMs: 0 };
export const NOW = new Date();

const COLUMNS = [
  ['webhook_deliveries', 'id'],
  ['webhook_digests', 'delivery_id'],
  ['webhook_quarantine', 'delivery_id'],
  ['messages', 'id'],
  ['message_keys', 'message_id'],
  ['message_sends', 'message_id'],
  ['message_media', 'message_id'],
  ['message_statuses', 'message_id'],
] as const;
/** What `rowsOf` gives for a month as `fillMonth` makes it, and for one that is gone. */
export const FULL: Readonly<Record<string, number>> = {
  webhook_deliveries: 5,
  webhook_digests: 5,
  webhook_quarantine: 2,
  messages: 5,
  message_keys: 5,
  message_sends: 1,
  message_media: 4,
  message_statuses: 2,
};
export const NOTHING = Object.fromEntries(COLUMNS.map(([table]) => [table, 0]));

/** A database of its own, with old months to remove from it. */
export class RetentionDatabase {
  private monthsUsed = 0;
  private readonly open = new Set<QueryRunner>();

  private constructor(
    readonly db: DataSource,
    readonly close: () => Promise<void>,
  ) {}

  static async open(): Promise<RetentionDatabase> {
    const { db, close } = await openMigratedDatabase();
    return new RetentionDatabase(db, close);
  }

  /** Each test has months of its own, all of them long ago. @param count how many to set aside */
  nextMonth(count = 1): Date {
    const first = new Date(Date.UTC(2010, this.monthsUsed, 1));
    this.monthsUsed += count;
    return first;
  }

  run(
    rules: Partial<RetentionRules> = {},
    options: Partial<RetentionRun> = {},
  ): Promise<RetentionResult | null> {
    return new PartitionRetention(this.db).run({ ...RULES, ...rules }, { now: NOW, pace: PACE, ...options });
  }

  /** A transaction that stays open until `end`, or `endAll` after a test that failed. */
  async begin(): Promise<QueryRunner> {
    const runner = this.db.createQueryRunner();
    await runner.startTransaction();
    this.open.add(runner);
    return runner;
  }

  async end(runner: QueryRunner): Promise<void> {
    this.open.delete(runner);
    await runner.commitTransaction();
    await runner.release();
  }

  async endAll(): Promise<void> {
    for (const runner of this.open) await this.end(runner);
  }

  async isThere(table: string): Promise<boolean> {
    const rows: { is: boolean }[] = await this.db.query('SELECT to_regclass($1) IS NOT NULL AS is', [table]);
    return rows[0]?.is === true;
  }

  async stateOf(name: string): Promise<string> {
    const partitions = await listPartitions(this.db.manager);
    return partitions.find((partition) => partition.name === name)?.state ?? 'no partition';
  }

  /** How many rows of each table belong to a month. */
  async rowsOf({ from, to }: Pick<OldMonth, 'from' | 'to'>): Promise<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const [table, column] of COLUMNS) {
      const rows: unknown[] = await this.db.query(
        `SELECT 1 FROM ${table} WHERE ${column} >= $1 AND ${column} < $2`,
        [from, to],
      );
      counts[table] = rows.length;
    }
    return counts;
  }

  async conversation(id: string): Promise<Record<string, unknown> | undefined> {
    const rows: Record<string, unknown>[] = await this.db.query(
      `SELECT last_seq, unread_count, last_message_preview, last_message_at IS NOT NULL AS dated
         FROM conversations WHERE id = $1`,
      [id],
    );
    return rows[0];
  }

  /** Expects the end of a removed month, whichever way it was reached. */
  async expectRemoved(month: OldMonth): Promise<void> {
    expect(await this.rowsOf(month)).toEqual(NOTHING);
    for (const table of PARTITIONED_TABLES)
      expect([table, await this.isThere(partitionName(table, month.first))]).toEqual([table, false]);
    expect(await this.conversation(month.conversationId)).toEqual({
      last_seq: '5',
      unread_count: 0,
      last_message_preview: null,
      dated: true,
    });
  }

  /** Waits for a statement that waits for a lock. @returns the process that runs it */
  async waitForLock(like: string): Promise<number> {
    const rows = await eventually(
      async (): Promise<{ pid: number }[]> =>
        this.db.query(
          `SELECT pid FROM pg_stat_activity
            WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE $1`,
          [like],
        ),
      (found) => found.length > 0,
    );
    return rows[0]?.pid ?? 0;
  }
}
