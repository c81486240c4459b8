import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { AccountId, AssetId } from '../../database/ids';
import type { Sender } from '../../sending/sending-channel';
import { perSecond } from './throughput';

/** A number as far as sending has to know it. */
export interface SendingNumber extends Sender {
  /** Meta's id of the number. */
  phoneNumberId: string;
  /** Our id of its WhatsApp Business Account. */
  wabaAssetId: AssetId;
  /** Meta's id of it. */
  wabaId: string;
}

interface NumberRow {
  phone_number_id: string;
  throughput_level: string | null;
  is_on_biz_app: boolean | null;
  waba_asset_id: AssetId;
  waba_id: string;
}

/** A raised throughput or a number that goes is noticed this much later. */
const REMEMBERED_MS = 2_000;
const MOST_REMEMBERED = 10_000;

/** Looks numbers up for the dispatcher, which asks many times a second. */
@Injectable()
export class SendingNumbers {
  private readonly remembered = new Map<AssetId, { number: SendingNumber | null; until: number }>();

  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /** @returns null for a number that is no longer connected */
  async find(accountId: AccountId, assetId: AssetId): Promise<SendingNumber | null> {
    const known = this.remembered.get(assetId);
    if (known !== undefined && known.until > Date.now()) return known.number;
    const number = await this.read(accountId, assetId);
    if (this.remembered.size >= MOST_REMEMBERED) this.remembered.clear();
    this.remembered.set(assetId, { number, until: Date.now() + REMEMBERED_MS });
    return number;
  }

  private async read(accountId: AccountId, assetId: AssetId): Promise<SendingNumber | null> {
    const [row]: NumberRow[] = await this.database.query(
      `SELECT n.phone_number_id, n.throughput_level, n.is_on_biz_app,
              n.whatsapp_business_account_id AS waba_asset_id, w.waba_id
         FROM whatsapp_phone_numbers n
         JOIN whatsapp_business_accounts w
           ON w.account_id = n.account_id AND w.id = n.whatsapp_business_account_id
        WHERE n.account_id = $1 AND n.id = $2 AND n.deleted_at IS NULL`,
      [accountId, assetId],
    );
    if (row === undefined) return null;
    return {
      accountId,
      id: assetId,
      phoneNumberId: row.phone_number_id,
      perSecond: perSecond({ throughputLevel: row.throughput_level, isOnBizApp: row.is_on_biz_app }),
      wabaAssetId: row.waba_asset_id,
      wabaId: row.waba_id,
      countedFor: row.waba_id,
    };
  }
}
