import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { CommentActionSettlement } from '../../conversations/comments/comment-action-settlement';
import {
  type RoutedEvent,
  type WebhookHandler,
  WebhookHandlerRegistry,
} from '../../webhooks/webhook-handler.registry';

/** Echoes of private replies, which tell what became of one even where the answer to it was lost. */
@Injectable()
export class PrivateReplyHandler implements WebhookHandler<'messenger.message.echoed'>, OnModuleInit {
  readonly kind = 'messenger.message.echoed';

  constructor(
    private readonly registry: WebhookHandlerRegistry,
    private readonly settlement: CommentActionSettlement,
  ) {}

  onModuleInit(): void {
    this.registry.register(this);
  }

  async handle(events: readonly RoutedEvent<'messenger.message.echoed'>[], tx: EntityManager): Promise<void> {
    await this.settlement.echoed(tx, events);
  }
}
