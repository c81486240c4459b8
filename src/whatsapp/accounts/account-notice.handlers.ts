import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import {
  type RoutedEvent,
  type WebhookHandler,
  WebhookHandlerRegistry,
} from '../../webhooks/webhook-handler.registry';
import { newestByKey, ownedEvents } from '../newest-events';
import { alertSeverity } from './account-event-meaning';
import { AccountEventsRepository } from './account-events.repository';
import { AccountHistory } from './account-history';
import { type AccountTelling, occurrenceOf, toldOf, touchedByWaba, wabaKey } from './account-telling';
import { isLower, limitOf, tierOf } from './number-state';

/** A warning of Meta's about the business, a WABA or a number. */
@Injectable()
export class AccountAlertHandler implements WebhookHandler<'whatsapp.account.alert'>, OnModuleInit {
  readonly kind = 'whatsapp.account.alert';

  constructor(
    private readonly registry: WebhookHandlerRegistry,
    private readonly history: AccountHistory,
  ) {}

  onModuleInit(): void {
    this.registry.register(this);
  }

  async handle(events: readonly RoutedEvent<'whatsapp.account.alert'>[], tx: EntityManager): Promise<void> {
    const told = ownedEvents(events).map((event) => {
      const { alertType, description, entityType, entityId, status } = event.payload;
      const telling: AccountTelling = {
        field: 'account_alerts',
        event: alertType,
        phoneNumberId: entityType === 'PHONE_NUMBER' ? (entityId ?? null) : null,
        what: 'alert',
        previous: null,
        current: status ?? null,
        restrictions: [],
        severity: alertSeverity(event.payload),
        summary: description ?? `Meta warns: ${alertType}.`,
        details: event.payload,
      };
      return { event, telling };
    });
    await this.history.record(
      tx,
      told.map(({ event, telling }) => occurrenceOf(event, telling)),
      told.map(({ event, telling }) => toldOf(event, telling)),
    );
  }
}

/** The limits of the business changed. */
@Injectable()
export class BusinessCapabilityHandler
  implements WebhookHandler<'whatsapp.business.capability'>, OnModuleInit
{
  readonly kind = 'whatsapp.business.capability';

  constructor(
    private readonly registry: WebhookHandlerRegistry,
    private readonly events: AccountEventsRepository,
    private readonly history: AccountHistory,
  ) {}

  onModuleInit(): void {
    this.registry.register(this);
  }

  async handle(
    events: readonly RoutedEvent<'whatsapp.business.capability'>[],
    tx: EntityManager,
  ): Promise<void> {
    const owned = ownedEvents(events);
    const newest = newestByKey(owned, wabaKey);
    const touched = touchedByWaba(
      await this.events.applyCapabilities(
        tx,
        newest.map(({ owner, occurredAt, payload }) => ({
          accountId: owner.accountId,
          waba: owner.assetId,
          occurredAt,
          messagingLimit: tierIn(payload.maxDailyConversationsPerBusiness),
          phoneNumberLimit: payload.maxPhoneNumbersPerWaba ?? payload.maxPhoneNumbersPerBusiness ?? null,
        })),
      ),
    );
    const told = owned.map((event) => {
      const current = tierIn(event.payload.maxDailyConversationsPerBusiness);
      const change = newest.includes(event) ? touched.get(wabaKey(event)) : undefined;
      const previous = change?.previous ?? null;
      const telling: AccountTelling = {
        field: 'business_capability_update',
        event: event.payload.maxDailyConversationsPerBusiness ?? null,
        phoneNumberId: null,
        what: 'messagingLimit',
        previous,
        current,
        restrictions: [],
        severity: isLower(limitOf(current), limitOf(previous)) ? 'warning' : 'info',
        summary: `The limits of the business changed: ${current ?? 'no messaging limit told'}.`,
        details: event.payload,
      };
      return { event, telling };
    });
    await this.history.record(
      tx,
      told.map(({ event, telling }) => occurrenceOf(event, telling)),
      told.map(({ event, telling }) => toldOf(event, telling)),
    );
  }
}

function tierIn(limit: string | undefined): string | null {
  return limit === undefined ? null : tierOf(limit);
}
