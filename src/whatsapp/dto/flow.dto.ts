import { ApiProperty, IntersectionType } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsIn,
  IsUrl,
  Length,
  Matches,
  ValidateBy,
} from 'class-validator';
import { IfPresent, NameField } from '../../http/body-fields';
import { OffsetPageQuery, OffsetPaginationDto } from '../../http/page.dto';
import { QueryBoolean } from '../../http/query-fields';
import type { FlowAlert, FlowClientError, FlowEntity, FlowValidationError } from '../entities/flow.entity';
import { WabaQuery } from './account-query.dto';
import { boundedBy } from '../../http/field-bounds';
import { BODY_LIMIT_BYTES } from '../../http/body-parsers';

const CATEGORIES = [
  'SIGN_UP',
  'SIGN_IN',
  'APPOINTMENT_BOOKING',
  'LEAD_GENERATION',
  'SHOPPING',
  'CONTACT_US',
  'CUSTOMER_SUPPORT',
  'SURVEY',
  'OTHER',
];
const LARGEST_NAME = 200;
const LONGEST_URL = 2000;
const URL_RULES = { protocols: ['http', 'https'], require_protocol: true, require_tld: false };
const FLOW_JSON_HELP = {
  oneOf: [{ type: 'object', additionalProperties: true }, { type: 'string' }],
  description:
    'Meta’s flow JSON: as an object, or as text. Only of text do the lines and columns of errors fit what you sent; an object is written with two blanks for each level.',
  example: { version: '6.0', screens: [] },
};

function IsFlowJson(): PropertyDecorator {
  return ValidateBy(
    {
      name: 'isFlowJson',
      validator: {
        validate: (value: unknown) =>
          (typeof value === 'string' && value.trim() !== '') ||
          (typeof value === 'object' && value !== null && !Array.isArray(value)),
      },
    },
    // Meta takes more than a request here can hold.
    {
      ...boundedBy({ maxLength: BODY_LIMIT_BYTES }),
      message: '$property must be flow JSON: an object, or its text',
    },
  );
}

/** The text that is uploaded. */
export function flowTextOf(json: Record<string, unknown> | string): string {
  return typeof json === 'string' ? json : JSON.stringify(json, null, 2);
}

export class FlowsQuery extends IntersectionType(WabaQuery, OffsetPageQuery) {
  /** As Meta names it. @example PUBLISHED */
  @IfPresent() @Matches(/^[A-Z_]{1,40}$/) status?: string;
  /** `true` reads the list from Meta first, even if that was done within the last hour. */
  @QueryBoolean() refresh: boolean = false;
}

export class FlowQuery {
  /** `true` reads the flow from Meta first. */
  @QueryBoolean() refresh: boolean = false;
}

export class FlowPreviewQuery {
  /** `true` makes a new address; the one before it stops working. */
  @QueryBoolean() renew: boolean = false;
}

export class CreateFlowDto extends WabaQuery {
  @NameField(LARGEST_NAME) name!: string;

  @ApiProperty({ type: [String], enum: CATEGORIES, example: ['SURVEY'] })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(CATEGORIES.length)
  @ArrayUnique()
  @IsIn(CATEGORIES, { each: true })
  categories!: string[];

  @ApiProperty({ ...FLOW_JSON_HELP, required: false })
  @IfPresent()
  @IsFlowJson()
  json?: Record<string, unknown> | string;

  /** Meta’s id of a flow whose JSON is copied. @example "1097420589034000" */
  @IfPresent() @Matches(/^\d{1,32}$/) cloneFlowId?: string;

  /** Publishes it at once, if nothing is wrong with its JSON. A published flow cannot be changed any more. */
  @ApiProperty({ type: Boolean, required: false, default: false })
  @IfPresent()
  @IsBoolean()
  publish?: boolean;
}

export class UpdateFlowDto {
  @IfPresent() @NameField(LARGEST_NAME) name?: string;

  @ApiProperty({ type: [String], enum: CATEGORIES, required: false, example: ['SURVEY'] })
  @IfPresent()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayUnique()
  @IsIn(CATEGORIES, { each: true })
  categories?: string[];
}

export class UploadFlowJsonDto {
  @ApiProperty(FLOW_JSON_HELP)
  @IsFlowJson()
  json!: Record<string, unknown> | string;
}

export class SetFlowEndpointDto {
  /**
   * Your own endpoint, public and https. It gets WhatsApp’s requests decrypted, as JSON, and answers as Meta’s guide to
   * endpoints describes, unencrypted: 200 with the next screen, or 427 with `error_msg` when the `flow_token` is no
   * longer valid. It has 8.5 seconds.
   */
  @ApiProperty({ type: String, example: 'https://shop.example.com/flows' })
  @IsUrl(URL_RULES)
  @Length(1, LONGEST_URL)
  url!: string;
}

class FlowTextSpanDto {
  /** Counted from 1. */
  @ApiProperty({ type: 'integer', nullable: true, example: 6 }) lineStart!: number | null;
  @ApiProperty({ type: 'integer', nullable: true, example: 6 }) lineEnd!: number | null;
  /** Counted from 1. */
  @ApiProperty({ type: 'integer', nullable: true, example: 17 }) columnStart!: number | null;
  @ApiProperty({ type: 'integer', nullable: true, example: 29 }) columnEnd!: number | null;
}

export class FlowPointerDto extends FlowTextSpanDto {
  @ApiProperty({ type: String, nullable: true, example: 'screens[0].layout.children[0].type' })
  path!: string | null;
}

/** What Meta found wrong in a flow’s JSON, in Meta’s words. */
export class FlowValidationErrorDto extends FlowTextSpanDto {
  @ApiProperty({ type: String, example: 'INVALID_PROPERTY_VALUE' }) error!: string;
  @ApiProperty({ type: String, nullable: true, example: 'FLOW_JSON_ERROR' }) errorType!: string | null;
  @ApiProperty({ type: String, example: "Invalid value found for property 'type'." }) message!: string;
  @ApiProperty({ type: [FlowPointerDto] }) pointers!: FlowPointerDto[];
}

export class FlowAlertDto {
  /** `ACTIVATED`, or `DEACTIVATED` once it is over. */
  @ApiProperty({ type: String, nullable: true, example: 'ACTIVATED' }) state!: string | null;
  @ApiProperty({ type: String, nullable: true }) message!: string | null;
  @ApiProperty({ type: String, format: 'date-time' }) at!: string;
  /** As Meta sent it, with its measurements. */
  @ApiProperty({ type: 'object', additionalProperties: true }) details!: unknown;
}

export class FlowClientErrorDto {
  @ApiProperty({ type: String, example: 'INVALID_SCREEN_TRANSITION' }) error!: string;
  @ApiProperty({ type: String, nullable: true }) message!: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'WELCOME' }) screen!: string | null;
  @ApiProperty({ type: String, format: 'date-time' }) at!: string;
}

/** A WhatsApp flow. */
export class FlowDto {
  @ApiProperty({ type: String, format: 'uuid' }) id!: string;
  /** Meta’s id, which messages name. */
  @ApiProperty({ type: String, example: '1097420589034000' }) flowId!: string;
  @ApiProperty({ type: String, example: 'Customer survey' }) name!: string;
  /** `DRAFT`, `PUBLISHED`, `DEPRECATED`, `BLOCKED` or `THROTTLED` (ten messages an hour), as Meta names it. */
  @ApiProperty({ type: String, example: 'DRAFT' }) status!: string;
  @ApiProperty({ type: [String], example: ['SURVEY'] }) categories!: string[];
  @ApiProperty({ type: [FlowValidationErrorDto] }) validationErrors!: FlowValidationError[];
  @ApiProperty({ type: String, nullable: true, example: '6.0' }) jsonVersion!: string | null;
  /** Set where the flow asks an endpoint for data. */
  @ApiProperty({ type: String, nullable: true, example: '3.0' }) dataApiVersion!: string | null;
  /** Where WhatsApp asks, as Meta has it. */
  @ApiProperty({ type: String, nullable: true }) endpointUri!: string | null;
  /** Your own endpoint, which gets the requests decrypted. */
  @ApiProperty({ type: String, nullable: true }) forwardUrl!: string | null;
  /** Meta’s newest alarm of each kind, by its name, as `ENDPOINT_LATENCY`. */
  @ApiProperty({ type: 'object', additionalProperties: { $ref: '#/components/schemas/FlowAlertDto' } })
  alerts!: Record<string, FlowAlert>;
  /** The newest trouble with the endpoint: what a phone told of it, or `ENDPOINT_FAILED` when yours gave no usable answer. */
  @ApiProperty({ type: FlowClientErrorDto, nullable: true }) lastClientError!: FlowClientError | null;
  @ApiProperty({ type: Date }) createdAt!: Date;
  @ApiProperty({ type: Date }) updatedAt!: Date;

  static from(flow: FlowEntity): FlowDto {
    return Object.assign(new FlowDto(), {
      id: flow.id,
      flowId: flow.flowId,
      name: flow.name,
      status: flow.status,
      categories: flow.categories,
      validationErrors: flow.validationErrors,
      jsonVersion: flow.jsonVersion,
      dataApiVersion: flow.dataApiVersion,
      endpointUri: flow.endpointUri,
      forwardUrl: flow.forwardUrl,
      alerts: flow.alerts,
      lastClientError: flow.lastClientError,
      createdAt: flow.createdAt,
      updatedAt: flow.updatedAt,
    });
  }
}

export class FlowPageDto {
  @ApiProperty({ type: [FlowDto] }) flows!: FlowDto[];
  @ApiProperty({ type: OffsetPaginationDto }) pagination!: OffsetPaginationDto;
  /** Meta did not answer: this is what was stored before. */
  @ApiProperty({ type: Boolean }) stale!: boolean;
}

export class FlowJsonResultDto {
  /** Nothing is wrong with it: the flow can be published. */
  @ApiProperty({ type: Boolean }) valid!: boolean;
  @ApiProperty({ type: [FlowValidationErrorDto] }) validationErrors!: FlowValidationError[];
}

export class FlowPreviewDto {
  /** Opens without a login. */
  @ApiProperty({
    type: String,
    example: 'https://business.facebook.com/wa/manage/flows/1097420589034000/preview/',
  })
  url!: string;
  @ApiProperty({ type: Date, nullable: true }) expiresAt!: Date | null;
}

export class FlowAssetDto {
  @ApiProperty({ type: String, example: 'flow.json' }) name!: string;
  @ApiProperty({ type: String, nullable: true, example: 'FLOW_JSON' }) type!: string | null;
  /** A short-lived address of Meta’s. */
  @ApiProperty({ type: String, nullable: true }) downloadUrl!: string | null;
}

export class FlowAssetListDto {
  @ApiProperty({ type: [FlowAssetDto] }) assets!: FlowAssetDto[];
}

export class FlowEndpointDto {
  /** What Meta was told. */
  @ApiProperty({ type: String }) endpointUri!: string;
  @ApiProperty({ type: String }) url!: string;
  /**
   * Told this once. `X-Flow-Signature-256` of each request is `sha256=` and the hex HMAC-SHA256, under this secret, of
   * `X-Flow-Timestamp`, a dot and the body.
   */
  @ApiProperty({ type: String }) secret!: string;
}
