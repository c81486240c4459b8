import { type BeforeApplicationShutdown, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { AppConfig } from '../../config/app-config';
import { MessageSentiments } from '../../conversations/sentiment/message-sentiments';
import { untilUnlocked } from '../../database/patience';
import { DueRows } from '../../queue/due-rows';
import { JobWorker } from '../../queue/job-worker';
import { SentimentAnalyzer } from '../analysis/sentiment-analyzer';
import { isReadable } from './readable-text';
import { type ClaimedText, SentimentWork } from './sentiment-work.repository';
import { type TextReading, readTexts } from './text-reading';

/** Texts that are read together. */
const BATCH = 64;
/** Batches at once in one process: while one waits for an answer, another is written. */
const CONCURRENCY = 2;
/** An analyzer that is asked takes less, with all its own tries. */
const LEASE_MS = 120_000;
const SWEEP_EVERY_MS = 2_000;
const GIVING_WAY = { lockTimeoutMs: 300, attempts: 10, retryPauseMs: 150 };
const LONGEST_CLOSE_MS = 10_000;
const FIRST_RETRY_MS = 2_000;
const LONGEST_RETRY_MS = 5 * 60_000;
const LONGEST_PAUSE_MS = 30_000;
/** What nobody could read for so long is given up, and stays to be counted. */
const GIVE_UP_AFTER_MS = 24 * 60 * 60_000;

/** Has texts read in a lane of their own: nothing waits for it, and nothing is lost while nobody can read. */
@Injectable()
export class SentimentWorker implements OnModuleInit, BeforeApplicationShutdown {
  private readonly log = new Logger(SentimentWorker.name);
  private readonly rows: DueRows<ClaimedText[]>;
  private readonly closing = new AbortController();
  private pausedUntil = 0;

  constructor(
    private readonly config: AppConfig,
    private readonly jobs: JobWorker,
    private readonly work: SentimentWork,
    private readonly analyzer: SentimentAnalyzer,
    private readonly sentiments: MessageSentiments,
    @InjectDataSource() private readonly database: DataSource,
  ) {
    this.rows = new DueRows(
      'Texts to be read',
      CONCURRENCY,
      () => this.claim(),
      (texts) => this.process(texts),
      LONGEST_CLOSE_MS,
    );
  }

  onModuleInit(): void {
    this.jobs.consume('sentiment', 'read', 1, () => {
      // Not awaited: a job that waited for the analyzer would swallow the wake-ups that come meanwhile.
      this.wake();
      return Promise.resolve();
    });
  }

  /** Makes up for wake-ups that were lost, and finds what is due by now. */
  @Interval(SWEEP_EVERY_MS)
  wake(): void {
    if (this.config.has('worker')) this.rows.wake();
  }

  /** Hands back what is not read yet. */
  async beforeApplicationShutdown(): Promise<void> {
    this.closing.abort();
    await this.rows.close();
  }

  private async claim(): Promise<ClaimedText[] | null> {
    // Each batch would only find out anew that nobody answers.
    if (Date.now() < this.pausedUntil) return null;
    const claimed = await this.work.claim(BATCH, LEASE_MS);
    return claimed.length === 0 ? null : claimed;
  }

  private async process(claimed: readonly ClaimedText[]): Promise<void> {
    const readable = claimed.filter((each): each is ClaimedText & { text: string } => isReadable(each.text));
    const readings = await readTexts(
      this.analyzer,
      readable.map(({ text }) => text),
      this.closing.signal,
    );
    const outcomes = readable.flatMap((item, index) => {
      const reading = readings[index];
      return reading === undefined ? [] : [{ item, reading }];
    });
    await this.store(
      outcomes,
      claimed.filter(({ text }) => !isReadable(text)),
    );
    await this.work.giveUp(
      'failed',
      outcomes.flatMap(({ item, reading }) =>
        reading.state === 'refused' ? [{ ...item, error: reading.reason }] : [],
      ),
    );
    await this.postpone(outcomes);
  }

  private async store(
    outcomes: readonly { item: ClaimedText & { text: string }; reading: TextReading }[],
    empty: readonly ClaimedText[],
  ): Promise<void> {
    const read = outcomes.flatMap(({ item, reading }) =>
      reading.state === 'read' ? [{ ...item, ...reading.result }] : [],
    );
    if (read.length + empty.length === 0) return;
    const isMessage = ({ messageId }: ClaimedText): boolean => messageId !== null;
    await this.inTransaction(async (tx) => {
      const settled = await this.work.settle(tx, read.filter(isMessage));
      const gone = await this.work.settle(tx, empty.filter(isMessage));
      await this.sentiments.apply(
        tx,
        settled.flatMap((each) => (each.messageId === null ? [] : [{ ...each, messageId: each.messageId }])),
      );
      await this.sentiments.forget(
        tx,
        gone.flatMap(({ accountId, messageId }) => (messageId === null ? [] : [{ accountId, messageId }])),
      );
    });
    if ([...read, ...empty].every(isMessage)) return;
    await this.inTransaction(async (tx) => {
      const settled = await this.work.settle(
        tx,
        read.filter((each) => !isMessage(each)),
      );
      const gone = await this.work.settle(
        tx,
        empty.filter((each) => !isMessage(each)),
      );
      await this.sentiments.applyToComments(
        tx,
        settled.flatMap((each) => (each.commentId === null ? [] : [{ ...each, commentId: each.commentId }])),
      );
      await this.sentiments.forgetComments(
        tx,
        gone.flatMap(({ accountId, commentId }) => (commentId === null ? [] : [{ accountId, commentId }])),
      );
    });
  }

  /**
   * Never holds up the messages themselves: a transaction of theirs that waits for this one goes on when this one gives
   * way, which it does before PostgreSQL would look for a deadlock (a second) and might end theirs.
   */
  private inTransaction(work: (tx: EntityManager) => Promise<void>): Promise<void> {
    return untilUnlocked(GIVING_WAY, undefined, () =>
      this.database.transaction(async (tx) => {
        await tx.query(`SET LOCAL lock_timeout = ${GIVING_WAY.lockTimeoutMs}`);
        await work(tx);
      }),
    );
  }

  private async postpone(outcomes: readonly { item: ClaimedText; reading: TextReading }[]): Promise<void> {
    const later = outcomes.flatMap(({ item, reading }) =>
      reading.state === 'later' ? [{ ...item, reading }] : [],
    );
    if (later.length === 0) return;
    if (this.closing.signal.aborted) {
      await this.work.retry(later.map((each) => ({ ...each, delayMs: 0, error: null })));
      return;
    }
    const away = later.find(({ reading }) => !reading.isOwn)?.reading;
    if (away !== undefined) this.pause(away.afterMs, away.reason);
    const isOver = ({ createdAt }: ClaimedText): boolean =>
      Date.now() - createdAt.getTime() > GIVE_UP_AFTER_MS;
    const dead = later.filter(isOver);
    if (dead.length > 0) this.log.error(`${dead.length} texts could not be read for a day and are given up.`);
    await this.work.giveUp(
      'dead',
      dead.map((each) => ({ ...each, error: each.reading.reason })),
    );
    await this.work.retry(
      later
        .filter((each) => !isOver(each))
        .map((each) => ({
          ...each,
          delayMs: Math.max(each.reading.afterMs, backoffMs(each.attempt)),
          error: each.reading.reason,
        })),
    );
  }

  private pause(afterMs: number, reason: string): void {
    if (Date.now() >= this.pausedUntil) this.log.warn(`Texts wait, as nobody can read them: ${reason}`);
    this.pausedUntil = Date.now() + Math.min(Math.max(afterMs, 0), LONGEST_PAUSE_MS);
  }
}

function backoffMs(attempt: number): number {
  const longest = Math.min(FIRST_RETRY_MS * 2 ** Math.min(attempt - 1, 20), LONGEST_RETRY_MS);
  return longest * (0.75 + Math.random() * 0.25);
}
