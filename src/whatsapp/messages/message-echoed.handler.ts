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
import { echoedMessage, editOf, revocationOf } from './message-arrivals';

type Echo = RoutedEvent<'whatsapp.message.echoed'>;

/** What the business wrote, changed and took back with the WhatsApp Business app on its phone. */
@Injectable()
export class MessageEchoedHandler implements WebhookHandler<'whatsapp.message.echoed'>, OnModuleInit {
  readonly kind = 'whatsapp.message.echoed';

  constructor(
    private readonly registry: WebhookHandlerRegistry,
    private readonly store: MessageStore,
  ) {}

  onModuleInit(): void {
    this.registry.register(this);
  }

  async handle(events: readonly Echo[], tx: EntityManager, ledger: EventLedger): Promise<void> {
    const sent = events.filter(({ payload }) => payload.action === 'sent');
    await this.store.storeArrived(tx, readEach(sent, ledger, NOTHING_IN_IT, echoedMessage));

    const edited = events.filter(({ payload }) => payload.action === 'edited');
    const edits = readEach(edited, ledger, NOTHING_IN_IT, (home, { payload, occurredAt }) =>
      payload.action === 'edited'
        ? editOf(home, payload.originalWamid, payload.content, payload.raw, occurredAt)
        : null,
    );
    await this.store.applyEdits(tx, edits);

    const revoked = events.filter(({ payload }) => payload.action === 'revoked');
    const revocations = readEach(revoked, ledger, NOTHING_IN_IT, (home, { payload, occurredAt }) =>
      payload.action === 'revoked' ? revocationOf(home, payload.originalWamid, occurredAt) : null,
    );
    await this.store.applyRevocations(tx, revocations);
  }
}
