import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import type { AccountId } from '../../database/ids';

const HELD_AT_ONCE = 2_000;

/** Puts what was in line for a disabled endpoint aside: once it works again, a person says whether it is still of use. */
@Injectable()
export class DeliveryHolding {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  async hold(): Promise<void> {
    while (await this.database.transaction((tx) => this.holdSome(tx)));
  }

  /** @returns whether there was anything to do */
  private async holdSome(tx: EntityManager): Promise<boolean> {
    const [endpoint]: { account_id: AccountId; id: string }[] = await tx.query(
      `SELECT account_id, id FROM notification_endpoints WHERE state = 'disabled' AND due_at IS NOT NULL
        ORDER BY id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED`,
    );
    if (endpoint === undefined) return false;
    const { account_id: accountId, id } = endpoint;
    const [, held]: [unknown[], number] = await tx.query(
      `UPDATE notification_deliveries
          SET state = 'held', due_at = NULL, claimed_until = NULL, hold_until = NULL
        WHERE account_id = $1 AND id IN (
          SELECT id FROM notification_deliveries WHERE account_id = $1 AND endpoint_id = $2 AND state = 'pending'
           ORDER BY id LIMIT $3)`,
      [accountId, id, HELD_AT_ONCE],
    );
    if (held < HELD_AT_ONCE)
      await tx.query('UPDATE notification_endpoints SET due_at = NULL WHERE account_id = $1 AND id = $2', [
        accountId,
        id,
      ]);
    return true;
  }
}
