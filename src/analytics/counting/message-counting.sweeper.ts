import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { AppConfig } from '../../config/app-config';
import { MessageCounting } from './message-counting.service';

const SWEEP_EVERY_MS = 2_000;

/** Counts what no event follows: statuses that come late, or again with an earlier time, and what was put aside. */
@Injectable()
export class MessageCountingSweeper {
  private readonly log = new Logger(MessageCountingSweeper.name);
  private isSweeping = false;
  private isFailing = false;

  constructor(
    private readonly counting: MessageCounting,
    private readonly config: AppConfig,
  ) {}

  @Interval(SWEEP_EVERY_MS)
  async sweepRegularly(): Promise<void> {
    if (!this.config.has('worker') || this.isSweeping) return;
    this.isSweeping = true;
    try {
      await this.counting.drain();
      this.isFailing = false;
    } catch (error) {
      // Once for each outage, not every two seconds.
      if (!this.isFailing)
        this.log.warn(
          `Messages could not be counted: ${error instanceof Error ? error.message : 'unknown error'}`,
        );
      this.isFailing = true;
    } finally {
      this.isSweeping = false;
    }
  }
}
