import { ApiProperty } from '@nestjs/swagger';
import { IsDefined, IsIn, IsString, IsUrl, Length, MaxLength } from 'class-validator';
import { IfPresent } from '../../http/body-fields';
import { ForType, Part, SIZED } from './send-field-rules';
import { SendDocumentDto, SendFileDto } from './send-media.dto';

// What interactive messages of several kinds are made of.

export const INTERACTIVE_TYPES = [
  'button',
  'list',
  'cta_url',
  'flow',
  'product',
  'product_list',
  'catalog_message',
  'carousel',
  'location_request_message',
  'address_message',
  'request_contact_info',
  'order_details',
  'order_status',
  'call_permission_request',
  'voice_call',
] as const;
export type InteractiveType = (typeof INTERACTIVE_TYPES)[number];

export class SendInteractiveTextDto {
  /** Up to 1024 characters. @example "Shall we deliver tomorrow?" */
  @IsString() @Length(1, 1024, SIZED) text!: string;
}

export class SendInteractiveLongTextDto {
  /** Up to 4096 characters. @example "When shall we come?" */
  @IsString() @Length(1, 4096, SIZED) text!: string;
}

export class SendInteractiveFooterDto {
  /** Up to 60 characters. @example "Lucky Shrub" */
  @IsString() @Length(1, 60, SIZED) text!: string;
}

const HEADER_TYPES = ['text', 'image', 'video', 'document', 'gif'] as const;

/** What stands above the body: text, or one file. */
export class SendInteractiveHeaderDto {
  @ApiProperty({ type: String, enum: HEADER_TYPES, example: 'text' })
  @IsIn(HEADER_TYPES, { message: 'type must be text, image, video, document or gif.' })
  type!: (typeof HEADER_TYPES)[number];
  /** Up to 60 characters. @example "Your delivery" */
  @ForType('text') @IsString() @Length(1, 60, SIZED) text?: string;
  /** With `text`: a smaller line below it. */
  @IfPresent() @IsString() @Length(1, 60, SIZED) sub_text?: string;
  @ForType('image') @IsDefined() @Part(() => SendFileDto) image?: SendFileDto;
  @ForType('video') @IsDefined() @Part(() => SendFileDto) video?: SendFileDto;
  @ForType('document') @IsDefined() @Part(() => SendDocumentDto) document?: SendDocumentDto;
  @ForType('gif') @IsDefined() @Part(() => SendFileDto) gif?: SendFileDto;
}

/** Kinds of message that take no file above their body. */
export class SendTextHeaderDto {
  @IsIn(['text'], { message: 'Above this kind of message only text may stand: type must be text.' })
  type!: 'text';
  /** Up to 60 characters. @example "Our plants" */
  @IsString() @Length(1, 60, SIZED) text!: string;
}

const WEB_ADDRESS = { protocols: ['http', 'https'], require_protocol: true, require_tld: false };

export class SendCtaUrlParametersDto {
  /** What the button says. @example "See dates" */
  @IsString() @Length(1, 20, SIZED) display_text!: string;
  /** @example https://www.luckyshrub.com/dates */
  @IsUrl(WEB_ADDRESS, { message: 'url must be a web address with http:// or https://.' })
  @MaxLength(2000, SIZED)
  url!: string;
}

export class SendCtaUrlActionDto {
  @IsIn(['cta_url']) name!: 'cta_url';
  @IsDefined() @Part(() => SendCtaUrlParametersDto) parameters!: SendCtaUrlParametersDto;
}

/** Also what an unknown `type` is checked against, so that the answer names the types there are. */
export class SendInteractiveDto {
  @ApiProperty({ type: String, enum: INTERACTIVE_TYPES, example: 'button' })
  @IsIn(INTERACTIVE_TYPES, { message: `type must be one of ${INTERACTIVE_TYPES.join(', ')}.` })
  type!: InteractiveType;
}

/** Kinds that may have a small line below the body. */
export class SendFootedInteractiveDto extends SendInteractiveDto {
  @IfPresent() @Part(() => SendInteractiveFooterDto) footer?: SendInteractiveFooterDto;
}
