import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { AppConfig } from '../../config/app-config';
import { CommentActionReconciler } from './comment-action-reconciler';
import { CommentActionsRepository } from './comment-actions.repository';

const SWEEP_EVERY_MS = 2_000;
const AT_ONCE = 10;

/** Looks for answers whose outcome is open, those of processes that died among them. */
@Injectable()
export class CommentActionsSweeper implements BeforeApplicationShutdown {
  private readonly log = new Logger(CommentActionsSweeper.name);
  private running: Promise<void> | undefined;
  private isStopping = false;

  constructor(
    private readonly actions: CommentActionsRepository,
    private readonly reconciler: CommentActionReconciler,
    private readonly config: AppConfig,
  ) {}

  @Interval(SWEEP_EVERY_MS)
  async sweepRegularly(): Promise<void> {
    if (!this.config.has('worker') || this.isStopping || this.running !== undefined) return;
    this.running = this.sweep().catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : 'unknown error';
      this.log.warn(`Answers to comments whose outcome is open could not be looked for: ${reason}`);
    });
    await this.running;
    this.running = undefined;
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.isStopping = true;
    await this.running;
  }

  async sweep(): Promise<void> {
    const due = await this.actions.claimDue(AT_ONCE);
    const looks = await Promise.allSettled(due.map((action) => this.reconciler.settle(action)));
    for (const look of looks) if (look.status === 'rejected') throw look.reason;
  }
}
