import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { ConversationId } from '../../database/ids';
import type { DurationScope } from './durations.service';
import type { OpenWaits } from './response-time-results';

/** What is answered later than that does not count as an answer, so nobody is taken to wait for it. */
const LONGEST_WAIT = '31 days';

@Injectable()
export class OpenWaitsRepository {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /**
   * Conversations that are not closed, with people, whose latest message is the customer's. Read from the conversations
   * alone: looking for the answers of each would take as long as there are conversations.
   */
  async now({ accountId, platforms, assetIds }: DurationScope): Promise<OpenWaits> {
    const rows: { count: number; conversation_id: ConversationId | null; since: Date | null }[] =
      await this.database.query(
        `WITH waiting AS (
           SELECT id, last_inbound_at FROM conversations
            WHERE account_id = $1 AND platform = ANY($2::text[]) AND status IN ('active', 'snoozed')
              AND last_message_at IS NOT NULL AND last_message_at >= now() - interval '${LONGEST_WAIT}'
              AND last_inbound_at >= last_message_at AND comment_thread_id = ''
              ${assetIds === null ? '' : 'AND asset_id = ANY($3::uuid[])'})
         SELECT (SELECT count(*)::integer FROM waiting) AS count, oldest.id AS conversation_id, oldest.last_inbound_at AS since
           FROM (SELECT 1) AS one
           LEFT JOIN (SELECT * FROM waiting ORDER BY last_inbound_at, id LIMIT 1) AS oldest ON true`,
        [accountId, platforms, ...(assetIds === null ? [] : [assetIds])],
      );
    const { count = 0, conversation_id: conversationId = null, since = null } = rows[0] ?? {};
    return {
      count,
      oldest: conversationId === null || since === null ? null : { conversationId, since },
    };
  }
}
