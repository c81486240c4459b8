import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsIn,
  IsInt,
  IsISO8601,
  IsObject,
  IsString,
  IsUUID,
  Length,
  Max,
  MaxLength,
  Min,
  ValidateBy,
  ValidateIf,
} from 'class-validator';
import { CONVERSATION_PLATFORMS, type ConversationPlatform } from '../../conversations/conversation-types';
import { IfPresent, LONGEST_INSTANT } from '../../http/body-fields';
import { CursorPageQuery } from '../../http/page.dto';
import { QueryList } from '../../http/query-fields';
import { PUBLIC_EVENT_TYPE_NAMES } from '../../public-events/public-event';
import { LONGEST_SECRET, isEndpointSecret } from '../endpoints/endpoint-secret';
import { DELIVERY_STATES, type DeliveryState } from '../endpoints/endpoint-states';
import { isEventTypeFilter } from '../endpoints/event-filter';
import { boundedBy } from '../../http/field-bounds';
import { MOST_HEADERS, MOST_VALUE_CHARACTERS } from '../endpoints/endpoint-headers';

const MOST_SECONDS = 604_800;
const REPLAYABLE_STATES = ['delivered', 'dead', 'held'] as const;

const LONGEST_TYPE = Math.max(...PUBLIC_EVENT_TYPE_NAMES.map(({ length }) => length));

function IsEventTypeFilter(): PropertyDecorator {
  return ValidateBy(
    {
      name: 'eventType',
      validator: {
        validate: (value: unknown) =>
          typeof value === 'string' && isEventTypeFilter(value, PUBLIC_EVENT_TYPE_NAMES),
        defaultMessage: () =>
          'Each of eventTypes must be a type that GET /api/meta/notifications/endpoints/event-types lists, the beginning of some as message.*, or *',
      },
    },
    { each: true, ...boundedBy({ maxLength: LONGEST_TYPE }) },
  );
}

function IsEndpointSecret(): PropertyDecorator {
  return ValidateBy(
    {
      name: 'endpointSecret',
      validator: {
        validate: (value: unknown) => typeof value === 'string' && isEndpointSecret(value),
        defaultMessage: () => '$property must be whsec_ and the base64 of 24 to 64 bytes',
      },
    },
    boundedBy({ maxLength: LONGEST_SECRET }),
  );
}

/** What can be set at the beginning and changed later. */
class EndpointSettingsDto {
  /** What people know it by. */
  @ApiProperty({ type: String, required: false, nullable: true, maxLength: 200, example: 'Our CRM' })
  @IfPresent()
  @ValidateIf((_object, value) => value !== null)
  @IsString()
  @MaxLength(200)
  description?: string | null;

  /** Only what happens on these platforms. Empty: on all. What belongs to the account as a whole is sent in any case. */
  @ApiProperty({ type: [String], enum: CONVERSATION_PLATFORMS, required: false, example: ['whatsapp'] })
  @IfPresent()
  @IsArray()
  @ArrayUnique()
  @IsIn(CONVERSATION_PLATFORMS, { each: true })
  platforms?: ConversationPlatform[];

  /** Only what happens on these numbers, Pages and Instagram accounts, by our ids. Empty: on all. */
  @ApiProperty({ type: String, isArray: true, format: 'uuid', required: false, example: [] })
  @IfPresent()
  @IsArray()
  @ArrayMaxSize(100)
  @ArrayUnique()
  @IsUUID(undefined, { each: true })
  channelIds?: string[];

  /**
   * Sent with everything, as a key of yours: at most 10, encrypted here, never shown again. Takes the place of all that were
   * set before. Headers of the connection and those of the signature are not yours to set.
   */
  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: { type: 'string' },
    example: { authorization: 'Bearer 3q2-7w' },
  })
  @IfPresent()
  @IsObject(boundedBy({ maxProperties: MOST_HEADERS, values: { maxLength: MOST_VALUE_CHARACTERS } }))
  headers?: Record<string, string>;

  /** At most so many messages a second; null: as fast as it takes them. */
  @ApiProperty({ type: 'integer', required: false, nullable: true, minimum: 1, maximum: 1000, example: 20 })
  @IfPresent()
  @ValidateIf((_object, value) => value !== null)
  @IsInt()
  @Min(1)
  @Max(1_000)
  ratePerSecond?: number | null;
}

export class CreateEndpointDto extends EndpointSettingsDto {
  /** The connected account that it is told of. Not needed where you have only one. */
  @IfPresent() @IsUUID() accountId?: string;

  /** Where messages are sent. */
  @ApiProperty({ type: String, maxLength: 2000, example: 'https://crm.example.com/hooks/meta' })
  @IsString()
  @Length(1, 2_000)
  url!: string;

  /** Types, beginnings of types as `message.*`, or `*` for all that there are and will be. */
  @ApiProperty({ type: [String], example: ['message.*', 'template.updated'] })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(100)
  @ArrayUnique()
  @IsEventTypeFilter()
  eventTypes!: string[];

  /** A secret of your own for signing, `whsec_` and base64 of 24 to 64 bytes. Without it, one is made. */
  @ApiProperty({ type: String, required: false, example: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' })
  @IfPresent()
  @IsEndpointSecret()
  secret?: string;
}

/** Only what is named changes. */
export class UpdateEndpointDto extends EndpointSettingsDto {
  @ApiProperty({
    type: String,
    required: false,
    maxLength: 2000,
    example: 'https://crm.example.com/hooks/meta',
  })
  @IfPresent()
  @IsString()
  @Length(1, 2_000)
  url?: string;

  @ApiProperty({ type: [String], required: false, example: ['message.*'] })
  @IfPresent()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(100)
  @ArrayUnique()
  @IsEventTypeFilter()
  eventTypes?: string[];

  /** `paused`: what happens waits. `active`: it goes on; also for one that was disabled by itself. */
  @ApiProperty({ enum: ['active', 'paused'], required: false, example: 'active' })
  @IfPresent()
  @IsIn(['active', 'paused'])
  state?: 'active' | 'paused';
}

export class RotateSecretDto {
  /** How long the present secret goes on signing beside the new one: at most a week. */
  @ApiProperty({
    type: 'integer',
    required: false,
    minimum: 0,
    maximum: MOST_SECONDS,
    default: 86400,
    example: 86400,
  })
  @IfPresent()
  @IsInt()
  @Min(0)
  @Max(MOST_SECONDS)
  overlapSeconds?: number;

  /** A secret of your own. Without it, one is made. */
  @ApiProperty({ type: String, required: false, example: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' })
  @IfPresent()
  @IsEndpointSecret()
  secret?: string;
}

export class EndpointsQuery extends CursorPageQuery {
  /** Only of this connected account; else of all that you may see. */
  @IfPresent() @IsUUID() accountId?: string;
}

export class EndpointDeliveriesQuery extends CursorPageQuery {
  /** Comma-separated: `pending`, `delivered`, `dead`, `held`. @example dead,held */
  @IfPresent() @QueryList() @IsIn(DELIVERY_STATES, { each: true }) state?: DeliveryState[];
  /** Comma-separated types of events. @example message.created */
  @IfPresent() @QueryList() @IsIn(PUBLIC_EVENT_TYPE_NAMES, { each: true }) type?: string[];
  /** Only those written at this instant or later. @example 2026-03-14T00:00:00Z */
  @IfPresent() @MaxLength(LONGEST_INSTANT) @IsISO8601({ strict: true }) from?: string;
  /** Only those written before this instant. @example 2026-03-15T00:00:00Z */
  @IfPresent() @MaxLength(LONGEST_INSTANT) @IsISO8601({ strict: true }) until?: string;
}

export class ReplayEndpointDto {
  /** Those written at this instant or later. @example 2026-03-14T00:00:00Z */
  @MaxLength(LONGEST_INSTANT) @IsISO8601({ strict: true }) from!: string;
  /** Those written before this instant; without it, up to now. @example 2026-03-15T00:00:00Z */
  @IfPresent() @MaxLength(LONGEST_INSTANT) @IsISO8601({ strict: true }) until?: string;

  /** Those that ended so. Without it: `dead` and `held`. */
  @ApiProperty({ type: [String], enum: REPLAYABLE_STATES, required: false, example: ['dead', 'held'] })
  @IfPresent()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayUnique()
  @IsIn(REPLAYABLE_STATES, { each: true })
  states?: (typeof REPLAYABLE_STATES)[number][];

  /** Only of these types of events. */
  @ApiProperty({ type: [String], required: false, example: ['message.created'] })
  @IfPresent()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayUnique()
  @IsIn(PUBLIC_EVENT_TYPE_NAMES, { each: true })
  types?: string[];
}
