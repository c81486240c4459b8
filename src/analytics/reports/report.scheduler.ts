import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { AppConfig } from '../../config/app-config';
import { ReportOrders } from './report-orders.service';

const LOOK_EVERY_MS = 5_000;

/** Looks whose time has come. Several of these at once order each report once. */
@Injectable()
export class ReportScheduler implements BeforeApplicationShutdown {
  private readonly log = new Logger(ReportScheduler.name);
  private looking: Promise<unknown> | null = null;
  private isClosing = false;

  constructor(
    private readonly config: AppConfig,
    private readonly orders: ReportOrders,
  ) {}

  @Interval(LOOK_EVERY_MS)
  async look(): Promise<void> {
    if (!this.config.has('scheduler') || this.looking !== null || this.isClosing) return;
    this.looking = this.orders.orderDue();
    try {
      await this.looking;
    } catch (error) {
      this.log.warn(
        `Scheduled reports were not ordered: ${error instanceof Error ? error.message : 'unknown error'}`,
      );
    } finally {
      this.looking = null;
    }
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.isClosing = true;
    await this.looking?.catch(() => undefined);
  }
}
