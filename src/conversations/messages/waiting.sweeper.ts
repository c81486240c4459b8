import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { AppConfig } from '../../config/app-config';
import { MessageChangeStore } from './message-change-store';
import { MessageStatusStore } from './message-status-store';

const SWEEP_EVERY_MS = 2_000;
/** Far longer than two transactions can overlap; what waits longer waits for a message that has not come. */
const OVERLAP_MS = 10 * 60_000;
const FORGET_EVERY_MS = 60 * 60_000;
/** Meta keeps trying to deliver a message for thirty days at most; after that no message comes for what waits. */
const FORGET_AFTER_DAYS = 35;

/**
 * A status or edit that finds no message begins to wait; a message that is stored takes what waits for it. When both
 * happen at once, in transactions that cannot see each other, neither finds the other: this does, moments later.
 */
@Injectable()
export class WaitingSweeper {
  private readonly log = new Logger(WaitingSweeper.name);
  private isSweeping = false;

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly statuses: MessageStatusStore,
    private readonly changes: MessageChangeStore,
    private readonly config: AppConfig,
  ) {}

  @Interval(SWEEP_EVERY_MS)
  async sweepRegularly(): Promise<void> {
    if (!this.config.has('worker') || this.isSweeping) return;
    this.isSweeping = true;
    try {
      await this.sweep();
    } catch (error) {
      this.log.warn(`What waits for messages could not be looked at: ${messageOf(error)}`);
    } finally {
      this.isSweeping = false;
    }
  }

  async sweep(): Promise<void> {
    const since = new Date(Date.now() - OVERLAP_MS);
    await this.database.transaction((tx) => this.statuses.applyOverlooked(tx, since));
    await this.database.transaction((tx) => this.changes.applyOverlooked(tx, since));
  }

  @Interval(FORGET_EVERY_MS)
  async forgetRegularly(): Promise<void> {
    if (!this.config.has('scheduler')) return;
    try {
      for (const table of ['waiting_statuses', 'waiting_changes'])
        await this.database.query(`DELETE FROM ${table} WHERE created_at < now() - $1 * interval '1 day'`, [
          FORGET_AFTER_DAYS,
        ]);
    } catch (error) {
      this.log.warn(`What has waited too long could not be removed: ${messageOf(error)}`);
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown error';
}
