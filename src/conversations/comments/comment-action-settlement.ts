import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { ConversationId, MessageId } from '../../database/ids';
import { isUuid } from '../../database/ids';
import { repeatLostRaces } from '../../database/lost-race';
import type { DomainEventMap } from '../../domain-events/domain-events';
import { Outbox } from '../../domain-events/outbox';
import type { RoutedEvent } from '../../webhooks/webhook-handler.registry';
import type { CommentAction } from './comment-action';
import { CommentActionsRepository } from './comment-actions.repository';
import type { PrivateMessage } from './comment-channel';
import { CommentList } from './comment-list.service';
import { CommentStore } from './comment-store.service';
import type { ArrivedComment } from './comment-types';
import type { ArrivedMessage, MessageError } from '../conversation-types';
import { MessageStore } from '../messages/message-store.service';

type Replied = DomainEventMap['comment.replied'];

/** Before our id in the `metadata` of a private reply. A bare id there is that of a message of the sending engine. */
const MARK = 'comment-action:';

/** What the echo of a private reply carries. */
export function markOf({ id }: Pick<CommentAction, 'id'>): string {
  return `${MARK}${id}`;
}

/**
 * Writes down what became of answers. Every way of learning it may come first, and each of them any number of times: the
 * answer to the call, the webhook of the comment, the echo of the message, a look at what stands at Meta.
 */
@Injectable()
export class CommentActionSettlement {
  constructor(
    private readonly actions: CommentActionsRepository,
    private readonly comments: CommentStore,
    private readonly list: CommentList,
    private readonly messages: MessageStore,
    private readonly outbox: Outbox,
  ) {}

  /** @param made null: it is stored already */
  async answered(action: CommentAction, externalId: string, made: ArrivedComment | null): Promise<void> {
    await repeatLostRaces(() =>
      this.actions.transaction(async (tx) => {
        if (made !== null) await this.comments.storeArrived(tx, [made]);
        if (!(await this.actions.recordDone(tx, action, externalId))) return;
        const ids = await this.list.findIds(tx, action, [externalId]);
        await this.tell(tx, action, { replyId: ids.get(externalId) ?? null });
      }),
    );
  }

  async answeredPrivately(action: CommentAction, message: PrivateMessage): Promise<void> {
    await repeatLostRaces(() =>
      this.actions.transaction((tx) => this.storePrivately(tx, action, message, new Date())),
    );
  }

  /** Echoes of private replies that were sent from here, within the transaction of their webhook. */
  async echoed(
    tx: EntityManager,
    events: readonly RoutedEvent<'messenger.message.echoed' | 'instagram.message.echoed'>[],
  ): Promise<void> {
    const marked = events.flatMap(({ owner, payload, occurredAt }) => {
      const id = payload.metadata?.startsWith(MARK) === true ? payload.metadata.slice(MARK.length) : '';
      return owner === null || !isUuid(id) ? [] : [{ id, owner, payload, occurredAt }];
    });
    // Always in the same order, so that two transactions wait for each other instead of deadlocking.
    for (const { id, owner, payload, occurredAt } of marked.sort((a, b) => (a.id < b.id ? -1 : 1))) {
      const action = await this.actions.lock(tx, id, owner);
      if (action?.kind !== 'private_reply') continue;
      const message = { messageId: payload.mid, personId: payload.person.value };
      await this.storePrivately(tx, action, message, occurredAt);
    }
  }

  /** @param isNews nobody has been told by an answer of ours */
  async failed(action: CommentAction, error: MessageError, { isNews }: { isNews: boolean }): Promise<void> {
    await this.actions.transaction(async (tx) => {
      if (!(await this.actions.recordFailed(tx, action, error)) || !isNews) return;
      const { accountId, assetId, id: actionId, kind, commentId } = action;
      const { code, message } = error;
      await this.outbox.record(tx, [
        {
          kind: 'comment.reply_failed',
          accountId,
          payload: { actionId, kind, commentId, assetId, error: { code, message } },
        },
      ]);
    });
  }

  /** The message stands in the conversation with the person, once, whether its echo was here before or comes later. */
  private async storePrivately(
    tx: EntityManager,
    action: CommentAction,
    message: PrivateMessage,
    at: Date,
  ): Promise<void> {
    const { personId, messageId } = message;
    if (personId !== null)
      await this.messages.storeArrived(tx, [await this.messageOf(tx, action, { personId, messageId }, at)]);
    const { accountId, assetId, userId, request } = action;
    // An echo knows only the app that sent it, not the user.
    const [rows]: [{ id: MessageId; conversation_id: ConversationId }[], number] = await tx.query(
      `UPDATE messages m
          SET sender_type = 'agent', sender_id = $4, context = coalesce(m.context, '{}') || $5::jsonb, updated_at = now()
         FROM message_keys k
        WHERE k.account_id = $1 AND k.asset_id = $2 AND k.external_id = $3
          AND m.account_id = k.account_id AND m.id = k.message_id
        RETURNING m.id, m.conversation_id`,
      [accountId, assetId, messageId, userId, JSON.stringify({ comment_id: request.commentExternalId })],
    );
    if (!(await this.actions.recordDone(tx, action, messageId))) return;
    const [stored] = rows;
    const told =
      stored === undefined ? null : { messageId: stored.id, conversationId: stored.conversation_id };
    await this.tell(tx, action, { message: told });
  }

  private async messageOf(
    tx: EntityManager,
    { accountId, assetId, platform, commentId, userId, request }: CommentAction,
    { messageId, personId }: { messageId: string; personId: string },
    at: Date,
  ): Promise<ArrivedMessage> {
    const rows: { author_name: string | null; author_username: string | null }[] = await tx.query(
      'SELECT author_name, author_username FROM comments WHERE account_id = $1 AND id = $2',
      [accountId, commentId],
    );
    const username = rows[0]?.author_username ?? null;
    const isFacebook = platform === 'facebook';
    return {
      accountId,
      assetId,
      platform: isFacebook ? 'messenger' : 'instagram',
      externalId: messageId,
      person: {
        identities: [{ kind: isFacebook ? 'psid' : 'igsid', value: personId }],
        name: rows[0]?.author_name ?? null,
        profile: username === null ? {} : { username },
      },
      groupId: '',
      direction: 'outbound',
      senderType: 'agent',
      senderId: userId,
      type: 'text',
      text: request.message,
      content: { text: request.message },
      context: { comment_id: request.commentExternalId },
      metadata: {},
      at,
      status: 'accepted',
      live: true,
    };
  }

  private async tell(
    tx: EntityManager,
    { accountId, assetId, id: actionId, kind, commentId }: CommentAction,
    result: Partial<Pick<Replied, 'replyId' | 'message'>>,
  ): Promise<void> {
    await this.outbox.record(tx, [
      {
        kind: 'comment.replied',
        accountId,
        payload: {
          actionId,
          kind,
          commentId,
          assetId,
          replyId: null,
          message: null,
          ...result,
        },
      },
    ]);
  }
}
