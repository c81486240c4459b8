import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsString, Length, Matches } from 'class-validator';
import { IfPresent, NameField } from '../../http/body-fields';
import { QueryBoolean } from '../../http/query-fields';
import { PhoneNumberDto } from './account.dto';
import { WabaQuery } from './account-query.dto';

const PIN = { message: '$property must be six digits' };
const NAME_MAX = 256;

export class ReadNumberQuery {
  /** Ask Meta first. When Meta does not answer, what was stored before comes, with `stale: true`. */
  @IfPresent() @QueryBoolean() refresh?: boolean;
}

/** A number, and whether it is as fresh as was asked for. */
export class PhoneNumberDetailDto extends PhoneNumberDto {
  /** True when Meta was to be asked and did not answer. */
  @ApiProperty({ type: Boolean, example: false })
  stale!: boolean;
}

/** Something that hinders sending. */
export class HealthProblemDto {
  /** Whose trouble it is. */
  @ApiProperty({
    type: String,
    example: 'BUSINESS',
    description: '`PHONE_NUMBER`, `WABA`, `BUSINESS`, `APP` or `MESSAGE_TEMPLATE`.',
  })
  entity!: string;
  /** By Meta's id. */
  @ApiProperty({ type: String, nullable: true, example: '2729063490586005' })
  entityId!: string | null;
  /** `BLOCKED`: nothing can be sent. `LIMITED`: not everything. */
  @ApiProperty({ type: String, example: 'BLOCKED' })
  verdict!: string;
  /** Meta's. */
  @ApiProperty({ type: Number, nullable: true, example: 141010 })
  code!: number | null;
  @ApiProperty({ type: String, example: 'The business has no valid payment method.' })
  problem!: string;
  /** What to do, as far as Meta says. */
  @ApiProperty({ type: String, nullable: true, example: 'Add one in WhatsApp Manager.' })
  solution!: string | null;
}

export class NumberHealthDto {
  /** Meta's id of the number. */
  @ApiProperty({ type: String, example: '106540352242922' })
  phoneNumberId!: string;
  /** `AVAILABLE`, `LIMITED` or `BLOCKED`; `null` when Meta does not tell. */
  @ApiProperty({ type: String, nullable: true, example: 'AVAILABLE' })
  verdict!: string | null;
  /** The same in one sentence, with what to do. */
  @ApiProperty({ type: String, example: 'Messages can be sent.' })
  summary!: string;
  /** What blocks first, then what limits. */
  @ApiProperty({ type: [HealthProblemDto] })
  problems!: HealthProblemDto[];
  /** As this service knows it, from Meta's answers to messages too. */
  @ApiProperty({ type: Boolean })
  canSend!: boolean;
  @ApiProperty({ type: String, nullable: true, example: null })
  sendingProblem!: string | null;
  /** True when Meta did not answer and this is what was stored before. */
  @ApiProperty({ type: Boolean, example: false })
  stale!: boolean;
}

export class AddPhoneNumberDto extends WabaQuery {
  /** Country calling code, without `+`. @example "1" */
  @Matches(/^[1-9]\d{0,2}$/, { message: 'countryCode must be a calling code of 1 to 3 digits, without +' })
  countryCode!: string;
  /** The rest of the number, digits only. @example "5550783881" */
  @Matches(/^\d{4,14}$/, { message: 'phoneNumber must be digits only, without the country code' })
  phoneNumber!: string;
  /** What customers will see, once Meta has approved it. */
  @NameField(NAME_MAX) displayName!: string;
}

export class RequestCodeDto {
  @ApiProperty({ type: String, enum: ['SMS', 'VOICE'] })
  @IsIn(['SMS', 'VOICE'])
  method!: 'SMS' | 'VOICE';
  /** In which the code is told. */
  @ApiProperty({ type: String, required: false, default: 'en_US', example: 'en_US' })
  @Matches(/^[a-z]{2,3}(_[A-Z]{2})?$/, { message: 'language must be as en or en_US' })
  language: string = 'en_US';
}

export class VerifyCodeDto {
  /** As it was told, with or without the dash. @example 123-456 */
  @Matches(/^\d{3}-?\d{3}$/, { message: 'code must be six digits' })
  code!: string;
}

export class RegisterNumberDto {
  /** Two-step PIN: the number's if it has one, else it becomes the number's. Left out: the stored one, else a new one. */
  @ApiProperty({ type: String, required: false, example: '739164' })
  @IfPresent()
  @Matches(/^\d{6}$/, PIN)
  pin?: string;
  /** Country, in two letters, in which Meta is to keep the messages. Cannot be changed while the number is registered. */
  @ApiProperty({ type: String, required: false, example: 'DE' })
  @IfPresent()
  @Matches(/^[A-Z]{2}$/, { message: 'dataLocalizationRegion must be two capital letters' })
  dataLocalizationRegion?: string;
}

export class TwoStepPinDto {
  @ApiProperty({ type: String, example: '739164' })
  @Matches(/^\d{6}$/, PIN)
  pin!: string;
}

export class RevealedPinDto {
  /** The one that Meta took last; `null`: none that is known for certain. */
  @ApiProperty({ type: String, nullable: true, example: '739164' })
  pin!: string | null;
  /** One that was sent while the connection broke: it holds if `pin` does not. */
  @ApiProperty({ type: String, nullable: true, example: null })
  pendingPin!: string | null;
  @ApiProperty({ type: Date, nullable: true })
  setAt!: Date | null;
  /** True when Meta told of a change since, which was made elsewhere. */
  @ApiProperty({ type: Boolean, example: false })
  outdated!: boolean;
}

export class DisplayNameDto {
  /** Meta lets it be changed ten times within 30 days. */
  @NameField(NAME_MAX) displayName!: string;
}

export class SetUsernameDto {
  /** 3 to 35 letters, digits, dots and underscores. @example luckyshrub */
  @IsString()
  @Length(3, 35)
  @Matches(/^[A-Za-z0-9._]+$/, { message: 'username may hold letters, digits, dots and underscores only' })
  username!: string;
}

export class UsernameDto {
  @ApiProperty({ type: String, nullable: true, example: 'luckyshrub' })
  username!: string | null;
  /** `approved`, or `reserved` as long as Meta only sets it aside. */
  @ApiProperty({ type: String, nullable: true, example: 'approved' })
  status!: string | null;
}
