import { ApiProperty } from '@nestjs/swagger';
import { IsOptional, IsUUID } from 'class-validator';
import { ASSET_KINDS, type AssetKind } from '../../assets/entities/asset.entity';
import { WEBHOOK_OBJECTS, type WebhookObject } from '../webhook-fields';

const FIELDS = { type: String, isArray: true, example: ['messages', 'message_template_status_update'] };

export const SUBSCRIPTION_STATES = ['subscribed', 'missing', 'unreadable', 'unknown'] as const;
export type SubscriptionState = (typeof SUBSCRIPTION_STATES)[number];

export class CheckSubscriptionsDto {
  /** The connected account; needed only if you have several. */
  @IsOptional() @IsUUID() accountId?: string;
}

/** What the app is subscribed to: which fields of an object Meta sends, and where to. All accounts share it. */
export class AppSubscriptionDto {
  @ApiProperty({ enum: WEBHOOK_OBJECTS, example: 'whatsapp_business_account' }) object!: WebhookObject;
  /** `missing` where it is gone, sends elsewhere or lacks fields; `unknown` until it has been looked for. */
  @ApiProperty({ enum: SUBSCRIPTION_STATES, example: 'subscribed' }) state!: SubscriptionState;
  /** What your configuration asks for. */
  @ApiProperty(FIELDS) neededFields!: string[];
  /** Those of them that Meta does not send. */
  @ApiProperty({ type: [String], example: [] }) missingFields!: string[];
  /** Where Meta sends it; null when it does not. @example https://api.example.com/api/meta/webhook/events */
  callbackUrl!: string | null;
  /** Where it has to go. @example https://api.example.com/api/meta/webhook/events */
  neededCallbackUrl!: string;
  /** When Meta was last seen to have all that is needed. */
  lastSeenAt!: Date | null;
  /** What is wrong, in a sentence. @example null */
  problem!: string | null;
}

/** The subscription of one WhatsApp Business Account, Page or Instagram account. */
export class AssetSubscriptionDto {
  /** By our id. @example 0199f3a4-51aa-7d0e-8a53-7c6e2f40b9d1 */
  assetId!: string;
  @ApiProperty({ enum: ASSET_KINDS, example: 'waba' }) kind!: AssetKind;
  /** By Meta's id. @example 102290129340398 */
  metaId!: string;
  name!: string | null;
  /** `unreadable`: Meta did not say, which proves nothing. `unknown`: not looked for yet. */
  @ApiProperty({ enum: SUBSCRIPTION_STATES, example: 'subscribed' }) state!: SubscriptionState;
  lastSeenAt!: Date | null;
  /** Since when it is known to be missing. @example null */
  missingSince!: Date | null;
  checkedAt!: Date | null;
  /** What is wrong, in a sentence. @example null */
  problem!: string | null;
}

export class SubscriptionsDto {
  accountId!: string;
  /** Whether, as far as the last look showed, all events that you asked for can arrive. */
  healthy!: boolean;
  /** Everything that is wrong, as sentences; the first is the one to begin with. */
  @ApiProperty({ type: [String], example: [] }) problems!: string[];
  /** When Meta was last asked about this account; null before the first time. */
  checkedAt!: Date | null;
  @ApiProperty({ type: [AppSubscriptionDto] }) app!: AppSubscriptionDto[];
  @ApiProperty({ type: [AssetSubscriptionDto] }) assets!: AssetSubscriptionDto[];
}
