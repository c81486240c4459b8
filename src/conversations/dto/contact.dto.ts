import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { CursorPaginationDto } from '../../http/page.dto';
import type { ContactConversation, StoredContact } from '../contacts/stored-contact';
import { CONVERSATION_PLATFORMS, type ConversationPlatform } from '../conversation-types';
import { CONVERSATION_STATUSES, type ConversationStatus } from '../stored-conversation';
import { ContactIdentityDto, ConversationChannelDto } from './conversation.dto';

export class ContactQuery {
  /**
   * `true` asks Meta again who the person is, as where the picture's address has ended. Answers with what is stored when
   * Meta does not tell. Only people of Messenger and Instagram can be asked about.
   */
  @IsOptional() @IsIn(['true', 'false']) refresh?: 'true' | 'false';
}

/** A person on the other side, as far as the platforms tell and the team knows. */
export class ContactDto {
  id!: string;
  accountId!: string;
  /** What the platform calls the person, unless one of the team gave another name. */
  name!: string | null;
  /** Who gave the name; null where the platform told it. */
  @ApiProperty({ type: String, nullable: true, example: null }) namedBy!: string | null;
  /** @example mary.tea */
  username!: string | null;
  /** At Meta, for some days; read the contact with `refresh=true` for another one. */
  @ApiProperty({ type: String, nullable: true, example: 'https://scontent.example.net/p/100200.jpg' })
  pictureUrl!: string | null;
  /**
   * What else is told, by name: `first_name`, `last_name`, `locale`, `timezone`, `gender` of people on Messenger;
   * `follower_count`, `is_user_follow_business`, `is_business_follow_user`, `is_verified_user` of people on Instagram.
   */
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    example: { follower_count: 120, is_user_follow_business: true },
  })
  profile!: Record<string, unknown>;
  /** What your team keeps about the person, by names of its own: text, numbers, yes and no. */
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    example: { tier: 'gold', orders: 12, vip: true },
  })
  attributes!: Record<string, unknown>;
  /** Of your team, about the person. */
  @ApiProperty({ type: String, nullable: true, example: 'Prefers to be called in the evening.' })
  note!: string | null;
  /** Everything that the platforms know the person by. */
  @ApiProperty({ type: [ContactIdentityDto] }) identities!: ContactIdentityDto[];
  /** Further contacts that somebody merged into this one; `GET …/merges` says who and when. */
  @ApiProperty({ type: [String], example: [] }) mergedIds!: string[];
  /** When Meta was last asked who the person is. */
  profileReadAt!: Date | null;
  /** Why Meta does not tell; null where it does, or was not asked. */
  @ApiProperty({ type: String, nullable: true, example: null }) profileRefusal!: string | null;
  /** Wants no messages at all. */
  optedOutAt!: Date | null;
  /** Wants no marketing. */
  marketingOptedOutAt!: Date | null;
  createdAt!: Date;
  updatedAt!: Date;

  static from(contact: StoredContact): ContactDto {
    return Object.assign(new ContactDto(), fieldsOf(contact));
  }
}

export class ContactConversationDto {
  id!: string;
  @ApiProperty({ enum: CONVERSATION_PLATFORMS }) platform!: ConversationPlatform;
  @ApiProperty({ type: ConversationChannelDto }) channel!: ConversationChannelDto;
  @ApiProperty({ enum: CONVERSATION_STATUSES }) status!: ConversationStatus;
  /** The user it is assigned to. */
  agentId!: string | null;
  lastMessageAt!: Date | null;
}

export class ContactDetailDto extends ContactDto {
  /**
   * The conversations with the person that you may see, the latest first, 25 at most: `GET /conversations?contactId=` has
   * all of them.
   */
  @ApiProperty({ type: [ContactConversationDto] }) conversations!: ContactConversationDto[];

  static of(contact: StoredContact, conversations: readonly ContactConversation[]): ContactDetailDto {
    return Object.assign(new ContactDetailDto(), fieldsOf(contact), { conversations: [...conversations] });
  }
}

export class ContactPageDto {
  /** Who became known last comes first. */
  @ApiProperty({ type: [ContactDto] }) contacts!: ContactDto[];
  pagination!: CursorPaginationDto;
}

function fieldsOf({ profile, isNamedByHand, namedBy, ...contact }: StoredContact): ContactDto {
  const { username, picture_url: pictureUrl, ...rest } = profile;
  return {
    ...contact,
    namedBy: isNamedByHand ? namedBy : null,
    username: typeof username === 'string' ? username : null,
    pictureUrl: typeof pictureUrl === 'string' ? pictureUrl : null,
    profile: rest,
  };
}
