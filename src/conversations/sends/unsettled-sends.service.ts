import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { type AccountId, type AssetId, firstIdAt } from '../../database/ids';

/** Messages that left and of which nothing more was heard. */
@Injectable()
export class UnsettledSends {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /** How many messages ordered between two instants were neither delivered nor failed until now. */
  async count(accountId: AccountId, assetId: AssetId, window: { from: Date; until: Date }): Promise<number> {
    const [row]: { count: number }[] = await this.database.query(
      // Ids begin with their time, in both tables: a scan of the window, not of everything.
      `SELECT count(*)::int AS count
         FROM message_sends s JOIN messages m ON m.account_id = s.account_id AND m.id = s.message_id
        WHERE s.account_id = $1 AND s.asset_id = $2 AND s.message_id >= $3 AND s.message_id < $4
          AND m.id >= $3 AND m.id < $4 AND m.status IN ('unknown', 'accepted', 'sent')`,
      [accountId, assetId, firstIdAt(window.from), firstIdAt(window.until)],
    );
    return row?.count ?? 0;
  }
}
