import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AccountId, AssetId, ConversationId } from '../../database/ids';
import type { DeliveredEvent } from '../../domain-events/outbox-subscribers';
import type { SubjectType } from '../notification-kinds';
import type { Subject } from '../rules/finding';

interface ChannelRow {
  account_id: AccountId;
  id: ConversationId;
  asset_id: AssetId;
  kind: SubjectType;
  meta_id: string;
}

/** Which numbers, Pages and Instagram accounts failed messages were sent from; events of messages do not say it. */
@Injectable()
export class ConversationChannels {
  async load(
    tx: EntityManager,
    events: readonly DeliveredEvent[],
  ): Promise<(accountId: AccountId, conversationId: string) => Subject | null> {
    const failed = events.flatMap(({ kind, accountId, payload }) =>
      kind === 'message.status' && payload.status === 'failed'
        ? [{ accountId, conversationId: payload.conversationId }]
        : [],
    );
    if (failed.length === 0) return () => null;
    const rows: ChannelRow[] = await tx.query(
      `SELECT c.account_id, c.id, c.asset_id, a.kind, a.meta_id
         FROM (SELECT DISTINCT * FROM unnest($1::uuid[], $2::uuid[]) AS w (account_id, id)) w
         JOIN conversations c USING (account_id, id)
         JOIN assets a ON a.account_id = c.account_id AND a.id = c.asset_id`,
      [failed.map(({ accountId }) => accountId), failed.map(({ conversationId }) => conversationId)],
    );
    const channels = new Map(
      rows.map((row): [string, Subject] => [
        `${row.account_id} ${row.id}`,
        { type: row.kind, id: row.meta_id, assetId: row.asset_id },
      ]),
    );
    return (accountId, conversationId) => channels.get(`${accountId} ${conversationId}`) ?? null;
  }
}
