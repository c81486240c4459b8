import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { ArrivedEdit, ArrivedMessage } from '../../conversations/conversation-types';
import { MessageStore } from '../../conversations/messages/message-store.service';
import { NOTHING_IN_IT, readEach } from '../../conversations/routed-events';
import {
  type EventLedger,
  type RoutedEvent,
  type WebhookHandler,
  WebhookHandlerRegistry,
} from '../../webhooks/webhook-handler.registry';
import { type Home, historyMessage } from './message-arrivals';
import { metaContent, textOf, typeOf } from './message-content';

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
    await this.store.storeArrived(tx, readEach(events, ledger, NOTHING_IN_IT, pastMessages).flat());

    // The file of a message that the history shows a placeholder for. Before its placeholder it waits: whose chat it
    // belongs to and which way it went stands only there.
    await this.store.applyEdits(tx, readEach(events, ledger, NOTHING_IN_IT, mediaOf).flat());
  }
}

function pastMessages(home: Home, { payload }: HistoryEvent): ArrivedMessage[] {
  if (payload.type !== 'chunk') return [];
  return payload.threads.flatMap(({ person, messages }) =>
    messages.flatMap((message) => historyMessage(home, person, message) ?? []),
  );
}

function mediaOf(home: Home, { payload }: HistoryEvent): ArrivedEdit[] {
  if (payload.type !== 'media') return [];
  const { wamid, content, raw, at } = payload.message;
  const type = typeOf(content);
  return [
    { ...home, externalId: wamid, text: textOf(content), content: { type, ...metaContent(type, raw) }, at },
  ];
}
