import { ApiProperty } from '@nestjs/swagger';
import { IsString, Length, Matches } from 'class-validator';
import { IfPresent } from '../../http/body-fields';
import { SIZED } from './direct-field-rules';
import { DirectRecipientFieldsDto } from './send-direct-base.dto';

/** Whose conversation, and a word to the other app. */
export abstract class ThreadControlFieldsDto extends DirectRecipientFieldsDto {
  /** Handed to the other app in its webhook. */
  @IfPresent() @IsString() @Length(1, 1000, SIZED) metadata?: string;
}

/** What every route that passes a conversation on needs beside. */
export const TARGET_APP = {
  pattern: /^\d{1,32}$/,
  options: {
    message:
      "target_app_id must be Meta's id of an app; the Page inbox is 263902037430900, Instagram's 1217981644879628.",
  },
};

export function TargetApp(): PropertyDecorator {
  return Matches(TARGET_APP.pattern, TARGET_APP.options);
}

export class ThreadControlDoneDto {
  /** Whether Meta did it. */
  @ApiProperty({ type: Boolean, enum: [true] }) done!: true;
}
