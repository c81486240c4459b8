import { ApiProperty } from '@nestjs/swagger';
import { IsBoolean, IsIn, IsString, Length, Matches, ValidateIf } from 'class-validator';
import { IfPresent } from '../../http/body-fields';
import { Parts, PublicAddress, SIZED } from './direct-field-rules';

const LOCALE = { message: 'locale must be default, or one such as en_US.' };
const LOCALES = /^(?:default|[a-z]{2,3}_[A-Z]{2})$/;

export class DirectMenuItemDto {
  @ApiProperty({ type: String, enum: ['web_url', 'postback'], example: 'postback' })
  @IsIn(['web_url', 'postback'])
  type!: 'web_url' | 'postback';
  /** @example Opening hours */
  @IsString() @Length(1, 30, SIZED) title!: string;
  /** For `postback`. @example OPENING_HOURS */
  @ValidateIf((item: DirectMenuItemDto) => item.type === 'postback' || item.payload !== undefined)
  @IsString()
  @Length(1, 1000, SIZED)
  payload?: string;
  /** For `web_url`. */
  @ValidateIf((item: DirectMenuItemDto) => item.type === 'web_url' || item.url !== undefined)
  @PublicAddress()
  url?: string;
}

/** The menu that is always at hand, in one language. */
export class DirectMenuDto {
  /** `default` for everybody without a menu of their own. @example default */
  @Matches(LOCALES, LOCALE) locale!: string;
  /** People can press the menu only, and write nothing. */
  @IfPresent() @IsBoolean() composer_input_disabled?: boolean;
  @Parts(() => DirectMenuItemDto, 1, 20) call_to_actions!: DirectMenuItemDto[];
}

export class DirectIceBreakerDto {
  /** @example When are you open? */
  @IsString() @Length(1, 80, SIZED) question!: string;
  /** Comes back as a postback. @example OPENING_HOURS */
  @IsString() @Length(1, 1000, SIZED) payload!: string;
}

/** Questions that a new person may begin with, in one language. */
export class DirectIceBreakersDto {
  @IfPresent() @Matches(LOCALES, LOCALE) locale?: string;
  /** Up to four. */
  @Parts(() => DirectIceBreakerDto, 1, 4) call_to_actions!: DirectIceBreakerDto[];
}

export class DirectProfileDto {
  /** What Meta has set, in Meta's names; fields that are not set are missing. */
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    example: { get_started: { payload: 'GET_STARTED' }, whitelisted_domains: ['https://shop.example.com/'] },
  })
  profile!: Record<string, unknown>;
}
