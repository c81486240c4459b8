import { setTimeout as sleep } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import { Cron } from '@nestjs/schedule';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { AppConfig } from '../../config/app-config';
import { firstIdAt } from '../../database/ids';

const DAY_MS = 86_400_000;
/** An account that is disconnected has told its endpoints of that by then. */
const AFTER_THE_END_MS = DAY_MS;
const CHUNK_ROWS = 1_000;
const PAUSE_MS = 50;
const NIL = '00000000-0000-0000-0000-000000000000';

/** Removes deliveries that are old enough, and what belongs to endpoints and accounts that are no more. */
@Injectable()
export class EndpointRetention implements BeforeApplicationShutdown {
  private readonly log = new Logger('Outbound webhooks');
  private running: Promise<void> | undefined;
  private isStopping = false;

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly config: AppConfig,
  ) {}

  @Cron('*/10 * * * *', { timeZone: 'UTC' })
  async removeRegularly(): Promise<void> {
    if (!this.config.has('scheduler') || this.isStopping || this.running !== undefined) return;
    this.running = this.remove(new Date()).catch((error: unknown) => {
      // Nothing depends on it: the next run does the same.
      this.log.warn(`Old deliveries stay: ${error instanceof Error ? error.message : 'unknown error'}`);
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
    await this.endWithAccounts(new Date(now.getTime() - AFTER_THE_END_MS));
    await this.removeEndpoints(chunkRows);
    const days = this.config.env.ENDPOINT_RETENTION_DAYS;
    await this.removeOld(firstIdAt(new Date(now.getTime() - days * DAY_MS)), chunkRows);
  }

  /** Nobody is left who could look after them. */
  private async endWithAccounts(before: Date): Promise<void> {
    await this.database.query(
      `UPDATE notification_endpoints e
          SET state = 'removed', secret = NULL, previous_secret = NULL, headers = NULL, due_at = NULL, updated_at = now()
         FROM meta_accounts a
        WHERE a.id = e.account_id AND a.deleted_at < $1 AND e.state <> 'removed'`,
      [before],
    );
  }

  private async removeEndpoints(chunkRows: number): Promise<void> {
    const endpoints: { account_id: string; id: string }[] = await this.database.query(
      `SELECT account_id, id FROM notification_endpoints WHERE state = 'removed' ORDER BY id LIMIT 1000`,
    );
    for (const { account_id: accountId, id } of endpoints) {
      for (let removed = chunkRows; removed === chunkRows;) {
        if (this.isStopping) return;
        const [, count]: [unknown[], number] = await this.database.query(
          `DELETE FROM notification_deliveries WHERE account_id = $1 AND id IN (
             SELECT id FROM notification_deliveries WHERE account_id = $1 AND endpoint_id = $2 ORDER BY id LIMIT $3)`,
          [accountId, id, chunkRows],
        );
        removed = count;
        if (removed === chunkRows) await sleep(PAUSE_MS);
      }
      await this.database.query('DELETE FROM notification_endpoints WHERE account_id = $1 AND id = $2', [
        accountId,
        id,
      ]);
    }
  }

  /** In the order of their making. What is still in line stays, unless its endpoint is paused and nobody resumes it. */
  private async removeOld(before: string, chunkRows: number): Promise<void> {
    let after = NIL;
    while (!this.isStopping) {
      const [last]: { id: string }[] = await this.database.query(
        `WITH chunk AS MATERIALIZED (
           SELECT account_id, id FROM notification_deliveries WHERE id > $1 AND id < $2 ORDER BY id LIMIT $3),
         gone AS (
           DELETE FROM notification_deliveries d USING chunk c
            WHERE d.account_id = c.account_id AND d.id = c.id AND (
              d.state <> 'pending'
              OR EXISTS (SELECT FROM notification_endpoints e
                          WHERE e.account_id = d.account_id AND e.id = d.endpoint_id AND e.state = 'paused')))
         SELECT id FROM chunk ORDER BY id DESC LIMIT 1`,
        [after, before, chunkRows],
      );
      if (last === undefined) return;
      after = last.id;
      await sleep(PAUSE_MS);
    }
  }
}
