import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsOptional, IsUUID } from 'class-validator';
import { CursorPageQuery, CursorPaginationDto } from '../../http/page.dto';
import { IDENTITY_KINDS, type IdentityKind, PLATFORMS, type Platform } from '../conversation-types';
import {
  CONVERSATION_STATUSES,
  type ConversationStatus,
  type StoredConversation,
} from '../stored-conversation';

export class ConversationsQuery extends CursorPageQuery {
  /** Only conversations of this connected account; all that you may see otherwise. */
  @IsOptional() @IsUUID() accountId?: string;

  /** Only conversations on this platform. */
  @ApiProperty({ enum: PLATFORMS, required: false })
  @IsOptional()
  @IsIn(PLATFORMS)
  platform?: Platform;

  /** Only conversations in this state. */
  @ApiProperty({ enum: CONVERSATION_STATUSES, required: false })
  @IsOptional()
  @IsIn(CONVERSATION_STATUSES)
  status?: ConversationStatus;
}

export class ContactIdentityDto {
  /** What kind of name the platform has for the person; `wa_id` and `phone` are digits without `+`. */
  @ApiProperty({ enum: IDENTITY_KINDS }) kind!: IdentityKind;
  /** @example 16505551234 */
  value!: string;
}

export class ConversationContactDto {
  id!: string;
  /** As the platform tells it; null when it tells none. */
  name!: string | null;
  /** @example mary.tea */
  username!: string | null;
  /** At Meta, for some days; where it no longer works, read the contact with `refresh=true`. */
  @ApiProperty({ type: String, nullable: true, example: 'https://scontent.example.net/p/100200.jpg' })
  pictureUrl!: string | null;
  /** Everything the platform knows the person by. There may be no phone number among them. */
  @ApiProperty({ type: [ContactIdentityDto] }) identities!: ContactIdentityDto[];
}

export class ConversationChannelDto {
  id!: string;
  /** Meta's id of our phone number, Page or Instagram account. @example 106540352242922 */
  metaId!: string;
  /** @example "Lucky Shrub" */
  name!: string | null;
}

/** What is known of a conversation on Messenger or Instagram beside its messages. */
export class ConversationThreadDto {
  /** Meta's id of the app that owns the conversation, as far as Meta told. */
  @ApiProperty({ type: String, nullable: true, example: null }) ownerAppId!: string | null;
  ownerSince!: Date | null;
  /**
   * `false`: another app, or Meta's own inbox, owns the conversation at present; leave the answering to it, or ask for the
   * conversation first. `null`: Meta told nothing, as where only one app is connected.
   */
  @ApiProperty({ type: Boolean, nullable: true, example: null }) isOurs!: boolean | null;
  /** An app that asked to have the conversation. */
  @ApiProperty({ type: String, nullable: true, example: null }) requestedByAppId!: string | null;
  /** The link or advertisement by which the person last came, in Meta's names: `ref`, `source`, `ad_id`, `ad_title`, …. */
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    nullable: true,
    example: { source: 'ADS', type: 'OPEN_THREAD', ad_id: '120208211234560', ad_title: 'Spring teas' },
  })
  referral!: Record<string, unknown> | null;
  referredAt!: Date | null;
  /** Whether the person linked the Messenger account to one with you. */
  @ApiProperty({ type: Boolean, nullable: true, example: null }) isAccountLinked!: boolean | null;
}

export class ConversationDto {
  id!: string;
  accountId!: string;
  @ApiProperty({ enum: PLATFORMS }) platform!: Platform;
  /** Our side: the number, Page or Instagram account that it runs over. */
  @ApiProperty({ type: ConversationChannelDto }) channel!: ConversationChannelDto;
  /** The other side; null in groups. */
  @ApiProperty({ type: ConversationContactDto, nullable: true }) contact!: ConversationContactDto | null;
  /** Only of Messenger and Instagram. */
  @ApiProperty({ type: ConversationThreadDto, nullable: true }) thread!: ConversationThreadDto | null;
  /** Meta's id of the group, if it is one. */
  groupId!: string | null;
  /** The user it is assigned to. */
  agentId!: string | null;
  @ApiProperty({ enum: CONVERSATION_STATUSES }) status!: ConversationStatus;
  /** Messages of the customer since it was last marked as read. @example 1 */
  unreadCount!: number;
  lastMessageAt!: Date | null;
  /**
   * The first 200 characters of the last message; null when it had no text, or is not kept any longer.
   * @example "Do you deliver on Sundays?"
   */
  lastMessagePreview!: string | null;
  lastInboundAt!: Date | null;
  /** Until when free-form messages are allowed; null when the customer never wrote. */
  windowExpiresAt!: Date | null;
  createdAt!: Date;
  updatedAt!: Date;

  static from(conversation: StoredConversation): ConversationDto {
    return Object.assign(new ConversationDto(), conversation);
  }
}

export class ConversationPageDto {
  @ApiProperty({ type: [ConversationDto] }) conversations!: ConversationDto[];
  @ApiProperty({ type: CursorPaginationDto }) pagination!: CursorPaginationDto;
}
