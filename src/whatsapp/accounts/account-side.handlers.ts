import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import {
  type RoutedEvent,
  type WebhookHandler,
  WebhookHandlerRegistry,
} from '../../webhooks/webhook-handler.registry';
import { ownedEvents } from '../newest-events';
import { AccountHistory } from './account-history';
import { type AccountTelling, occurrenceOf, toldOf } from './account-telling';

/** A way to be paid in chats was set up or changed. Nothing here depends on it: it is kept and told. */
@Injectable()
export class PaymentConfigurationHandler
  implements WebhookHandler<'whatsapp.payment_configuration.updated'>, OnModuleInit
{
  readonly kind = 'whatsapp.payment_configuration.updated';

  constructor(
    private readonly registry: WebhookHandlerRegistry,
    private readonly history: AccountHistory,
  ) {}

  onModuleInit(): void {
    this.registry.register(this);
  }

  async handle(
    events: readonly RoutedEvent<'whatsapp.payment_configuration.updated'>[],
    tx: EntityManager,
  ): Promise<void> {
    const told = ownedEvents(events).map((event) => {
      const { configurationName, status } = event.payload;
      return {
        event,
        telling: tellingOf({
          field: 'payment_configuration_update',
          event: status ?? null,
          what: 'paymentConfiguration',
          current: configurationName,
          summary: `The payment configuration “${configurationName}” is ${status ?? 'changed'}.`,
          details: event.payload,
        }),
      };
    });
    await this.history.record(
      tx,
      told.map(({ event, telling }) => occurrenceOf(event, telling)),
      told.map(({ event, telling }) => toldOf(event, telling)),
    );
  }
}

/** What several partners offer a business together stands otherwise. */
@Injectable()
export class PartnerSolutionHandler implements WebhookHandler<'whatsapp.partner_solution'>, OnModuleInit {
  readonly kind = 'whatsapp.partner_solution';

  constructor(
    private readonly registry: WebhookHandlerRegistry,
    private readonly history: AccountHistory,
  ) {}

  onModuleInit(): void {
    this.registry.register(this);
  }

  async handle(
    events: readonly RoutedEvent<'whatsapp.partner_solution'>[],
    tx: EntityManager,
  ): Promise<void> {
    const told = ownedEvents(events).map((event) => {
      const { solutionId, status } = event.payload;
      return {
        event,
        telling: tellingOf({
          field: 'partner_solutions',
          event: event.payload.event,
          what: 'partnerSolution',
          current: status ?? null,
          summary: `Meta told ${event.payload.event} of the partner solution ${solutionId}.`,
          details: event.payload,
        }),
      };
    });
    await this.history.record(
      tx,
      told.map(({ event, telling }) => occurrenceOf(event, telling)),
      told.map(({ event, telling }) => toldOf(event, telling)),
    );
  }
}

function tellingOf(
  told: Pick<AccountTelling, 'field' | 'event' | 'what' | 'current' | 'summary' | 'details'>,
): AccountTelling {
  return { phoneNumberId: null, previous: null, restrictions: [], severity: 'info', ...told };
}
