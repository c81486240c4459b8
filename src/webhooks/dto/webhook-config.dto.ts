import { ApiProperty } from '@nestjs/swagger';
import { IsObject, IsOptional, IsUUID, Matches, ValidateBy } from 'class-validator';
import type { WebhookConfigEntity } from '../entities/webhook-config.entity';
import { boundedBy } from '../../http/field-bounds';

const FIELDS_EXAMPLE = { messages: true, message_deliveries: true, messaging_postbacks: false };
const FIELDS_SCHEMA = {
  type: 'object',
  additionalProperties: { type: 'boolean' },
  example: FIELDS_EXAMPLE,
} as const;

/** Meta has some fifty on all its objects together. */
const MOST_FIELDS = 200;
const NOT_TOO_MANY = {
  name: 'maxFields',
  validator: {
    validate: (fields: unknown) =>
      typeof fields !== 'object' || fields === null || Object.keys(fields).length <= MOST_FIELDS,
    defaultMessage: () => `fields may name ${MOST_FIELDS} at most`,
  },
};

export const WEBHOOK_CONFIG_STATUSES = ['pending', 'active'] as const;
export type WebhookConfigStatus = (typeof WEBHOOK_CONFIG_STATUSES)[number];

export class WebhookAccountQuery {
  /** The connected account; needed only if you have several. */
  @IsOptional() @IsUUID() accountId?: string;
}

export class ConfigureWebhookDto {
  /**
   * Any secret of your choice, up to 256 printable characters without spaces; Meta repeats it when it verifies the address.
   * @example lucky-shrub-8fK2qZ
   */
  @Matches(/^[\x21-\x7e]{1,256}$/, {
    message: 'verifyToken must be 1 to 256 printable characters without spaces',
  })
  verifyToken!: string;

  /**
   * Which events you want. `message_deliveries` means delivery and read receipts on every platform; any other name is
   * Meta's own, asked of each object that has it.
   */
  @ApiProperty(FIELDS_SCHEMA)
  @IsObject()
  @ValidateBy(NOT_TOO_MANY, boundedBy({ maxProperties: MOST_FIELDS }))
  fields!: Record<string, boolean>;

  /** The connected account; needed only if you have several. */
  @IsOptional() @IsUUID() accountId?: string;
}

export class ConfiguredWebhookDto {
  id!: string;
  /** `active` once Meta has verified the address and taken the subscriptions; `pending` with a `reason` otherwise. */
  @ApiProperty({ enum: WEBHOOK_CONFIG_STATUSES, example: 'active' }) status!: WebhookConfigStatus;
  @ApiProperty(FIELDS_SCHEMA) fields!: Record<string, boolean>;
  /** What is missing and what to do; null when nothing is. */
  reason!: string | null;

  static from(config: WebhookConfigEntity): ConfiguredWebhookDto {
    return Object.assign(new ConfiguredWebhookDto(), {
      id: config.id,
      status: config.status,
      fields: config.fields,
      reason: config.statusReason,
    });
  }
}

export class WebhookConfigDto extends ConfiguredWebhookDto {
  /** @example lucky-shrub-8fK2qZ */
  verifyToken!: string;
  /** The address that Meta delivers to. @example https://api.example.com/api/meta/webhook/events */
  targetUrl!: string;
  createdAt!: Date;
  updatedAt!: Date;

  static of(config: WebhookConfigEntity, verifyToken: string): WebhookConfigDto {
    return Object.assign(new WebhookConfigDto(), {
      id: config.id,
      status: config.status,
      fields: config.fields,
      reason: config.statusReason,
      verifyToken,
      targetUrl: config.targetUrl,
      createdAt: config.createdAt,
      updatedAt: config.updatedAt,
    });
  }
}
