import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { MessageStore } from '../../conversations/messages/message-store.service';
import { NOTHING_IN_IT, readEach } from '../../conversations/routed-events';
import {
  type EventLedger,
  type RoutedEvent,
  type WebhookHandler,
  WebhookHandlerRegistry,
} from '../../webhooks/webhook-handler.registry';
import { editOf } from './message-arrivals';

/** A customer changed a message after sending it. */
@Injectable()
export class MessageEditedHandler implements WebhookHandler<'whatsapp.message.edited'>, OnModuleInit {
  readonly kind = 'whatsapp.message.edited';

  constructor(
    private readonly registry: WebhookHandlerRegistry,
    private readonly store: MessageStore,
  ) {}

  onModuleInit(): void {
    this.registry.register(this);
  }

  async handle(
    events: readonly RoutedEvent<'whatsapp.message.edited'>[],
    tx: EntityManager,
    ledger: EventLedger,
  ): Promise<void> {
    const edits = readEach(events, ledger, NOTHING_IN_IT, (home, { payload, occurredAt }) =>
      editOf(home, payload.originalWamid, payload.content, payload.raw, occurredAt),
    );
    await this.store.applyEdits(tx, edits);
  }
}
