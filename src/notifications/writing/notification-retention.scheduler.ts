import { setTimeout as sleep } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import { Cron } from '@nestjs/schedule';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { AppConfig } from '../../config/app-config';

const DAY_MS = 86_400_000;
/** Up to when an event may still be told late: its subscriber tries for about a day and a half. */
const STATE_DAYS = 30;
const CHUNK_ROWS = 1_000;
const PAUSE_MS = 50;

interface Place {
  /** As PostgreSQL writes it, to the microsecond. */
  last_at: string;
  account_id: string;
  id: string;
}

const NIL = '00000000-0000-0000-0000-000000000000';
const START: Place = { last_at: '-infinity', account_id: NIL, id: NIL };

/** Removes notifications that nobody needs any more. */
@Injectable()
export class NotificationRetention implements BeforeApplicationShutdown {
  private readonly log = new Logger(NotificationRetention.name);
  private running: Promise<void> | undefined;
  private isStopping = false;

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly config: AppConfig,
  ) {}

  @Cron('53 4 * * *', { timeZone: 'UTC' })
  async removeRegularly(): Promise<void> {
    if (!this.config.has('scheduler') || this.isStopping || this.running !== undefined) return;
    this.running = this.remove(new Date()).catch((error: unknown) => {
      // Nothing depends on it: tomorrow's run does the same.
      this.log.warn(`Old notifications stay: ${error instanceof Error ? error.message : 'unknown error'}`);
    });
    await this.running;
    this.running = undefined;
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.isStopping = true;
    await this.running;
  }

  /** In short statements, with pauses. Several nodes at once only do the same twice. */
  async remove(now: Date, chunkRows = CHUNK_ROWS): Promise<void> {
    await this.removeStates(new Date(now.getTime() - STATE_DAYS * DAY_MS), chunkRows);
    const days = this.config.env.NOTIFICATION_RETENTION_DAYS;
    if (days > 0) await this.removeNotifications(new Date(now.getTime() - days * DAY_MS), chunkRows);
  }

  /**
   * Those that are older, unless something is still wrong that nobody has read of. From place to place along the index:
   * what stays is not looked at again in each piece.
   */
  private async removeNotifications(before: Date, chunkRows: number): Promise<void> {
    let after: Place = START;
    while (!this.isStopping) {
      const [last]: Place[] = await this.database.query(
        `WITH chunk AS MATERIALIZED (
           SELECT account_id, id, last_at, news_seq, is_lasting AND resolved_at IS NULL AS is_open FROM notifications
            WHERE (last_at, account_id, id) > ($1::timestamptz, $2::uuid, $3::uuid) AND last_at < $4
            ORDER BY last_at, account_id, id LIMIT $5),
         gone AS (
           DELETE FROM notifications n USING chunk c
            WHERE n.account_id = c.account_id AND n.id = c.id AND n.last_at < $4 AND (
              NOT c.is_open
              OR EXISTS (SELECT FROM notification_reads r WHERE r.account_id = c.account_id
                            AND r.notification_id = c.id AND r.news_seq >= c.news_seq)
              OR EXISTS (SELECT FROM notification_marks m WHERE m.account_id = c.account_id
                            AND m.news_seq >= c.news_seq)))
         SELECT last_at::text, account_id, id FROM chunk
          ORDER BY chunk.last_at DESC, account_id DESC, id DESC LIMIT 1`,
        [after.last_at, after.account_id, after.id, before, chunkRows],
      );
      if (last === undefined) return;
      after = last;
      await sleep(PAUSE_MS);
    }
  }

  private async removeStates(before: Date, chunkRows: number): Promise<void> {
    for (let removed = chunkRows; removed === chunkRows && !this.isStopping;) {
      const [, count]: [unknown[], number] = await this.database.query(
        `DELETE FROM notification_states WHERE (account_id, topic, subject_id) IN (
           SELECT account_id, topic, subject_id FROM notification_states
            WHERE notification_id IS NULL AND updated_at < $1 ORDER BY updated_at LIMIT $2)`,
        [before, chunkRows],
      );
      removed = count;
      if (removed === chunkRows) await sleep(PAUSE_MS);
    }
  }
}
