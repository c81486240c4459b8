import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { AppConfig } from '../config/app-config';
import { WebhookStatsService } from './webhook-stats.service';

const LOOK_EVERY_MS = 60_000;

/** Says in the log, once a minute, what is wrong with the inbox: the log is what an operator's alerts are made of. */
@Injectable()
export class InboxAlarmScheduler {
  private readonly log = new Logger(InboxAlarmScheduler.name);
  private isLooking = false;

  constructor(
    private readonly stats: WebhookStatsService,
    private readonly config: AppConfig,
  ) {}

  @Interval(LOOK_EVERY_MS)
  async look(): Promise<void> {
    if (!this.config.has('scheduler') || this.isLooking) return;
    this.isLooking = true;
    try {
      const { alarms } = await this.stats.read();
      for (const { code, message } of alarms) this.log.error({ code, message });
    } catch (error) {
      this.log.warn(
        `The inbox could not be looked at: ${error instanceof Error ? error.message : 'unknown error'}`,
      );
    } finally {
      this.isLooking = false;
    }
  }
}
