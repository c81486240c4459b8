import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { ContactsService } from '../conversations/contacts.service';
import { MessageStore } from '../conversations/message-store.service';
import {
  type EventLedger,
  type RoutedEvent,
  type WebhookHandler,
  WebhookHandlerRegistry,
} from '../webhooks/webhook-handler.registry';
import { changedPerson, systemMessage } from './message-arrivals';
import { identitiesOf } from './message-content';
import { readEach } from './message-handler';

/** Somebody's number, user id or phone changed: the contact goes on under the new one. */
@Injectable()
export class MessageSystemHandler implements WebhookHandler<'whatsapp.message.system'>, OnModuleInit {
  readonly kind = 'whatsapp.message.system';

  constructor(
    private readonly registry: WebhookHandlerRegistry,
    private readonly contacts: ContactsService,
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
    // First, so that there is a contact to link to even when the person never wrote before.
    await this.store.storeArrived(tx, readEach(events, ledger, systemMessage));
    for (const { owner, payload } of events) {
      const { before, after } = changedPerson(payload);
      const [known] = identitiesOf(before);
      if (owner === null || known === undefined) continue;
      await this.contacts.linkIdentities(tx, owner.accountId, known, identitiesOf(after));
    }
  }
}
