import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsString, Length, MaxLength } from 'class-validator';
import { IfPresent } from '../../http/body-fields';
import { PartsIn, PublicAddress, SIZED } from './direct-field-rules';

const QUICK_REPLY_TYPES = ['text', 'user_phone_number', 'user_email'] as const;

/** A button above the keyboard that goes when one of them is pressed. */
export class QuickReplyDto {
  @ApiProperty({ type: String, enum: QUICK_REPLY_TYPES, example: 'text' })
  @IsIn(QUICK_REPLY_TYPES)
  content_type!: string;
}

export class TextQuickReplyDto {
  @ApiProperty({ type: String, enum: ['text'] }) @IsIn(['text']) content_type!: 'text';
  /** What stands on the button, and is written in the person's name. @example Yes */
  @IsString() @Length(1, 20, SIZED) title!: string;
  /** Comes back in `content.quick_reply.payload` of the person's answer. @example DELIVERY_YES */
  @IsString() @Length(1, 1000, SIZED) payload!: string;
  /** A small picture beside the title, at least 24 by 24 pixels. @example https://example.com/yes.png */
  @IfPresent() @PublicAddress() image_url?: string;
}

abstract class PersonalQuickReplyDto {
  /** Comes back with the answer; Meta sets it to what the person sends. */
  @IfPresent() @IsString() @MaxLength(1000, SIZED) payload?: string;
}

/** The person's phone number, if their profile has one; otherwise the button is not shown. */
export class PhoneNumberQuickReplyDto extends PersonalQuickReplyDto {
  @ApiProperty({ type: String, enum: ['user_phone_number'] })
  @IsIn(['user_phone_number'])
  content_type!: 'user_phone_number';
}

/** The person's e-mail address, if their profile has one; otherwise the button is not shown. */
export class EmailQuickReplyDto extends PersonalQuickReplyDto {
  @ApiProperty({ type: String, enum: ['user_email'] })
  @IsIn(['user_email'])
  content_type!: 'user_email';
}

export const QUICK_REPLY_CLASSES = {
  text: TextQuickReplyDto,
  user_phone_number: PhoneNumberQuickReplyDto,
  user_email: EmailQuickReplyDto,
};

/** What every message may end in. */
export abstract class WithQuickRepliesDto {
  /** Up to 13 buttons above the keyboard. */
  @IfPresent()
  @PartsIn({ by: 'content_type', classes: QUICK_REPLY_CLASSES, base: QuickReplyDto, optional: true }, 1, 13)
  quick_replies?: (TextQuickReplyDto | PhoneNumberQuickReplyDto | EmailQuickReplyDto)[];
}
