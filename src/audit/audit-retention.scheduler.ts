import { Injectable, Logger } from '@nestjs/common';
import { Cron } from '@nestjs/schedule';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { AppConfig } from '../config/app-config';
import { firstIdAt } from '../database/ids';

/** Any fixed number: one node at a time forgets, the others leave it to it. */
const RETENTION_LOCK = 7_205_062;
/** In one transaction, so that none lasts long. */
const EVENTS_AT_ONCE = 2_000;
const DAY_MS = 86_400_000;

/** Forgets what was done longer ago than AUDIT_RETENTION_DAYS. */
@Injectable()
export class AuditRetention {
  private readonly log = new Logger('Audit');

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly config: AppConfig,
  ) {}

  @Cron('47 * * * *', { timeZone: 'UTC' })
  async forgetRegularly(): Promise<void> {
    if (!this.config.has('scheduler')) return;
    try {
      const forgotten = await this.forget(new Date());
      if (forgotten > 0) this.log.log(`${forgotten} audit events were forgotten`);
    } catch (error) {
      // Nothing depends on it: the next hour does the same.
      this.log.warn(`Old audit events stay: ${error instanceof Error ? error.message : 'unknown error'}`);
    }
  }

  /** @returns how many were removed */
  async forget(now: Date): Promise<number> {
    const days = this.config.env.AUDIT_RETENTION_DAYS;
    if (days === 0) return 0;
    const before = firstIdAt(new Date(now.getTime() - days * DAY_MS));
    for (let total = 0; ;) {
      const removed = await this.forgetSome(before);
      total += removed;
      if (removed < EVENTS_AT_ONCE) return total;
    }
  }

  private async forgetSome(before: string): Promise<number> {
    return this.database.transaction(async (tx) => {
      const [lock]: { is_held: boolean }[] = await tx.query(
        'SELECT pg_try_advisory_xact_lock($1) AS is_held',
        [RETENTION_LOCK],
      );
      if (lock?.is_held !== true) return 0;
      await tx.query(`SET LOCAL audit.may_remove = 'on'`);
      const [, removed]: [unknown[], number] = await tx.query(
        `DELETE FROM audit_events WHERE id = ANY(ARRAY(
           SELECT id FROM audit_events WHERE id < $1 ORDER BY id LIMIT ${EVENTS_AT_ONCE}))`,
        [before],
      );
      return removed;
    });
  }
}
