import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import type { StoredContact } from '../contacts/stored-contact';
import { ContactIdentityDto } from './conversation.dto';

export class ContactQuery {
  /**
   * `true` asks Meta again who the person is, as where the picture's address has ended. Answers with what is stored when
   * Meta does not tell. Only people of Messenger and Instagram can be asked about.
   */
  @IsOptional() @IsIn(['true', 'false']) refresh?: 'true' | 'false';
}

/** A person on the other side, as far as the platforms tell. */
export class ContactDto {
  id!: string;
  accountId!: string;
  name!: string | null;
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
  @ApiProperty({ type: [ContactIdentityDto] }) identities!: ContactIdentityDto[];
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

  static from({ profile, ...contact }: StoredContact): ContactDto {
    const { username, picture_url: pictureUrl, ...rest } = profile;
    return Object.assign(new ContactDto(), contact, {
      username: typeof username === 'string' ? username : null,
      pictureUrl: typeof pictureUrl === 'string' ? pictureUrl : null,
      profile: rest,
    });
  }
}
