import { ApiProperty } from '@nestjs/swagger';
import { ArrayNotEmpty, IsIn, IsOptional, Matches } from 'class-validator';
import { UploadDirectAttachmentDto } from '../../direct-messaging/dto/direct-attachment.dto';
import { Parts } from '../../direct-messaging/dto/direct-field-rules';
import { DirectMessagesQuery } from '../../direct-messaging/dto/direct-message-list.dto';
import { DirectIceBreakersDto, DirectMenuDto } from '../../direct-messaging/dto/direct-profile.dto';
import { TargetApp, ThreadControlFieldsDto } from '../../direct-messaging/dto/thread-control.dto';
import { IfPresent } from '../../http/body-fields';
import { QueryList } from '../../http/query-fields';

const ID = /^(\d{1,32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;
const ABOUT = { message: '$property must be an id: digits, or a UUID.' };

export class InstagramMessagesQuery extends DirectMessagesQuery {
  /** Only messages of this Instagram account, by Meta's id or ours. @example "17841405822304914" */
  @IsOptional() @Matches(ID, ABOUT) igAccountId?: string;
  /** The connected Meta account, needed only if you have several; or the same as `igAccountId`. */
  @IsOptional() @Matches(ID, ABOUT) accountId?: string;
}

export class UploadInstagramAttachmentDto extends UploadDirectAttachmentDto {
  /** The account that is going to send it, by Meta's id or ours. Needed only if you have several. @example "17841405822304914" */
  @IfPresent() @Matches(ID, ABOUT) igAccountId?: string;
  /** The connected Meta account, needed only if you have several; or the same as `igAccountId`. */
  @IfPresent() @Matches(ID, ABOUT) accountId?: string;
}

/** Whose conversation, and of which account. */
export class InstagramThreadDto extends ThreadControlFieldsDto {
  /** The Instagram account, by Meta's id or ours. Needed only if you have several and give a `recipient`. @example "17841405822304914" */
  @IfPresent() @Matches(ID, ABOUT) igAccountId?: string;
  /** The connected Meta account, needed only if you have several; or the same as `igAccountId`. */
  @IfPresent() @Matches(ID, ABOUT) accountId?: string;
}

export class PassInstagramThreadDto extends InstagramThreadDto {
  /** Meta's id of the app that gets it; `1217981644879628` is the inbox, where humans answer. @example "1217981644879628" */
  @TargetApp() target_app_id!: string;
}

/** Names an Instagram account. */
export class NamedInstagramSenderDto {
  /** By Meta's id or ours. Needed only if you have several connected. @example "17841405822304914" */
  @IfPresent() @Matches(ID, ABOUT) igAccountId?: string;
  /** The connected Meta account, needed only if you have several; or the same as `igAccountId`. */
  @IfPresent() @Matches(ID, ABOUT) accountId?: string;
}

export const INSTAGRAM_PROFILE_FIELDS = ['persistent_menu', 'ice_breakers'] as const;

export class InstagramProfileQuery extends NamedInstagramSenderDto {
  /**
   * Which fields; all, where it is left out.
   * @example ice_breakers
   */
  @QueryList()
  @ArrayNotEmpty()
  @IsIn(INSTAGRAM_PROFILE_FIELDS, { each: true })
  fields: string[] = [...INSTAGRAM_PROFILE_FIELDS];
}

export class DeleteInstagramProfileQuery extends NamedInstagramSenderDto {
  /**
   * Which fields to take away.
   * @example ice_breakers
   */
  @ApiProperty({ type: String, required: true, description: 'Comma-separated.' })
  @QueryList()
  @ArrayNotEmpty()
  @IsIn(INSTAGRAM_PROFILE_FIELDS, { each: true })
  fields!: string[];
}

/** What is to be set; the fields that are left out stay as they are. */
export class InstagramProfileWriteDto extends NamedInstagramSenderDto {
  @IfPresent() @Parts(() => DirectMenuDto, 1, 100) persistent_menu?: DirectMenuDto[];
  @IfPresent() @Parts(() => DirectIceBreakersDto, 1, 100) ice_breakers?: DirectIceBreakersDto[];
}
