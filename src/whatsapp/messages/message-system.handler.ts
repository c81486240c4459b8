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
import { systemMessage } from './message-arrivals';

/** Somebody's number, user id or phone changed: the contact goes on under the new one. */
@Injectable()
export class MessageSystemHandler implements WebhookHandler<'whatsapp.message.system'>, OnModuleInit {
  readonly kind = 'whatsapp.message.system';

  constructor(
    private readonly registry: WebhookHandlerRegistry,
    private readonly store: MessageStore,
  ) {}

  onModuleInit(): void {
    this.registry.register(this);
  }

  async handle(
    events: readonly RoutedEvent<'whatsapp.message.system'>[],
    tx: EntityManager,
    ledger: EventLedger,
  ): Promise<void> {
    await this.store.storeArrived(tx, readEach(events, ledger, NOTHING_IN_IT, systemMessage));
  }
}
