import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AccountId, ConversationId, UserId } from '../../database/ids';
import type { DomainEvent } from '../../domain-events/domain-events';
import { Outbox } from '../../domain-events/outbox';
import { OutboxSubscribers } from '../../domain-events/outbox-subscribers';
import { type ConversationActivity, recordActivities } from './conversation-activity';

const AT_ONCE = 500;

/**
 * Takes what is open from users who have no access to its account any more: nobody else would answer it. What is closed stays
 * with whoever had it, for the record; opened again it is nobody's.
 */
@Injectable()
export class AssignmentRelease implements OnModuleInit {
  constructor(
    private readonly subscribers: OutboxSubscribers,
    private readonly outbox: Outbox,
  ) {}

  onModuleInit(): void {
    this.subscribers.register({
      name: 'inbox-assignments',
      kinds: ['account.members_changed'],
      handle: async (events, tx) => {
        for (const { accountId, payload } of events)
          for (const userId of payload.userIds)
            while ((await this.release(tx, accountId, userId)) === AT_ONCE);
      },
    });
  }

  /** @returns how many; there may be more when it was as many as are taken at once */
  private async release(tx: EntityManager, accountId: AccountId, userId: UserId): Promise<number> {
    const [released]: [{ id: ConversationId }[], number] = await tx.query(
      `UPDATE conversations c SET agent_id = NULL, updated_at = now()
        WHERE c.account_id = $1 AND c.id IN (
                SELECT id FROM conversations
                 WHERE account_id = $1 AND agent_id = $2 AND status IN ('active', 'snoozed')
                   AND last_message_at IS NOT NULL
                 ORDER BY id LIMIT ${AT_ONCE} FOR NO KEY UPDATE)
          AND NOT EXISTS (SELECT FROM account_members m JOIN users u ON u.id = m.user_id
                           WHERE m.account_id = $1 AND m.user_id = $2 AND u.deleted_at IS NULL)
        RETURNING c.id`,
      [accountId, userId],
    );
    await recordActivities(
      tx,
      released.map(({ id }): ConversationActivity => ({
        accountId,
        conversationId: id,
        actorId: null,
        kind: 'assigned',
        payload: { from: userId, to: null, reason: 'access_lost' },
      })),
    );
    await this.outbox.record(
      tx,
      released.flatMap(({ id }): DomainEvent[] => [
        {
          kind: 'conversation.updated',
          accountId,
          payload: { conversationId: id, changed: ['agentId', 'assignee'] },
        },
        {
          kind: 'conversation.assigned',
          accountId,
          payload: { conversationId: id, previousAgentId: userId, agentId: null, actorId: null },
        },
      ]),
    );
    return released.length;
  }
}
