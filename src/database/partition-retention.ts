import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';
import { isConnectionLoss } from '../http/connection-loss';
import {
  type AccountPlace,
  type QuarantinePlace,
  removeDeliverySteps,
  removeDigests,
  removeOfMessages,
  removeQuarantined,
  removeSearchDocuments,
} from './bounded-removal';
import { type ConversationPlace, clearEmptiedConversations } from './emptied-conversations';
import { firstIdAt } from './ids';
import { MONTHS_BEHIND, startOfMonth } from './month-partitions';
import {
  PARTITIONED_TABLES,
  type PartitionedTable,
  type StoredPartition,
  clearMark,
  listPartitions,
  markForRemoval,
} from './partition-catalogue';
import { archiveDetached, attachAgain, detachPartition, dropDetached } from './partition-detaching';
import { type Pace, UNHURRIED, untilUnlocked } from './patience';
import { whyItStays } from './retention-blockers';

export interface RetentionRules {
  /** Days that deliveries are kept; 0 keeps them for ever. */
  webhookDays: number;
  /** Days that messages and their statuses are kept; 0 keeps them for ever. */
  messageDays: number;
  detached: 'drop' | 'keep';
}

export interface RetentionRun {
  now: Date;
  pace?: Pace;
  /** Stops it between two statements; the next run goes on there. */
  signal?: AbortSignal;
  /** Told after each statement that changed something. */
  onStep?: (step: string) => Promise<void> | void;
}

export interface RetentionResult {
  /** Names of the months that are gone, or kept aside. */
  removed: string[];
  /** Names of those that are old enough and stay, as there is work in them or something went wrong. */
  stayed: string[];
}

/** Any fixed number: the one node that holds it removes old months. */
const RETENTION_LOCK = 7_205_021;
const DAY_MS = 86_400_000;

/**
 * Removes months that are older than they are kept. For each: mark, detach, remove the keys that point into it, drop. Any
 * of these may be the last before this process dies; the next run finds by the mark what was begun, and goes on.
 */
export class PartitionRetention {
  private readonly log = new Logger(PartitionRetention.name);

  constructor(private readonly database: DataSource) {}

  /** @returns null when another node is at it */
  async run(rules: RetentionRules, run: RetentionRun): Promise<RetentionResult | null> {
    // Everything on the connection that holds the lock: who loses it can do nothing more.
    const holder = this.database.createQueryRunner();
    try {
      const [answer]: { locked: boolean }[] = await holder.manager.query(
        'SELECT pg_try_advisory_lock($1) AS locked',
        [RETENTION_LOCK],
      );
      if (answer?.locked !== true) return null;
      try {
        await holder.query(`SET lock_timeout = ${(run.pace ?? UNHURRIED).lockTimeoutMs}`);
        return await new RetentionPass(holder.manager, rules, run, this.log).removeAll();
      } finally {
        // Before the release, or the pooled connection would keep them. One that is lost has lost them too.
        await holder
          .query('RESET lock_timeout')
          .then(() => holder.query('SELECT pg_advisory_unlock($1)', [RETENTION_LOCK]))
          .catch((error: unknown) => {
            this.log.warn(`The lock of retention was not given back: ${messageOf(error)}`);
          });
      }
    } finally {
      await holder.release();
    }
  }
}

/** The end of what may go. Last month stays whatever the setting, as it would be made again. */
export function retentionEnd(now: Date, days: number): string | null {
  if (days === 0) return null;
  const end = Math.min(now.getTime() - days * DAY_MS, startOfMonth(now, -MONTHS_BEHIND).getTime());
  return firstIdAt(new Date(end));
}

class RetentionPass {
  private readonly pace: Pace;
  private readonly signal: AbortSignal | undefined;

  constructor(
    private readonly db: EntityManager,
    private readonly rules: RetentionRules,
    private readonly options: RetentionRun,
    private readonly log: Logger,
  ) {
    this.pace = options.pace ?? UNHURRIED;
    this.signal = options.signal;
  }

  async removeAll(): Promise<RetentionResult> {
    const result: RetentionResult = { removed: [], stayed: [] };
    const partitions = await listPartitions(this.db);
    for (const partition of partitions) await this.forgetOldIntent(partition);
    // Table by table: statuses go after the keys of their messages, by which late statuses would still be sent there.
    for (const table of PARTITIONED_TABLES) {
      for (const partition of partitions.filter((other) => other.table === table && this.isDue(other))) {
        const isRemoved = await this.tryToRemove(partition);
        (isRemoved ? result.removed : result.stayed).push(partition.name);
      }
    }
    return result;
  }

  private isDue({ table, range, state, isMarked }: StoredPartition): boolean {
    // What was begun is finished, whatever the settings say by now: part of its keys may be gone.
    if (state !== 'attached') return isMarked;
    const end = retentionEnd(this.options.now, this.daysOf(table));
    return end !== null && range.to <= end;
  }

  private daysOf(table: PartitionedTable): number {
    return table === 'webhook_deliveries' ? this.rules.webhookDays : this.rules.messageDays;
  }

  /** Marked, never detached, and kept for longer since: without the mark, it may be detached by hand and is left alone. */
  private async forgetOldIntent(partition: StoredPartition): Promise<void> {
    if (partition.state !== 'attached' || !partition.isMarked || this.isDue(partition)) return;
    await clearMark(this.db, partition.name);
    await this.step(`kept ${partition.name} after all`);
  }

  /** One month that cannot go is no reason to keep the others. */
  private async tryToRemove(partition: StoredPartition): Promise<boolean> {
    try {
      return await this.remove(partition);
    } catch (error) {
      this.signal?.throwIfAborted();
      if (isConnectionLoss(error)) throw error;
      this.log.error(
        `${partition.name} could not be removed: ${messageOf(error)}. The next run goes on with it.`,
      );
      return false;
    }
  }

  private async remove(partition: StoredPartition): Promise<boolean> {
    if (partition.state === 'attached') {
      const reason = await whyItStays(this.db, partition);
      if (reason !== null) {
        this.log.warn(reason);
        return false;
      }
      await markForRemoval(this.db, partition);
      await this.step(`marked ${partition.name}`);
    }
    if (partition.state !== 'detached') {
      await detachPartition(this.db, partition, this.pace, this.signal);
      await this.step(`detached ${partition.name}`);
    }
    // Again, as nobody can write to it any more: a replay may have come between the first look and now.
    const reason = await whyItStays(this.db, partition);
    if (reason !== null) {
      await attachAgain(this.db, partition, this.pace, this.signal);
      await this.step(`attached ${partition.name} again`);
      this.log.warn(reason);
      return false;
    }
    await this.removeWhatPointsInto(partition);
    await this.settle(partition);
    return true;
  }

  private async removeWhatPointsInto({ table, name, range }: StoredPartition): Promise<void> {
    const { db } = this;
    const { chunkRows } = this.pace;
    if (table === 'webhook_deliveries') {
      await this.tellWhatIsLost(name);
      await this.inChunks<string>('digests', (after) => removeDigests(db, name, range, chunkRows, after));
      await this.inChunks<true>('delivery steps', () => removeDeliverySteps(db, range, chunkRows));
      await this.inChunks<QuarantinePlace>('quarantine', (after) =>
        removeQuarantined(db, range, chunkRows, after),
      );
    }
    if (table === 'messages') {
      // The figures themselves stay: what goes is what they could be counted again from.
      for (const keys of [
        'message_keys',
        'message_sends',
        'message_send_attempts',
        'message_media',
        'message_metric_facts',
        'campaign_recipients',
        'sentiment_work',
        'sentiment_corrections',
      ] as const)
        await this.inChunks<AccountPlace>(keys, (after) =>
          removeOfMessages(db, keys, range, chunkRows, after),
        );
      await this.inChunks<AccountPlace>('search_documents', (after) =>
        removeSearchDocuments(db, range, chunkRows, after),
      );
      await this.inChunks<ConversationPlace>('conversations', (after) =>
        clearEmptiedConversations(db, name, chunkRows, after),
      );
    }
  }

  private async inChunks<Place>(
    what: string,
    remove: (after: Place | null) => Promise<Place | null>,
  ): Promise<void> {
    let after: Place | null = null;
    do {
      const from: Place | null = after;
      after = await untilUnlocked(this.pace, this.signal, () => remove(from));
      await this.step(`removed a part of ${what}`);
      await sleep(this.pace.chunkPauseMs);
    } while (after !== null);
  }

  /** Nobody replayed them in all that time; that they go is said all the same. */
  private async tellWhatIsLost(name: string): Promise<void> {
    const [counts]: { dead: number; quarantined: number }[] = await this.db.query(
      `SELECT (SELECT count(*)::int FROM ${name} WHERE state = 'dead') AS dead,
              (SELECT count(*)::int FROM ${name} WHERE state = 'quarantined') AS quarantined`,
    );
    if (counts === undefined || counts.dead + counts.quarantined === 0) return;
    this.log.warn(
      `With ${name} go ${counts.dead} dead deliveries, which never had their effects, and ${counts.quarantined} ` +
        'for accounts that nobody connected.',
    );
  }

  private async settle({ name }: StoredPartition): Promise<void> {
    if (this.rules.detached === 'keep') {
      const archived = await archiveDetached(this.db, name, this.pace, this.signal);
      this.log.log(`${name} is older than it is to be kept: detached, and left as ${archived}`);
      await this.step(`archived ${name}`);
      return;
    }
    await dropDetached(this.db, name, this.pace, this.signal);
    this.log.log(`${name} is older than it is to be kept: dropped`);
    await this.step(`dropped ${name}`);
  }

  private async step(what: string): Promise<void> {
    await this.options.onStep?.(what);
    this.signal?.throwIfAborted();
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
