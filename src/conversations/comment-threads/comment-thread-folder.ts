import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { ConversationId } from '../../database/ids';
import { moveInboxState } from '../inbox/conversation-absorbing';
import type { Placing, ThreadRef } from './comment-placing';

/** A conversation that was joined with another one, or is gone. */
export interface FoldedConversation {
  accountId: ThreadRef['accountId'];
  conversationId: ConversationId;
}

/**
 * What to do with the conversation of an answer that was here before what it answers: once more is known, it is that of the
 * whole thread. Seldom, so that each is dealt with by itself.
 */
@Injectable()
export class CommentThreadFolder {
  /** @returns the conversations that are gone */
  async fold(tx: EntityManager, { placed }: Placing): Promise<FoldedConversation[]> {
    const moves = new Map<string, { from: ThreadRef; into: ThreadRef }>();
    for (const { previousRoot, ...into } of placed) {
      if (previousRoot === null) continue;
      const from = { accountId: into.accountId, assetId: into.assetId, rootExternalId: previousRoot };
      moves.set(JSON.stringify(from), { from, into });
    }
    const gone: FoldedConversation[] = [];
    for (const { from, into } of moves.values()) gone.push(...(await this.foldOne(tx, from, into)));
    return gone;
  }

  private async foldOne(tx: EntityManager, from: ThreadRef, into: ThreadRef): Promise<FoldedConversation[]> {
    const source = await this.find(tx, from);
    if (source === null || (await this.isInUse(tx, from))) return [];
    const target = await this.find(tx, into);
    if (target === null) {
      await tx.query(
        'UPDATE conversations SET comment_thread_id = $3, updated_at = now() WHERE account_id = $1 AND id = $2',
        [from.accountId, source, into.rootExternalId],
      );
      return [];
    }
    await this.join(tx, from.accountId, source, target);
    return [{ accountId: from.accountId, conversationId: source }];
  }

  private async find(tx: EntityManager, thread: ThreadRef): Promise<ConversationId | null> {
    const rows: { id: ConversationId }[] = await tx.query(
      `SELECT id FROM conversations
        WHERE account_id = $1 AND asset_id = $2 AND comment_thread_id = $3 AND comment_thread_id <> '' FOR UPDATE`,
      [thread.accountId, thread.assetId, thread.rootExternalId],
    );
    return rows[0]?.id ?? null;
  }

  private async isInUse(tx: EntityManager, thread: ThreadRef): Promise<boolean> {
    const rows: unknown[] = await tx.query(
      'SELECT 1 FROM comments WHERE account_id = $1 AND asset_id = $2 AND thread_external_id = $3 LIMIT 1',
      [thread.accountId, thread.assetId, thread.rootExternalId],
    );
    return rows.length > 0;
  }

  /** What a team did with either is done with both. */
  private async join(
    tx: EntityManager,
    accountId: ThreadRef['accountId'],
    source: ConversationId,
    target: ConversationId,
  ): Promise<void> {
    await moveInboxState(tx, [{ accountId, from: source, into: target }]);
    await tx.query(
      `UPDATE conversations t
          SET unread_count = t.unread_count + s.unread_count, agent_id = coalesce(t.agent_id, s.agent_id),
              status = CASE WHEN s.status = 'active' THEN 'active' ELSE t.status END,
              closed_at = CASE WHEN s.status = 'active' THEN NULL ELSE t.closed_at END,
              snoozed_until = CASE WHEN s.status = 'active' THEN NULL ELSE t.snoozed_until END, updated_at = now()
         FROM conversations s
        WHERE t.account_id = $1 AND t.id = $3 AND s.account_id = $1 AND s.id = $2`,
      [accountId, source, target],
    );
    await tx.query('DELETE FROM conversations WHERE account_id = $1 AND id = $2', [accountId, source]);
  }
}
