import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AppConfig } from '../../config/app-config';
import {
  type RoutedEvent,
  type WebhookHandler,
  WebhookHandlerRegistry,
} from '../../webhooks/webhook-handler.registry';
import type { WhatsAppAccountUpdated } from '../../webhooks/whatsapp-account-events';
import type { AccountRestriction } from '../entities/whatsapp-business-account.entity';
import { isRecord } from '../meta-values';
import { type OwnedEvent, newestByKey, ownedEvents } from '../newest-events';
import { meaningOf, reviewSeverity } from './account-event-meaning';
import { AccountEventsRepository } from './account-events.repository';
import { AccountHistory } from './account-history';
import { type AccountTelling, occurrenceOf, toldOf, touchedByWaba, wabaKey } from './account-telling';

/** Meta restricts, bans, deletes or moves a WABA. Whatever it is, the product is told. */
@Injectable()
export class AccountUpdatedHandler implements WebhookHandler<'whatsapp.account.updated'>, OnModuleInit {
  readonly kind = 'whatsapp.account.updated';

  constructor(
    private readonly registry: WebhookHandlerRegistry,
    private readonly events: AccountEventsRepository,
    private readonly history: AccountHistory,
    private readonly config: AppConfig,
  ) {}

  onModuleInit(): void {
    this.registry.register(this);
  }

  async handle(events: readonly RoutedEvent<'whatsapp.account.updated'>[], tx: EntityManager): Promise<void> {
    const owned = ownedEvents(events).map((event) => ({
      ...event,
      meaning: meaningOf(event.payload, this.config.env.META_APP_ID),
    }));
    const telling = owned.filter(({ meaning }) => meaning.status !== null || meaning.endsSubscription);
    const newest = newestByKey(telling, wabaKey);
    const touched = touchedByWaba(
      await this.events.applyStatuses(
        tx,
        newest.map(({ owner, occurredAt, payload, meaning }) => ({
          accountId: owner.accountId,
          waba: owner.assetId,
          occurredAt,
          status: meaning.status,
          details: { event: payload.event, ...asRecord(payload.details) },
          endsSubscription: meaning.endsSubscription,
        })),
      ),
    );
    await this.events.applyRestrictions(
      tx,
      newestByKey(owned.filter(speaksOfRestrictions), wabaKey).map(({ owner, occurredAt, payload }) => ({
        accountId: owner.accountId,
        waba: owner.assetId,
        occurredAt,
        restrictions: restrictionsOf(payload),
      })),
    );
    const tellings = owned.map((event): AccountTelling => {
      const change = newest.includes(event) ? touched.get(wabaKey(event)) : undefined;
      return {
        field: 'account_update',
        event: event.payload.event,
        phoneNumberId: null,
        what: change === undefined || event.meaning.status === null ? 'event' : 'status',
        previous: change?.previous ?? null,
        current: event.meaning.status,
        restrictions: restrictionsOf(event.payload),
        severity: event.meaning.severity,
        summary: event.meaning.summary,
        details: event.payload.details,
      };
    });
    await record(this.history, tx, owned, tellings);
  }
}

/** Meta's review of the account came to an end. */
@Injectable()
export class AccountReviewedHandler implements WebhookHandler<'whatsapp.account.reviewed'>, OnModuleInit {
  readonly kind = 'whatsapp.account.reviewed';

  constructor(
    private readonly registry: WebhookHandlerRegistry,
    private readonly events: AccountEventsRepository,
    private readonly history: AccountHistory,
  ) {}

  onModuleInit(): void {
    this.registry.register(this);
  }

  async handle(
    events: readonly RoutedEvent<'whatsapp.account.reviewed'>[],
    tx: EntityManager,
  ): Promise<void> {
    const owned = ownedEvents(events);
    const newest = newestByKey(owned, wabaKey);
    const touched = touchedByWaba(
      await this.events.applyStatuses(
        tx,
        newest.map(({ owner, occurredAt, payload }) => ({
          accountId: owner.accountId,
          waba: owner.assetId,
          occurredAt,
          status: payload.decision,
          details: { event: 'account_review_update', decision: payload.decision },
          endsSubscription: false,
        })),
      ),
    );
    const tellings = owned.map((event): AccountTelling => ({
      field: 'account_review_update',
      event: event.payload.decision,
      phoneNumberId: null,
      what: 'status',
      previous: newest.includes(event) ? (touched.get(wabaKey(event))?.previous ?? null) : null,
      current: event.payload.decision,
      restrictions: [],
      severity: reviewSeverity(event.payload.decision),
      summary: `Meta’s review of the WhatsApp Business Account ended: ${event.payload.decision}.`,
      details: event.payload,
    }));
    await record(this.history, tx, owned, tellings);
  }
}

async function record<K extends 'whatsapp.account.updated' | 'whatsapp.account.reviewed'>(
  history: AccountHistory,
  tx: EntityManager,
  events: readonly OwnedEvent<K>[],
  tellings: readonly AccountTelling[],
): Promise<void> {
  const pairs = events.flatMap((event, index) => {
    const telling = tellings[index];
    return telling === undefined ? [] : [{ event, telling }];
  });
  await history.record(
    tx,
    pairs.map(({ event, telling }) => occurrenceOf(event, telling)),
    pairs.map(({ event, telling }) => toldOf(event, telling)),
  );
}

/** A reinstated account is free of what was forbidden before. */
function speaksOfRestrictions({ payload }: { payload: WhatsAppAccountUpdated }): boolean {
  return payload.event === 'ACCOUNT_RESTRICTION' || payload.ban?.state === 'REINSTATE';
}

/** The longest first; one without an end is the longest. */
function restrictionsOf({ restrictions = [] }: WhatsAppAccountUpdated): AccountRestriction[] {
  const forever = '9999';
  return restrictions
    .map(({ type, expiresAt }) => ({
      type: type ?? 'UNKNOWN',
      expiresAt: expiresAt === undefined ? null : expiresAt.toISOString(),
    }))
    .sort((a, b) => (b.expiresAt ?? forever).localeCompare(a.expiresAt ?? forever));
}

function asRecord(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {};
}
