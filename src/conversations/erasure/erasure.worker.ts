import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { AppConfig } from '../../config/app-config';
import { DueRows } from '../../queue/due-rows';
import { CommentRemoval } from './comment-removal';
import { ContactErasuresRepository } from './contact-erasures.repository';
import { ContactRemoval } from './contact-removal';
import { DeliveryRemoval } from './delivery-removal';
import type { ClaimedErasure, ErasureStep } from './erasure-stage';
import { GroupRemoval } from './group-removal';
import { MessageRemoval } from './message-removal';
import { TraceRemoval } from './trace-removal';

/** It hurries nobody, and must not slow down what does. */
const CONCURRENCY = 1;
const SWEEP_EVERY_MS = 2_000;

/** Removes, step by step, what there is of people whose data is to be removed. */
@Injectable()
export class ErasureWorker implements BeforeApplicationShutdown {
  private readonly log = new Logger(ErasureWorker.name);
  private readonly steps: readonly ErasureStep[];
  private readonly rows: DueRows<ClaimedErasure>;
  private isClosing = false;

  constructor(
    private readonly config: AppConfig,
    private readonly erasures: ContactErasuresRepository,
    messages: MessageRemoval,
    groups: GroupRemoval,
    comments: CommentRemoval,
    traces: TraceRemoval,
    deliveries: DeliveryRemoval,
    contacts: ContactRemoval,
  ) {
    this.steps = [messages, groups, comments, traces, deliveries, contacts];
    this.rows = new DueRows(
      'Erasures',
      CONCURRENCY,
      () => erasures.claim(),
      (claimed) => this.work(claimed),
    );
  }

  @Interval(SWEEP_EVERY_MS)
  wake(): void {
    if (this.config.has('worker')) this.rows.wake();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.isClosing = true;
    await this.rows.close();
  }

  private async work(claimed: ClaimedErasure): Promise<void> {
    let current: ClaimedErasure | null = claimed;
    try {
      while (current !== null) {
        if (this.isClosing) {
          await this.erasures.release(current);
          return;
        }
        const { stage }: ClaimedErasure = current;
        const step = this.steps.find((each) => each.stage === stage);
        if (step === undefined) throw new Error(`Nobody removes ${stage}.`);
        current = await this.erasures.advance(current, step);
      }
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'unknown error';
      this.log.warn(`Erasure ${claimed.id} has to be tried again: ${reason}`);
      await this.erasures.recordFailure(claimed, 'The database refused a step; it is tried again.');
    }
  }
}
