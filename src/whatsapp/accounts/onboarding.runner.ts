import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { AppConfig } from '../../config/app-config';
import { AppError } from '../../errors/app.error';
import { GraphError } from '../../graph-client/graph.error';
import { within } from '../../queue/within';
import type { StepError } from '../entities/whatsapp-onboarding.entity';
import { type ClaimedStep, type OnboardingKey, OnboardingRepository } from './onboarding.repository';
import { OnboardingSteps } from './onboarding.steps';

const SWEEP_EVERY_MS = 15_000;
const SWEPT_AT_ONCE = 50;
const LONGEST_CLOSE_MS = 20_000;

const FIRST_DELAY_MS = 10_000;
const LONGEST_DELAY_MS = 60 * 60_000;
/** With growing delays about ten hours, well within the day in which Meta hands contacts and chats over. */
const MOST_ATTEMPTS = 15;

/** Takes the steps of onboardings, one after the other, and goes on where another process stopped. */
@Injectable()
export class OnboardingRunner implements BeforeApplicationShutdown {
  private readonly log = new Logger(OnboardingRunner.name);
  private readonly running = new Set<Promise<void>>();
  private sweeping = false;
  private isStopping = false;

  constructor(
    private readonly config: AppConfig,
    private readonly onboardings: OnboardingRepository,
    private readonly steps: OnboardingSteps,
  ) {}

  /** Every step that can be taken now. @throws only when the database is away */
  async run(key: OnboardingKey): Promise<void> {
    const work = this.takeAll(key, Number.MAX_SAFE_INTEGER);
    this.running.add(work);
    try {
      await work;
    } finally {
      this.running.delete(work);
    }
  }

  /** What nobody was woken for, what is to be tried again, and what a dead process left. */
  @Interval(SWEEP_EVERY_MS)
  async sweep(): Promise<void> {
    if (!this.config.has('worker') || this.sweeping || this.isStopping) return;
    this.sweeping = true;
    const work = this.takeAll(null, SWEPT_AT_ONCE).catch((error: unknown) => {
      this.log.warn(`Onboardings were not gone on with: ${messageOf(error)}`);
    });
    this.running.add(work);
    await work;
    this.running.delete(work);
    this.sweeping = false;
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.isStopping = true;
    await within(
      LONGEST_CLOSE_MS,
      Promise.allSettled(this.running).then(() => true),
    );
  }

  private async takeAll(only: OnboardingKey | null, most: number): Promise<void> {
    for (let taken = 0; taken < most && !this.isStopping; taken++) {
      const claimed = await this.onboardings.claim(only);
      if (claimed === null) return;
      await this.take(claimed);
    }
  }

  private async take(claimed: ClaimedStep): Promise<void> {
    let result: Record<string, unknown>;
    try {
      result = await this.steps.take(claimed);
    } catch (error) {
      await this.recordFailure(claimed, error);
      return;
    }
    await this.onboardings.recordDone(claimed, result);
  }

  private async recordFailure(claimed: ClaimedStep, error: unknown): Promise<void> {
    const told = stepErrorOf(error);
    const where = `${claimed.step} of onboarding ${claimed.onboardingId}`;
    const mayPass = !(error instanceof AppError) || error.retryable;
    if (!mayPass || claimed.attempts >= MOST_ATTEMPTS) {
      this.log.warn(`${where} failed: ${told.code} ${told.message}`);
      await this.onboardings.recordFailed(claimed, told);
      return;
    }
    if (!(error instanceof AppError)) this.log.error({ err: error }, `${where} failed`);
    const asked = error instanceof AppError ? (error.retryAfterMs ?? 0) : 0;
    const delayMs = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (claimed.attempts - 1));
    await this.onboardings.recordRetry(claimed, told, Math.max(asked, delayMs));
  }
}

/** What may be shown to the people of an account. */
function stepErrorOf(error: unknown): StepError {
  if (!(error instanceof AppError))
    return { code: 'SERVER_ERROR', message: 'Something went wrong on our side.', metaCode: null };
  const metaCode = error instanceof GraphError ? (error.meta?.code ?? null) : null;
  const { action } = error.details;
  const advice = typeof action === 'string' ? ` ${action}` : '';
  return { code: error.code, message: `${error.message}${advice}`, metaCode };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown error';
}
