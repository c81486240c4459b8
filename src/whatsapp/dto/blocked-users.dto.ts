import { ApiProperty } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayNotEmpty,
  ArrayUnique,
  IsArray,
  IsOptional,
  IsString,
  Length,
  MaxLength,
} from 'class-validator';
import { QueryInt, QueryList } from '../../http/query-fields';
import { PhoneNumberQuery } from './account-query.dto';

/** Meta gives no number, but answers 130429 to requests with too many. */
export const MOST_BLOCKED_AT_ONCE = 50;

const AT_MOST = {
  message: `users may be ${MOST_BLOCKED_AT_ONCE} in one request; send the others in a second one.`,
};

export class BlockUsersDto extends PhoneNumberQuery {
  /**
   * Whom: phone numbers with their country code, or business-scoped user ids. Up to 50.
   * @example ["+16505551234", "US.13491208655302741918"]
   */
  @ApiProperty({ type: [String], minItems: 1, maxItems: MOST_BLOCKED_AT_ONCE })
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(MOST_BLOCKED_AT_ONCE, AT_MOST)
  @ArrayUnique({ message: 'users must not name anybody twice.' })
  @IsString({ each: true })
  @MaxLength(256, { each: true })
  users!: string[];
}

/** In the query, because what a DELETE carries as its body means nothing. */
export class UnblockUsersQuery extends PhoneNumberQuery {
  /**
   * Whom: phone numbers with their country code, or business-scoped user ids, with commas between them. Up to 50.
   * @example +16505551234,US.13491208655302741918
   */
  @ApiProperty({ type: String, required: true, description: 'Comma-separated, up to 50.' })
  @QueryList()
  @ArrayNotEmpty()
  @ArrayMaxSize(MOST_BLOCKED_AT_ONCE, AT_MOST)
  @ArrayUnique({ message: 'users must not name anybody twice.' })
  @IsString({ each: true })
  @MaxLength(256, { each: true })
  users!: string[];
}

export class BlockedUsersQuery extends PhoneNumberQuery {
  /** How many at most. */
  @QueryInt({ min: 1, max: 100 }) limit: number = 25;

  /** The `before` of an earlier answer: goes on behind it. */
  @IsOptional() @IsString() @Length(1, 1000) before?: string;
}

/** Somebody on the block list. One of the two ids may be missing. */
export class BlockedUserDto {
  /** Phone number, with `+`. @example +16505551234 */
  @ApiProperty({ type: String, nullable: true }) phoneNumber!: string | null;
  /** Business-scoped user id. @example US.13491208655302741918 */
  @ApiProperty({ type: String, nullable: true }) userId!: string | null;
}

export class ChangedUserDto extends BlockedUserDto {
  /** As it was asked for. @example +16505551234 */
  user!: string;
}

export class UnchangedUserDto {
  /** As it was asked for. @example +16505551234 */
  user!: string;
  /** Meta's code; null where Meta gave none. @example 131047 */
  @ApiProperty({ type: Number, nullable: true }) code!: number | null;
  /** @example "Re-engagement message" */
  message!: string;
  /** What to do. @example "Only people who wrote to this number in the last 24 hours can be blocked." */
  advice!: string;
}

export class BlockedPaginationDto {
  limit!: number;
  /** Send it as `before` for the next page; null on the last. */
  @ApiProperty({ type: String, nullable: true, example: 'MTAxNTExOTQ1MjAwNzI5NDE=' }) before!: string | null;
}

export class BlockedUsersPageDto {
  /** Meta's id of the number whose list it is. @example "106540352242922" */
  phoneNumberId!: string;
  @ApiProperty({ type: [BlockedUserDto] }) blocked!: BlockedUserDto[];
  @ApiProperty({ type: BlockedPaginationDto }) pagination!: BlockedPaginationDto;
}

export class BlockedUsersDto {
  /** Meta's id of the number whose list it is. @example "106540352242922" */
  phoneNumberId!: string;
  /** They are on the list now. */
  @ApiProperty({ type: [ChangedUserDto] }) blocked!: ChangedUserDto[];
  /** They are not, and why. */
  @ApiProperty({ type: [UnchangedUserDto] }) failed!: UnchangedUserDto[];
}

export class UnblockedUsersDto {
  /** Meta's id of the number whose list it is. @example "106540352242922" */
  phoneNumberId!: string;
  /** They are off the list now. */
  @ApiProperty({ type: [ChangedUserDto] }) unblocked!: ChangedUserDto[];
  /** They are not, and why. */
  @ApiProperty({ type: [UnchangedUserDto] }) failed!: UnchangedUserDto[];
}
