import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import {
  type RoutedEvent,
  type WebhookHandler,
  WebhookHandlerRegistry,
} from '../../webhooks/webhook-handler.registry';
import { NumberEventsRepository } from './number-events.repository';
import { NumberTelling, newestPerNumber } from './number-telling';

/** A number's username was granted, set aside for it or taken away. */
@Injectable()
export class BusinessUsernameHandler
  implements WebhookHandler<'whatsapp.business_username.updated'>, OnModuleInit
{
  readonly kind = 'whatsapp.business_username.updated';

  constructor(
    private readonly registry: WebhookHandlerRegistry,
    private readonly numbers: NumberEventsRepository,
    private readonly telling: NumberTelling,
  ) {}

  onModuleInit(): void {
    this.registry.register(this);
  }

  async handle(
    events: readonly RoutedEvent<'whatsapp.business_username.updated'>[],
    tx: EntityManager,
  ): Promise<void> {
    const named = await this.telling.named(tx, events, ({ displayPhoneNumber }) => displayPhoneNumber);
    const touched = await this.numbers.applyUsernames(
      tx,
      newestPerNumber(named).map(({ number, event: { occurredAt, payload } }) => ({
        number,
        occurredAt,
        username: payload.status === 'deleted' ? null : (payload.username ?? null),
        status: payload.status,
      })),
    );
    await this.telling.record(tx, named, touched, {
      field: 'username',
      metaField: 'business_username_update',
      eventOf: ({ status }) => status,
      severityOf: () => 'info',
      summaryOf: ({ username, status }) =>
        `The username${username === undefined ? '' : ` “${username}”`} is ${status}.`,
    });
  }
}

/** Somebody changed a number's two-step PIN, or asked for it to be reset. */
@Injectable()
export class NumberSecurityHandler implements WebhookHandler<'whatsapp.security'>, OnModuleInit {
  readonly kind = 'whatsapp.security';

  constructor(
    private readonly registry: WebhookHandlerRegistry,
    private readonly numbers: NumberEventsRepository,
    private readonly telling: NumberTelling,
  ) {}

  onModuleInit(): void {
    this.registry.register(this);
  }

  async handle(events: readonly RoutedEvent<'whatsapp.security'>[], tx: EntityManager): Promise<void> {
    const named = await this.telling.named(tx, events, ({ displayPhoneNumber }) => displayPhoneNumber);
    await this.numbers.applyPinChanges(
      tx,
      newestPerNumber(
        named.filter(({ event }) => ['PIN_CHANGED', 'PIN_REQUEST_SUCCESS'].includes(event.payload.event)),
      ).map(({ number, event: { occurredAt } }) => ({ number, occurredAt })),
    );
    await this.telling.record(tx, named, [], {
      field: 'security',
      metaField: 'security',
      eventOf: ({ event }) => event,
      severityOf: () => 'warning',
      summaryOf: ({ event, requester }) =>
        `${SECURITY_SUMMARIES.get(event) ?? `Meta told ${event} of the number.`}${requester === undefined ? '' : ` By the person ${requester} at Meta.`}`,
      isAlwaysTold: true,
    });
  }
}

const SECURITY_SUMMARIES: ReadonlyMap<string, string> = new Map([
  ['PIN_CHANGED', 'The two-step PIN of the number was changed.'],
  ['PIN_RESET_REQUEST', 'Somebody asked Meta to switch the two-step PIN of the number off.'],
  ['PIN_REQUEST_SUCCESS', 'The two-step PIN of the number was switched off.'],
]);
