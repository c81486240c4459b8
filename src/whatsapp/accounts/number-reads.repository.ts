import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import type { AccountId, AssetId } from '../../database/ids';
import type { DiscoveredPhoneNumber } from '../whatsapp-api.responses';
import type { UpsertedNumber } from './accounts.repository';
import { NUMBER_STATE } from './number-events.repository';
import { DEAD_NUMBER_STATUSES, type NumberState } from './number-state';

/** Nobody else reads a number that was taken for this long; then it is read again. */
const LEASE = '10 minutes';

export interface DueNumber {
  accountId: AccountId;
  id: AssetId;
}

interface ReadRow {
  phone_number_id: string;
  before: NumberState;
  after: NumberState;
  ended_problem: number | null;
}

/** What a number was told by itself, and when it is to be read again. */
@Injectable()
export class NumberReadsRepository {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /** Those to be read now, the longest waiting first; the caller has them to itself for ten minutes. */
  async claimDue(limit: number): Promise<DueNumber[]> {
    const [rows]: [{ account_id: AccountId; id: AssetId }[], number] = await this.database.query(
      `UPDATE whatsapp_phone_numbers SET next_read_at = now() + $2::interval
        WHERE (account_id, id) IN (
          SELECT n.account_id, n.id FROM whatsapp_phone_numbers n
            JOIN assets a ON a.account_id = n.account_id AND a.id = n.id AND a.released_at IS NULL
           WHERE n.deleted_at IS NULL AND n.next_read_at <= now()
           ORDER BY n.next_read_at LIMIT $1 FOR UPDATE OF n SKIP LOCKED)
        RETURNING account_id, id`,
      [limit, LEASE],
    );
    return rows.map((row) => ({ accountId: row.account_id, id: row.id }));
  }

  async putOff({ accountId, id }: DueNumber, delayMs: number): Promise<void> {
    await this.database.query(
      `UPDATE whatsapp_phone_numbers SET next_read_at = now() + $3 * interval '1 millisecond'
        WHERE account_id = $1 AND id = $2`,
      [accountId, id, delayMs],
    );
  }

  /**
   * Stores what Meta said of one number. What keeps it from sending is over when Meta says that it is well.
   * @param readAt when the reading began: what a webhook told of later is newer
   */
  async record(
    tx: EntityManager,
    { accountId, id }: DueNumber,
    number: DiscoveredPhoneNumber,
    { readAt, wellMs, unwellMs }: { readAt: Date; wellMs: number; unwellMs: number },
  ): Promise<UpsertedNumber[]> {
    const isWell = isWellAtMeta(number);
    const [rows]: [ReadRow[], number] = await tx.query(
      `WITH old AS MATERIALIZED (
           SELECT n.account_id, n.id, n.send_problem_code AS problem, ${NUMBER_STATE} AS before
             FROM whatsapp_phone_numbers n
            WHERE n.account_id = $1 AND n.id = $2 FOR UPDATE)
         UPDATE whatsapp_phone_numbers n SET
           phone_number = coalesce($3, n.phone_number), display_name = coalesce($4, n.display_name),
           status = CASE WHEN $5 = 'UNKNOWN' OR n.status_changed_at > $6 THEN n.status ELSE $5 END,
           quality_rating = coalesce($7, n.quality_rating), name_status = coalesce($8, n.name_status),
           code_verification_status = coalesce($9, n.code_verification_status),
           platform_type = coalesce($10, n.platform_type), throughput_level = coalesce($11, n.throughput_level),
           messaging_limit = coalesce($12, n.messaging_limit), account_mode = coalesce($13, n.account_mode),
           is_official_business_account = coalesce($14, n.is_official_business_account),
           is_on_biz_app = coalesce($15, n.is_on_biz_app), is_pin_enabled = coalesce($16, n.is_pin_enabled),
           health_status = $17, new_display_name = $18, new_name_status = $19, username = coalesce($20, n.username),
           send_problem_code = CASE WHEN $21 AND n.send_problem_at <= $6 THEN NULL ELSE n.send_problem_code END,
           send_problem_at = CASE WHEN $21 AND n.send_problem_at <= $6 THEN NULL ELSE n.send_problem_at END,
           next_read_at = now() + (CASE WHEN $21 THEN $22::float8 ELSE $23::float8 END) * interval '1 millisecond',
           synced_at = now(), updated_at = now()
          FROM old WHERE n.account_id = old.account_id AND n.id = old.id
        RETURNING n.phone_number_id, old.before, ${NUMBER_STATE} AS after,
                  CASE WHEN n.send_problem_code IS NULL THEN old.problem END AS ended_problem`,
      [
        accountId,
        id,
        number.phoneNumber,
        number.displayName,
        number.status,
        readAt,
        number.qualityRating,
        number.nameStatus,
        number.codeVerificationStatus,
        number.platformType,
        number.throughputLevel,
        number.messagingLimit,
        number.accountMode,
        number.isOfficialBusinessAccount,
        number.isOnBizApp,
        number.isPinEnabled,
        number.healthStatus,
        number.newDisplayName,
        number.newNameStatus,
        number.username,
        isWell,
        wellMs,
        unwellMs,
      ],
    );
    return rows.map((row) => ({
      phoneNumberId: row.phone_number_id,
      before: row.before,
      after: row.after,
      endedProblem: row.ended_problem,
    }));
  }
}

function isWellAtMeta({ status, healthStatus }: DiscoveredPhoneNumber): boolean {
  if (DEAD_NUMBER_STATUSES.includes(status)) return false;
  return healthStatus?.can_send_message !== 'BLOCKED';
}
