import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  IsArray,
  IsDefined,
  IsIn,
  IsInt,
  IsNotEmptyObject,
  IsString,
  Length,
  Matches,
  Max,
  Min,
  ValidateBy,
  ValidateIf,
} from 'class-validator';
import { IfPresent } from '../../http/body-fields';
import { Part, Parts, Satisfies, SIZED } from './send-field-rules';
import {
  SendFootedInteractiveDto,
  SendInteractiveHeaderDto,
  SendInteractiveTextDto,
} from './send-interactive-parts.dto';

// What asks a person for something: a form, a place, an address, a number, a call.

export class SendFlowPayloadDto {
  /** The screen that the flow begins with. @example RECOMMEND */
  @IsString() @Length(1, 256, SIZED) screen!: string;
  /** What the first screen is filled in with. */
  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: true,
    example: { product_name: 'Blue Echeveria' },
  })
  @IfPresent()
  @IsNotEmptyObject(
    {},
    { message: 'data must be an object with at least one field; leave it out otherwise.' },
  )
  data?: Record<string, unknown>;
}

const FLOW_MODES = ['draft', 'published'] as const;
const FLOW_ACTIONS = ['navigate', 'data_exchange'] as const;

const EITHER_ID_OR_NAME = {
  name: 'oneOf',
  validator: {
    validate: (_value: unknown, args?: { object: object }) => {
      const flow = (args?.object ?? {}) as SendFlowParametersDto;
      return (flow.flow_id === undefined) !== (flow.flow_name === undefined);
    },
    defaultMessage: () => 'Give either flow_id or flow_name.',
  },
};

export class SendFlowParametersDto {
  @IsIn(['3'], { message: 'flow_message_version must be "3".' }) flow_message_version!: '3';
  /** Meta's id of the flow; either this or `flow_name`. @example "1635226200519482" */
  @ValidateIf((flow: SendFlowParametersDto) => flow.flow_name === undefined || flow.flow_id !== undefined)
  @ValidateBy(EITHER_ID_OR_NAME)
  @Matches(/^\d{1,32}$/, { message: 'flow_id must be the id of a flow: digits only.' })
  flow_id?: string;
  @IfPresent() @IsString() @Length(1, 200, SIZED) flow_name?: string;
  /** What the button says. @example "Book a visit" */
  @IsString() @Length(1, 30, SIZED) flow_cta!: string;
  /** Comes back with the answer; Meta takes `unused` when it is left out. @example visit-4711 */
  @IfPresent() @IsString() @Length(1, 4096, SIZED) flow_token?: string;
  /** `draft` for a flow that has not been published yet. Left out: `published`. */
  @ApiPropertyOptional({ type: String, enum: FLOW_MODES })
  @IfPresent()
  @IsIn(FLOW_MODES, { message: 'mode must be draft or published.' })
  mode?: (typeof FLOW_MODES)[number];
  /** `navigate`: the first screen is named here. `data_exchange`: the flow's endpoint says what comes first. */
  @ApiPropertyOptional({ type: String, enum: FLOW_ACTIONS })
  @IfPresent()
  @IsIn(FLOW_ACTIONS, { message: 'flow_action must be navigate or data_exchange.' })
  flow_action?: (typeof FLOW_ACTIONS)[number];
  @IfPresent() @Part(() => SendFlowPayloadDto) flow_action_payload?: SendFlowPayloadDto;
}

export class SendFlowActionDto {
  @IsIn(['flow']) name!: 'flow';
  @IsDefined() @Part(() => SendFlowParametersDto) parameters!: SendFlowParametersDto;
}

export class SendLocationRequestActionDto {
  @IsIn(['send_location']) name!: 'send_location';
}

export class SendContactRequestActionDto {
  @IsIn(['request_contact_info']) name!: 'request_contact_info';
}

export class SendCallPermissionActionDto {
  @IsIn(['call_permission_request']) name!: 'call_permission_request';
}

/** An address has some ten fields; of their length Meta says nothing. */
const MOST_TEXTS = 50;
const LONGEST_TEXT = 1_024;
const isTextByName = (value: unknown): boolean =>
  value === undefined ||
  (typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.keys(value).length <= MOST_TEXTS &&
    Object.values(value).every((field) => typeof field === 'string' && field.length <= LONGEST_TEXT));
const TEXT_BOUNDS = { maxProperties: MOST_TEXTS, values: { maxLength: LONGEST_TEXT } };

const TEXTS = { type: 'object', additionalProperties: { type: 'string' } } as const;

export class SendSavedAddressDto {
  /** Comes back as `saved_address_id` when the person chooses it. @example address1 */
  @IsString() @Length(1, 256, SIZED) id!: string;
  /** The fields of the address, as in `values`. */
  @ApiProperty({ ...TEXTS, example: { name: 'Ana', in_pin_code: '400063', city: 'Mumbai' } })
  @IsDefined()
  @Satisfies(
    'texts',
    isTextByName,
    'value must be an object of texts, such as {"city": "Mumbai"}.',
    TEXT_BOUNDS,
  )
  value!: Record<string, string>;
}

export class SendAddressParametersDto {
  /** ISO 3166. Meta offers address messages in India, formerly in Singapore. @example IN */
  @Matches(/^[A-Z]{2}$/, { message: 'country must be a two-letter country code such as IN.' })
  country!: string;
  /** What the form is filled in with: `name`, `phone_number`, `in_pin_code`, `house_number`, `address`, `city`, … */
  @ApiPropertyOptional({ ...TEXTS, example: { name: 'Ana', phone_number: '+911234567890' } })
  @IfPresent()
  @Satisfies(
    'texts',
    isTextByName,
    'values must be an object of texts, such as {"city": "Mumbai"}.',
    TEXT_BOUNDS,
  )
  values?: Record<string, string>;
  /** Addresses that the person may choose instead of writing one. */
  @IfPresent()
  @IsArray()
  @ArrayMaxSize(100)
  @Parts(() => SendSavedAddressDto)
  saved_addresses?: SendSavedAddressDto[];
  /** By field of `values`: what was wrong with it the last time. */
  @ApiPropertyOptional({ ...TEXTS, example: { in_pin_code: 'We could not find this PIN code.' } })
  @IfPresent()
  @Satisfies('texts', isTextByName, 'validation_errors must be an object of texts by field.', TEXT_BOUNDS)
  validation_errors?: Record<string, string>;
}

export class SendAddressActionDto {
  @IsIn(['address_message']) name!: 'address_message';
  @IsDefined() @Part(() => SendAddressParametersDto) parameters!: SendAddressParametersDto;
}

export const CALL_BUTTON_MINUTES = {
  message: 'ttl_minutes must be a whole number of minutes, 1 to 43200 (30 days).',
};

export class SendVoiceCallParametersDto {
  /** What the button says; Meta's word for "Call now" otherwise. @example "Call us" */
  @IfPresent() @IsString() @Length(1, 20, SIZED) display_text?: string;
  /** For how many minutes the button works; seven days otherwise. */
  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: 43_200, example: 1440 })
  @IfPresent()
  @IsInt(CALL_BUTTON_MINUTES)
  @Min(1, CALL_BUTTON_MINUTES)
  @Max(43_200, CALL_BUTTON_MINUTES)
  ttl_minutes?: number;
  /** Comes back with the call. @example order-4471 */
  @IfPresent() @IsString() @Length(1, 512, SIZED) payload?: string;
}

export class SendVoiceCallActionDto {
  @IsIn(['voice_call']) name!: 'voice_call';
  @IfPresent()
  @Part(() => SendVoiceCallParametersDto)
  parameters?: SendVoiceCallParametersDto;
}

/** A button that opens a form (a flow) inside WhatsApp. The answer comes as a message of kind `nfm_reply`. */
export class SendFlowDto extends SendFootedInteractiveDto {
  @ApiProperty({ type: String, enum: ['flow'], example: 'flow' }) override type!: 'flow';
  @IfPresent() @Part(() => SendInteractiveHeaderDto) header?: SendInteractiveHeaderDto;
  @IsDefined() @Part(() => SendInteractiveTextDto) body!: SendInteractiveTextDto;
  @IsDefined() @Part(() => SendFlowActionDto) action!: SendFlowActionDto;
}

/** A button to share one's location with. The answer is a `location` that answers this message. */
export class SendLocationRequestDto extends SendFootedInteractiveDto {
  @ApiProperty({ type: String, enum: ['location_request_message'], example: 'location_request_message' })
  override type!: 'location_request_message';
  @IsDefined() @Part(() => SendInteractiveTextDto) body!: SendInteractiveTextDto;
  @IsDefined()
  @Part(() => SendLocationRequestActionDto)
  action!: SendLocationRequestActionDto;
}

/** A form for a postal address. The answer comes as a message of kind `nfm_reply`. */
export class SendAddressRequestDto extends SendFootedInteractiveDto {
  @ApiProperty({ type: String, enum: ['address_message'], example: 'address_message' })
  override type!: 'address_message';
  @IfPresent() @Part(() => SendInteractiveHeaderDto) header?: SendInteractiveHeaderDto;
  @IsDefined() @Part(() => SendInteractiveTextDto) body!: SendInteractiveTextDto;
  @IsDefined() @Part(() => SendAddressActionDto) action!: SendAddressActionDto;
}

/**
 * A button to share one's phone number with, for people who hide it. The answer is `contacts` with the origin
 * `contact_request`. Meta has documented this kind only recently; numbers that do not have it yet are refused by Meta.
 */
export class SendContactRequestDto extends SendFootedInteractiveDto {
  @ApiProperty({ type: String, enum: ['request_contact_info'], example: 'request_contact_info' })
  override type!: 'request_contact_info';
  @IsDefined() @Part(() => SendInteractiveTextDto) body!: SendInteractiveTextDto;
  @IsDefined()
  @Part(() => SendContactRequestActionDto)
  action!: SendContactRequestActionDto;
}

/** Asks for leave to call. The answer comes as a message of kind `call_permission_reply`. */
export class SendCallPermissionDto extends SendFootedInteractiveDto {
  @ApiProperty({ type: String, enum: ['call_permission_request'], example: 'call_permission_request' })
  override type!: 'call_permission_request';
  @IfPresent() @Part(() => SendInteractiveTextDto) body?: SendInteractiveTextDto;
  @IsDefined()
  @Part(() => SendCallPermissionActionDto)
  action!: SendCallPermissionActionDto;
}

/** A button that calls the business over WhatsApp. */
export class SendVoiceCallDto extends SendFootedInteractiveDto {
  @ApiProperty({ type: String, enum: ['voice_call'], example: 'voice_call' }) override type!: 'voice_call';
  @IfPresent() @Part(() => SendInteractiveHeaderDto) header?: SendInteractiveHeaderDto;
  @IsDefined() @Part(() => SendInteractiveTextDto) body!: SendInteractiveTextDto;
  @IsDefined() @Part(() => SendVoiceCallActionDto) action!: SendVoiceCallActionDto;
}
