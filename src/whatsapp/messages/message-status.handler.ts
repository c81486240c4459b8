import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { ContactsService } from '../../conversations/contacts/contacts.service';
import { MessageStore } from '../../conversations/messages/message-store.service';
import { NOTHING_IN_IT, readEach } from '../../conversations/routed-events';
import {
  type EventLedger,
  type RoutedEvent,
  type WebhookHandler,
  WebhookHandlerRegistry,
} from '../../webhooks/webhook-handler.registry';
import { statusOf } from './message-arrivals';
import { STOPPED_MARKETING } from '../sending/messaging.errors';

/** What became of messages: sent, delivered, read, played, failed, in whatever order and however often Meta tells it. */
@Injectable()
export class MessageStatusHandler implements WebhookHandler<'whatsapp.message.status'>, OnModuleInit {
  readonly kind = 'whatsapp.message.status';

  constructor(
    private readonly registry: WebhookHandlerRegistry,
    private readonly store: MessageStore,
    private readonly contacts: ContactsService,
  ) {}

  onModuleInit(): void {
    this.registry.register(this);
  }

  async handle(
    events: readonly RoutedEvent<'whatsapp.message.status'>[],
    tx: EntityManager,
    ledger: EventLedger,
  ): Promise<void> {
    const statuses = readEach(events, ledger, NOTHING_IN_IT, (home, { payload }) => statusOf(home, payload));
    await this.store.applyStatuses(tx, statuses);
    const refused = statuses.filter(({ error }) => error?.code === STOPPED_MARKETING);
    await this.contacts.recordMarketingChoices(
      tx,
      refused.map(({ accountId, identities, at }) => ({
        accountId,
        person: { identities, name: null, profile: {} },
        optedOut: true,
        at,
      })),
    );
  }
}
