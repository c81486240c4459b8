import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { TokenCipher } from '../../crypto/token-cipher';
import { type AccountId, newId } from '../../database/ids';
import { Outbox } from '../../domain-events/outbox';
import type { FinishedSignup, SignupEvent } from '../../meta-auth/signup-follow-up';
import {
  type OnboardingStepName,
  type StepError,
  WhatsAppOnboardingEntity,
  WhatsAppOnboardingStepEntity,
} from '../entities/whatsapp-onboarding.entity';

/** A step that nobody else takes until `LEASE` is over. */
export interface ClaimedStep {
  accountId: AccountId;
  onboardingId: string;
  step: OnboardingStepName;
  /** Counts this one. Whoever has an older number lost the step to somebody else. */
  attempts: number;
  result: Record<string, unknown> | null;
}

export interface OnboardingKey {
  accountId: AccountId;
  onboardingId: string;
}

const LEASE = '5 minutes';

const STEPS: Readonly<
  Record<SignupEvent, readonly { step: OnboardingStepName; needs: OnboardingStepName[] }[]>
> = {
  FINISH: [
    { step: 'import', needs: [] },
    { step: 'subscribe', needs: ['import'] },
    { step: 'register', needs: ['import'] },
  ],
  FINISH_ONLY_WABA: [
    { step: 'import', needs: [] },
    { step: 'subscribe', needs: ['import'] },
  ],
  // What is asked for comes by webhook: without the subscription it would be lost, and it can be asked for once.
  FINISH_WHATSAPP_BUSINESS_APP_ONBOARDING: [
    { step: 'import', needs: [] },
    { step: 'subscribe', needs: ['import'] },
    { step: 'contacts', needs: ['import', 'subscribe'] },
    { step: 'history', needs: ['import', 'subscribe'] },
  ],
};

interface StepRow {
  account_id: AccountId;
  onboarding_id: string;
  step: OnboardingStepName;
  attempts: number;
  result: Record<string, unknown> | null;
}

/** Onboardings and their steps. */
@Injectable()
export class OnboardingRepository {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly cipher: TokenCipher,
    private readonly outbox: Outbox,
  ) {}

  /** Begins one, or begins it anew: whoever goes through Embedded Signup again has every step taken again. */
  async start(tx: EntityManager, accountId: AccountId, signup: FinishedSignup): Promise<string> {
    const { wabaId, phoneNumberId, event, pin } = signup;
    const [existing]: { id: string }[] = await tx.query(
      `SELECT id FROM whatsapp_onboardings
        WHERE account_id = $1 AND waba_id = $2 AND phone_number_id IS NOT DISTINCT FROM $3 FOR UPDATE`,
      [accountId, wabaId, phoneNumberId],
    );
    const id = existing?.id ?? newId();
    const sealed = pin === null ? null : this.cipher.encrypt(pin, contextOf(id));
    await tx.query(
      `INSERT INTO whatsapp_onboardings AS o (account_id, id, waba_id, phone_number_id, event, pin)
       VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (account_id, id) DO UPDATE
          SET event = excluded.event, pin = coalesce(excluded.pin, o.pin), started_at = now(), updated_at = now(),
              history_declined_code = NULL`,
      [accountId, id, wabaId, phoneNumberId, event, sealed],
    );
    const steps = STEPS[event];
    await tx.query(
      'DELETE FROM whatsapp_onboarding_steps WHERE account_id = $1 AND onboarding_id = $2 AND step <> ALL($3)',
      [accountId, id, steps.map(({ step }) => step)],
    );
    await tx.query(
      `INSERT INTO whatsapp_onboarding_steps (account_id, onboarding_id, step, position, needs)
       SELECT $1, $2, step, position, needs
         FROM jsonb_to_recordset($3::jsonb) AS wished (step text, position integer, needs jsonb)
       ON CONFLICT (account_id, onboarding_id, step) DO UPDATE
          SET state = 'pending', attempts = 0, next_attempt_at = now(), error = NULL, finished_at = NULL`,
      [accountId, id, JSON.stringify(steps.map((each, position) => ({ ...each, position })))],
    );
    return id;
  }

  /** The next step to take; of one onboarding, or of whichever is due longest. */
  async claim(only: OnboardingKey | null): Promise<ClaimedStep | null> {
    const [rows]: [StepRow[], number] = await this.database.query(
      `WITH due AS MATERIALIZED (
         SELECT s.account_id, s.onboarding_id, s.step FROM whatsapp_onboarding_steps s
          WHERE s.state IN ('pending', 'running') AND s.next_attempt_at <= now()
            ${only === null ? '' : 'AND s.account_id = $2 AND s.onboarding_id = $3'}
            AND NOT EXISTS (
              SELECT FROM whatsapp_onboarding_steps n
               WHERE n.account_id = s.account_id AND n.onboarding_id = s.onboarding_id
                 AND s.needs ? n.step AND n.state <> 'done')
          ORDER BY s.next_attempt_at, s.position LIMIT 1
            FOR UPDATE OF s SKIP LOCKED)
       UPDATE whatsapp_onboarding_steps s
          SET state = 'running', attempts = s.attempts + 1, next_attempt_at = now() + $1::interval
         FROM due WHERE s.account_id = due.account_id AND s.onboarding_id = due.onboarding_id AND s.step = due.step
       RETURNING s.account_id, s.onboarding_id, s.step, s.attempts, s.result`,
      only === null ? [LEASE] : [LEASE, only.accountId, only.onboardingId],
    );
    const [row] = rows;
    if (row === undefined) return null;
    return {
      accountId: row.account_id,
      onboardingId: row.onboarding_id,
      step: row.step,
      attempts: row.attempts,
      result: row.result,
    };
  }

  async recordDone(step: ClaimedStep, result: Record<string, unknown>): Promise<void> {
    await this.database.transaction(async (tx) => {
      if (await this.finish(tx, step, 'done', { error: null, result, delayMs: 0 }))
        await this.tell(tx, step, 'done', null);
    });
  }

  /** To be taken again by itself. */
  async recordRetry(step: ClaimedStep, error: StepError, delayMs: number): Promise<void> {
    await this.finish(this.database.manager, step, 'pending', { error, result: null, delayMs });
  }

  /** Somebody has to do something. What needs the step cannot be done either, and says so. */
  async recordFailed(step: ClaimedStep, error: StepError): Promise<void> {
    await this.database.transaction(async (tx) => {
      if (!(await this.finish(tx, step, 'failed', { error, result: null, delayMs: 0 }))) return;
      await tx.query(
        `UPDATE whatsapp_onboarding_steps SET state = 'failed', error = $4, finished_at = now()
          WHERE account_id = $1 AND onboarding_id = $2 AND state = 'pending' AND needs ? $3`,
        [
          step.accountId,
          step.onboardingId,
          step.step,
          JSON.stringify({
            code: 'CONFLICT',
            message: `This waits for the step ${step.step}.`,
            metaCode: null,
          } satisfies StepError),
        ],
      );
      await this.tell(tx, step, 'failed', error);
    });
  }

  /** Failed steps once more. @param pin takes the place of the one that was given before */
  async retry({ accountId, onboardingId }: OnboardingKey, pin: string | null): Promise<void> {
    await this.database.transaction(async (tx) => {
      if (pin !== null)
        await tx.query(
          'UPDATE whatsapp_onboardings SET pin = $3, updated_at = now() WHERE account_id = $1 AND id = $2',
          [accountId, onboardingId, this.cipher.encrypt(pin, contextOf(onboardingId))],
        );
      await tx.query(
        `UPDATE whatsapp_onboarding_steps
            SET state = 'pending', attempts = 0, next_attempt_at = now(), error = NULL, finished_at = NULL
          WHERE account_id = $1 AND onboarding_id = $2
            AND (state = 'failed' OR (state = 'pending' AND error IS NOT NULL))`,
        [accountId, onboardingId],
      );
    });
  }

  async find({ accountId, onboardingId }: OnboardingKey): Promise<WhatsAppOnboardingEntity | null> {
    return this.database.manager.findOneBy(WhatsAppOnboardingEntity, { accountId, id: onboardingId });
  }

  /** Newest first, at most a hundred. */
  async list(
    accountId: AccountId,
    named: { wabaId?: string | undefined; phoneNumberId?: string | undefined } = {},
  ): Promise<WhatsAppOnboardingEntity[]> {
    const { wabaId, phoneNumberId } = named;
    return this.database.manager.find(WhatsAppOnboardingEntity, {
      where: {
        accountId,
        ...(wabaId === undefined ? {} : { wabaId }),
        ...(phoneNumberId === undefined ? {} : { phoneNumberId }),
      },
      order: { startedAt: 'DESC', id: 'DESC' },
      take: 100,
    });
  }

  /** In their order. */
  async stepsOf(
    accountId: AccountId,
    onboardingIds: readonly string[],
  ): Promise<WhatsAppOnboardingStepEntity[]> {
    if (onboardingIds.length === 0) return [];
    return this.database.manager
      .createQueryBuilder(WhatsAppOnboardingStepEntity, 'step')
      .where('step.account_id = :accountId AND step.onboarding_id = ANY(:ids)', {
        accountId,
        ids: onboardingIds,
      })
      .orderBy('step.position')
      .getMany();
  }

  /** The PIN that the caller gave; null: none. */
  async pinOf({ accountId, onboardingId }: OnboardingKey): Promise<string | null> {
    const [row]: { pin: string | null }[] = await this.database.query(
      'SELECT pin FROM whatsapp_onboardings WHERE account_id = $1 AND id = $2',
      [accountId, onboardingId],
    );
    return row?.pin == null ? null : this.cipher.decrypt(row.pin, contextOf(onboardingId));
  }

  /** From now on the number itself has it. */
  async forgetPin({ accountId, onboardingId }: OnboardingKey): Promise<void> {
    await this.database.query(
      'UPDATE whatsapp_onboardings SET pin = NULL WHERE account_id = $1 AND id = $2',
      [accountId, onboardingId],
    );
  }

  /** The number turned out only when the account was read. */
  async recordNumber({ accountId, onboardingId }: OnboardingKey, phoneNumberId: string): Promise<void> {
    await this.database.query(
      `UPDATE whatsapp_onboardings o SET phone_number_id = $3, updated_at = now()
        WHERE o.account_id = $1 AND o.id = $2 AND o.phone_number_id IS NULL
          AND NOT EXISTS (SELECT FROM whatsapp_onboardings other
                           WHERE other.account_id = o.account_id AND other.waba_id = o.waba_id
                             AND other.phone_number_id = $3)`,
      [accountId, onboardingId, phoneNumberId],
    );
  }

  private async tell(
    tx: EntityManager,
    { accountId, onboardingId, step }: ClaimedStep,
    state: 'done' | 'failed',
    error: StepError | null,
  ): Promise<void> {
    const [row]: { waba_id: string; phone_number_id: string | null }[] = await tx.query(
      'SELECT waba_id, phone_number_id FROM whatsapp_onboardings WHERE account_id = $1 AND id = $2',
      [accountId, onboardingId],
    );
    if (row === undefined) return;
    await this.outbox.record(tx, [
      {
        kind: 'whatsapp.onboarding.step',
        accountId,
        payload: {
          onboardingId,
          wabaId: row.waba_id,
          phoneNumberId: row.phone_number_id,
          step,
          state,
          error: error === null ? null : { code: error.code, message: error.message },
        },
      },
    ]);
  }

  /** @returns false when somebody else has taken the step since */
  private async finish(
    tx: EntityManager,
    { accountId, onboardingId, step, attempts }: ClaimedStep,
    state: 'pending' | 'done' | 'failed',
    { error, result, delayMs }: { error: StepError | null; result: unknown; delayMs: number },
  ): Promise<boolean> {
    const [, changed]: [unknown[], number] = await tx.query(
      `UPDATE whatsapp_onboarding_steps
          SET state = $5, error = $6, result = coalesce($7::jsonb, result),
              next_attempt_at = now() + $8::float8 * interval '1 millisecond',
              finished_at = CASE WHEN $5 = 'pending' THEN NULL ELSE now() END
        WHERE account_id = $1 AND onboarding_id = $2 AND step = $3 AND attempts = $4 AND state = 'running'`,
      [
        accountId,
        onboardingId,
        step,
        attempts,
        state,
        error === null ? null : JSON.stringify(error),
        result === null ? null : JSON.stringify(result),
        delayMs,
      ],
    );
    return changed > 0;
  }
}

function contextOf(id: string): string {
  return `whatsapp_onboardings:${id}:pin`;
}
