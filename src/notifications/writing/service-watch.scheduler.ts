import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { AppConfig } from '../../config/app-config';
import { firstIdAt, newId } from '../../database/ids';
import { OutboxFailures } from '../../domain-events/outbox-failures.repository';
import { type LockedLogin, LockedLogins } from '../../identity/locked-logins.repository';
import { WebhookStatsService } from '../../webhooks/webhook-stats.service';
import { type Finding, clear } from '../rules/finding';
import { lockedLogin, troublesOf } from '../rules/service.rules';
import { BoardRepository } from './board.repository';
import type { Occurrence } from './notification-board';
import { NotificationWriter } from './notification-writer';
import { SERVICE_ID } from './stored-notification';

const LOOK_EVERY_MS = 60_000;
const ENDED_AT_ONCE = 200;

interface OpenTrouble {
  topic: string;
  subject_id: string;
  /** How many it was told of, where it is counted. */
  count: number | null;
}

/** What no event tells: how the service itself is doing, and that something known to end has ended. */
@Injectable()
export class ServiceWatch {
  private readonly log = new Logger(ServiceWatch.name);
  private isLooking = false;

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly config: AppConfig,
    private readonly failures: OutboxFailures,
    private readonly stats: WebhookStatsService,
    private readonly logins: LockedLogins,
    private readonly rows: BoardRepository,
    private readonly writer: NotificationWriter,
  ) {}

  @Interval(LOOK_EVERY_MS)
  async lookRegularly(): Promise<void> {
    if (!this.config.has('scheduler') || this.isLooking) return;
    this.isLooking = true;
    try {
      await this.look();
    } catch (error) {
      this.log.warn(
        `Notifications about the service wait: ${error instanceof Error ? error.message : 'unknown error'}`,
      );
    } finally {
      this.isLooking = false;
    }
  }

  /** Several nodes may do this at once: the later one finds nothing to do. */
  async look(): Promise<void> {
    const [failing, { alarms }, locked] = await Promise.all([
      this.failures.dead(),
      this.stats.read(),
      this.logins.ofLastDay(),
    ]);
    const troubles = troublesOf({ failing, alarms });
    await this.database.transaction(async (tx) => {
      const now = await this.rows.lock(tx);
      const open = await this.open(tx);
      const findings: Finding[] = troubles.filter((trouble) => {
        const known = open.find(
          ({ topic, subject_id }) => topic === trouble.topic && subject_id === trouble.subject.id,
        );
        return known === undefined || countOf(trouble.payload) > (known.count ?? 0);
      });
      for (const { topic, subject_id } of open)
        if (!troubles.some((each) => each.topic === topic && each.subject.id === subject_id))
          findings.push(clear(topic, subject_id));
      await this.writer.write(tx, [
        ...locked.map(occurrenceOf),
        ...findings.map((finding) => ({
          accountId: SERVICE_ID,
          // There is no event: the time is the order.
          position: String(now.getTime()),
          eventId: newId(),
          at: now,
          finding,
          name: null,
        })),
      ]);
    });
    while (
      (await this.database.transaction((tx) => this.writer.endDue(tx, ENDED_AT_ONCE))) === ENDED_AT_ONCE
    );
  }

  private async open(tx: EntityManager): Promise<OpenTrouble[]> {
    return tx.query(
      `SELECT s.topic, s.subject_id, (n.payload->>'count')::int AS count
         FROM notification_states s JOIN notifications n ON n.account_id = s.account_id AND n.id = s.notification_id
        WHERE s.account_id = $1`,
      [SERVICE_ID],
    );
  }
}

/** The same lock is the same event in every look of the day, so that it is told once; a further one is later. */
function occurrenceOf(login: LockedLogin): Occurrence {
  return {
    accountId: SERVICE_ID,
    position: String(login.lockedAt.getTime()),
    eventId: firstIdAt(login.lockedAt),
    at: login.lockedAt,
    finding: lockedLogin(login),
    name: login.name,
  };
}

function countOf(payload: object): number {
  return 'count' in payload && typeof payload.count === 'number' ? payload.count : 0;
}
