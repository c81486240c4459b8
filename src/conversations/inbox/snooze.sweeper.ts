import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { AppConfig } from '../../config/app-config';
import { Outbox } from '../../domain-events/outbox';
import { wakeByTime } from './conversation-waking';

/** Nobody snoozes to the second. */
const SWEEP_EVERY_MS = 5_000;
const AT_ONCE = 200;

/** Wakes snoozed conversations when their time has come: each once, in whichever process takes it first. */
@Injectable()
export class SnoozeSweeper {
  private readonly log = new Logger(SnoozeSweeper.name);
  private isSweeping = false;

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly outbox: Outbox,
    private readonly config: AppConfig,
  ) {}

  @Interval(SWEEP_EVERY_MS)
  async sweepRegularly(): Promise<void> {
    if (!this.config.has('scheduler') || this.isSweeping) return;
    this.isSweeping = true;
    try {
      await this.sweep();
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'unknown error';
      this.log.warn(`Snoozed conversations could not be woken: ${reason}`);
    } finally {
      this.isSweeping = false;
    }
  }

  async sweep(): Promise<void> {
    for (let woken = AT_ONCE; woken === AT_ONCE;)
      woken = await this.database.transaction((tx) => wakeByTime(tx, this.outbox, AT_ONCE));
  }
}
