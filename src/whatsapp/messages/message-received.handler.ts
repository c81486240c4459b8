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
import { receivedMessage } from './message-arrivals';

/** Messages of customers, of every type, known or not. */
@Injectable()
export class MessageReceivedHandler implements WebhookHandler<'whatsapp.message.received'>, OnModuleInit {
  readonly kind = 'whatsapp.message.received';

  constructor(
    private readonly registry: WebhookHandlerRegistry,
    private readonly store: MessageStore,
  ) {}

  onModuleInit(): void {
    this.registry.register(this);
  }

  async handle(
    events: readonly RoutedEvent<'whatsapp.message.received'>[],
    tx: EntityManager,
    ledger: EventLedger,
  ): Promise<void> {
    await this.store.storeArrived(tx, readEach(events, ledger, NOTHING_IN_IT, receivedMessage));
  }
}
