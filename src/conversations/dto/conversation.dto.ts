import { ApiProperty } from '@nestjs/swagger';
import { CursorPaginationDto } from '../../http/page.dto';
import {
  CONVERSATION_PLATFORMS,
  CONVERSATION_PRIORITIES,
  type ConversationPlatform,
  type ConversationPriority,
  IDENTITY_KINDS,
  type IdentityKind,
  SENTIMENT_LABELS,
  SENTIMENT_TRENDS,
  type SentimentLabel,
  type SentimentTrend,
} from '../conversation-types';
import { ConversationCommentThreadDto } from './conversation-comments.dto';
import {
  CONVERSATION_KINDS,
  CONVERSATION_STATUSES,
  type ConversationKind,
  type ConversationStatus,
  type StoredConversation,
} from '../stored-conversation';

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

/** What the customer wrote of late. */
export class ConversationSentimentDto {
  @ApiProperty({ enum: SENTIMENT_LABELS }) label!: SentimentLabel;
  /** From -1, as bad as can be, to 1. */
  @ApiProperty({ type: Number, nullable: true, minimum: -1, maximum: 1, example: -0.42 }) score!:
    number | null;
  /** How it develops; null while there is too little to tell. */
  @ApiProperty({ enum: SENTIMENT_TRENDS, type: String, nullable: true }) trend!: SentimentTrend | null;
}

export class ConversationAssigneeDto {
  id!: string;
  /** @example "Ada Lovelace" */
  name!: string;
}

export class ConversationLabelDto {
  id!: string;
  /** @example "Refund" */
  name!: string;
  /** As `#1f9d55`; null where none was chosen. */
  @ApiProperty({ type: String, nullable: true, example: '#1f9d55' }) color!: string | null;
}

export class ConversationDto {
  id!: string;
  accountId!: string;
  @ApiProperty({ enum: CONVERSATION_PLATFORMS }) platform!: ConversationPlatform;
  /** With one person, in a group, or the comments under one comment. */
  @ApiProperty({ enum: CONVERSATION_KINDS }) kind!: ConversationKind;
  /** Our side: the number, Page or Instagram account that it runs over. */
  @ApiProperty({ type: ConversationChannelDto }) channel!: ConversationChannelDto;
  /** The other side; null in groups and of comments. */
  @ApiProperty({ type: ConversationContactDto, nullable: true }) contact!: ConversationContactDto | null;
  /** Only of Messenger and Instagram. */
  @ApiProperty({ type: ConversationThreadDto, nullable: true }) thread!: ConversationThreadDto | null;
  /** Meta's id of the group, if it is one. */
  groupId!: string | null;
  /** Set for a conversation of comments: its messages are a comment under a post with all answers below it. */
  @ApiProperty({ type: ConversationCommentThreadDto, nullable: true })
  commentThread!: ConversationCommentThreadDto | null;
  /** The user it is assigned to. */
  agentId!: string | null;
  @ApiProperty({ type: ConversationAssigneeDto, nullable: true }) assignee!: ConversationAssigneeDto | null;
  @ApiProperty({ enum: CONVERSATION_STATUSES }) status!: ConversationStatus;
  /** Of a snoozed one: when it wakes. Null: with the customer's next message, which always wakes it. */
  snoozedUntil!: Date | null;
  @ApiProperty({ enum: CONVERSATION_PRIORITIES }) priority!: ConversationPriority;
  /** By name. */
  @ApiProperty({ type: [ConversationLabelDto] }) labels!: ConversationLabelDto[];
  /** Null until something the customer wrote was analysed. */
  @ApiProperty({ type: ConversationSentimentDto, nullable: true })
  sentiment!: ConversationSentimentDto | null;
  /**
   * Messages of the customer that **you** have not read: those since you last marked the conversation as read. Others who
   * work in the account have counts of their own. @example 1
   */
  unreadCount!: number;
  /** When you last marked it as read; null for never. */
  lastReadAt!: Date | null;
  lastMessageAt!: Date | null;
  /**
   * The first 200 characters of the last message; null when it had no text, or is not kept any longer.
   * @example "Do you deliver on Sundays?"
   */
  lastMessagePreview!: string | null;
  lastInboundAt!: Date | null;
  /** Until when free-form messages are allowed; null when the customer never wrote. */
  windowExpiresAt!: Date | null;
  /** The one before it with the same person on the same channel, which was closed. */
  previousConversationId!: string | null;
  closedAt!: Date | null;
  createdAt!: Date;
  updatedAt!: Date;

  static from({ commentThread, ...conversation }: StoredConversation): ConversationDto {
    return Object.assign(new ConversationDto(), conversation, {
      commentThread: commentThread && ConversationCommentThreadDto.from(commentThread),
    });
  }
}

export class ConversationPageDto {
  /** May be fewer than `limit`, even none, where what you look for is rare: there are more as long as `before` is set. */
  @ApiProperty({ type: [ConversationDto] }) conversations!: ConversationDto[];
  @ApiProperty({ type: CursorPaginationDto }) pagination!: CursorPaginationDto;
}
