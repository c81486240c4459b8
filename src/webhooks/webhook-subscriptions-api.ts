import { Injectable } from '@nestjs/common';
import { IsOptional } from 'class-validator';
import { AppConfig } from '../config/app-config';
import { AppTokens } from '../graph-client/app-tokens';
import { GraphClient } from '../graph-client/graph-client';
import type { WebhookObject } from './webhook-fields';

class SubscriptionAnswer {
  @IsOptional() success?: boolean | string;
}

/** The app's own webhook subscriptions. They take the app token, no other. */
@Injectable()
export class WebhookSubscriptionsApi {
  constructor(
    private readonly graph: GraphClient,
    private readonly appTokens: AppTokens,
    private readonly config: AppConfig,
  ) {}

  /** Meta verifies the address by a GET to it before it answers. Doing it again replaces the earlier fields. */
  async subscribe(object: WebhookObject, fields: readonly string[], verifyToken: string): Promise<void> {
    await this.graph.call({
      method: 'POST',
      path: `/${this.config.env.META_APP_ID}/subscriptions`,
      token: this.appTokens.appToken,
      body: {
        object,
        callback_url: this.config.webhookUrl,
        verify_token: verifyToken,
        fields: fields.join(','),
        include_values: true,
      },
      response: SubscriptionAnswer,
      // Subscribing twice is the same as once.
      retry: 'safe',
    });
  }
}
