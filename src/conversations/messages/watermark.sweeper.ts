import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { AppConfig } from '../../config/app-config';
import { MessageWatermarks } from './message-watermarks';

const SWEEP_EVERY_MS = 15_000;
/** Longer than two transactions that store events can overlap. */
const OVERLAP_MS = 60_000;
const AT_ONCE = 500;

/**
 * A watermark is applied to the messages that it finds, a message takes the watermarks that it finds. When both are written
 * at once, in transactions that cannot see each other, neither finds the other: this does, a minute later.
 */
@Injectable()
export class WatermarkSweeper {
  private readonly log = new Logger(WatermarkSweeper.name);
  private isSweeping = false;

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly watermarks: MessageWatermarks,
    private readonly config: AppConfig,
  ) {}

  @Interval(SWEEP_EVERY_MS)
  async sweepRegularly(): Promise<void> {
    if (!this.config.has('worker') || this.isSweeping) return;
    this.isSweeping = true;
    try {
      await this.sweep(new Date(Date.now() - OVERLAP_MS));
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'unknown error';
      this.log.warn(`Watermarks could not be looked at again: ${reason}`);
    } finally {
      this.isSweeping = false;
    }
  }

  /** Everything that was told before an instant. */
  async sweep(toldBefore: Date): Promise<void> {
    let count: number;
    do {
      count = await this.database.transaction((tx) =>
        this.watermarks.applyOverlooked(tx, toldBefore, AT_ONCE),
      );
    } while (count === AT_ONCE);
  }
}
