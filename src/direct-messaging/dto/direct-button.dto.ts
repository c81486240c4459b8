import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsIn, IsObject, IsString, Length, Matches } from 'class-validator';
import { IfPresent } from '../../http/body-fields';
import { PublicAddress, SIZED } from './direct-field-rules';

export const BUTTON_TYPES = [
  'web_url',
  'postback',
  'phone_number',
  'account_link',
  'account_unlink',
  'game_play',
] as const;
const HEIGHTS = ['compact', 'tall', 'full'] as const;

/** A button of a template. */
export class DirectButtonDto {
  @ApiProperty({ type: String, enum: BUTTON_TYPES, example: 'postback' }) @IsIn(BUTTON_TYPES) type!: string;
}

abstract class WebAddressDto {
  @ApiProperty({ type: String, enum: ['web_url'] }) @IsIn(['web_url']) type!: 'web_url';
  /** Opened in the person's app. @example https://shop.example.com/orders/77 */
  @PublicAddress() url!: string;
  /** How much of the screen it takes. */
  @ApiProperty({ type: String, enum: HEIGHTS, required: false })
  @IfPresent()
  @IsIn(HEIGHTS)
  webview_height_ratio?: (typeof HEIGHTS)[number];
  /** Whether the page uses Messenger Extensions; its domain must be in the Page's `whitelisted_domains`. */
  @IfPresent() @IsBoolean() messenger_extensions?: boolean;
  /** For apps without Messenger Extensions. */
  @IfPresent() @PublicAddress() fallback_url?: string;
  /** `hide` takes the button away with which the page can be shared. */
  @ApiProperty({ type: String, enum: ['hide'], required: false })
  @IfPresent()
  @IsIn(['hide'])
  webview_share_button?: 'hide';
}

/** What happens when a card itself is pressed: an address, without a title. */
export class DirectDefaultActionDto extends WebAddressDto {}

/** Opens an address. */
export class WebUrlButtonDto extends WebAddressDto {
  /** @example Track it */
  @IsString() @Length(1, 20, SIZED) title!: string;
}

/** Sends its payload back, as a message of the type `postback`. */
export class PostbackButtonDto {
  @ApiProperty({ type: String, enum: ['postback'] }) @IsIn(['postback']) type!: 'postback';
  /** @example Ask a human */
  @IsString() @Length(1, 20, SIZED) title!: string;
  /** @example ASK_A_HUMAN */
  @IsString() @Length(1, 1000, SIZED) payload!: string;
}

/** Calls a number. */
export class PhoneNumberButtonDto {
  @ApiProperty({ type: String, enum: ['phone_number'] }) @IsIn(['phone_number']) type!: 'phone_number';
  /** @example Call us */
  @IsString() @Length(1, 20, SIZED) title!: string;
  /** With country code. @example +16505551234 */
  @Matches(/^\+\d{5,15}$/, {
    message: 'payload must be a phone number with its country code, such as +16505551234.',
  })
  payload!: string;
}

/** Links the person's account with the business to Messenger. */
export class AccountLinkButtonDto {
  @ApiProperty({ type: String, enum: ['account_link'] }) @IsIn(['account_link']) type!: 'account_link';
  /** The business's page for logging in. @example https://shop.example.com/login */
  @PublicAddress() url!: string;
}

/** Undoes that. */
export class AccountUnlinkButtonDto {
  @ApiProperty({ type: String, enum: ['account_unlink'] }) @IsIn(['account_unlink']) type!: 'account_unlink';
}

/** Starts an Instant Game. */
export class GamePlayButtonDto {
  @ApiProperty({ type: String, enum: ['game_play'] }) @IsIn(['game_play']) type!: 'game_play';
  /** @example Play */
  @IsString() @Length(1, 20, SIZED) title!: string;
  /** Handed to the game. */
  @IfPresent() @IsString() @Length(1, 1000, SIZED) payload?: string;
  /** `player_id` or `context_id`, to play against somebody. */
  @ApiPropertyOptional({ type: 'object', additionalProperties: true })
  @IfPresent()
  @IsObject()
  game_metadata?: Record<string, unknown>;
}

export const BUTTON_CLASSES = {
  web_url: WebUrlButtonDto,
  postback: PostbackButtonDto,
  phone_number: PhoneNumberButtonDto,
  account_link: AccountLinkButtonDto,
  account_unlink: AccountUnlinkButtonDto,
  game_play: GamePlayButtonDto,
};

/** Instagram has two of them. */
export class SimpleDirectButtonDto {
  @ApiProperty({ type: String, enum: ['web_url', 'postback'], example: 'postback' })
  @IsIn(['web_url', 'postback'])
  type!: string;
}
export const SIMPLE_BUTTON_CLASSES = { web_url: WebUrlButtonDto, postback: PostbackButtonDto };
export type SimpleButton = WebUrlButtonDto | PostbackButtonDto;
export type AnyButton =
  SimpleButton | PhoneNumberButtonDto | AccountLinkButtonDto | AccountUnlinkButtonDto | GamePlayButtonDto;
