import { Injectable } from '@nestjs/common';
import { IsArray, IsBoolean, IsOptional, IsString } from 'class-validator';
import { AppConfig } from '../config/app-config';
import { AppTokens } from '../graph-client/app-tokens';
import { GraphClient } from '../graph-client/graph-client';
import type { WebhookObject } from './webhook-fields';

class SubscriptionAnswer {
  @IsOptional() success?: boolean | string;
}

class SubscriptionItem {
  @IsString() object!: string;
  @IsOptional() @IsString() callback_url?: string;
  @IsOptional() @IsBoolean() active?: boolean;
  /** Each with the Graph version that it is sent in; older versions list bare names. */
  @IsOptional() @IsArray() fields?: unknown[];
}

/** What Meta has of one object. */
export interface AppSubscription {
  object: string;
  callbackUrl: string | null;
  isActive: boolean;
  fields: string[];
  /** The Graph versions that they are sent in; left out where Meta does not say. */
  versions?: string[];
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

  /** Of all objects. Those whose address Meta has given up on are there, and not active. */
  async list(): Promise<AppSubscription[]> {
    const found: AppSubscription[] = [];
    for await (const item of this.graph.paginate({
      path: `/${this.config.env.META_APP_ID}/subscriptions`,
      token: this.appTokens.appToken,
      item: SubscriptionItem,
    })) {
      const versions = new Set((item.fields ?? []).flatMap((field) => textOf(field, 'version') ?? []));
      found.push({
        object: item.object,
        callbackUrl: item.callback_url ?? null,
        isActive: item.active !== false,
        fields: (item.fields ?? []).flatMap((field) => nameOf(field) ?? []),
        ...(versions.size === 0 ? {} : { versions: [...versions].sort() }),
      });
    }
    return found;
  }
}

function nameOf(field: unknown): string | undefined {
  return typeof field === 'string' ? field : textOf(field, 'name');
}

function textOf(field: unknown, key: 'name' | 'version'): string | undefined {
  if (typeof field !== 'object' || field === null) return undefined;
  const value: unknown = Object.entries(field).find(([name]) => name === key)?.[1];
  return typeof value === 'string' ? value : undefined;
}
