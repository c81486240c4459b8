import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { RoutedEvent, WebhookHandler } from '../webhooks/webhook-handler.registry';
import { WebhookHandlerRegistry } from '../webhooks/webhook-handler.registry';
import { Clock } from './clock';
import { MetaAccountsRepository } from './meta-accounts.repository';

/**
 * Meta tells that a person took permissions back. What is left of them only Meta knows, and no call may be made from
 * here, so the schedule looks at that person's accounts within the minute.
 */
@Injectable()
export class PermissionsChangedHandler implements WebhookHandler<'permissions.changed'>, OnModuleInit {
  readonly kind = 'permissions.changed';

  constructor(
    private readonly registry: WebhookHandlerRegistry,
    private readonly accounts: MetaAccountsRepository,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.registry.register(this);
  }

  async handle(events: readonly RoutedEvent<'permissions.changed'>[], tx: EntityManager): Promise<void> {
    const people = events
      .filter(({ payload }) => payload.verb !== 'granted')
      .map(({ payload }) => payload.metaUserId);
    if (people.length > 0) await this.accounts.makeDue(tx, [...new Set(people)], this.clock.now());
  }
}
