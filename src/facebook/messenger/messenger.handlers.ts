import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DirectEvents } from '../../conversations/direct/direct-events.service';
import { WebhookHandlerRegistry } from '../../webhooks/webhook-handler.registry';

/** What Messenger tells of a Page's conversations. Written as it comes; nothing is ever answered from here. */
@Injectable()
export class MessengerHandlers implements OnModuleInit {
  constructor(
    private readonly registry: WebhookHandlerRegistry,
    private readonly events: DirectEvents,
  ) {}

  /** Batches follow this order: messages before what is about messages. */
  onModuleInit(): void {
    const { registry, events } = this;
    registry.register({
      kind: 'messenger.message.received',
      handle: (batch, tx, ledger) => events.received(batch, tx, ledger),
    });
    registry.register({
      kind: 'messenger.message.echoed',
      handle: (batch, tx, ledger) => events.echoed(batch, tx, ledger),
    });
    registry.register({
      kind: 'messenger.postback',
      handle: (batch, tx, ledger) => events.postback(batch, tx, ledger),
    });
    registry.register({
      kind: 'messenger.referral',
      handle: (batch, tx, ledger) => events.referred(batch, tx, ledger),
    });
    registry.register({
      kind: 'messenger.optin',
      handle: (batch, tx, ledger) => events.optedIn(batch, tx, ledger),
    });
    registry.register({
      kind: 'messenger.handover',
      handle: (batch, tx, ledger) => events.handedOver(batch, tx, ledger),
    });
    registry.register({
      kind: 'messenger.account_linking',
      handle: (batch, tx, ledger) => events.accountLinked(batch, tx, ledger),
    });
    registry.register({
      kind: 'messenger.other',
      handle: (batch, tx, ledger) => events.other(batch, tx, ledger),
    });
    registry.register({
      kind: 'messenger.message.reaction',
      handle: (batch, tx, ledger) => events.reacted(batch, tx, ledger),
    });
    registry.register({
      kind: 'messenger.message.edited',
      handle: (batch, tx, ledger) => events.edited(batch, tx, ledger),
    });
    registry.register({
      kind: 'messenger.message.revoked',
      handle: (batch, tx, ledger) => events.revoked(batch, tx, ledger),
    });
    registry.register({
      kind: 'messenger.message.delivered',
      handle: (batch, tx, ledger) => events.delivered(batch, tx, ledger),
    });
    registry.register({
      kind: 'messenger.message.read',
      handle: (batch, tx, ledger) => events.read(batch, tx, ledger),
    });
  }
}
