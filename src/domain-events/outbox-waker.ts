import { Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager, EntitySubscriberInterface, TransactionCommitEvent } from 'typeorm';
import { JobQueue } from '../queue/job-queue';

/** A wake-up that comes this soon after the last one waits for this to pass, and stands for all in between. */
const PAUSE_MS = 50;
/** While events keep coming: telling a subscriber costs much the same however many they are. */
const LONGER_PAUSE_MS = 150;
/** Under which name a transaction carries that it holds events. */
const HOLDS_EVENTS = 'outboxHoldsEvents';

/**
 * Wakes the relay after the commit of every transaction that recorded events; nobody has to remember to do so. A wake-up
 * that gets lost only delays: the relay looks by itself every second.
 */
@Injectable()
export class OutboxWaker implements OnModuleInit, EntitySubscriberInterface {
  private isResting = false;
  private isWanted = false;

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly jobs: JobQueue,
  ) {}

  onModuleInit(): void {
    this.database.subscribers.push(this);
  }

  /** Called by TypeORM. An error from here would make a committed transaction look like one that failed. */
  afterTransactionCommit({ queryRunner }: TransactionCommitEvent): void {
    // The end of a nested transaction is none: the outer one may still be rolled back.
    if (queryRunner.isTransactionActive || queryRunner.data[HOLDS_EVENTS] !== true) return;
    queryRunner.data[HOLDS_EVENTS] = false;
    this.wake();
  }

  afterTransactionRollback({ queryRunner }: TransactionCommitEvent): void {
    if (!queryRunner.isTransactionActive) queryRunner.data[HOLDS_EVENTS] = false;
  }

  /** For events whose commit TypeORM does not see. Not awaited, never fails. */
  wake(): void {
    if (this.isResting) this.isWanted = true;
    else this.wakeNow(PAUSE_MS);
  }

  private wakeNow(pauseMs: number): void {
    this.isResting = true;
    this.isWanted = false;
    setTimeout(() => {
      this.isResting = false;
      if (this.isWanted) this.wakeNow(LONGER_PAUSE_MS);
    }, pauseMs).unref();
    void this.jobs.add('outbox', 'relay', {});
  }
}

/** Notes on the transaction that its commit is to wake the relay. */
export function markForWaking(tx: EntityManager): void {
  if (tx.queryRunner !== undefined) tx.queryRunner.data[HOLDS_EVENTS] = true;
}
