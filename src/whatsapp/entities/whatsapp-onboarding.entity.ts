import { Column, CreateDateColumn, Entity, Index, PrimaryColumn, UpdateDateColumn } from 'typeorm';
import type { AccountId } from '../../database/ids';
import type { SignupEvent, StepState } from '../../meta-auth/signup-follow-up';

/** A business account, or number, that was brought in by Embedded Signup. */
@Entity('whatsapp_onboardings')
@Index('whatsapp_onboardings_of_number', ['accountId', 'phoneNumberId'])
export class WhatsAppOnboardingEntity {
  @PrimaryColumn({ name: 'account_id', type: 'uuid' }) accountId!: AccountId;
  @PrimaryColumn({ type: 'uuid' }) id!: string;
  /** Meta's id. */
  @Column({ name: 'waba_id', type: 'text' }) wabaId!: string;
  /** Meta's id; null where there is no number, or it is not known yet. */
  @Column({ name: 'phone_number_id', type: 'text', nullable: true }) phoneNumberId!: string | null;
  @Column({ type: 'text' }) event!: SignupEvent;
  /** Encrypted; the PIN that the caller gave, until the number is registered. */
  @Column({ type: 'text', nullable: true, select: false }) pin!: string | null;
  /** When the phone app's contacts last came in. */
  @Column({ name: 'contacts_at', type: 'timestamptz', nullable: true }) contactsAt!: Date | null;
  /** 0: the last day. 1: up to 90 days ago. 2: up to 180. */
  @Column({ name: 'history_phase', type: 'integer', nullable: true }) historyPhase!: number | null;
  /** Percent, as Meta tells it. */
  @Column({ name: 'history_progress', type: 'integer', nullable: true }) historyProgress!: number | null;
  @Column({ name: 'history_at', type: 'timestamptz', nullable: true }) historyAt!: Date | null;
  /** Meta's code, when the business does not share its chats. */
  @Column({ name: 'history_declined_code', type: 'integer', nullable: true }) historyDeclinedCode!:
    number | null;
  /** Of the newest signup. */
  @Column({ name: 'started_at', type: 'timestamptz', default: () => 'now()' }) startedAt!: Date;
  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' }) createdAt!: Date;
  @UpdateDateColumn({ name: 'updated_at', type: 'timestamptz' }) updatedAt!: Date;
}

export const ONBOARDING_STEPS = ['import', 'subscribe', 'register', 'contacts', 'history'] as const;
export type OnboardingStepName = (typeof ONBOARDING_STEPS)[number];

export interface StepError {
  code: string;
  message: string;
  metaCode: number | null;
}

/** One thing that is done for an onboarding, at Meta and here. */
@Entity('whatsapp_onboarding_steps')
export class WhatsAppOnboardingStepEntity {
  @PrimaryColumn({ name: 'account_id', type: 'uuid' }) accountId!: AccountId;
  @PrimaryColumn({ name: 'onboarding_id', type: 'uuid' }) onboardingId!: string;
  @PrimaryColumn({ type: 'text' }) step!: OnboardingStepName;
  @Column({ type: 'integer' }) position!: number;
  /** Steps that have to be done before. */
  @Column({ type: 'jsonb', default: [] }) needs!: string[];
  @Column({ type: 'text' }) state!: StepState;
  @Column({ type: 'integer', default: 0 }) attempts!: number;
  /** While it runs: until when nobody else takes it. */
  @Column({ name: 'next_attempt_at', type: 'timestamptz', default: () => 'now()' }) nextAttemptAt!: Date;
  @Column({ type: 'jsonb', nullable: true }) error!: StepError | null;
  @Column({ type: 'jsonb', nullable: true }) result!: Record<string, unknown> | null;
  @Column({ name: 'finished_at', type: 'timestamptz', nullable: true }) finishedAt!: Date | null;
}
