import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { AccountId, AssetId } from '../../database/ids';
import { NotFoundError } from '../../errors/app.error';
import type { MetricChannel } from './metric-results';

export interface ChosenChannels {
  channels: MetricChannel[];
  /** Whether these are all of the account. */
  isAll: boolean;
}

interface Row {
  id: AssetId;
  phone_number_id: string;
  phone_number: string | null;
  display_name: string | null;
  waba_id: string | null;
  is_owned: boolean;
}

@Injectable()
export class MetricChannels {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /**
   * The numbers that a request is about.
   * @param named Meta's ids; with both, the number has to be one of the business account
   * @throws NotFoundError when the account has never had what is named
   */
  async choose(
    accountId: AccountId,
    { wabaId, phoneNumberId }: { wabaId?: string; phoneNumberId?: string },
  ): Promise<ChosenChannels> {
    const all = await this.all(accountId);
    if (wabaId === undefined && phoneNumberId === undefined) return { channels: all, isAll: true };
    const ofWaba = wabaId === undefined ? all : all.filter((channel) => channel.wabaId === wabaId);
    if (wabaId !== undefined && ofWaba.length === 0 && !(await this.hasWaba(accountId, wabaId)))
      throw new NotFoundError('There is no such WhatsApp Business Account.');
    if (phoneNumberId === undefined) return { channels: ofWaba, isAll: false };
    const channels = ofWaba.filter((channel) => channel.phoneNumberId === phoneNumberId);
    if (channels.length === 0) throw new NotFoundError('There is no such phone number.');
    return { channels, isAll: false };
  }

  /** In the order in which they were connected. */
  private async all(accountId: AccountId): Promise<MetricChannel[]> {
    const rows: Row[] = await this.database.query(
      `SELECT a.id, a.meta_id AS phone_number_id, p.phone_number, coalesce(p.display_name, a.name) AS display_name, w.waba_id,
              a.released_at IS NULL AS is_owned
         FROM assets a
         LEFT JOIN whatsapp_phone_numbers p ON p.account_id = a.account_id AND p.id = a.id
         LEFT JOIN whatsapp_business_accounts w
           ON w.account_id = p.account_id AND w.id = p.whatsapp_business_account_id
        WHERE a.account_id = $1 AND a.kind = 'phone_number' ORDER BY a.id`,
      [accountId],
    );
    return rows.map((row) => ({
      id: row.id,
      phoneNumberId: row.phone_number_id,
      phoneNumber: row.phone_number,
      displayName: row.display_name,
      wabaId: row.waba_id,
      isOwned: row.is_owned,
    }));
  }

  private async hasWaba(accountId: AccountId, wabaId: string): Promise<boolean> {
    const rows: unknown[] = await this.database.query(
      `SELECT 1 FROM assets WHERE account_id = $1 AND kind = 'waba' AND meta_id = $2`,
      [accountId, wabaId],
    );
    return rows.length > 0;
  }
}
