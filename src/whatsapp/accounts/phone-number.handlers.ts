import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { EventSeverity } from '../../domain-events/domain-events';
import {
  type RoutedEvent,
  type WebhookHandler,
  WebhookHandlerRegistry,
} from '../../webhooks/webhook-handler.registry';
import { NumberEventsRepository } from './number-events.repository';
import { NumberTelling, digitsOf, newestPerNumber } from './number-telling';
import { tierOf } from './number-state';

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

const QUALITY_SEVERITY: ReadonlyMap<string, EventSeverity> = new Map([
  ['FLAGGED', 'warning'],
  ['DOWNGRADE', 'warning'],
]);

/** A number's limit or throughput changed, or it was flagged. */
@Injectable()
export class PhoneNumberQualityHandler
  implements WebhookHandler<'whatsapp.phone_number.quality'>, OnModuleInit
{
  readonly kind = 'whatsapp.phone_number.quality';

  constructor(
    private readonly registry: WebhookHandlerRegistry,
    private readonly numbers: NumberEventsRepository,
    private readonly telling: NumberTelling,
  ) {}

  onModuleInit(): void {
    this.registry.register(this);
  }

  async handle(
    events: readonly RoutedEvent<'whatsapp.phone_number.quality'>[],
    tx: EntityManager,
  ): Promise<void> {
    const named = await this.telling.named(tx, events, ({ displayPhoneNumber }) => displayPhoneNumber);
    const touched = await this.numbers.applyLimits(
      tx,
      newestPerNumber(named).map(({ number, event: { occurredAt, payload } }) => {
        const limit = payload.maxDailyConversationsPerBusiness ?? payload.currentLimit;
        return {
          number,
          occurredAt,
          messagingLimit: limit === undefined ? null : tierOf(limit),
          throughputLevel: payload.event === 'THROUGHPUT_UPGRADE' ? 'HIGH' : null,
          status: STATUS_AFTER.get(payload.event) ?? null,
        };
      }),
    );
    await this.telling.record(tx, named, touched, {
      field: 'quality',
      metaField: 'phone_number_quality_update',
      eventOf: ({ event }) => event,
      severityOf: ({ event }) => QUALITY_SEVERITY.get(event) ?? 'info',
      summaryOf: ({ event, displayPhoneNumber }) => `Meta told ${event} of +${digitsOf(displayPhoneNumber)}.`,
    });
  }
}

/** Meta decided on a number's display name. */
@Injectable()
export class PhoneNumberNameHandler implements WebhookHandler<'whatsapp.phone_number.name'>, OnModuleInit {
  readonly kind = 'whatsapp.phone_number.name';

  constructor(
    private readonly registry: WebhookHandlerRegistry,
    private readonly numbers: NumberEventsRepository,
    private readonly telling: NumberTelling,
  ) {}

  onModuleInit(): void {
    this.registry.register(this);
  }

  async handle(
    events: readonly RoutedEvent<'whatsapp.phone_number.name'>[],
    tx: EntityManager,
  ): Promise<void> {
    const named = await this.telling.named(tx, events, ({ displayPhoneNumber }) => displayPhoneNumber);
    const touched = await this.numbers.applyNames(
      tx,
      newestPerNumber(named).map(({ number, event: { occurredAt, payload } }) => ({
        number,
        occurredAt,
        nameStatus: NAME_STATUS_AFTER.get(payload.decision) ?? payload.decision,
        displayName: payload.decision === 'APPROVED' ? (payload.requestedName ?? null) : null,
      })),
    );
    await this.telling.record(tx, named, touched, {
      field: 'name',
      metaField: 'phone_number_name_update',
      eventOf: ({ decision }) => decision,
      severityOf: ({ decision }) => (decision === 'REJECTED' ? 'warning' : 'info'),
      summaryOf: ({ decision, requestedName, rejectionReason }) =>
        `Meta’s decision on the display name${requestedName === undefined ? '' : ` “${requestedName}”`}: ${decision}${rejectionReason === null ? '' : ` (${rejectionReason})`}.`,
    });
  }
}
