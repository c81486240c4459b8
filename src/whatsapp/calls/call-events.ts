import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Person } from '../../conversations/conversation-types';
import { ContactsService } from '../../conversations/contacts/contacts.service';
import { type AccountId, type AssetId, isUuid, newId } from '../../database/ids';
import type { DomainEvent } from '../../domain-events/domain-events';
import { Outbox } from '../../domain-events/outbox';
import { fingerprintOf } from '../../webhooks/event-fingerprint';
import type { RoutedEvent } from '../../webhooks/webhook-handler.registry';
import type { CallDirection, CallEntity } from '../entities/call.entity';
import { personFrom } from '../messages/message-content';
import { type OwnedEvent, ownedEvents } from '../newest-events';
import { afterCallEvent, afterCallStatus } from './call-state';
import { type CallChange, callEvent } from './call-telling';
import { type CallIdentity, CallsRepository } from './calls.repository';

export type CallKind = 'whatsapp.call' | 'whatsapp.call.status';

const OWN_CALL = 'call:';

/** What goes with a call of ours to Meta, and comes back with its webhooks. @param id ours */
export function callbackDataOf(id: string): string {
  return `${OWN_CALL}${id}`;
}

/** Puts what webhooks tell of calls into their rows, and tells it on. */
@Injectable()
export class CallEvents {
  constructor(
    private readonly calls: CallsRepository,
    private readonly contacts: ContactsService,
    private readonly outbox: Outbox,
  ) {}

  async apply(tx: EntityManager, events: readonly RoutedEvent<CallKind>[]): Promise<void> {
    const numbers = await this.calls.numbersOf(
      tx,
      ownedEvents(events).map(({ owner }) => ({ accountId: owner.accountId, id: owner.assetId })),
    );
    // A number that is not looked at yet has no row to hang a call on.
    const owned = ownedEvents(events).filter((event) => numbers.has(numberKey(event)));
    if (owned.length === 0) return;
    await this.contacts.openWindows(tx, owned.flatMap(openingOf));
    await this.calls.identify(tx, owned.flatMap(identityOf));
    await this.makeMissing(tx, owned);
    const locked = await this.calls.lockByMetaId(
      tx,
      owned.map(({ owner }) => owner.accountId),
      owned.map(({ payload }) => payload.callId),
    );
    const calls = new Map(locked.map((call) => [`${call.accountId}:${call.callId ?? ''}`, call]));
    const told: DomainEvent[] = [];
    for (const event of owned) {
      const before = calls.get(callKey(event));
      if (before === undefined) continue;
      const after = afterEvent(before, event);
      calls.set(callKey(event), after);
      const change = changeBy(event, before, after);
      if (change !== null)
        told.push(callEvent(change, after, numbers.get(numberKey(event)) ?? '', fingerprintOf(event)));
    }
    await this.calls.save(tx, [...calls.values()]);
    await this.outbox.record(tx, told);
  }

  /** Calls of people, and calls of ours whose answer from Meta is still on its way here. */
  private async makeMissing(tx: EntityManager, events: readonly OwnedEvent<CallKind>[]): Promise<void> {
    await this.calls.claim(
      tx,
      events.map(({ owner, payload }) => ({ accountId: owner.accountId, callId: payload.callId })),
    );
    const rows = events.map((event) => ({
      account_id: event.owner.accountId,
      id: newId(),
      phone_number_id: event.owner.assetId,
      call_id: event.payload.callId,
      direction: directionOf(event),
    }));
    await tx.query(
      `INSERT INTO whatsapp_calls (account_id, id, phone_number_id, call_id, direction, state)
       SELECT account_id, id, phone_number_id, call_id, direction, 'starting'
         FROM jsonb_to_recordset($1::jsonb) AS e (
           account_id uuid, id uuid, phone_number_id uuid, call_id text, direction text)
        ORDER BY account_id, call_id
       ON CONFLICT (account_id, call_id) DO NOTHING`,
      [JSON.stringify(rows)],
    );
  }
}

function afterEvent(call: CallEntity, { payload, occurredAt }: OwnedEvent<CallKind>): CallEntity {
  return 'event' in payload ? afterCallEvent(call, payload, occurredAt) : afterCallStatus(call, payload);
}

/** Once a call is over, only what still completes it comes, and nobody is told of that. */
function changeBy(event: OwnedEvent<CallKind>, before: CallEntity, after: CallEntity): CallChange | null {
  if (before.state === 'ended') return null;
  if (after.state === 'ended') return 'whatsapp.call.ended';
  const isOffer =
    'event' in event.payload && event.payload.event === 'connect' && after.direction === 'USER_INITIATED';
  return isOffer ? 'whatsapp.call.offered' : 'whatsapp.call.updated';
}

/** A person's call lets them be answered for a day, as a message does. */
function openingOf({ owner, payload, occurredAt }: OwnedEvent<CallKind>): {
  accountId: AccountId;
  assetId: AssetId;
  person: Person;
  at: Date;
}[] {
  const isCall = 'event' in payload && payload.event === 'connect' && payload.direction === 'USER_INITIATED';
  const person = isCall ? personFrom(payload.person) : null;
  return person === null ? [] : [{ ...owner, person, at: occurredAt }];
}

function identityOf({ owner, payload }: OwnedEvent<CallKind>): CallIdentity[] {
  const { callbackData, callId } = payload;
  if (callbackData?.startsWith(OWN_CALL) !== true) return [];
  const id = callbackData.slice(OWN_CALL.length);
  return isUuid(id) ? [{ accountId: owner.accountId, id, callId }] : [];
}

/** Only calls of the business have statuses. */
function directionOf({ payload }: OwnedEvent<CallKind>): CallDirection {
  if (!('event' in payload)) return 'BUSINESS_INITIATED';
  return payload.direction === 'BUSINESS_INITIATED' ? 'BUSINESS_INITIATED' : 'USER_INITIATED';
}

function numberKey({ owner }: OwnedEvent<CallKind>): string {
  return `${owner.accountId}:${owner.assetId}`;
}

function callKey({ owner, payload }: OwnedEvent<CallKind>): string {
  return `${owner.accountId}:${payload.callId}`;
}
