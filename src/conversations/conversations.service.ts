import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { AppConfig } from '../config/app-config';
import type { AccountId, ConversationId, UserId } from '../database/ids';
import { isUuid } from '../database/ids';
import { NotFoundError } from '../errors/app.error';
import { type ConversationRow, describeListed, toConversation } from './inbox/conversation-view';
import type { StoredConversation } from './stored-conversation';

export const NO_SUCH_CONVERSATION = 'There is no such conversation.';

export interface ConversationKey {
  accountId: AccountId;
  id: ConversationId;
}

@Injectable()
export class ConversationsService {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly config: AppConfig,
  ) {}

  /**
   * @param userId whose unread messages are counted
   * @throws NotFoundError when no such conversation is in any of the accounts
   */
  async get(
    accountIds: readonly AccountId[],
    id: string,
    userId: UserId | null = null,
  ): Promise<StoredConversation> {
    const rows: ConversationRow[] =
      isUuid(id) && accountIds.length > 0
        ? await this.database.query(
            `WITH listed AS (
               SELECT * FROM conversations v WHERE v.account_id = ANY($1) AND v.id = $2
                  -- Of somebody whose data is being removed nothing is shown, however long that takes.
                  AND NOT EXISTS (SELECT FROM contacts c WHERE c.account_id = v.account_id AND c.id = v.contact_id
                                     AND c.erasing_at IS NOT NULL))
             ${describeListed('$3')}`,
            [accountIds, id, userId],
          )
        : [];
    const [row] = rows;
    if (row === undefined) throw new NotFoundError(NO_SUCH_CONVERSATION);
    return toConversation(row, this.config.env.META_APP_ID);
  }

  /**
   * Those that exist, in the order asked for.
   * @param keys at most some hundreds
   * @param userId whose unread messages are counted
   */
  async getMany(
    keys: readonly ConversationKey[],
    userId: UserId | null = null,
    tx: Pick<EntityManager, 'query'> = this.database,
  ): Promise<StoredConversation[]> {
    if (keys.length === 0) return [];
    const rows: ConversationRow[] = await tx.query(
      // Row by row: for a page of them nothing else is faster, whatever the planner thinks of the table's size.
      `WITH listed AS MATERIALIZED (
         SELECT v.* FROM unnest($1::uuid[], $2::uuid[]) AS wanted (account_id, id)
          CROSS JOIN LATERAL (
            SELECT * FROM conversations v WHERE v.account_id = wanted.account_id AND v.id = wanted.id OFFSET 0) v)
       ${describeListed('$3')}`,
      [keys.map(({ accountId }) => accountId), keys.map(({ id }) => id), userId],
    );
    const byId = new Map(rows.map((row) => [row.id, row]));
    return keys.flatMap(({ id }) => {
      const row = byId.get(id);
      return row === undefined ? [] : [toConversation(row, this.config.env.META_APP_ID)];
    });
  }
}
