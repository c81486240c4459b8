import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { MentionStore } from '../../conversations/direct/mention-store';
import { NOTHING_IN_IT, readEach } from '../../conversations/routed-events';
import {
  type EventLedger,
  type RoutedEvent,
  type WebhookHandler,
  WebhookHandlerRegistry,
} from '../../webhooks/webhook-handler.registry';

/** Somebody named the account in a caption or comment. The webhook tells only where. */
@Injectable()
export class MentionHandler implements WebhookHandler<'instagram.mention'>, OnModuleInit {
  readonly kind = 'instagram.mention';

  constructor(
    private readonly registry: WebhookHandlerRegistry,
    private readonly mentions: MentionStore,
  ) {}

  onModuleInit(): void {
    this.registry.register(this);
  }

  async handle(
    events: readonly RoutedEvent<'instagram.mention'>[],
    tx: EntityManager,
    ledger: EventLedger,
  ): Promise<void> {
    const told = readEach(
      events,
      ledger,
      NOTHING_IN_IT,
      ({ accountId, assetId }, { payload, occurredAt }) => ({
        accountId,
        assetId,
        externalId: payload.commentId ?? payload.mediaId,
        postExternalId: payload.mediaId,
        commentExternalId: payload.commentId,
        text: null,
        author: null,
        mentionedAt: occurredAt,
        isRemoved: false,
        isToBeRead: true,
        at: occurredAt,
      }),
    );
    await this.mentions.record(tx, told);
  }
}
