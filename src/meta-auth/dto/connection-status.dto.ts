import { ApiProperty } from '@nestjs/swagger';
import { IsUUID } from 'class-validator';
import { IfPresent } from '../../http/body-fields';
import type { AccountStatus, MetaAccountEntity, StatusReason } from '../entities/meta-account.entity';
import { ACCOUNT_STATUSES, STATUS_REASONS } from '../entities/meta-account.entity';
import { platformsOf } from '../permissions';

export class StatusQuery {
  /** Which account; needed only by users who have several. */
  @ApiProperty({ type: String, format: 'uuid', required: false })
  @IfPresent()
  @IsUUID()
  accountId?: string;
}

export class PlatformsDto {
  @ApiProperty({ type: Boolean }) whatsapp!: boolean;
  @ApiProperty({ type: Boolean }) facebook!: boolean;
  @ApiProperty({ type: Boolean }) instagram!: boolean;
}

export class ConnectionStatusDto {
  /** Whether calls to Meta work. `false` with all other fields: connected once, and to be connected again. */
  @ApiProperty({ type: Boolean })
  connected!: boolean;

  /** Absent, as all further fields, if nothing was ever connected. */
  @ApiProperty({ type: String, format: 'uuid', required: false })
  accountId?: string;

  /** When the token expires; it is renewed before that. `null` = never. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true, required: false })
  expiresAt?: string | null;

  /** Granted permissions. */
  @ApiProperty({
    type: [String],
    required: false,
    example: ['whatsapp_business_messaging', 'pages_messaging'],
  })
  permissions?: string[];

  /** What those permissions open. */
  @ApiProperty({ type: PlatformsDto, required: false })
  platforms?: PlatformsDto;

  /** `expired`: log in again. `revoked`: the person took the app out of their account. */
  @ApiProperty({ type: String, enum: ACCOUNT_STATUSES, required: false })
  status?: AccountStatus;

  /** Why, where there is something to say; also for an active account that lost permissions. */
  @ApiProperty({ type: String, enum: STATUS_REASONS, nullable: true, required: false })
  statusReason?: StatusReason | null;

  /** @param account null = never connected */
  static from(account: MetaAccountEntity | null, now: Date): ConnectionStatusDto {
    if (account === null) return Object.assign(new ConnectionStatusDto(), { connected: false });
    const { status, statusReason } = presentStatus(account, now);
    return Object.assign(new ConnectionStatusDto(), {
      connected: status === 'active',
      accountId: account.id,
      expiresAt: account.tokenExpiry?.toISOString() ?? null,
      permissions: account.permissions,
      platforms: platformsOf(account.permissions),
      status,
      statusReason,
    });
  }
}

/** A token whose time is over does not work, even while Meta could not be asked about it. */
export function presentStatus(
  { status, statusReason, tokenExpiry }: MetaAccountEntity,
  now: Date,
): { status: AccountStatus; statusReason: StatusReason | null } {
  const isOver = status === 'active' && tokenExpiry !== null && tokenExpiry <= now;
  return isOver ? { status: 'expired', statusReason: 'token_expired' } : { status, statusReason };
}
