import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { DomainEvent } from '../../domain-events/domain-events';
import { Outbox } from '../../domain-events/outbox';
import type { WhatsAppAccountUpdated } from '../../webhooks/whatsapp-account-events';
import { fingerprintOf } from '../../webhooks/event-fingerprint';
import type { WebhookEventKind } from '../../webhooks/webhook-events';
import {
  type RoutedEvent,
  type WebhookHandler,
  WebhookHandlerRegistry,
} from '../../webhooks/webhook-handler.registry';
import { AccountEventsRepository } from './account-events.repository';
import { type OwnedEvent, newestByKey, ownedEvents } from '../newest-events';

/** Events after which the account stands otherwise. All others are passed on without changing it. */
const STATUS_AFTER: ReadonlyMap<string, string> = new Map([
  ['ACCOUNT_DELETED', 'DELETED'],
  ['ACCOUNT_OFFBOARDED', 'OFFBOARDED'],
  ['ACCOUNT_RECONNECTED', 'APPROVED'],
  ['ACCOUNT_RESTRICTION', 'RESTRICTED'],
]);

const STATUS_AFTER_BAN: ReadonlyMap<string, string> = new Map([
  ['DISABLE', 'DISABLED'],
  ['SCHEDULE_FOR_DISABLE', 'SCHEDULED_FOR_DISABLE'],
  ['REINSTATE', 'APPROVED'],
]);

const ENDS_SUBSCRIPTION: readonly string[] = [
  'PARTNER_REMOVED',
  'PARTNER_APP_UNINSTALLED',
  'ACCOUNT_DELETED',
  'ACCOUNT_OFFBOARDED',
];

/** Meta restricts, bans, deletes or moves a WABA. Whatever it is, the product is told. */
@Injectable()
export class AccountUpdatedHandler implements WebhookHandler<'whatsapp.account.updated'>, OnModuleInit {
  readonly kind = 'whatsapp.account.updated';

  constructor(
    private readonly registry: WebhookHandlerRegistry,
    private readonly events: AccountEventsRepository,
    private readonly outbox: Outbox,
  ) {}

  onModuleInit(): void {
    this.registry.register(this);
  }

  async handle(events: readonly RoutedEvent<'whatsapp.account.updated'>[], tx: EntityManager): Promise<void> {
    const owned = ownedEvents(events);
    const telling = owned.filter(({ payload }) => statusAfter(payload) !== null || endsSubscription(payload));
    const newest = newestByKey(telling, wabaKey);
    await this.events.applyStatuses(
      tx,
      newest.map(({ owner, occurredAt, payload }) => ({
        accountId: owner.accountId,
        waba: owner.assetId,
        occurredAt,
        status: statusAfter(payload),
        endsSubscription: endsSubscription(payload),
      })),
    );
    await this.outbox.record(
      tx,
      owned.map((event) => told(event, 'account_update', event.payload.event)),
    );
  }
}

/** Meta's review of the account came to an end. */
@Injectable()
export class AccountReviewedHandler implements WebhookHandler<'whatsapp.account.reviewed'>, OnModuleInit {
  readonly kind = 'whatsapp.account.reviewed';

  constructor(
    private readonly registry: WebhookHandlerRegistry,
    private readonly events: AccountEventsRepository,
    private readonly outbox: Outbox,
  ) {}

  onModuleInit(): void {
    this.registry.register(this);
  }

  async handle(
    events: readonly RoutedEvent<'whatsapp.account.reviewed'>[],
    tx: EntityManager,
  ): Promise<void> {
    const owned = ownedEvents(events);
    await this.events.applyStatuses(
      tx,
      newestByKey(owned, wabaKey).map(({ owner, occurredAt, payload }) => ({
        accountId: owner.accountId,
        waba: owner.assetId,
        occurredAt,
        status: payload.decision,
        endsSubscription: false,
      })),
    );
    await this.outbox.record(
      tx,
      owned.map((event) => told(event, 'account_review_update', event.payload.decision)),
    );
  }
}

/** A warning of Meta's about the business, a WABA or a number. */
@Injectable()
export class AccountAlertHandler implements WebhookHandler<'whatsapp.account.alert'>, OnModuleInit {
  readonly kind = 'whatsapp.account.alert';

  constructor(
    private readonly registry: WebhookHandlerRegistry,
    private readonly outbox: Outbox,
  ) {}

  onModuleInit(): void {
    this.registry.register(this);
  }

  async handle(events: readonly RoutedEvent<'whatsapp.account.alert'>[], tx: EntityManager): Promise<void> {
    await this.outbox.record(
      tx,
      ownedEvents(events).map((event) => told(event, 'account_alerts', event.payload.alertType)),
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
    private readonly outbox: Outbox,
  ) {}

  onModuleInit(): void {
    this.registry.register(this);
  }

  async handle(
    events: readonly RoutedEvent<'whatsapp.business.capability'>[],
    tx: EntityManager,
  ): Promise<void> {
    const owned = ownedEvents(events);
    await this.events.applyCapabilities(
      tx,
      newestByKey(owned, wabaKey).flatMap(({ owner, payload }) => {
        const limit = payload.maxDailyConversationsPerBusiness;
        return limit === undefined
          ? []
          : [{ accountId: owner.accountId, waba: owner.assetId, messagingLimit: tierOf(limit) }];
      }),
    );
    await this.outbox.record(
      tx,
      owned.map((event) =>
        told(event, 'business_capability_update', event.payload.maxDailyConversationsPerBusiness ?? null),
      ),
    );
  }
}

type AccountEventKind = Extract<WebhookEventKind, `whatsapp.${'account' | 'business'}.${string}`>;

function told<K extends AccountEventKind>(
  occurrence: OwnedEvent<K>,
  field: string,
  event: string | null,
): DomainEvent<'whatsapp.account.updated'> {
  return {
    kind: 'whatsapp.account.updated',
    accountId: occurrence.owner.accountId,
    payload: { wabaId: occurrence.asset?.metaId ?? '', field, event },
    fingerprint: fingerprintOf(occurrence),
  };
}

function wabaKey<K extends AccountEventKind>({ owner }: OwnedEvent<K>): string {
  return `${owner.accountId}:${owner.assetId}`;
}

function statusAfter({ event, ban }: WhatsAppAccountUpdated): string | null {
  return (
    (ban?.state === undefined ? undefined : STATUS_AFTER_BAN.get(ban.state)) ??
    STATUS_AFTER.get(event) ??
    null
  );
}

function endsSubscription({ event }: WhatsAppAccountUpdated): boolean {
  return ENDS_SUBSCRIPTION.includes(event);
}

/** Meta's sample has a number where its text promises a tier; everywhere else it is a tier. */
export function tierOf(limit: string): string {
  if (limit === '-1') return 'TIER_UNLIMITED';
  if (!/^\d+$/.test(limit)) return limit;
  const count = Number(limit);
  return count >= 1000 && count % 1000 === 0 ? `TIER_${count / 1000}K` : `TIER_${count}`;
}
