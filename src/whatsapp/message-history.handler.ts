import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { ArrivedEdit, ArrivedMessage } from '../conversations/conversation-types';
import { MessageStore } from '../conversations/message-store.service';
import {
  type EventLedger,
  type RoutedEvent,
  type WebhookHandler,
  WebhookHandlerRegistry,
} from '../webhooks/webhook-handler.registry';
import { type Home, historyMessage } from './message-arrivals';
import { readEach } from './message-handler';

type HistoryEvent = RoutedEvent<'whatsapp.history'>;

/** A number's past chats. They fill conversations, but open no window, count as unread nowhere and tell nobody. */
@Injectable()
export class MessageHistoryHandler implements WebhookHandler<'whatsapp.history'>, OnModuleInit {
  readonly kind = 'whatsapp.history';

  constructor(
    private readonly registry: WebhookHandlerRegistry,
    private readonly store: MessageStore,
  ) {}

  onModuleInit(): void {
    this.registry.register(this);
  }

  async handle(events: readonly HistoryEvent[], tx: EntityManager, ledger: EventLedger): Promise<void> {
    for (const event of events)
      if (event.payload.type === 'declined')
        ledger.ignore(
          event,
          `the history is not shared: ${event.payload.errors[0]?.code ?? 'no reason given'}`,
        );
    await this.store.storeArrived(tx, readEach(events, ledger, pastMessages).flat());

    // The file of a message that the history showed a placeholder for; or that comes before its placeholder.
    const media = readEach(events, ledger, mediaMessages).flat();
    await this.store.applyEdits(tx, media.map(asEdit));
    await this.store.storeArrived(tx, media);
  }
}

function pastMessages(home: Home, { payload }: HistoryEvent): ArrivedMessage[] {
  if (payload.type !== 'chunk') return [];
  return payload.threads.flatMap(({ person, messages }) =>
    messages.flatMap((message) => historyMessage(home, person, message) ?? []),
  );
}

function mediaMessages(home: Home, { payload }: HistoryEvent): ArrivedMessage[] {
  if (payload.type !== 'media') return [];
  const message = historyMessage(home, payload.message.from, payload.message);
  return message === null ? [] : [message];
}

function asEdit({ accountId, assetId, externalId, text, type, content, at }: ArrivedMessage): ArrivedEdit {
  return { accountId, assetId, externalId, text, content: { type, ...content }, at };
}
