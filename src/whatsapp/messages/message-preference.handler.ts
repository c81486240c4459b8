import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { ContactsService, type MarketingChoice } from '../../conversations/contacts/contacts.service';
import { NOTHING_IN_IT, readEach } from '../../conversations/routed-events';
import {
  type EventLedger,
  type RoutedEvent,
  type WebhookHandler,
  WebhookHandlerRegistry,
} from '../../webhooks/webhook-handler.registry';
import type { Home } from './message-arrivals';
import { identitiesOf } from './message-content';

type PreferenceEvent = RoutedEvent<'whatsapp.user.preference'>;

/** People stop marketing messages, or allow them again, in WhatsApp itself. */
@Injectable()
export class MessagePreferenceHandler implements WebhookHandler<'whatsapp.user.preference'>, OnModuleInit {
  readonly kind = 'whatsapp.user.preference';

  constructor(
    private readonly registry: WebhookHandlerRegistry,
    private readonly contacts: ContactsService,
  ) {}

  onModuleInit(): void {
    this.registry.register(this);
  }

  async handle(events: readonly PreferenceEvent[], tx: EntityManager, ledger: EventLedger): Promise<void> {
    await this.contacts.recordMarketingChoices(tx, readEach(events, ledger, NOTHING_IN_IT, choiceOf));
  }
}

/** null for a category or wish that is new. */
function choiceOf({ accountId }: Home, { payload }: PreferenceEvent): MarketingChoice | null {
  const { category, value, at, person } = payload;
  if (category !== 'marketing_messages' || !['stop', 'resume', 'signup'].includes(value)) return null;
  return {
    accountId,
    person: { identities: identitiesOf(person), name: person.name ?? null, profile: {} },
    optedOut: value === 'stop',
    at,
  };
}
