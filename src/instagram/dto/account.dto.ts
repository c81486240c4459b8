import { ApiProperty } from '@nestjs/swagger';
import type { StoredUnlinkedPage } from '../accounts/unlinked-page';
import {
  INSTAGRAM_STATUSES,
  type InstagramAccountEntity,
  type InstagramStatus,
} from '../entities/instagram-account.entity';

/** A professional Instagram account that you can use through a connected Meta account. */
export class InstagramAccountDto {
  /** Our id; the account's channel in the inbox has the same. */
  @ApiProperty({ type: String, format: 'uuid' })
  id!: string;
  /** Meta's id of the Instagram account. */
  @ApiProperty({ type: String, example: '17841405822304914' })
  igAccountId!: string;
  @ApiProperty({ type: String, example: 'demo.shop' })
  username!: string;
  @ApiProperty({ type: String, nullable: true, example: 'Demo Shop' })
  name!: string | null;
  /** Address of the picture at Meta; it stops working after some days, and this list then has another. */
  @ApiProperty({ type: String, nullable: true })
  profilePicture!: string | null;
  /**
   * `available`: can be connected. `connected`: its messages and comments come in. `reauth_required`: it was connected, and
   * Meta no longer lets us reach it; `statusReason` says why.
   */
  @ApiProperty({ type: String, enum: INSTAGRAM_STATUSES, example: 'connected' })
  status!: InstagramStatus;
  /** Why it does not work. */
  @ApiProperty({ type: String, nullable: true, example: null })
  statusReason!: string | null;
  /** The connected Meta account. */
  @ApiProperty({ type: String, format: 'uuid' })
  accountId!: string;
  /** Meta's id of the Page that it is linked to; null for Instagram Login, which needs no Page. */
  @ApiProperty({ type: String, nullable: true, example: '113470551234567' })
  pageId!: string | null;
  @ApiProperty({ type: String, nullable: true })
  pageName!: string | null;
  @ApiProperty({ type: Date, nullable: true })
  connectedAt!: Date | null;
  /** When it was last looked at whether token and permissions still suffice. */
  @ApiProperty({ type: Date, nullable: true })
  healthCheckedAt!: Date | null;
  /** When name and picture were last read from Meta. */
  @ApiProperty({ type: Date, nullable: true })
  syncedAt!: Date | null;
  @ApiProperty({ type: Date })
  createdAt!: Date;

  static from(account: InstagramAccountEntity): InstagramAccountDto {
    return Object.assign(new InstagramAccountDto(), {
      id: account.id,
      igAccountId: account.igAccountId,
      username: account.username,
      name: account.name,
      profilePicture: account.profilePicture,
      status: account.status,
      statusReason: account.statusReason,
      accountId: account.accountId,
      pageId: account.pageId,
      pageName: account.pageName,
      connectedAt: account.connectedAt,
      healthCheckedAt: account.healthCheckedAt,
      syncedAt: account.syncedAt,
      createdAt: account.createdAt,
    });
  }
}

export const UNLINKED_REASONS = ['not_linked', 'personal_account'] as const;

/** A Page from which no Instagram account can be connected, and why. */
export class UnlinkedPageDto {
  /** Meta's id of the Page. */
  @ApiProperty({ type: String, example: '113470559876543' })
  pageId!: string;
  @ApiProperty({ type: String, nullable: true, example: 'Demo Second Page' })
  pageName!: string | null;
  /** Of a personal account that is linked to it. */
  @ApiProperty({ type: String, nullable: true, example: null })
  username!: string | null;
  /** `not_linked`: the Page has no Instagram account. `personal_account`: it has one that no app may manage. */
  @ApiProperty({ type: String, enum: UNLINKED_REASONS, example: 'not_linked' })
  reason!: (typeof UNLINKED_REASONS)[number];
  /** What to do about it. */
  @ApiProperty({
    type: String,
    example:
      'No Instagram account is linked to the Page. Link a professional one in the settings of the Page, then refresh this list.',
  })
  message!: string;

  static from({ pageId, pageName, username, reason }: StoredUnlinkedPage): UnlinkedPageDto {
    return Object.assign(new UnlinkedPageDto(), {
      pageId,
      pageName,
      username,
      reason,
      message:
        reason === 'not_linked'
          ? 'No Instagram account is linked to the Page. Link a professional one in the settings of the Page, then refresh this list.'
          : `${username ?? 'The linked Instagram account'} is a personal account, which no app may manage. Switch it to a professional account in Instagram's settings, then refresh this list.`,
    });
  }
}

export class InstagramAccountListDto {
  @ApiProperty({ type: [InstagramAccountDto] })
  accounts!: InstagramAccountDto[];
  /** Pages of yours that lead to no Instagram account. */
  @ApiProperty({ type: [UnlinkedPageDto] })
  unavailable!: UnlinkedPageDto[];
}

export class DisconnectedInstagramDto {
  /** Our id. */
  @ApiProperty({ type: String, format: 'uuid' })
  id!: string;
  /** Meta's id. */
  @ApiProperty({ type: String, example: '17841405822304914' })
  igAccountId!: string;
  @ApiProperty({ type: String, enum: ['available'] })
  status!: 'available';
  /**
   * Whether Meta confirmed that it sends nothing more. `false`: it did not answer, or the Page that the account is linked to
   * is connected and needs the subscription. What still comes is kept aside and belongs to nobody.
   */
  @ApiProperty({ type: Boolean, example: true })
  unsubscribedAtMeta!: boolean;
}
