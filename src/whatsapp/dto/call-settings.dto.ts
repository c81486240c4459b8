import { ApiProperty } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsBoolean,
  IsIn,
  IsISO8601,
  IsString,
  IsTimeZone,
  Length,
  Matches,
} from 'class-validator';
import { IfPresent, NestedArray, NestedObject } from '../../http/body-fields';

export const CALL_DAYS = [
  'MONDAY',
  'TUESDAY',
  'WEDNESDAY',
  'THURSDAY',
  'FRIDAY',
  'SATURDAY',
  'SUNDAY',
] as const;
const TIME = /^([01]\d|2[0-3]):[0-5]\d$/;
const TIME_MESSAGE = { message: '$property must be a time of day, such as 09:30' };

export class CallDayDto {
  @ApiProperty({ type: String, enum: CALL_DAYS }) @IsIn(CALL_DAYS) day!: string;
  /** @example 09:30 */
  @Matches(TIME, TIME_MESSAGE) open!: string;
  /** @example 17:00 */
  @Matches(TIME, TIME_MESSAGE) close!: string;
}

/** A day on which other hours count. */
export class CallHolidayDto {
  /** @example 2027-01-01 */
  @IsISO8601({ strict: true }) @Length(10, 10) date!: string;
  /** @example 00:00 */
  @Matches(TIME, TIME_MESSAGE) open!: string;
  /** @example 23:59 */
  @Matches(TIME, TIME_MESSAGE) close!: string;
}

/** When people can call; outside these hours they are offered to be called back. Replaced whole. */
export class CallHoursDto {
  @ApiProperty({ type: Boolean }) @IsBoolean() enabled!: boolean;

  /** @example Europe/Berlin */
  @IsString() @IsTimeZone() timezone!: string;

  /** At most two spans a day. */
  @ApiProperty({ type: [CallDayDto] })
  @NestedArray(() => CallDayDto)
  @ArrayMinSize(1)
  @ArrayMaxSize(14)
  weekly!: CallDayDto[];

  /** Left out: none. */
  @ApiProperty({ type: [CallHolidayDto], required: false })
  @IfPresent()
  @NestedArray(() => CallHolidayDto)
  @ArrayMaxSize(20)
  holidays?: CallHolidayDto[];
}

/** What is left out stays as it is. */
export class ChangeCallSettingsDto {
  /** Whether the number can be called at all. */
  @ApiProperty({ type: Boolean, required: false }) @IfPresent() @IsBoolean() enabled?: boolean;
  /** Whether chats show the button to call. */
  @ApiProperty({ type: Boolean, required: false }) @IfPresent() @IsBoolean() iconVisible?: boolean;
  /** Whether who calls gives the business permission to call back. */
  @ApiProperty({ type: Boolean, required: false }) @IfPresent() @IsBoolean() callbackPermission?: boolean;
  @ApiProperty({ type: CallHoursDto, required: false })
  @IfPresent()
  @NestedObject(() => CallHoursDto)
  hours?: CallHoursDto;
}

/** As Meta has them now. */
export class CallSettingsDto {
  @ApiProperty({ type: Boolean }) enabled!: boolean;
  @ApiProperty({ type: Boolean }) iconVisible!: boolean;
  @ApiProperty({ type: Boolean }) callbackPermission!: boolean;
  @ApiProperty({ type: CallHoursDto, nullable: true }) hours!: CallHoursDto | null;
}
