import { Server } from 'node:http';
import {
  type BeforeApplicationShutdown,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { Interval } from '@nestjs/schedule';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { AppConfig } from '../../config/app-config';
import { WebhookSubscriberRegistry } from '../webhook-subscriber.registry';
import { kindsOf } from './object-kinds';
import { WebhookGapsRepository } from './webhook-gaps.repository';

const BEAT_EVERY_MS = 15_000;
/**
 * Silence of all receivers for longer than this is an outage. Shorter ones (a restart, a failover) are made up for by Meta,
 * which repeats at once and then for at least an hour what was not acknowledged.
 */
export const OUTAGE_AFTER_MS = 120_000;

/** A time in which no process of this service took deliveries. */
export interface Outage {
  from: Date;
  until: Date;
  /** How many gaps it left. */
  gaps: number;
}

/**
 * Every process that receives says so in one row that they share; whoever finds it too old closes the outage: writes the
 * gaps and moves the row on in one transaction, so that dying meanwhile loses nothing and no two find the same. Only the
 * database's clock counts. While the database is away nobody can say so either, rightly: deliveries are refused then.
 */
@Injectable()
export class ReceptionWatch implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly log = new Logger(ReceptionWatch.name);
  private running: Promise<unknown> | undefined;
  private isStopping = false;

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly config: AppConfig,
    private readonly host: HttpAdapterHost,
    private readonly gaps: WebhookGapsRepository,
    private readonly subscribers: WebhookSubscriberRegistry,
  ) {}

  onApplicationBootstrap(): void {
    this.server()?.once('listening', () => void this.beatRegularly());
  }

  @Interval(BEAT_EVERY_MS)
  async beatRegularly(): Promise<void> {
    if (!this.config.has('api') || this.isStopping || this.running !== undefined) return;
    // A process that does not listen yet, or no longer, receives nothing.
    if (this.server()?.listening !== true) return;
    this.running = this.beat().catch((error: unknown) => {
      this.log.warn(
        `Could not write down that webhooks are received: ${error instanceof Error ? error.message : 'unknown error'}`,
      );
    });
    await this.running;
    this.running = undefined;
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.isStopping = true;
    await this.running;
  }

  /** @returns the outage that ended with this, if there was one */
  async beat(): Promise<Outage | null> {
    const [, alive]: [unknown[], number] = await this.database.query(
      // A row from the future was written before the clock was set back: begin anew from here.
      `UPDATE webhook_watch
          SET alive_at = CASE WHEN alive_at > clock_timestamp() + $1 * interval '1 millisecond' THEN clock_timestamp()
                              ELSE greatest(alive_at, clock_timestamp()) END
        WHERE id = 1 AND alive_at > clock_timestamp() - $1 * interval '1 millisecond'`,
      [OUTAGE_AFTER_MS],
    );
    if (alive > 0) return null;
    const outage = await this.database.transaction((tx) => this.close(tx));
    if (outage !== null)
      this.log.warn(
        `Nobody received webhooks from ${outage.from.toISOString()} to ${outage.until.toISOString()}: ${outage.gaps} gaps`,
      );
    return outage;
  }

  private async close(tx: EntityManager): Promise<Outage | null> {
    const [row]: { alive_at: Date | null }[] = await tx.query(
      'SELECT alive_at FROM webhook_watch WHERE id = 1 FOR UPDATE',
    );
    // Asked only now: waiting for the lock took time.
    const [clock]: { now: Date }[] = await tx.query('SELECT clock_timestamp() AS now');
    if (row === undefined || clock === undefined) throw new Error('The row of the watch is not there.');
    const { now: until } = clock;
    await tx.query('UPDATE webhook_watch SET alive_at = clock_timestamp() WHERE id = 1');
    const from = row.alive_at;
    // Another process was faster, or nobody has received anything before.
    if (from === null || until.getTime() - from.getTime() <= OUTAGE_AFTER_MS) return null;
    const kinds = kindsOf(this.subscribers.all().map(({ object }) => object));
    const missed = await this.gaps.affectedBy(tx, kinds, 'receiver_down', { from, until });
    const gaps = await this.gaps.record(tx, missed);
    // After an hour without answers Meta takes Pages' subscriptions away.
    await tx.query('UPDATE webhook_watch SET next_check_at = now() WHERE id = 1');
    await tx.query('UPDATE webhook_account_checks SET next_check_at = now() WHERE next_check_at > now()');
    return { from, until, gaps };
  }

  private server(): Server | undefined {
    const server: unknown = this.host.httpAdapter.getHttpServer();
    return server instanceof Server ? server : undefined;
  }
}
