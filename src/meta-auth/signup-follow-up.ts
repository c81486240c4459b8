import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AccountId } from '../database/ids';

/** How Embedded Signup can end well. The last: the number stays on the phone app, too (coexistence). */
export const SIGNUP_EVENTS = [
  'FINISH',
  'FINISH_ONLY_WABA',
  'FINISH_WHATSAPP_BUSINESS_APP_ONBOARDING',
] as const;
export type SignupEvent = (typeof SIGNUP_EVENTS)[number];

/** What somebody brought in, confirmed by Meta. */
export interface FinishedSignup {
  wabaId: string;
  /** null where there is none, or Meta did not tell it. */
  phoneNumberId: string | null;
  event: SignupEvent;
  /** Two-step PIN that the number is to be registered with; null: the one it has here, else a new one. */
  pin: string | null;
}

export const STEP_STATES = ['pending', 'running', 'done', 'failed'] as const;
export type StepState = (typeof STEP_STATES)[number];

export interface SignupStep {
  step: string;
  state: StepState;
  /** Of the last attempt. */
  error: { code: string; message: string } | null;
}

/** How far it is from being connected to being ready. */
export interface SignupProgress {
  onboardingId: string;
  state: 'running' | 'complete' | 'failed';
  steps: SignupStep[];
}

/** Makes what was brought in ready for use. */
export interface SignupFollowUp {
  /**
   * In the transaction that stores the login: whatever dies after it, the steps are taken.
   * @returns the id of the onboarding
   */
  record(tx: EntityManager, accountId: AccountId, signup: FinishedSignup): Promise<string>;
  /** Takes the steps, as far as a caller can wait for them; what is left goes on by itself. Does not throw. */
  begin(accountId: AccountId, onboardingId: string): Promise<SignupProgress>;
}

/** Where the platform that Embedded Signup is for registers itself: this module knows none. */
@Injectable()
export class SignupFollowUps {
  private followUp: SignupFollowUp | undefined;

  /** Called from `onModuleInit`. */
  register(followUp: SignupFollowUp): void {
    this.followUp = followUp;
  }

  async record(tx: EntityManager, accountId: AccountId, signup: FinishedSignup): Promise<string | null> {
    return (await this.followUp?.record(tx, accountId, signup)) ?? null;
  }

  async begin(accountId: AccountId, onboardingId: string): Promise<SignupProgress | null> {
    return (await this.followUp?.begin(accountId, onboardingId)) ?? null;
  }
}
