import { ApiProperty } from '@nestjs/swagger';
import type { WhatsAppBusinessAccountEntity } from '../entities/whatsapp-business-account.entity';
import type { WhatsAppPhoneNumberEntity } from '../entities/whatsapp-phone-number.entity';
import { sendingLimitsOf } from '../accounts/sending-limits';
import { BusinessProfileDto } from './business-profile.dto';

/** A business phone number as Meta sees it. */
export class PhoneNumberDto {
  /** Our id. */
  @ApiProperty({ type: String, format: 'uuid' })
  id!: string;
  /** Meta's id: messages are sent from it. */
  @ApiProperty({ type: String, example: '106540352242922' })
  phoneNumberId!: string;
  /** Meta's id of the WhatsApp Business Account. */
  @ApiProperty({ type: String, example: '102290129340398' })
  wabaId!: string;
  @ApiProperty({ type: String, nullable: true, example: '+1 555-078-3881' })
  phoneNumber!: string | null;
  /** The verified name that customers see. */
  @ApiProperty({ type: String, nullable: true, example: 'Lucky Shrub' })
  displayName!: string | null;
  /** `CONNECTED` can send. Else `PENDING`, `FLAGGED`, `RESTRICTED`, `BANNED`, … in Meta's words. */
  @ApiProperty({ type: String, example: 'CONNECTED' })
  status!: string;
  /** `GREEN`, `YELLOW`, `RED`, or `UNKNOWN` as long as too little was sent. */
  @ApiProperty({ type: String, nullable: true, example: 'GREEN' })
  qualityRating!: string | null;
  /** How many people may be written to first in 24 hours, as `TIER_1K`; shared by all numbers of the business. */
  @ApiProperty({ type: String, nullable: true, example: 'TIER_1K' })
  messagingLimit!: string | null;
  /** `STANDARD` (80 messages a second) or `HIGH` (1000). */
  @ApiProperty({ type: String, nullable: true, example: 'STANDARD' })
  throughput!: string | null;
  /** Meta's review of the display name. */
  @ApiProperty({ type: String, nullable: true, example: 'APPROVED' })
  nameStatus!: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'VERIFIED' })
  codeVerificationStatus!: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'CLOUD_API' })
  platformType!: string | null;
  /** `LIVE`, or `SANDBOX` for Meta's test numbers. */
  @ApiProperty({ type: String, nullable: true, example: 'LIVE' })
  accountMode!: string | null;
  @ApiProperty({ type: Boolean, nullable: true })
  isOfficialBusinessAccount!: boolean | null;
  /** True when the number is also used in the WhatsApp Business app on a phone. */
  @ApiProperty({ type: Boolean, nullable: true })
  isOnBizApp!: boolean | null;
  /** A name that Meta is looking at; `displayName` stays until it is approved and the number registered again. */
  @ApiProperty({ type: String, nullable: true, example: null })
  newDisplayName!: string | null;
  /** Meta's review of `newDisplayName`. */
  @ApiProperty({ type: String, nullable: true, example: null })
  newNameStatus!: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'luckyshrub' })
  username!: string | null;
  /** Messages that may leave it per second. */
  @ApiProperty({ type: Number, example: 80 })
  throughputPerSecond!: number;
  /** False where it is known that Meta refuses every message; `sendingProblem` says why. */
  @ApiProperty({ type: Boolean })
  canSend!: boolean;
  /** False also where only answers to people are let through. */
  @ApiProperty({ type: Boolean })
  canInitiate!: boolean;
  /** What keeps it from sending and what to do about it. */
  @ApiProperty({ type: String, nullable: true, example: null })
  sendingProblem!: string | null;
  /** When this was last read from Meta. */
  @ApiProperty({ type: Date, nullable: true })
  syncedAt!: Date | null;
  @ApiProperty({ type: Date })
  createdAt!: Date;

  static from(number: WhatsAppPhoneNumberEntity, waba: WhatsAppBusinessAccountEntity): PhoneNumberDto {
    const limits = sendingLimitsOf(number, waba, new Date());
    return Object.assign(new PhoneNumberDto(), {
      id: number.id,
      phoneNumberId: number.phoneNumberId,
      wabaId: waba.wabaId,
      phoneNumber: number.phoneNumber,
      displayName: number.displayName,
      status: number.status,
      qualityRating: number.qualityRating,
      messagingLimit: number.messagingLimit ?? waba.messagingLimit,
      throughput: number.throughputLevel,
      nameStatus: number.nameStatus,
      codeVerificationStatus: number.codeVerificationStatus,
      platformType: number.platformType,
      accountMode: number.accountMode,
      isOfficialBusinessAccount: number.isOfficialBusinessAccount,
      isOnBizApp: number.isOnBizApp,
      newDisplayName: number.newDisplayName,
      newNameStatus: number.newNameStatus,
      username: number.username,
      throughputPerSecond: limits.throughputPerSecond,
      canSend: limits.canSend,
      canInitiate: limits.canInitiate,
      sendingProblem: limits.reason,
      syncedAt: number.syncedAt,
      createdAt: number.createdAt,
    });
  }
}

/** A WhatsApp Business Account together with one of its numbers. */
export class WhatsAppAccountDto {
  /** Our id of the WhatsApp Business Account. */
  @ApiProperty({ type: String, format: 'uuid' })
  id!: string;
  /** The connected Meta account. */
  @ApiProperty({ type: String, format: 'uuid' })
  accountId!: string;
  /** Meta's id of the WhatsApp Business Account. */
  @ApiProperty({ type: String, example: '102290129340398' })
  wabaId!: string;
  /** Meta's id of the number; `null` as long as the account has none, and then all that is about a number is null. */
  @ApiProperty({ type: String, nullable: true, example: '106540352242922' })
  phoneNumberId!: string | null;
  @ApiProperty({ type: String, nullable: true, example: '+1 555-078-3881' })
  phoneNumber!: string | null;
  /** The number's verified name, else the account's name. */
  @ApiProperty({ type: String, nullable: true, example: 'Lucky Shrub' })
  displayName!: string | null;
  /** The number's, as `CONNECTED`; the account's own as long as there is no number. */
  @ApiProperty({ type: String, example: 'CONNECTED' })
  status!: string;
  @ApiProperty({ type: BusinessProfileDto })
  businessProfile!: BusinessProfileDto;
  /** `GREEN`, `YELLOW`, `RED`, or `UNKNOWN` as long as too little was sent. */
  @ApiProperty({ type: String, nullable: true, example: 'GREEN' })
  qualityRating!: string | null;
  /** Meta's review of the account: `APPROVED`, `PENDING`, `REJECTED`, or what a webhook told, as `DISABLED`. */
  @ApiProperty({ type: String, example: 'APPROVED' })
  accountStatus!: string;
  @ApiProperty({ type: String, nullable: true, example: 'TIER_1K' })
  messagingLimit!: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'STANDARD' })
  throughput!: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'APPROVED' })
  nameStatus!: string | null;
  /** Whether Meta delivers this account's webhooks to us. */
  @ApiProperty({ type: Boolean })
  subscribed!: boolean;
  /** When this was last read from Meta. */
  @ApiProperty({ type: Date, nullable: true })
  syncedAt!: Date | null;
  @ApiProperty({ type: Date })
  createdAt!: Date;

  static from(
    waba: WhatsAppBusinessAccountEntity,
    number: WhatsAppPhoneNumberEntity | null,
  ): WhatsAppAccountDto {
    return Object.assign(new WhatsAppAccountDto(), {
      id: waba.id,
      accountId: waba.accountId,
      wabaId: waba.wabaId,
      phoneNumberId: number?.phoneNumberId ?? null,
      phoneNumber: number?.phoneNumber ?? null,
      displayName: number?.displayName ?? waba.name,
      status: number?.status ?? waba.status,
      businessProfile: BusinessProfileDto.from(number?.businessProfile ?? {}),
      qualityRating: number?.qualityRating ?? null,
      accountStatus: waba.status,
      messagingLimit: number?.messagingLimit ?? waba.messagingLimit,
      throughput: number?.throughputLevel ?? null,
      nameStatus: number?.nameStatus ?? null,
      subscribed: waba.subscribedAt !== null,
      syncedAt: number?.syncedAt ?? waba.syncedAt,
      createdAt: number?.createdAt ?? waba.createdAt,
    });
  }
}

/** Something that Meta forbids an account. */
export class AccountRestrictionDto {
  /** Meta's word, as `RESTRICTED_BIZ_INITIATED_MESSAGING`: only answers may be sent. */
  @ApiProperty({ type: String, example: 'RESTRICTED_BIZ_INITIATED_MESSAGING' })
  type!: string;
  /** `null`: until Meta says otherwise. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  expiresAt!: string | null;
}

/** A WhatsApp Business Account with all its numbers. */
export class WabaDto {
  /** Our id. */
  @ApiProperty({ type: String, format: 'uuid' })
  id!: string;
  /** The connected Meta account. */
  @ApiProperty({ type: String, format: 'uuid' })
  accountId!: string;
  /** Meta's id. */
  @ApiProperty({ type: String, example: '102290129340398' })
  wabaId!: string;
  @ApiProperty({ type: String, nullable: true, example: 'Lucky Shrub' })
  name!: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'USD' })
  currency!: string | null;
  /** Meta's number of the time zone. */
  @ApiProperty({ type: String, nullable: true, example: '1' })
  timezoneId!: string | null;
  /** Meta's review: `APPROVED`, `PENDING`, `REJECTED`, or what a webhook told, as `DISABLED`. */
  @ApiProperty({ type: String, example: 'APPROVED' })
  status!: string;
  @ApiProperty({ type: String, nullable: true, example: 'TIER_1K' })
  messagingLimit!: string | null;
  /** Meta's own report on whether it can send, and what hinders it. */
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    nullable: true,
    example: { can_send_message: 'AVAILABLE' },
  })
  healthStatus!: Record<string, unknown> | null;
  /** What Meta forbids for a time. */
  @ApiProperty({ type: [AccountRestrictionDto] })
  restrictions!: AccountRestrictionDto[];
  /** How many numbers Meta lets it have; `null`: not told. */
  @ApiProperty({ type: Number, nullable: true, example: 20 })
  phoneNumberLimit!: number | null;
  /** Since when Meta delivers its webhooks to us; `null`: it does not. */
  @ApiProperty({ type: Date, nullable: true })
  subscribedAt!: Date | null;
  @ApiProperty({ type: Date, nullable: true })
  syncedAt!: Date | null;
  @ApiProperty({ type: Date })
  createdAt!: Date;
  @ApiProperty({ type: [PhoneNumberDto] })
  phoneNumbers!: PhoneNumberDto[];

  static from(waba: WhatsAppBusinessAccountEntity, numbers: readonly WhatsAppPhoneNumberEntity[]): WabaDto {
    return Object.assign(new WabaDto(), {
      id: waba.id,
      accountId: waba.accountId,
      wabaId: waba.wabaId,
      name: waba.name,
      currency: waba.currency,
      timezoneId: waba.timezoneId,
      status: waba.status,
      messagingLimit: waba.messagingLimit,
      healthStatus: waba.healthStatus,
      restrictions: waba.restrictions.map((each) => Object.assign(new AccountRestrictionDto(), each)),
      phoneNumberLimit: waba.phoneNumberLimit,
      subscribedAt: waba.subscribedAt,
      syncedAt: waba.syncedAt,
      createdAt: waba.createdAt,
      phoneNumbers: numbers.map((number) => PhoneNumberDto.from(number, waba)),
    });
  }
}

export class WabaListDto {
  @ApiProperty({ type: [WabaDto] })
  accounts!: WabaDto[];
}

export class PhoneNumberListDto {
  @ApiProperty({ type: [PhoneNumberDto] })
  phoneNumbers!: PhoneNumberDto[];
}

/** Something that a look at Meta did not bring; the rest of the answer is good. */
export class SyncFailureDto {
  /** Meta's id; `null` when a way to look for accounts was refused. */
  @ApiProperty({ type: String, nullable: true, example: '524126980791429' })
  wabaId!: string | null;
  /** `find`: Meta refused to list. `import`: it could not be read, or is somebody else's. `subscribe`: no webhooks come. */
  @ApiProperty({ type: String, enum: ['find', 'import', 'subscribe'], example: 'import' })
  step!: 'find' | 'import' | 'subscribe';
  /** As in an error answer. */
  @ApiProperty({ type: String, example: 'CONFLICT' })
  code!: string;
  @ApiProperty({ type: String, example: 'Another account of this service owns this already.' })
  message!: string;
}

export class AccountSyncDto extends WabaListDto {
  /** Empty when everything was read. */
  @ApiProperty({ type: [SyncFailureDto] })
  failures!: SyncFailureDto[];
}
