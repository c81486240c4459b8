import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AccountId } from '../../database/ids';
import { NotFoundError } from '../../errors/app.error';
import {
  type FinishedSignup,
  type SignupFollowUp,
  SignupFollowUps,
  type SignupProgress,
} from '../../meta-auth/signup-follow-up';
import { JobQueue } from '../../queue/job-queue';
import { JobWorker } from '../../queue/job-worker';
import { within } from '../../queue/within';
import type {
  WhatsAppOnboardingEntity,
  WhatsAppOnboardingStepEntity,
} from '../entities/whatsapp-onboarding.entity';
import { type OnboardingKey, OnboardingRepository } from './onboarding.repository';
import { OnboardingRunner } from './onboarding.runner';

/** Somebody waits for the answer; Meta needs a second or two for all of it when it is well. */
const LONGEST_WAIT_MS = 10_000;
const CONCURRENCY = 2;

export interface Onboarding {
  onboarding: WhatsAppOnboardingEntity;
  steps: WhatsAppOnboardingStepEntity[];
  state: SignupProgress['state'];
}

/** Makes ready what Embedded Signup brought in, and tells how far that is. */
@Injectable()
export class OnboardingService implements SignupFollowUp, OnModuleInit {
  private readonly log = new Logger(OnboardingService.name);

  constructor(
    private readonly followUps: SignupFollowUps,
    private readonly onboardings: OnboardingRepository,
    private readonly runner: OnboardingRunner,
    private readonly jobs: JobQueue,
    private readonly worker: JobWorker,
  ) {}

  onModuleInit(): void {
    this.followUps.register(this);
    this.worker.consume('asset-discovery', 'onboard', CONCURRENCY, async ({ accountId, onboardingId }) => {
      await this.runner.run({ accountId: accountId as AccountId, onboardingId });
    });
  }

  async record(tx: EntityManager, accountId: AccountId, signup: FinishedSignup): Promise<string> {
    return this.onboardings.start(tx, accountId, signup);
  }

  async begin(accountId: AccountId, onboardingId: string): Promise<SignupProgress> {
    let advanced: Onboarding;
    try {
      advanced = await this.advance({ accountId, onboardingId });
    } catch (error) {
      // The login is stored all the same, and the sweep finds the steps.
      this.log.warn(`Onboarding ${onboardingId} was not looked at: ${messageOf(error)}`);
      return { onboardingId, state: 'running', steps: [] };
    }
    const { state, steps } = advanced;
    return {
      onboardingId,
      state,
      steps: steps.map(({ step, state: stepState, error }) => ({
        step,
        state: stepState,
        error: error === null ? null : { code: error.code, message: error.message },
      })),
    };
  }

  /**
   * Takes failed steps once more.
   * @param pin for the registration, in place of one that was wrong
   * @throws NotFoundError when none of the accounts has it
   */
  async retry(
    accountIds: readonly AccountId[],
    onboardingId: string,
    pin: string | null,
  ): Promise<Onboarding> {
    for (const accountId of accountIds) {
      const key = { accountId, onboardingId };
      if ((await this.onboardings.find(key)) === null) continue;
      await this.onboardings.retry(key, pin);
      return this.advance(key);
    }
    throw new NotFoundError('There is no such onboarding.');
  }

  /** Newest first. */
  async list(accountId: AccountId, named: { wabaId?: string | undefined } = {}): Promise<Onboarding[]> {
    return this.withSteps(accountId, await this.onboardings.list(accountId, named));
  }

  /** The newest of a number. @throws NotFoundError when it was not brought in by Embedded Signup */
  async ofNumber(accountId: AccountId, phoneNumberId: string): Promise<Onboarding> {
    const [newest] = await this.onboardings.list(accountId, { phoneNumberId });
    const [found] = newest === undefined ? [] : await this.withSteps(accountId, [newest]);
    if (found === undefined) throw new NotFoundError('This number was not brought in by Embedded Signup.');
    return found;
  }

  /** Goes on for a moment, and says how it stands then; a worker does what is left. */
  private async advance(key: OnboardingKey): Promise<Onboarding> {
    const run = this.runner.run(key).catch((error: unknown) => {
      this.log.warn(`Onboarding ${key.onboardingId} stopped: ${messageOf(error)}`);
    });
    await within(LONGEST_WAIT_MS, run);
    const onboarding = await this.onboardings.find(key);
    const [found] = onboarding === null ? [] : await this.withSteps(key.accountId, [onboarding]);
    if (found === undefined) throw new NotFoundError('There is no such onboarding.');
    if (found.state === 'running')
      await this.jobs.add('asset-discovery', 'onboard', key, { jobId: `onboard:${key.onboardingId}` });
    return found;
  }

  private async withSteps(
    accountId: AccountId,
    onboardings: readonly WhatsAppOnboardingEntity[],
  ): Promise<Onboarding[]> {
    const steps = await this.onboardings.stepsOf(
      accountId,
      onboardings.map(({ id }) => id),
    );
    return onboardings.map((onboarding) => {
      const own = steps.filter(({ onboardingId }) => onboardingId === onboarding.id);
      return { onboarding, steps: own, state: stateOf(own) };
    });
  }
}

function stateOf(steps: readonly WhatsAppOnboardingStepEntity[]): SignupProgress['state'] {
  if (steps.some(({ state }) => state === 'failed')) return 'failed';
  return steps.every(({ state }) => state === 'done') ? 'complete' : 'running';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown error';
}
