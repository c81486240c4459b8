import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import {
  type RoutedEvent,
  type WebhookHandler,
  WebhookHandlerRegistry,
} from '../../webhooks/webhook-handler.registry';

/** Trouble that Meta reports for a number as a whole, in no message in particular. The operator sees it in the log. */
@Injectable()
export class MessageAccountErrorHandler implements WebhookHandler<'whatsapp.account.error'>, OnModuleInit {
  readonly kind = 'whatsapp.account.error';
  private readonly logger = new Logger(MessageAccountErrorHandler.name);

  constructor(private readonly registry: WebhookHandlerRegistry) {}

  onModuleInit(): void {
    this.registry.register(this);
  }

  handle(events: readonly RoutedEvent<'whatsapp.account.error'>[]): Promise<void> {
    for (const { asset, deliveryId, payload } of events) {
      const { code, title, message, details } = payload.error;
      this.logger.warn({
        message: `Meta reports trouble with ${asset?.metaId ?? 'a number'}: ${details ?? message ?? title ?? 'no reason given'}`,
        metaCode: code,
        field: payload.field,
        deliveryId,
      });
    }
    return Promise.resolve();
  }
}
