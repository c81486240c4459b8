import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { DomainEvent } from '../../domain-events/domain-events';
import { Outbox } from '../../domain-events/outbox';
import {
  type RoutedEvent,
  type WebhookHandler,
  WebhookHandlerRegistry,
} from '../../webhooks/webhook-handler.registry';
import { AccountEventsRepository, type TouchedNumber } from './account-events.repository';
import { newestByKey, ownedEvents } from '../newest-events';

/** Legacy events that say how the number stands instead of what its limit is. */
const STATUS_AFTER: ReadonlyMap<string, string> = new Map([
  ['FLAGGED', 'FLAGGED'],
  ['UNFLAGGED', 'CONNECTED'],
]);

/** Meta's decisions on a display name, in the words of the number's own `name_status`. */
const NAME_STATUS_AFTER: ReadonlyMap<string, string> = new Map([
  ['APPROVED', 'APPROVED'],
  ['REJECTED', 'DECLINED'],
  ['PENDING', 'PENDING_REVIEW'],
  ['DEFERRED', 'PENDING_REVIEW'],
]);

/** A number's limit or throughput changed, or it was flagged. */
@Injectable()
export class PhoneNumberQualityHandler
  implements WebhookHandler<'whatsapp.phone_number.quality'>, OnModuleInit
{
  readonly kind = 'whatsapp.phone_number.quality';

  constructor(
    private readonly registry: WebhookHandlerRegistry,
    private readonly events: AccountEventsRepository,
    private readonly outbox: Outbox,
  ) {}

  onModuleInit(): void {
    this.registry.register(this);
  }

  async handle(
    events: readonly RoutedEvent<'whatsapp.phone_number.quality'>[],
    tx: EntityManager,
  ): Promise<void> {
    const changes = ownedEvents(events).map(({ payload, owner, occurredAt }) => ({
      accountId: owner.accountId,
      waba: owner.assetId,
      digits: digitsOf(payload.displayPhoneNumber),
      occurredAt,
      messagingLimit: payload.maxDailyConversationsPerBusiness ?? payload.currentLimit ?? null,
      throughputLevel: payload.event === 'THROUGHPUT_UPGRADE' ? 'HIGH' : null,
      status: STATUS_AFTER.get(payload.event) ?? null,
    }));
    const newest = newestByKey(changes, ({ accountId, digits }) => `${accountId}:${digits}`);
    await this.outbox.record(tx, numberUpdates(await this.events.applyLimits(tx, newest), 'quality'));
  }
}

/** Meta decided on a number's display name. */
@Injectable()
export class PhoneNumberNameHandler implements WebhookHandler<'whatsapp.phone_number.name'>, OnModuleInit {
  readonly kind = 'whatsapp.phone_number.name';

  constructor(
    private readonly registry: WebhookHandlerRegistry,
    private readonly events: AccountEventsRepository,
    private readonly outbox: Outbox,
  ) {}

  onModuleInit(): void {
    this.registry.register(this);
  }

  async handle(
    events: readonly RoutedEvent<'whatsapp.phone_number.name'>[],
    tx: EntityManager,
  ): Promise<void> {
    const changes = ownedEvents(events).map(({ payload, owner, occurredAt }) => ({
      accountId: owner.accountId,
      waba: owner.assetId,
      digits: digitsOf(payload.displayPhoneNumber),
      occurredAt,
      nameStatus: NAME_STATUS_AFTER.get(payload.decision) ?? payload.decision,
      displayName: payload.decision === 'APPROVED' ? (payload.requestedName ?? null) : null,
    }));
    const newest = newestByKey(changes, ({ accountId, digits }) => `${accountId}:${digits}`);
    await this.outbox.record(tx, numberUpdates(await this.events.applyNames(tx, newest), 'name'));
  }
}

function numberUpdates(
  touched: readonly TouchedNumber[],
  field: string,
): DomainEvent<'whatsapp.phone_number.updated'>[] {
  return touched.map(({ accountId, phoneNumberId }) => ({
    kind: 'whatsapp.phone_number.updated',
    accountId,
    payload: { phoneNumberId, field },
  }));
}

function digitsOf(displayPhoneNumber: string): string {
  return displayPhoneNumber.replace(/\D/g, '');
}
