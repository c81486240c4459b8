import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { ConversationId, UserId } from '../../database/ids';
import { LostRaceError } from '../../database/lost-race';
import type { DomainEvent } from '../../domain-events/domain-events';
import { Outbox } from '../../domain-events/outbox';
import { ConflictError, NotFoundError } from '../../errors/app.error';
import type { OrderedSend } from '../conversation-types';
import { type ConversationActivity, recordActivities } from '../inbox/conversation-activity';
import type { StoredConversation } from '../stored-conversation';

/** `UPDATE … RETURNING` answers `[rows, count]` through TypeORM's PostgreSQL driver. */
type Updated<Row> = [rows: Row[], count: number];

type Target = Pick<StoredConversation, 'id' | 'accountId'>;

/** Who replies, and whether the conversation is to become theirs if it is nobody's. */
export interface Replier {
  userId: UserId;
  takesOn: boolean;
}

interface StateRow {
  status: StoredConversation['status'];
  /** Of a closed one: another that is open with the same other side and channel. */
  open_id: ConversationId | null;
}

/**
 * Sees to it that a reply stands in the conversation that was replied to. An order joins whichever conversation with the
 * person is open: a closed one is opened first, in the same transaction, so that the person's thread goes on where the
 * agent wrote.
 */
@Injectable()
export class ReplyOrders {
  constructor(private readonly outbox: Outbox) {}

  /**
   * @param order places it
   * @throws ConflictError when another conversation with the same person is open
   */
  async place(
    tx: EntityManager,
    conversation: Target,
    replier: Replier,
    order: () => Promise<OrderedSend>,
  ): Promise<OrderedSend> {
    const isReopened = await this.reopenForOrder(tx, conversation);
    const ordered = await order();
    if (ordered.conversationId !== conversation.id) throw await this.whyElsewhere(tx, conversation);
    await this.tell(tx, conversation, replier, isReopened);
    return ordered;
  }

  /**
   * Lets a thread of comments go on after it was replied to.
   * @param repliedAt of the reply: whoever closes the thread afterwards is not to be undone by the same request made again
   */
  async goOn(tx: EntityManager, conversation: Target, replier: Replier, repliedAt: Date): Promise<void> {
    const [reopened]: Updated<unknown> = await tx.query(
      `UPDATE conversations SET status = 'active', closed_at = NULL, updated_at = now()
        WHERE account_id = $1 AND id = $2 AND status = 'closed' AND (closed_at IS NULL OR closed_at < $3)
        RETURNING id`,
      [conversation.accountId, conversation.id, repliedAt],
    );
    await this.tell(tx, conversation, replier, reopened.length > 0);
  }

  private async tell(
    tx: EntityManager,
    { accountId, id: conversationId }: Target,
    { userId, takesOn }: Replier,
    isReopened: boolean,
  ): Promise<void> {
    const isTaken = takesOn && (await this.takeOn(tx, { accountId, id: conversationId }, userId));
    if (!isTaken && !isReopened) return;
    const activities: ConversationActivity[] = [];
    const events: DomainEvent[] = [];
    const common = { accountId, conversationId, actorId: userId };
    if (isReopened) activities.push({ ...common, kind: 'reopened', payload: {} });
    if (isTaken) {
      activities.push({ ...common, kind: 'assigned', payload: { from: null, to: userId } });
      events.push({
        kind: 'conversation.assigned',
        accountId,
        payload: { conversationId, previousAgentId: null, agentId: userId, actorId: userId },
      });
    }
    const changed = [...(isReopened ? ['status'] : []), ...(isTaken ? ['agentId'] : [])];
    events.push({ kind: 'conversation.updated', accountId, payload: { conversationId, changed } });
    await recordActivities(tx, activities);
    await this.outbox.record(tx, events);
  }

  private async takeOn(tx: EntityManager, { accountId, id }: Target, userId: UserId): Promise<boolean> {
    const [taken]: Updated<unknown> = await tx.query(
      `UPDATE conversations SET agent_id = $3, updated_at = now()
        WHERE account_id = $1 AND id = $2 AND agent_id IS NULL RETURNING id`,
      [accountId, id, userId],
    );
    return taken.length > 0;
  }

  /** Closed since it was looked at: the next try sees that. Otherwise the person is somebody else by now. */
  private async whyElsewhere(tx: EntityManager, { accountId, id }: Target): Promise<Error> {
    const open: unknown[] = await tx.query(
      "SELECT 1 FROM conversations WHERE account_id = $1 AND id = $2 AND status <> 'closed'",
      [accountId, id],
    );
    if (open.length === 0) return new LostRaceError('The conversation was closed meanwhile.');
    return new ConflictError(
      'Whoever is reached by this conversation has another one by now. Read the list of conversations again.',
      { reason: 'moved' },
    );
  }

  /** @returns whether it was closed */
  private async reopenForOrder(tx: EntityManager, { accountId, id }: Target): Promise<boolean> {
    const rows: StateRow[] = await tx.query(
      `SELECT v.status, (
                SELECT o.id FROM conversations o
                 WHERE o.account_id = v.account_id AND o.asset_id = v.asset_id AND o.contact_id = v.contact_id
                   AND o.status <> 'closed' AND v.status = 'closed'
                UNION ALL
                SELECT o.id FROM conversations o
                 WHERE o.account_id = v.account_id AND o.asset_id = v.asset_id AND o.group_id = v.group_id
                   AND o.group_id <> '' AND o.status <> 'closed' AND v.status = 'closed' LIMIT 1) AS open_id
         FROM conversations v WHERE v.account_id = $1 AND v.id = $2`,
      [accountId, id],
    );
    const [state] = rows;
    if (state === undefined) throw new NotFoundError('There is no such conversation any more.');
    if (state.status !== 'closed') return false;
    if (state.open_id !== null) throw goesOnElsewhere(state.open_id);
    try {
      const [reopened]: Updated<unknown> = await tx.query(
        `UPDATE conversations SET status = 'active', closed_at = NULL, updated_at = now()
          WHERE account_id = $1 AND id = $2 AND status = 'closed' RETURNING id`,
        [accountId, id],
      );
      return reopened.length > 0;
    } catch (error) {
      throw isTaken(error) ? new LostRaceError('Another conversation was opened meanwhile.') : error;
    }
  }
}

function goesOnElsewhere(conversationId: ConversationId): ConflictError {
  return new ConflictError(
    'This conversation is closed, and another one with the same person is open. Reply there.',
    { reason: 'open_elsewhere', conversationId },
  );
}

/** That one conversation with a contact (or group) and channel is open is a unique index. */
function isTaken(error: unknown): boolean {
  return (
    error instanceof Error &&
    'driverError' in error &&
    error.driverError instanceof Error &&
    'code' in error.driverError &&
    error.driverError.code === '23505'
  );
}
