import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsOptional,
  IsString,
  IsUUID,
  Length,
  Matches,
  MaxLength,
  Validate,
  ValidateIf,
  type ValidationArguments,
  ValidatorConstraint,
  type ValidatorConstraintInterface,
} from 'class-validator';
import { IfPresent } from '../../http/body-fields';
import type { FieldBounds } from '../../http/field-bounds';
import { CursorPageQuery } from '../../http/page.dto';
import { QueryBoolean } from '../../http/query-fields';
import { MOST_ATTRIBUTES, problemOfTold } from '../contacts/contact-attributes';
import { IDENTITY_KINDS, type IdentityKind, PLATFORMS, type Platform } from '../conversation-types';

/** All that is given has to hold. */
export class ContactsQuery extends CursorPageQuery {
  /** Only people of this connected account; of all that you may see otherwise. */
  @IsOptional() @IsUUID() accountId?: string;

  /** Only people who are known on this platform. */
  @ApiProperty({ enum: PLATFORMS, required: false })
  @IsOptional()
  @IsIn(PLATFORMS)
  platform?: Platform;

  /** Only people of whom this kind of number or id is known. */
  @ApiProperty({ enum: IDENTITY_KINDS, required: false })
  @IsOptional()
  @IsIn(IDENTITY_KINDS)
  identity?: IdentityKind;

  /** `true`: only people who want no messages, or no marketing. `false`: only people who said nothing of the kind. */
  @IsOptional() @QueryBoolean() optedOut?: boolean;

  /**
   * How a name, a user name or a number begins (with its country code, however written), or words of names, notes and
   * attributes as in the search of the inbox.
   */
  @ApiProperty({ type: String, required: false, example: '+1 650 555' })
  @IsOptional()
  @IsString()
  @Length(1, 100)
  q?: string;
}

@ValidatorConstraint({ name: 'attributes' })
class AttributesRule implements ValidatorConstraintInterface {
  static readonly bounds: FieldBounds = { maxProperties: MOST_ATTRIBUTES };

  validate(value: unknown): boolean {
    return problemOfTold(value) === null;
  }

  defaultMessage({ value }: ValidationArguments): string {
    return problemOfTold(value) ?? '';
  }
}

const trimmed = ({ value }: { value: unknown }): unknown =>
  typeof value === 'string' ? value.trim() : value;
const isGiven = (_object: object, value: unknown): boolean => value !== undefined && value !== null;

/** What is left out stays as it is. */
export class ChangeContactDto {
  /** Stays whatever the platform tells later. `null` goes back to what the platform calls the person. */
  @ApiProperty({ type: String, nullable: true, required: false, minLength: 1, maxLength: 200 })
  @Transform(trimmed)
  @ValidateIf(isGiven)
  @IsString()
  @Matches(/\S/, { message: 'name must not be empty' })
  @MaxLength(200)
  name?: string | null;

  /** `true`: nothing is sent to the person any more, not even what waits to be sent. */
  @ApiProperty({ type: Boolean, required: false })
  @IfPresent()
  @IsBoolean()
  optedOut?: boolean;

  /** `true`: no marketing is sent to the person. */
  @ApiProperty({ type: Boolean, required: false })
  @IfPresent()
  @IsBoolean()
  marketingOptedOut?: boolean;

  /**
   * Told key by key: what is not named stays, `null` takes one away. Text up to 1000 characters, numbers, `true` and
   * `false`; 100 at most.
   */
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    selfRequired: false,
    example: { tier: 'gold', formerTier: null },
  })
  @IfPresent()
  @Validate(AttributesRule)
  attributes?: Record<string, string | number | boolean | null>;

  /** `null` takes it away. */
  @ApiProperty({ type: String, nullable: true, required: false, maxLength: 4000 })
  @ValidateIf(isGiven)
  @IsString()
  @MaxLength(4_000)
  note?: string | null;
}

export class MergeContactsDto {
  /** The contact that is the same person. Either this or `contactIds`. */
  @ApiProperty({ type: String, format: 'uuid', required: false })
  @IfPresent()
  @IsUUID()
  contactId?: string;

  /** Several of them. */
  @ApiProperty({ type: String, isArray: true, format: 'uuid', required: false, maxItems: 20 })
  @IfPresent()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(20)
  @IsUUID(undefined, { each: true })
  contactIds?: string[];
}
