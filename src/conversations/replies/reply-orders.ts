import { Injectable } from '@nestjs/common';
import { type EntityManager, QueryFailedError } from 'typeorm';
import type { UserId } from '../../database/ids';
import { LostRaceError } from '../../database/lost-race';
import { ConflictError, NotFoundError } from '../../errors/app.error';
import { type ConversationKey, NO_SUCH_CONVERSATION } from '../conversations.service';
import type { OrderedSend } from '../conversation-types';
import { ConversationChanges } from '../inbox/conversation-changes.service';
import type { ConversationStatus } from '../stored-conversation';
import type { View } from '../visibility/visible-conversations';

/** Who replies, and whether the conversation is to become theirs if it is nobody's. */
export interface Replier {
  view: View;
  takesOn: boolean;
}

interface StateRow {
  status: ConversationStatus;
  closed_at: Date | null;
  agent_id: UserId | null;
}

/**
 * Sees to it that a reply stands in the conversation that was replied to. An order joins whichever conversation with the
 * person is open: a closed one is opened first, in the same transaction, so that the person's thread goes on where the
 * agent wrote.
 */
@Injectable()
export class ReplyOrders {
  constructor(private readonly changes: ConversationChanges) {}

  /**
   * @param order places it
   * @throws ConflictError when another conversation with the same person is open
   * @throws LostRaceError when somebody else was faster: the whole transaction is to be made again
   */
  async place(
    tx: EntityManager,
    key: ConversationKey,
    replier: Replier,
    order: () => Promise<OrderedSend>,
  ): Promise<OrderedSend> {
    const state = await this.read(tx, key);
    if (state === null) throw new NotFoundError(NO_SUCH_CONVERSATION);
    if (state.status === 'closed') await this.reopen(tx, key, replier);
    const ordered = await order();
    if (ordered.conversationId !== key.id) throw await this.whyElsewhere(tx, key);
    await this.takeOn(tx, key, replier);
    return ordered;
  }

  /**
   * Lets a thread of comments go on after it was replied to.
   * @param repliedAt of the reply: whoever closes the thread afterwards is not to be undone by the same request made again
   */
  async goOn(tx: EntityManager, key: ConversationKey, replier: Replier, repliedAt: Date): Promise<void> {
    const state = await this.read(tx, key);
    // Joined with another one meanwhile: what was replied stands all the same.
    if (state === null) return;
    if (state.status === 'closed' && (state.closed_at === null || state.closed_at < repliedAt))
      await this.reopen(tx, key, replier);
    await this.takeOn(tx, key, replier);
  }

  private async read(
    tx: EntityManager,
    { accountId, id }: ConversationKey,
    lock = '',
  ): Promise<StateRow | null> {
    const rows: StateRow[] = await tx.query(
      `SELECT status, closed_at, agent_id FROM conversations WHERE account_id = $1 AND id = $2 ${lock}`,
      [accountId, id],
    );
    return rows[0] ?? null;
  }

  private async reopen(tx: EntityManager, { id }: ConversationKey, { view }: Replier): Promise<void> {
    try {
      await this.changes.applyIn(tx, view, [id], { status: 'active' });
    } catch (error) {
      throw isTaken(error) ? new LostRaceError('Another conversation was opened meanwhile.') : error;
    }
  }

  private async takeOn(tx: EntityManager, key: ConversationKey, { view, takesOn }: Replier): Promise<void> {
    if (!takesOn) return;
    // Locked: whoever takes it on at the same moment comes before, and then it is theirs.
    const state = await this.read(tx, key, 'FOR NO KEY UPDATE');
    if (state?.agent_id !== null) return;
    await this.changes.applyIn(tx, view, [key.id], { assigneeId: view.userId });
  }

  /** Closed since it was looked at: the next try sees that. Otherwise the person is somebody else by now. */
  private async whyElsewhere(tx: EntityManager, key: ConversationKey): Promise<Error> {
    const state = await this.read(tx, key);
    if (state === null || state.status === 'closed')
      return new LostRaceError('The conversation was closed meanwhile.');
    return new ConflictError(
      'Whoever is reached by this conversation has another one by now. Read the list of conversations again.',
      { reason: 'moved' },
    );
  }
}

/** That one conversation with a contact (or group) and channel is open is a unique index. */
function isTaken(error: unknown): boolean {
  if (!(error instanceof QueryFailedError)) return false;
  const cause: unknown = error.driverError;
  return cause instanceof Error && 'code' in cause && cause.code === '23505';
}
