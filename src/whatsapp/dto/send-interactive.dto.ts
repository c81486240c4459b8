import { ApiProperty, getSchemaPath } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayNotEmpty,
  IsArray,
  IsDefined,
  IsIn,
  IsObject,
  IsOptional,
  IsString,
  IsUrl,
  Length,
  Matches,
  ValidateBy,
  ValidateNested,
} from 'class-validator';
import { SendMessageBaseDto } from './send-base.dto';
import { DistinctBy, ForType } from './send-field-rules';
import { SendDocumentDto, SendFileDto } from './send-media.dto';

const WEB_ADDRESS = { protocols: ['http', 'https'], require_protocol: true, require_tld: false };

export class SendInteractiveTextDto {
  @IsString() @Length(1, 1024) text!: string;
}

export class SendInteractiveLongTextDto {
  @IsString() @Length(1, 4096) text!: string;
}

export class SendInteractiveFooterDto {
  @IsString() @Length(1, 60) text!: string;
}

export class SendInteractiveHeaderDto {
  @IsIn(['text', 'image', 'video', 'document', 'gif']) type!: 'text' | 'image' | 'video' | 'document' | 'gif';
  @ForType('text') @IsString() @Length(1, 60) text?: string;
  /** With `text`: a smaller line below it. */
  @IsOptional() @IsString() @Length(1, 60) sub_text?: string;
  @ForType('image') @IsDefined() @ValidateNested() @Type(() => SendFileDto) image?: SendFileDto;
  @ForType('video') @IsDefined() @ValidateNested() @Type(() => SendFileDto) video?: SendFileDto;
  @ForType('document') @IsDefined() @ValidateNested() @Type(() => SendDocumentDto) document?: SendDocumentDto;
  @ForType('gif') @IsDefined() @ValidateNested() @Type(() => SendFileDto) gif?: SendFileDto;
}

export class SendTextHeaderDto {
  @IsIn(['text']) type!: 'text';
  @IsString() @Length(1, 60) text!: string;
}

export class SendReplyDto {
  /** Comes back in the webhook when the button is pressed. @example change-order */
  @IsString() @Length(1, 256) id!: string;
  /** @example Change order */
  @IsString() @Length(1, 20) title!: string;
}

export class SendReplyButtonDto {
  @IsIn(['reply']) type!: 'reply';
  @IsDefined() @ValidateNested() @Type(() => SendReplyDto) reply!: SendReplyDto;
}

export class SendButtonActionDto {
  /** One to three. */
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(3)
  @DistinctBy('reply.id', (button: SendReplyButtonDto | undefined) => button?.reply.id)
  @DistinctBy('reply.title', (button: SendReplyButtonDto | undefined) => button?.reply.title)
  @ValidateNested({ each: true })
  @Type(() => SendReplyButtonDto)
  buttons!: SendReplyButtonDto[];
}

export class SendListRowDto {
  /** Comes back in the webhook when the row is chosen. */
  @IsString() @Length(1, 200) id!: string;
  @IsString() @Length(1, 24) title!: string;
  @IsOptional() @IsString() @Length(1, 72) description?: string;
}

export class SendListSectionDto {
  /** Required when there are several sections. */
  @IsOptional() @IsString() @Length(1, 24) title?: string;
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(10)
  @ValidateNested({ each: true })
  @Type(() => SendListRowDto)
  rows!: SendListRowDto[];
}

const sectionsOf = (value: unknown): Partial<SendListSectionDto>[] =>
  Array.isArray(value) ? value.filter((section): section is object => typeof section === 'object') : [];

const TEN_ROWS_IN_ALL = {
  name: 'tenRows',
  validator: {
    validate: (value: unknown) =>
      sectionsOf(value).reduce((sum, { rows }) => sum + (rows?.length ?? 0), 0) <= 10,
    defaultMessage: () => 'sections may have ten rows in all.',
  },
};

const TITLED_IF_SEVERAL = {
  name: 'titledSections',
  validator: {
    validate: (value: unknown) => {
      const sections = sectionsOf(value);
      return sections.length < 2 || sections.every(({ title }) => title !== undefined);
    },
    defaultMessage: () => 'Where there are several sections each needs a title.',
  },
};

export class SendListActionDto {
  /** What the button that opens the list says. @example Show times */
  @IsString() @Length(1, 20) button!: string;
  /** One to ten sections, with ten rows in all. */
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(10)
  @ValidateBy(TEN_ROWS_IN_ALL)
  @ValidateBy(TITLED_IF_SEVERAL)
  @ValidateNested({ each: true })
  @Type(() => SendListSectionDto)
  sections!: SendListSectionDto[];
}

export class SendCtaUrlParametersDto {
  @IsString() @Length(1, 20) display_text!: string;
  @IsUrl(WEB_ADDRESS) url!: string;
}

export class SendCtaUrlActionDto {
  @IsIn(['cta_url']) name!: 'cta_url';
  @IsDefined() @ValidateNested() @Type(() => SendCtaUrlParametersDto) parameters!: SendCtaUrlParametersDto;
}

export class SendLocationRequestActionDto {
  @IsIn(['send_location']) name!: 'send_location';
}

export class SendProductActionDto {
  @Matches(/^\d{1,32}$/) catalog_id!: string;
  @IsString() @Length(1, 256) product_retailer_id!: string;
}

/** Kinds whose `action` is checked here only for being an object; Meta checks the rest. */
export const OTHER_INTERACTIVE_TYPES = [
  'flow',
  'product_list',
  'catalog_message',
  'address_message',
  'carousel',
  'order_details',
  'order_status',
  'call_permission_request',
  'voice_call',
  'request_contact_info',
] as const;

export const INTERACTIVE_TYPES = [
  'button',
  'list',
  'cta_url',
  'location_request_message',
  'product',
  ...OTHER_INTERACTIVE_TYPES,
] as const;
export type InteractiveType = (typeof INTERACTIVE_TYPES)[number];

/** Also what an unknown `type` is checked against, so that the answer names the types there are. */
export class SendInteractiveDto {
  @ApiProperty({ type: String, enum: INTERACTIVE_TYPES, example: 'button' })
  @IsIn(INTERACTIVE_TYPES)
  type!: InteractiveType;
  @IsOptional() @ValidateNested() @Type(() => SendInteractiveFooterDto) footer?: SendInteractiveFooterDto;
}

/** Up to three buttons to answer with. */
export class SendButtonsDto extends SendInteractiveDto {
  @IsOptional() @ValidateNested() @Type(() => SendInteractiveHeaderDto) header?: SendInteractiveHeaderDto;
  @IsDefined() @ValidateNested() @Type(() => SendInteractiveTextDto) body!: SendInteractiveTextDto;
  @IsDefined() @ValidateNested() @Type(() => SendButtonActionDto) action!: SendButtonActionDto;
}

/** A menu to choose one row from. */
export class SendListDto extends SendInteractiveDto {
  @IsOptional() @ValidateNested() @Type(() => SendTextHeaderDto) header?: SendTextHeaderDto;
  @IsDefined() @ValidateNested() @Type(() => SendInteractiveLongTextDto) body!: SendInteractiveLongTextDto;
  @IsDefined() @ValidateNested() @Type(() => SendListActionDto) action!: SendListActionDto;
}

/** A button that opens a web page. */
export class SendCtaUrlDto extends SendInteractiveDto {
  @IsOptional() @ValidateNested() @Type(() => SendInteractiveHeaderDto) header?: SendInteractiveHeaderDto;
  @IsDefined() @ValidateNested() @Type(() => SendInteractiveTextDto) body!: SendInteractiveTextDto;
  @IsDefined() @ValidateNested() @Type(() => SendCtaUrlActionDto) action!: SendCtaUrlActionDto;
}

/** A button to share one's location with. */
export class SendLocationRequestDto extends SendInteractiveDto {
  @IsDefined() @ValidateNested() @Type(() => SendInteractiveTextDto) body!: SendInteractiveTextDto;
  @IsDefined()
  @ValidateNested()
  @Type(() => SendLocationRequestActionDto)
  action!: SendLocationRequestActionDto;
}

/** One product of a catalogue. */
export class SendProductMessageDto extends SendInteractiveDto {
  @IsOptional() @ValidateNested() @Type(() => SendInteractiveTextDto) body?: SendInteractiveTextDto;
  @IsDefined() @ValidateNested() @Type(() => SendProductActionDto) action!: SendProductActionDto;
}

export class SendOtherInteractiveDto extends SendInteractiveDto {
  @IsOptional() @ValidateNested() @Type(() => SendInteractiveHeaderDto) header?: SendInteractiveHeaderDto;
  @IsOptional() @ValidateNested() @Type(() => SendInteractiveTextDto) body?: SendInteractiveTextDto;
  @ApiProperty({ type: 'object', additionalProperties: true })
  @IsObject()
  action!: Record<string, unknown>;
}

export const INTERACTIVE_CLASSES = [
  { name: 'button', value: SendButtonsDto },
  { name: 'list', value: SendListDto },
  { name: 'cta_url', value: SendCtaUrlDto },
  { name: 'location_request_message', value: SendLocationRequestDto },
  { name: 'product', value: SendProductMessageDto },
  ...OTHER_INTERACTIVE_TYPES.map((name) => ({ name, value: SendOtherInteractiveDto })),
];

/** Buttons, lists and the like; only inside the customer service window. */
export class SendInteractiveMessageDto extends SendMessageBaseDto {
  @IsIn(['interactive']) type!: 'interactive';
  @ApiProperty({
    oneOf: [...new Set(INTERACTIVE_CLASSES.map(({ value }) => value))].map((kind) => ({
      $ref: getSchemaPath(kind),
    })),
    discriminator: {
      propertyName: 'type',
      mapping: Object.fromEntries(INTERACTIVE_CLASSES.map(({ name, value }) => [name, getSchemaPath(value)])),
    },
  })
  @IsDefined()
  @ValidateNested()
  @Type(() => SendInteractiveDto, {
    keepDiscriminatorProperty: true,
    discriminator: { property: 'type', subTypes: INTERACTIVE_CLASSES },
  })
  interactive!: SendInteractiveDto;
}
