import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DirectEvents } from '../../conversations/direct/direct-events.service';
import { WebhookHandlerRegistry } from '../../webhooks/webhook-handler.registry';

/** Instagram's direct messages, which are Messenger's in all but name. */
@Injectable()
export class DirectMessageHandlers implements OnModuleInit {
  constructor(
    private readonly registry: WebhookHandlerRegistry,
    private readonly direct: DirectEvents,
  ) {}

  onModuleInit(): void {
    const { registry, direct } = this;
    registry.register({
      kind: 'instagram.message.received',
      handle: (events, tx, ledger) => direct.received(events, tx, ledger),
    });
    registry.register({
      kind: 'instagram.message.echoed',
      handle: (events, tx, ledger) => direct.echoed(events, tx, ledger),
    });
    registry.register({
      kind: 'instagram.message.edited',
      handle: (events, tx, ledger) => direct.edited(events, tx, ledger),
    });
    registry.register({
      kind: 'instagram.message.revoked',
      handle: (events, tx, ledger) => direct.revoked(events, tx, ledger),
    });
    registry.register({
      kind: 'instagram.message.reaction',
      handle: (events, tx, ledger) => direct.reacted(events, tx, ledger),
    });
    registry.register({
      kind: 'instagram.message.read',
      handle: (events, tx, ledger) => direct.read(events, tx, ledger),
    });
    registry.register({
      kind: 'instagram.postback',
      handle: (events, tx, ledger) => direct.postback(events, tx, ledger),
    });
    registry.register({
      kind: 'instagram.referral',
      handle: (events, tx, ledger) => direct.referred(events, tx, ledger),
    });
    registry.register({
      kind: 'instagram.handover',
      handle: (events, tx, ledger) => direct.handedOver(events, tx, ledger),
    });
    registry.register({
      kind: 'instagram.other',
      handle: (events, tx, ledger) => direct.other(events, tx, ledger),
    });
    registry.register({
      kind: 'instagram.optin',
      handle: (events, tx, ledger) => direct.optedIn(events, tx, ledger),
    });
  }
}
