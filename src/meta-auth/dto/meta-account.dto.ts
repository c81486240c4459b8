import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsUUID } from 'class-validator';
import { IfPresent } from '../../http/body-fields';
import type { AccountMember, MemberRole, MemberSight } from '../../identity/account-member';
import { MEMBER_ROLES, MEMBER_SIGHTS } from '../../identity/account-member';
import type {
  AccountStatus,
  LoginKind,
  MetaAccountEntity,
  StatusReason,
} from '../entities/meta-account.entity';
import { ACCOUNT_STATUSES, LOGIN_KINDS, STATUS_REASONS } from '../entities/meta-account.entity';
import { platformsOf } from '../permissions';
import { PlatformsDto, presentStatus } from './connection-status.dto';

export class RefreshMetaTokenDto {
  /** Which account; needed only by users who have several. */
  @ApiProperty({ type: String, format: 'uuid', required: false })
  @IfPresent()
  @IsUUID()
  accountId?: string;
}

export class RefreshedMetaTokenDto {
  /** When the token expires now. `null` = never: there was nothing to renew, and Meta said that it works. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  expiresAt!: string | null;
}

export class MetaAccountDto {
  /** The `accountId` of all other calls. */
  @ApiProperty({ type: String, format: 'uuid', example: '0199f3a2-7c1e-7b52-9d6b-3f1f8f4f2a10' })
  id!: string;

  /** The person's or system user's name at Meta. */
  @ApiProperty({ type: String, nullable: true, example: 'Jasper’s Market' })
  name!: string | null;

  /** Meta's id of that person, for this app. */
  @ApiProperty({ type: String, example: '10215551234567890' })
  metaUserId!: string;

  /** Which login it came by. */
  @ApiProperty({ type: String, enum: LOGIN_KINDS })
  loginKind!: LoginKind;

  @ApiProperty({ type: String, enum: ACCOUNT_STATUSES })
  status!: AccountStatus;

  @ApiProperty({ type: String, enum: STATUS_REASONS, nullable: true })
  statusReason!: StatusReason | null;

  /** `null` = the token does not expire. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  expiresAt!: string | null;

  /** From then on Meta refuses reads of the person's data until they use the app again. `null` = never. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  dataAccessExpiresAt!: string | null;

  @ApiProperty({ type: [String], example: ['whatsapp_business_management'] })
  permissions!: string[];

  @ApiProperty({ type: PlatformsDto })
  platforms!: PlatformsDto;

  @ApiProperty({ type: String, format: 'date-time' })
  createdAt!: string;

  /** When Meta was last asked about the token. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  lastCheckedAt!: string | null;

  static from(account: MetaAccountEntity, now: Date): MetaAccountDto {
    return Object.assign(new MetaAccountDto(), {
      id: account.id,
      name: account.name,
      metaUserId: account.metaUserId,
      loginKind: account.loginKind,
      ...presentStatus(account, now),
      expiresAt: account.tokenExpiry?.toISOString() ?? null,
      dataAccessExpiresAt: account.dataAccessExpiry?.toISOString() ?? null,
      permissions: account.permissions,
      platforms: platformsOf(account.permissions),
      createdAt: account.createdAt.toISOString(),
      lastCheckedAt: account.lastCheckedAt?.toISOString() ?? null,
    });
  }
}

export class MetaAccountListDto {
  @ApiProperty({ type: MetaAccountDto, isArray: true })
  accounts!: MetaAccountDto[];
}

const REVOCATION_OUTCOMES = ['revoked', 'failed', 'shared', 'not_possible'] as const;

export class DisconnectedDto {
  @ApiProperty({ type: String, format: 'uuid' })
  accountId!: string;

  @ApiProperty({ type: String, enum: ['disconnected'] })
  status!: 'disconnected';

  /** Whether Meta confirmed that this app's tokens of the person are dead. */
  @ApiProperty({ type: Boolean })
  revokedAtMeta!: boolean;

  /**
   * Why not: `failed` (Meta did not confirm; the person can remove the app in their settings), `shared` (another user of
   * this service is connected as the same person, whose connection would have ended too), `not_possible` (no token left,
   * or Instagram Login, which has no such call).
   */
  @ApiProperty({ type: String, enum: REVOCATION_OUTCOMES })
  revocation!: (typeof REVOCATION_OUTCOMES)[number];
}

export class SetMemberDto {
  /** `member` uses the account; `owner` may also disconnect it and choose its members. */
  @ApiProperty({ type: String, enum: MEMBER_ROLES, required: false, default: 'member' })
  @IfPresent()
  @IsIn(MEMBER_ROLES)
  role?: MemberRole;

  /**
   * `all`: every conversation of the account. `assigned`: only conversations that are assigned to the member or to nobody,
   * with what belongs to them; all others are answered as if they were not there. Left out, it stays what it was, which is
   * `all` for somebody new. Owners see all.
   */
  @ApiProperty({ type: String, enum: MEMBER_SIGHTS, required: false })
  @IfPresent()
  @IsIn(MEMBER_SIGHTS)
  sees?: MemberSight;
}

export class AccountMemberDto {
  @ApiProperty({ type: String, format: 'uuid' }) userId!: string;
  @ApiProperty({ type: String, format: 'email' }) email!: string;
  @ApiProperty({ type: String }) name!: string;
  @ApiProperty({ type: String, enum: MEMBER_ROLES }) role!: MemberRole;
  /** Which conversations of the account the member sees. */
  @ApiProperty({ type: String, enum: MEMBER_SIGHTS }) sees!: MemberSight;
  @ApiProperty({ type: String, format: 'date-time' }) since!: string;

  static from({ since, ...member }: AccountMember): AccountMemberDto {
    return Object.assign(new AccountMemberDto(), { ...member, since: since.toISOString() });
  }
}

export class AccountMemberListDto {
  /** Owners first. */
  @ApiProperty({ type: AccountMemberDto, isArray: true })
  members!: AccountMemberDto[];

  static from(members: readonly AccountMember[]): AccountMemberListDto {
    return { members: members.map((member) => AccountMemberDto.from(member)) };
  }
}
