import { ApiProperty } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayNotEmpty,
  IsArray,
  IsIn,
  IsOptional,
  IsString,
  IsUUID,
  IsUrl,
  Length,
  Matches,
} from 'class-validator';
import { UploadDirectAttachmentDto } from '../../direct-messaging/dto/direct-attachment.dto';
import { Part, Parts, SIZED } from '../../direct-messaging/dto/direct-field-rules';
import { DirectMessagesQuery } from '../../direct-messaging/dto/direct-message-list.dto';
import { DirectIceBreakersDto, DirectMenuDto } from '../../direct-messaging/dto/direct-profile.dto';
import { TargetApp, ThreadControlFieldsDto } from '../../direct-messaging/dto/thread-control.dto';
import { IfPresent } from '../../http/body-fields';
import { QueryList } from '../../http/query-fields';

const PAGE_ID = /^(\d{1,32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;
const ABOUT_PAGE = { message: 'pageId must be an id of a Page: digits, or a UUID.' };

export class MessengerMessagesQuery extends DirectMessagesQuery {
  /** Only messages of this Page, by Meta's id or ours. @example "113470551234567" */
  @IsOptional() @Matches(PAGE_ID, ABOUT_PAGE) pageId?: string;
  /** The connected Meta account; needed only if you have several. */
  @IsOptional() @IsUUID() accountId?: string;
}

export class UploadMessengerAttachmentDto extends UploadDirectAttachmentDto {
  /** The Page that is going to send it, by Meta's id or ours. Needed only if you have several connected. @example "113470551234567" */
  @IfPresent() @Matches(PAGE_ID, ABOUT_PAGE) pageId?: string;
  /** The connected Meta account, by our id. Needed only if you have several. */
  @IfPresent() @IsUUID() accountId?: string;
}

/** Whose conversation, and of which Page. */
export class MessengerThreadDto extends ThreadControlFieldsDto {
  /** The Page, by Meta's id or ours. Needed only if you have several connected and give a `recipient`. @example "113470551234567" */
  @IfPresent() @Matches(PAGE_ID, ABOUT_PAGE) pageId?: string;
  /** The connected Meta account, by our id. Needed only if you have several. */
  @IfPresent() @IsUUID() accountId?: string;
}

export class PassMessengerThreadDto extends MessengerThreadDto {
  /** Meta's id of the app that gets it; `263902037430900` is the Page inbox, where humans answer. @example "263902037430900" */
  @TargetApp() target_app_id!: string;
}

/** Names a Page. */
export class NamedMessengerPageDto {
  /** By Meta's id or ours. Needed only if you have several connected. @example "113470551234567" */
  @IfPresent() @Matches(PAGE_ID, ABOUT_PAGE) pageId?: string;
  /** The connected Meta account, by our id. Needed only if you have several. */
  @IfPresent() @IsUUID() accountId?: string;
}

export const MESSENGER_PROFILE_FIELDS = [
  'get_started',
  'greeting',
  'persistent_menu',
  'ice_breakers',
  'whitelisted_domains',
] as const;

export class MessengerProfileQuery extends NamedMessengerPageDto {
  /**
   * Which fields; all, where it is left out.
   * @example get_started,greeting
   */
  @QueryList()
  @ArrayNotEmpty()
  @IsIn(MESSENGER_PROFILE_FIELDS, { each: true })
  fields: string[] = [...MESSENGER_PROFILE_FIELDS];
}

export class DeleteMessengerProfileQuery extends NamedMessengerPageDto {
  /**
   * Which fields to take away.
   * @example ice_breakers
   */
  @ApiProperty({ type: String, required: true, description: 'Comma-separated.' })
  @QueryList()
  @ArrayNotEmpty()
  @IsIn(MESSENGER_PROFILE_FIELDS, { each: true })
  fields!: string[];
}

export class MessengerGetStartedDto {
  /** Comes back as a postback when a new person presses the button. @example GET_STARTED */
  @IsString() @Length(1, 1000, SIZED) payload!: string;
}

export class MessengerGreetingDto {
  /** `default` for everybody without a greeting of their own. @example default */
  @Matches(/^(?:default|[a-z]{2,3}_[A-Z]{2})$/, { message: 'locale must be default, or one such as en_US.' })
  locale!: string;
  /** Shown to new people; `{{user_first_name}}` stands for their name. @example "Hello {{user_first_name}}!" */
  @IsString() @Length(1, 160, SIZED) text!: string;
}

/** What is to be set; the fields that are left out stay as they are. */
export class MessengerProfileWriteDto extends NamedMessengerPageDto {
  @IfPresent() @Part(() => MessengerGetStartedDto) get_started?: MessengerGetStartedDto;
  @IfPresent() @Parts(() => MessengerGreetingDto, 1, 100) greeting?: MessengerGreetingDto[];
  /** Needs `get_started` to be set, too. */
  @IfPresent() @Parts(() => DirectMenuDto, 1, 100) persistent_menu?: DirectMenuDto[];
  @IfPresent() @Parts(() => DirectIceBreakersDto, 1, 100) ice_breakers?: DirectIceBreakersDto[];
  /** Whose pages may use Messenger Extensions. @example ["https://shop.example.com"] */
  @IfPresent()
  @IsArray()
  @ArrayMaxSize(50)
  @IsUrl(
    { protocols: ['https'], require_protocol: true, require_tld: false },
    { each: true, message: 'each value in $property must be an https address.' },
  )
  whitelisted_domains?: string[];
}
