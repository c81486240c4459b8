import { IsBoolean, IsDefined, IsIn, IsString, Length, Matches } from 'class-validator';
import { IfPresent } from '../../http/body-fields';
import { SendMessageBaseDto } from './send-base.dto';
import { SendContactsMessageDto } from './send-contacts.dto';
import { SendInteractiveMessageDto } from './send-interactive.dto';
import {
  SendAudioMessageDto,
  SendDocumentMessageDto,
  SendImageMessageDto,
  SendLocationMessageDto,
  SendReactionMessageDto,
  SendStickerMessageDto,
  SendVideoMessageDto,
} from './send-media.dto';
import { SendPinMessageDto } from './send-pin.dto';
import { SendTemplateMessageDto } from './send-template.dto';
import { Part, SIZED } from './send-field-rules';

export class SendTextDto {
  /** WhatsApp's own marks work: `*bold*`, `_italic_`. @example "Your order is on its way." */
  @IsString() @Length(1, 4096, SIZED) @Matches(/\S/, { message: 'body must not be blank' }) body!: string;
  /** Show a preview of the first address in the text. */
  @IfPresent() @IsBoolean() preview_url?: boolean;
}

export class SendTextMessageDto extends SendMessageBaseDto {
  @IsIn(['text']) type!: 'text';
  @IsDefined() @Part(() => SendTextDto) text!: SendTextDto;
}

/** By the message's `type`: what the rest of it is checked against. */
export const SEND_MESSAGE_CLASSES = {
  text: SendTextMessageDto,
  template: SendTemplateMessageDto,
  image: SendImageMessageDto,
  video: SendVideoMessageDto,
  audio: SendAudioMessageDto,
  document: SendDocumentMessageDto,
  sticker: SendStickerMessageDto,
  location: SendLocationMessageDto,
  contacts: SendContactsMessageDto,
  reaction: SendReactionMessageDto,
  interactive: SendInteractiveMessageDto,
  pin: SendPinMessageDto,
} as const;

export type SendMessageType = keyof typeof SEND_MESSAGE_CLASSES;
export type SendMessageDto = InstanceType<(typeof SEND_MESSAGE_CLASSES)[SendMessageType]>;

export function isSendMessageType(type: unknown): type is SendMessageType {
  return typeof type === 'string' && Object.hasOwn(SEND_MESSAGE_CLASSES, type);
}
