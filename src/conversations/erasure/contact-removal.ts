import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { ConversationId } from '../../database/ids';
import { Outbox } from '../../domain-events/outbox';
import { SearchIndex } from '../search/search-index.service';
import type { ClaimedErasure, ErasureStep, StepResult } from './erasure-stage';
import { PersonErasers } from './person-erasers';

/** The end: the empty conversations, with notes, labels and who has read them, and the contacts. */
@Injectable()
export class ContactRemoval implements ErasureStep {
  readonly stage = 'contacts';

  constructor(
    private readonly erasers: PersonErasers,
    private readonly search: SearchIndex,
    private readonly outbox: Outbox,
  ) {}

  async run(tx: EntityManager, { accountId, contactIds }: ClaimedErasure): Promise<StepResult> {
    const parameters = [accountId, contactIds];
    // From here on nobody can write to them; a transaction that had found one before has ended by now, or fails and finds out.
    await tx.query(
      'SELECT 1 FROM contacts WHERE account_id = $1 AND id = ANY($2) ORDER BY id FOR UPDATE',
      parameters,
    );
    const conversations: { id: ConversationId }[] = await tx.query(
      'SELECT id FROM conversations WHERE account_id = $1 AND contact_id = ANY($2) ORDER BY id FOR UPDATE',
      parameters,
    );
    const ids = conversations.map(({ id }) => id);
    const late: unknown[] = await tx.query(
      'SELECT 1 FROM messages WHERE account_id = $1 AND conversation_id = ANY($2) LIMIT 1',
      [accountId, ids],
    );
    if (late.length > 0) return { removed: {}, next: 'again' };
    for (const eraser of this.erasers.all()) await eraser.eraseConversations?.(tx, accountId, ids);
    await this.search.forget(tx, { accountId, conversationIds: ids, contactIds });
    await tx.query('DELETE FROM conversations WHERE account_id = $1 AND id = ANY($2)', [accountId, ids]);
    await tx.query('DELETE FROM contacts WHERE account_id = $1 AND id = ANY($2)', parameters);
    await this.outbox.record(tx, [
      ...ids.map((id) => ({
        kind: 'conversation.updated' as const,
        accountId,
        payload: { conversationId: id },
      })),
      ...contactIds.map((contactId) => ({
        kind: 'contact.erased' as const,
        accountId,
        payload: { contactId },
      })),
    ]);
    return { removed: { conversations: ids.length, contacts: contactIds.length }, next: 'done' };
  }
}
