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
import { revocationOf } from './message-arrivals';

/** A customer took a message back: what it said goes, that there was one stays. */
@Injectable()
export class MessageRevokedHandler implements WebhookHandler<'whatsapp.message.revoked'>, OnModuleInit {
  readonly kind = 'whatsapp.message.revoked';

  constructor(
    private readonly registry: WebhookHandlerRegistry,
    private readonly store: MessageStore,
  ) {}

  onModuleInit(): void {
    this.registry.register(this);
  }

  async handle(
    events: readonly RoutedEvent<'whatsapp.message.revoked'>[],
    tx: EntityManager,
    ledger: EventLedger,
  ): Promise<void> {
    const revocations = readEach(events, ledger, NOTHING_IN_IT, (home, { payload, occurredAt }) =>
      revocationOf(home, payload.originalWamid, occurredAt),
    );
    await this.store.applyRevocations(tx, revocations);
  }
}
