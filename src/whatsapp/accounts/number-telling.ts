import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { EventSeverity } from '../../domain-events/domain-events';
import { fingerprintOf } from '../../webhooks/event-fingerprint';
import type { WebhookEventKind, WebhookEventMap } from '../../webhooks/webhook-events';
import type { RoutedEvent } from '../../webhooks/webhook-handler.registry';
import { type OwnedEvent, newestByKey, ownedEvents } from '../newest-events';
import { AccountHistory, numberUpdated } from './account-history';
import {
  type KnownNumber,
  NumberEventsRepository,
  type TouchedNumber,
  keyOf,
} from './number-events.repository';
import { type StateChange, numberChanges } from './number-state';

/** An event with the number that it names; null: one that we do not have, or none. */
export interface NamedEvent<K extends WebhookEventKind> {
  event: OwnedEvent<K>;
  number: KnownNumber | null;
}

/** How the events of one webhook field are told. */
export interface NumberWording<K extends WebhookEventKind> {
  /** As subscribers of the outbox know it. */
  field: string;
  /** As Meta calls it. */
  metaField: string;
  eventOf: (payload: WebhookEventMap[K]) => string;
  severityOf: (payload: WebhookEventMap[K]) => EventSeverity;
  summaryOf: (payload: WebhookEventMap[K]) => string;
  /** Tell subscribers also of what changes nothing that is stored. */
  isAlwaysTold?: boolean;
}

/** What webhooks about numbers have in common: whom they name, and who is told. */
@Injectable()
export class NumberTelling {
  constructor(
    private readonly numbers: NumberEventsRepository,
    private readonly history: AccountHistory,
  ) {}

  /** @param displayOf the number as the webhook writes it */
  async named<K extends WebhookEventKind>(
    tx: EntityManager,
    events: readonly RoutedEvent<K>[],
    displayOf: (payload: WebhookEventMap[K]) => string | undefined,
  ): Promise<NamedEvent<K>[]> {
    const owned = ownedEvents(events).map((event) => {
      const display = displayOf(event.payload);
      const { accountId, assetId } = event.owner;
      const digits = display === undefined ? '' : digitsOf(display);
      return { event, key: { accountId, waba: assetId, digits } };
    });
    const known = await this.numbers.find(tx, [
      ...new Map(owned.map(({ key }) => [keyOf(key), key])).values(),
    ]);
    return owned.map(({ event, key }) => ({ event, number: known.get(keyOf(key)) ?? null }));
  }

  /** Every event goes into the history; subscribers are told of what made a difference. */
  async record<K extends WebhookEventKind>(
    tx: EntityManager,
    named: readonly NamedEvent<K>[],
    touched: readonly TouchedNumber[],
    wording: NumberWording<K>,
  ): Promise<void> {
    const changesOf = new Map(
      touched.map((number) => [number.id as string, numberChanges(number.before, number.after)]),
    );
    const newest = new Set(newestPerNumber(named).map(({ event }) => event));
    const told = named.map(({ event, number }) => {
      const payload: WebhookEventMap[K] = event.payload;
      const changes = number !== null && newest.has(event) ? (changesOf.get(number.id) ?? []) : [];
      return { event, number, payload, changes, fingerprint: fingerprintOf(event) };
    });
    await this.history.record(
      tx,
      told.map(({ event, number, payload, changes, fingerprint }) => ({
        accountId: event.owner.accountId,
        wabaId: event.asset?.metaId ?? null,
        phoneNumberId: number?.phoneNumberId ?? null,
        field: wording.metaField,
        event: wording.eventOf(payload),
        severity: wording.severityOf(payload),
        summary: wording.summaryOf(payload),
        changes,
        details: payload,
        occurredAt: event.occurredAt,
        fingerprint,
      })),
      told.flatMap(({ event, number, payload, changes, fingerprint }) => {
        if (number === null) return [];
        const asEvent: StateChange | undefined =
          wording.isAlwaysTold === true
            ? {
                what: wording.field,
                previous: null,
                current: wording.eventOf(payload),
                severity: wording.severityOf(payload),
              }
            : undefined;
        const change = changes[0] ?? asEvent;
        if (change === undefined) return [];
        const { wabaId, phoneNumberId } = number;
        return [
          numberUpdated(event.owner.accountId, { wabaId, phoneNumberId }, wording.field, change, {
            fingerprint: changes.length === 0 ? fingerprint : null,
            others: changes.slice(1),
          }),
        ];
      }),
    );
  }
}

/** Of the events about numbers that we have, each number's newest. */
export function newestPerNumber<K extends WebhookEventKind>(
  named: readonly NamedEvent<K>[],
): { event: OwnedEvent<K>; number: KnownNumber; occurredAt: Date }[] {
  const known = named.flatMap(({ event, number }) =>
    number === null ? [] : [{ event, number, occurredAt: event.occurredAt }],
  );
  return newestByKey(known, ({ number }) => `${number.accountId}:${number.id}`);
}

export function digitsOf(displayPhoneNumber: string): string {
  return displayPhoneNumber.replace(/\D/g, '');
}
