import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { ContactsService, type MarketingOptOut } from '../conversations/contacts.service';
import {
  type RoutedEvent,
  type WebhookHandler,
  WebhookHandlerRegistry,
} from '../webhooks/webhook-handler.registry';
import type { Home } from './message-arrivals';
import { identitiesOf } from './message-content';
import { readEach } from './message-handler';

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

  async handle(events: readonly PreferenceEvent[], tx: EntityManager): Promise<void> {
    // By the time of the wish: who stopped and resumed within one batch has resumed.
    const inOrder = [...events].sort((a, b) => a.payload.at.getTime() - b.payload.at.getTime());
    await this.contacts.setMarketingOptOut(tx, readEach(inOrder, optOutsOf).flat());
  }
}

/** null for a category or wish that is new. */
function optOutsOf({ accountId }: Home, { payload }: PreferenceEvent): MarketingOptOut[] | null {
  const { category, value, at, person } = payload;
  if (category !== 'marketing_messages' || !['stop', 'resume', 'signup'].includes(value)) return null;
  const optedOutAt = value === 'stop' ? at : null;
  // Under every id: the contact may be known by one of them only.
  return identitiesOf(person).map((identity) => ({ accountId, identity, optedOutAt }));
}
