import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import type { OwnedAsset } from '../../assets/assets.service';
import { type AccountId, type AssetId, isUuid } from '../../database/ids';
import { WhatsAppBusinessAccountEntity } from '../entities/whatsapp-business-account.entity';
import { type BusinessProfile, WhatsAppPhoneNumberEntity } from '../entities/whatsapp-phone-number.entity';
import type { DiscoveredPhoneNumber, DiscoveredWaba } from '../whatsapp-api.responses';
import { NUMBER_STATE } from './number-events.repository';
import type { NumberState } from './number-state';

/** A phone number with what Meta says of it; the profile is null when it could not be read. */
export interface ReadPhoneNumber {
  number: DiscoveredPhoneNumber;
  profile: BusinessProfile | null;
}

/** States of an account that Meta's review of it does not show. */
const TOLD_BY_WEBHOOK = ['DELETED', 'DISABLED', 'OFFBOARDED', 'RESTRICTED', 'SCHEDULED_FOR_DISABLE'];

export interface UpsertedNumber {
  phoneNumberId: string;
  before: NumberState;
  after: NumberState;
  /** Meta's code for which it took no messages until now. */
  endedProblem?: number | null;
}

@Injectable()
export class AccountsRepository {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /** Those that the account owns at present, oldest first: after a disconnect rows stay, for somebody may come back. */
  async wabasOf(accountId: AccountId): Promise<WhatsAppBusinessAccountEntity[]> {
    return this.database.manager
      .createQueryBuilder(WhatsAppBusinessAccountEntity, 'waba')
      .where('waba.account_id = :accountId', { accountId })
      .andWhere(isOwned('waba'))
      .orderBy('waba.createdAt')
      .addOrderBy('waba.id')
      .getMany();
  }

  /** Oldest first. */
  async phoneNumbersOf(
    accountId: AccountId,
    wabas: readonly { id: AssetId }[],
  ): Promise<WhatsAppPhoneNumberEntity[]> {
    return this.database.manager
      .createQueryBuilder(WhatsAppPhoneNumberEntity, 'number')
      .where('number.account_id = :accountId', { accountId })
      .andWhere('number.whatsapp_business_account_id = ANY(:ids)', { ids: wabas.map(({ id }) => id) })
      .andWhere(isOwned('number'))
      .orderBy('number.createdAt')
      .addOrderBy('number.id')
      .getMany();
  }

  /** @param id Meta's, or ours */
  async findNumber(accountIds: readonly AccountId[], id: string): Promise<WhatsAppPhoneNumberEntity | null> {
    return this.database.manager
      .createQueryBuilder(WhatsAppPhoneNumberEntity, 'number')
      .where('number.account_id = ANY(:accountIds)', { accountIds })
      .andWhere(isUuid(id) ? 'number.id = :id' : 'number.phone_number_id = :id', { id })
      .andWhere(isOwned('number'))
      .getOne();
  }

  /** @param readAt when the reading began: what a webhook told of later is newer */
  async upsertWaba(
    tx: EntityManager,
    { accountId, id }: { accountId: AccountId; id: AssetId },
    waba: DiscoveredWaba,
    readAt: Date,
  ): Promise<void> {
    await tx.query(
      `INSERT INTO whatsapp_business_accounts AS w
         (account_id, id, waba_id, name, currency, timezone_id, status, messaging_limit, health_status, synced_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, now())
       ON CONFLICT (account_id, waba_id) DO UPDATE SET
         name = coalesce(excluded.name, w.name),
         currency = coalesce(excluded.currency, w.currency),
         timezone_id = coalesce(excluded.timezone_id, w.timezone_id),
         -- The review of a banned account stays what it was: only a good health says that what a webhook told is over.
         status = CASE WHEN excluded.status = 'UNKNOWN' OR w.status_changed_at > $11 THEN w.status
                       WHEN w.status = ANY($10) AND coalesce(excluded.health_status->>'can_send_message', '') <> 'AVAILABLE'
                         THEN w.status
                       ELSE excluded.status END,
         restrictions = CASE
           WHEN excluded.health_status->>'can_send_message' = 'AVAILABLE'
             AND (w.restrictions_changed_at IS NULL OR w.restrictions_changed_at <= $11)
           THEN coalesce((SELECT jsonb_agg(r) FROM jsonb_array_elements(w.restrictions) r
                           WHERE r->>'type' NOT LIKE '%MESSAGING%'), '[]')
           ELSE w.restrictions END,
         messaging_limit = coalesce(excluded.messaging_limit, w.messaging_limit),
         health_status = excluded.health_status,
         synced_at = now(), updated_at = now(), deleted_at = NULL`,
      [
        accountId,
        id,
        waba.wabaId,
        waba.name,
        waba.currency,
        waba.timezoneId,
        waba.status,
        waba.messagingLimit,
        waba.healthStatus,
        TOLD_BY_WEBHOOK,
        readAt,
      ],
    );
  }

  /**
   * @param owned the assets of `numbers`, in the same order
   * @param readAt when the reading began: what a webhook told of later is newer
   * @returns those that were here before, with what they were
   */
  async upsertPhoneNumbers(
    tx: EntityManager,
    waba: { accountId: AccountId; id: AssetId },
    owned: readonly OwnedAsset[],
    numbers: readonly ReadPhoneNumber[],
    readAt: Date,
  ): Promise<UpsertedNumber[]> {
    if (numbers.length === 0) return [];
    const known: { phone_number_id: string; before: NumberState }[] = await tx.query(
      `SELECT n.phone_number_id, ${NUMBER_STATE} AS before FROM whatsapp_phone_numbers n
        WHERE n.account_id = $1 AND n.phone_number_id = ANY($2) AND n.deleted_at IS NULL
        ORDER BY n.id FOR UPDATE`,
      [waba.accountId, numbers.map(({ number }) => number.phoneNumberId)],
    );
    const before = new Map(known.map((row) => [row.phone_number_id, row.before]));
    const rows = numbers.map(({ number, profile }, index) => ({
      id: owned[index]?.id,
      ...rowOf(number),
      profile,
    }));
    const stored: { phone_number_id: string; after: NumberState }[] = await tx.query(
      `INSERT INTO whatsapp_phone_numbers AS n
         (account_id, id, whatsapp_business_account_id, phone_number_id, phone_number, display_name, business_profile,
          status, quality_rating, name_status, code_verification_status, platform_type, throughput_level,
          messaging_limit, account_mode, is_official_business_account, is_on_biz_app, is_pin_enabled, synced_at)
       SELECT $1, id, $2, phone_number_id, phone_number, display_name, coalesce(profile, '{}'),
              status, quality_rating, name_status, code_verification_status, platform_type, throughput_level,
              messaging_limit, account_mode, is_official_business_account, is_on_biz_app, is_pin_enabled, now()
         FROM jsonb_to_recordset($3::jsonb) AS found (
           id uuid, phone_number_id text, phone_number text, display_name text, profile jsonb, status text,
           quality_rating text, name_status text, code_verification_status text, platform_type text,
           throughput_level text, messaging_limit text, account_mode text, is_official_business_account boolean,
           is_on_biz_app boolean, is_pin_enabled boolean)
       ON CONFLICT (account_id, phone_number_id) DO UPDATE SET
         whatsapp_business_account_id = excluded.whatsapp_business_account_id,
         phone_number = coalesce(excluded.phone_number, n.phone_number),
         display_name = coalesce(excluded.display_name, n.display_name),
         -- Unreadable is not empty: what was known of the profile stays.
         business_profile = CASE WHEN excluded.phone_number_id = ANY($4) THEN n.business_profile
                                 ELSE excluded.business_profile END,
         status = CASE WHEN excluded.status = 'UNKNOWN' OR n.status_changed_at > $5 THEN n.status
                       ELSE excluded.status END,
         quality_rating = coalesce(excluded.quality_rating, n.quality_rating),
         name_status = coalesce(excluded.name_status, n.name_status),
         code_verification_status = coalesce(excluded.code_verification_status, n.code_verification_status),
         platform_type = coalesce(excluded.platform_type, n.platform_type),
         throughput_level = coalesce(excluded.throughput_level, n.throughput_level),
         messaging_limit = coalesce(excluded.messaging_limit, n.messaging_limit),
         account_mode = coalesce(excluded.account_mode, n.account_mode),
         is_official_business_account =
           coalesce(excluded.is_official_business_account, n.is_official_business_account),
         is_on_biz_app = coalesce(excluded.is_on_biz_app, n.is_on_biz_app),
         is_pin_enabled = coalesce(excluded.is_pin_enabled, n.is_pin_enabled),
         synced_at = now(), updated_at = now(), deleted_at = NULL
       RETURNING n.phone_number_id, ${NUMBER_STATE} AS after`,
      [
        waba.accountId,
        waba.id,
        JSON.stringify(rows),
        numbers.filter(({ profile }) => profile === null).map(({ number }) => number.phoneNumberId),
        readAt,
      ],
    );
    return stored.flatMap((row): UpsertedNumber[] => {
      const old = before.get(row.phone_number_id);
      return old === undefined ? [] : [{ phoneNumberId: row.phone_number_id, before: old, after: row.after }];
    });
  }

  /**
   * Takes out the numbers of a WABA that Meta's complete list no longer has.
   * @returns Meta's ids of those
   */
  async retirePhoneNumbers(
    tx: EntityManager,
    waba: OwnedAsset,
    present: readonly string[],
  ): Promise<string[]> {
    const [rows]: [{ phone_number_id: string }[], number] = await tx.query(
      `UPDATE whatsapp_phone_numbers SET deleted_at = now(), updated_at = now()
        WHERE account_id = $1 AND whatsapp_business_account_id = $2 AND deleted_at IS NULL
          AND NOT phone_number_id = ANY($3)
        RETURNING phone_number_id`,
      [waba.accountId, waba.id, present],
    );
    return rows.map((row) => row.phone_number_id);
  }

  /**
   * Takes out a WABA that the account can no longer see, with its numbers.
   * @returns Meta's ids of the numbers
   */
  async retireWaba(tx: EntityManager, accountId: AccountId, id: AssetId): Promise<string[]> {
    await tx.query(
      `UPDATE whatsapp_business_accounts SET deleted_at = now(), updated_at = now(), subscribed_at = NULL
        WHERE account_id = $1 AND id = $2`,
      [accountId, id],
    );
    const [rows]: [{ phone_number_id: string }[], number] = await tx.query(
      `UPDATE whatsapp_phone_numbers SET deleted_at = now(), updated_at = now()
        WHERE account_id = $1 AND whatsapp_business_account_id = $2 AND deleted_at IS NULL
        RETURNING phone_number_id`,
      [accountId, id],
    );
    return rows.map((row) => row.phone_number_id);
  }

  async recordSubscription(accountId: AccountId, wabaId: string, isSubscribed: boolean): Promise<void> {
    await this.database.query(
      `UPDATE whatsapp_business_accounts
          SET subscribed_at = CASE WHEN $3 THEN coalesce(subscribed_at, now()) END
        WHERE account_id = $1 AND waba_id = $2`,
      [accountId, wabaId, isSubscribed],
    );
  }

  async recordProfile(accountId: AccountId, id: AssetId, profile: BusinessProfile): Promise<void> {
    await this.database.query(
      `UPDATE whatsapp_phone_numbers SET business_profile = $3, updated_at = now() WHERE account_id = $1 AND id = $2`,
      [accountId, id, profile],
    );
  }
}

function isOwned(alias: string): string {
  return `EXISTS (SELECT FROM assets WHERE assets.account_id = ${alias}.account_id AND assets.id = ${alias}.id
                   AND assets.released_at IS NULL)`;
}

function rowOf(number: DiscoveredPhoneNumber): Record<string, unknown> {
  return {
    phone_number_id: number.phoneNumberId,
    phone_number: number.phoneNumber,
    display_name: number.displayName,
    status: number.status,
    quality_rating: number.qualityRating,
    name_status: number.nameStatus,
    code_verification_status: number.codeVerificationStatus,
    platform_type: number.platformType,
    throughput_level: number.throughputLevel,
    messaging_limit: number.messagingLimit,
    account_mode: number.accountMode,
    is_official_business_account: number.isOfficialBusinessAccount,
    is_on_biz_app: number.isOnBizApp,
    is_pin_enabled: number.isPinEnabled,
  };
}
