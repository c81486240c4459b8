import { ApiProperty } from '@nestjs/swagger';
import { Matches } from 'class-validator';
import { IfPresent } from '../../http/body-fields';
import { SIGNUP_EVENTS, STEP_STATES } from '../../meta-auth/signup-follow-up';
import {
  ONBOARDING_STEPS,
  type WhatsAppOnboardingEntity,
  type WhatsAppOnboardingStepEntity,
} from '../entities/whatsapp-onboarding.entity';

export class OnboardingErrorDto {
  /** As in an error answer. */
  @ApiProperty({ type: String, example: 'META_REJECTED' })
  code!: string;
  /** What went wrong and what to do. */
  @ApiProperty({ type: String, example: 'The two-step PIN is wrong.' })
  message!: string;
  @ApiProperty({ type: Number, nullable: true, example: 133005 })
  metaCode!: number | null;
}

/** One thing that is done for what Embedded Signup brought in. */
export class OnboardingStepDto {
  /**
   * `import`: reading the account and its numbers. `subscribe`: having their events sent here. `register`: putting the
   * number on the Cloud API. `contacts`, `history`: asking for what the phone app holds.
   */
  @ApiProperty({ type: String, enum: ONBOARDING_STEPS, example: 'history' })
  step!: string;
  /** `pending` and `running` steps go on by themselves; a `failed` one needs somebody to do something. */
  @ApiProperty({ type: String, enum: STEP_STATES, example: 'done' })
  state!: string;
  @ApiProperty({ type: Number, example: 1 })
  attempts!: number;
  /** Of the last attempt. */
  @ApiProperty({ type: OnboardingErrorDto, nullable: true })
  error!: OnboardingErrorDto | null;
  /** Meta's id of what was asked for, for `contacts` and `history`. */
  @ApiProperty({ type: String, nullable: true, example: 'ARBXZ2…' })
  requestId!: string | null;
  /** What is peculiar about how it was done. */
  @ApiProperty({ type: String, nullable: true, example: null })
  note!: string | null;
  /** When it is tried again, for a `pending` one. */
  @ApiProperty({ type: Date, nullable: true })
  nextAttemptAt!: Date | null;
  @ApiProperty({ type: Date, nullable: true })
  finishedAt!: Date | null;
}

/** How much of the phone app's past chats has come in. */
export class HistoryProgressDto {
  /** 0: the last day. 1: up to 90 days ago. 2: up to 180. `null`: nothing came yet. */
  @ApiProperty({ type: Number, nullable: true, example: 1 })
  phase!: number | null;
  /** Percent, as Meta tells it. */
  @ApiProperty({ type: Number, nullable: true, example: 55 })
  progress!: number | null;
  /** True when the business chose not to share its chats. */
  @ApiProperty({ type: Boolean, example: false })
  declined!: boolean;
  /** When something came last. */
  @ApiProperty({ type: Date, nullable: true })
  at!: Date | null;
}

/** What was brought in by one Embedded Signup, and how far it is. */
export class OnboardingDto {
  @ApiProperty({ type: String, format: 'uuid' })
  id!: string;
  /** The connected Meta account. */
  @ApiProperty({ type: String, format: 'uuid' })
  accountId!: string;
  /** Meta's id. */
  @ApiProperty({ type: String, example: '524126980791429' })
  wabaId!: string;
  /** Meta's id; `null` where no number was added. */
  @ApiProperty({ type: String, nullable: true, example: '106540352242922' })
  phoneNumberId!: string | null;
  @ApiProperty({ type: String, enum: SIGNUP_EVENTS })
  event!: string;
  @ApiProperty({ type: String, enum: ['running', 'complete', 'failed'], example: 'complete' })
  state!: string;
  @ApiProperty({ type: [OnboardingStepDto] })
  steps!: OnboardingStepDto[];
  /** Past chats, which come for hours after the steps are done. */
  @ApiProperty({ type: HistoryProgressDto })
  history!: HistoryProgressDto;
  /** When contacts of the phone app came in last. */
  @ApiProperty({ type: Date, nullable: true })
  contactsAt!: Date | null;
  @ApiProperty({ type: Date })
  startedAt!: Date;

  static from(
    onboarding: WhatsAppOnboardingEntity,
    steps: readonly WhatsAppOnboardingStepEntity[],
    state: string,
  ): OnboardingDto {
    return Object.assign(new OnboardingDto(), {
      id: onboarding.id,
      accountId: onboarding.accountId,
      wabaId: onboarding.wabaId,
      phoneNumberId: onboarding.phoneNumberId,
      event: onboarding.event,
      state,
      steps: steps.map(stepOf),
      history: {
        phase: onboarding.historyPhase,
        progress: onboarding.historyProgress,
        declined: onboarding.historyDeclinedCode !== null,
        at: onboarding.historyAt,
      },
      contactsAt: onboarding.contactsAt,
      startedAt: onboarding.startedAt,
    });
  }
}

export class OnboardingListDto {
  /** Newest first. */
  @ApiProperty({ type: [OnboardingDto] })
  onboardings!: OnboardingDto[];
}

export class RetryOnboardingDto {
  /** The number's two-step PIN, where the one before was wrong. */
  @ApiProperty({ type: String, required: false, example: '739164' })
  @IfPresent()
  @Matches(/^\d{6}$/, { message: 'pin must be six digits' })
  pin?: string;
}

function stepOf(step: WhatsAppOnboardingStepEntity): OnboardingStepDto {
  const requestId = step.result?.requestId;
  return {
    step: step.step,
    state: step.state,
    attempts: step.attempts,
    error: step.error,
    requestId: typeof requestId === 'string' ? requestId : null,
    note: noteOf(step.result),
    nextAttemptAt: step.state === 'pending' ? step.nextAttemptAt : null,
    finishedAt: step.finishedAt,
  };
}

function noteOf(result: Readonly<Record<string, unknown>> | null): string | null {
  if (result?.alreadyRegistered === true) return 'The number was registered already.';
  // Meta's code 2593107.
  if (result?.alreadyRequested === true)
    return 'Meta had been asked for this before, which it lets be done once for each signup; what it hands over comes, or came.';
  return null;
}
