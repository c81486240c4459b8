import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import {
  type RoutedEvent,
  type WebhookHandler,
  WebhookHandlerRegistry,
} from '../../webhooks/webhook-handler.registry';
import { newestByKey, ownedEvents } from '../newest-events';
import { SendingStanding } from './sending-standing.service';

/** Trouble that Meta reports for a number as a whole, beside messages: where it ends sending, that is known at once. */
@Injectable()
export class NumberTroubleHandler implements WebhookHandler<'whatsapp.account.error'>, OnModuleInit {
  readonly kind = 'whatsapp.account.error';

  constructor(
    private readonly registry: WebhookHandlerRegistry,
    private readonly standing: SendingStanding,
  ) {}

  onModuleInit(): void {
    this.registry.register(this);
  }

  async handle(events: readonly RoutedEvent<'whatsapp.account.error'>[], tx: EntityManager): Promise<void> {
    const newest = newestByKey(ownedEvents(events), ({ owner }) => `${owner.accountId}:${owner.assetId}`);
    // Always in one order, or two batches could wait for each other's numbers.
    newest.sort((a, b) => a.owner.assetId.localeCompare(b.owner.assetId));
    for (const { owner, payload, occurredAt } of newest) {
      const metaCode = payload.error.code;
      if (metaCode !== null) await this.standing.recordProblemIn(tx, { ...owner, metaCode, at: occurredAt });
    }
  }
}
