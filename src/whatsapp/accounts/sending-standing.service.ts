import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import type { AccountId, AssetId } from '../../database/ids';
import { NotFoundError } from '../../errors/app.error';
import { AccountHistory, numberUpdated } from './account-history';
import {
  type LimitedAccount,
  type LimitedNumber,
  SEND_PROBLEMS,
  type SendingLimits,
  sendingLimitsOf,
} from './sending-limits';

/** Meta refuses messages because of who sends them. */
interface MetProblem {
  accountId: AccountId;
  /** Our id of the number. */
  assetId: AssetId;
  metaCode: number;
  /** Meta's time of a webhook; null: just now. */
  at: Date | null;
}

/** What whoever sends has to know of a number, and what sending teaches about it. */
@Injectable()
export class SendingStanding {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly history: AccountHistory,
  ) {}

  /** From what is stored. @throws NotFoundError when the account has no such number */
  async limitsOf(accountId: AccountId, assetId: AssetId): Promise<SendingLimits> {
    const [row]: { number: LimitedNumber; account: LimitedAccount }[] = await this.database.query(
      `SELECT jsonb_build_object(
                'status', n.status, 'isOnBizApp', n.is_on_biz_app, 'throughputLevel', n.throughput_level,
                'messagingLimit', n.messaging_limit, 'qualityRating', n.quality_rating,
                'healthStatus', n.health_status, 'sendProblemCode', n.send_problem_code) AS number,
              jsonb_build_object(
                'status', w.status, 'messagingLimit', w.messaging_limit, 'restrictions', w.restrictions) AS account
         FROM whatsapp_phone_numbers n
         JOIN whatsapp_business_accounts w ON w.account_id = n.account_id AND w.id = n.whatsapp_business_account_id
        WHERE n.account_id = $1 AND n.id = $2`,
      [accountId, assetId],
    );
    if (row === undefined) throw new NotFoundError('There is no such phone number.');
    return sendingLimitsOf(row.number, row.account, new Date());
  }

  /**
   * Meta refused a message because of the number or its account, not because of the message. Written down and told once,
   * however many messages meet it; the number is then read from Meta every ten minutes until it is well.
   * @param metaCode all but 368, 131031, 131037, 131042, 131045 and 133010 say nothing about the number, and are ignored
   */
  async recordProblem(accountId: AccountId, assetId: AssetId, metaCode: number): Promise<void> {
    if (!SEND_PROBLEMS.has(metaCode)) return;
    const met = { accountId, assetId, metaCode, at: null };
    await this.database.transaction((tx) => this.recordProblemIn(tx, met));
  }

  /** As `recordProblem`, in the transaction of a webhook. One that is older than the last reading of the number is over. */
  async recordProblemIn(tx: EntityManager, { accountId, assetId, metaCode, at }: MetProblem): Promise<void> {
    const problem = SEND_PROBLEMS.get(metaCode);
    if (problem === undefined) return;
    const [rows]: [
      { phone_number_id: string; waba_id: string; previous: string; current: string }[],
      number,
    ] = await tx.query(
      `WITH old AS MATERIALIZED (
         SELECT n.account_id, n.id, n.status, w.waba_id FROM whatsapp_phone_numbers n
           JOIN whatsapp_business_accounts w
             ON w.account_id = n.account_id AND w.id = n.whatsapp_business_account_id
          WHERE n.account_id = $1 AND n.id = $2 AND n.send_problem_code IS DISTINCT FROM $3
            AND ($5::timestamptz IS NULL OR n.synced_at IS NULL OR n.synced_at <= $5)
            FOR UPDATE OF n)
       UPDATE whatsapp_phone_numbers n
          SET status = coalesce($4, n.status),
              status_changed_at = CASE WHEN $4::text IS NULL THEN n.status_changed_at ELSE now() END,
              send_problem_code = $3, send_problem_at = now(), next_read_at = now() + interval '10 minutes',
              updated_at = now()
         FROM old WHERE n.account_id = old.account_id AND n.id = old.id
       RETURNING n.phone_number_id, old.waba_id, old.status AS previous, n.status AS current`,
      [accountId, assetId, metaCode, problem.status, at],
    );
    const [row] = rows;
    if (row === undefined) return;
    const number = { wabaId: row.waba_id, phoneNumberId: row.phone_number_id };
    const change =
      row.previous === row.current
        ? { what: 'sending', previous: null, current: String(metaCode), severity: 'critical' as const }
        : { what: 'status', previous: row.previous, current: row.current, severity: 'critical' as const };
    await this.history.record(
      tx,
      [
        {
          accountId,
          ...number,
          field: 'sending',
          event: String(metaCode),
          severity: 'critical',
          summary: problem.reason,
          changes: [change],
          details: { metaCode },
          occurredAt: at ?? new Date(),
          fingerprint: null,
        },
      ],
      [numberUpdated(accountId, number, 'sending', change)],
    );
  }
}
