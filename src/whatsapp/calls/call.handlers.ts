import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import {
  type RoutedEvent,
  type WebhookHandler,
  WebhookHandlerRegistry,
} from '../../webhooks/webhook-handler.registry';
import { CallEvents } from './call-events';

/** Somebody calls, the person's answer to our offer is there, or a call is over. */
@Injectable()
export class CallHandler implements WebhookHandler<'whatsapp.call'>, OnModuleInit {
  readonly kind = 'whatsapp.call';

  constructor(
    private readonly registry: WebhookHandlerRegistry,
    private readonly events: CallEvents,
  ) {}

  onModuleInit(): void {
    this.registry.register(this);
  }

  async handle(events: readonly RoutedEvent<'whatsapp.call'>[], tx: EntityManager): Promise<void> {
    await this.events.apply(tx, events);
  }
}

/** The phone of somebody whom the business calls rings, is picked up, or refuses. */
@Injectable()
export class CallStatusHandler implements WebhookHandler<'whatsapp.call.status'>, OnModuleInit {
  readonly kind = 'whatsapp.call.status';

  constructor(
    private readonly registry: WebhookHandlerRegistry,
    private readonly events: CallEvents,
  ) {}

  onModuleInit(): void {
    this.registry.register(this);
  }

  async handle(events: readonly RoutedEvent<'whatsapp.call.status'>[], tx: EntityManager): Promise<void> {
    await this.events.apply(tx, events);
  }
}
