import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsString, Length } from 'class-validator';
import { IfPresent } from '../../http/body-fields';

export const SENDER_ACTIONS = ['typing_on', 'typing_off', 'mark_seen', 'react', 'unreact'] as const;
export type SenderAction = (typeof SENDER_ACTIONS)[number];

/** For `react` and `unreact`. */
export class SenderActionPayloadDto {
  /** Meta's id of the person's message. @example m_AG5Hz2Uq7tuwNEhXfYYKj8mJEM_QPpz5jdCK48PnKAjSdjfipqx */
  @IsString() @Length(1, 512) message_id!: string;
  /** Meta's word for it: `love` is the one that is documented; with `react` only. @example love */
  @IfPresent() @IsString() @Length(1, 32) reaction?: string;
}

/** What Messenger has of them. */
export const PLAIN_SENDER_ACTIONS = ['typing_on', 'typing_off', 'mark_seen'] as const;

/** A reaction to the message of the path. */
export class ReactToDirectMessageDto {
  /** Meta's word for it: `love`, the default, is the one that is documented. @example love */
  @ApiPropertyOptional({ type: String, default: 'love' })
  @IfPresent()
  @IsString()
  @Length(1, 32)
  reaction: string = 'love';
}

export class ReactedDto {
  /** Our id of the message. */
  id!: string;
  /** What stands on it now; null: nothing of ours. @example love */
  @ApiProperty({ type: String, nullable: true }) reaction!: string | null;
}

export class ReadDirectMessageDto {
  /** Show the person that an answer is being written, for about 20 seconds. */
  @ApiPropertyOptional({ type: Boolean }) @IfPresent() @IsIn([true, false]) typing?: boolean;
}

export class DirectMessageReadDto {
  id!: string;
  @ApiProperty({ type: Date }) readAt!: Date;
  /** Whether the person was shown that an answer is being written. */
  typing!: boolean;
}
