import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsDefined, IsIn, IsString, IsUUID, Length, Matches } from 'class-validator';
import {
  DirectFileAttachmentDto,
  DirectImageAttachmentDto,
} from '../../direct-messaging/dto/direct-attachment.dto';
import { Part, PartIn, Parts, SIZED } from '../../direct-messaging/dto/direct-field-rules';
import { WithQuickRepliesDto } from '../../direct-messaging/dto/quick-reply.dto';
import { DirectRecipientFieldsDto, SendDirectBaseDto } from '../../direct-messaging/dto/send-direct-base.dto';
import { PLAIN_SENDER_ACTIONS } from '../../direct-messaging/dto/sender-action.dto';
import { IfPresent } from '../../http/body-fields';
import {
  MessengerButtonTemplateDto,
  MessengerGenericTemplateDto,
  MessengerImageGridTemplateDto,
  MessengerMediaTemplateDto,
  MessengerProductTemplateDto,
} from './messenger-card-templates.dto';
import {
  MessengerCouponTemplateDto,
  MessengerFeedbackTemplateDto,
  MessengerReceiptTemplateDto,
} from './messenger-order-templates.dto';

const PAGE_ID = /^(\d{1,32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;
const ABOUT_PAGE = { message: 'pageId must be an id of a Page: digits, or a UUID.' };
const NOTIFICATIONS = ['REGULAR', 'SILENT_PUSH', 'NO_PUSH'] as const;

/** What every message of a Page has, whatever it holds. */
export abstract class SendMessengerBaseDto extends SendDirectBaseDto {
  /** The Page to write from, by Meta's id or ours. Needed only if you have several connected. @example "113470551234567" */
  @IfPresent() @Matches(PAGE_ID, ABOUT_PAGE) pageId?: string;

  /** The connected Meta account, by our id. Needed only if you have several. */
  @IfPresent() @IsUUID() accountId?: string;

  /** How loudly the person's device tells of it. */
  @ApiPropertyOptional({ type: String, enum: NOTIFICATIONS })
  @IfPresent()
  @IsIn(NOTIFICATIONS)
  notification_type?: (typeof NOTIFICATIONS)[number];

  /** Meta's id of the persona in whose name it is written. */
  @IfPresent() @Matches(/^\d{1,32}$/, { message: 'persona_id must be digits.' }) persona_id?: string;
}

export class MessengerTextDto extends WithQuickRepliesDto {
  /** @example "Your order is on its way." */
  @IsString()
  @Length(1, 2000, SIZED)
  @Matches(/\S/, { message: 'text must not be blank.' })
  text!: string;
}

/** A text, with or without quick replies. */
export class SendMessengerTextDto extends SendMessengerBaseDto {
  @IsDefined() @Part(() => MessengerTextDto) message!: MessengerTextDto;
}

export class MessengerFileDto extends WithQuickRepliesDto {
  @IsDefined() @Part(() => DirectFileAttachmentDto) attachment!: DirectFileAttachmentDto;
}

/** An image, a video, a sound or any other file. */
export class SendMessengerFileDto extends SendMessengerBaseDto {
  @IsDefined() @Part(() => MessengerFileDto) message!: MessengerFileDto;
}

export class MessengerImagesDto extends WithQuickRepliesDto {
  /** Up to 30, as one message. */
  @Parts(() => DirectImageAttachmentDto, 1, 30) attachments!: DirectImageAttachmentDto[];
}

/** Several images at once. */
export class SendMessengerImagesDto extends SendMessengerBaseDto {
  @IsDefined() @Part(() => MessengerImagesDto) message!: MessengerImagesDto;
}

export class MessengerStickerDto {
  /** Meta's id of the sticker; `369239263222822` is the thumb. @example "369239263222822" */
  @Matches(/^\d{1,32}$/, { message: 'sticker_id must be the digits of a sticker, as text.' })
  sticker_id!: string;
}

/** A sticker. */
export class SendMessengerStickerDto extends SendMessengerBaseDto {
  @IsDefined() @Part(() => MessengerStickerDto) message!: MessengerStickerDto;
}

export const MESSENGER_TEMPLATE_CLASSES = {
  generic: MessengerGenericTemplateDto,
  button: MessengerButtonTemplateDto,
  media: MessengerMediaTemplateDto,
  receipt: MessengerReceiptTemplateDto,
  coupon: MessengerCouponTemplateDto,
  customer_feedback: MessengerFeedbackTemplateDto,
  product: MessengerProductTemplateDto,
  image_grid: MessengerImageGridTemplateDto,
};
const TEMPLATE_TYPES = Object.keys(MESSENGER_TEMPLATE_CLASSES);

class UnknownMessengerTemplateDto {
  @IsIn(TEMPLATE_TYPES) template_type!: string;
}

export class MessengerTemplateAttachmentDto {
  @ApiProperty({ type: String, enum: ['template'] }) @IsIn(['template']) type!: 'template';
  @IsDefined()
  @PartIn({ by: 'template_type', classes: MESSENGER_TEMPLATE_CLASSES, base: UnknownMessengerTemplateDto })
  payload!: InstanceType<(typeof MESSENGER_TEMPLATE_CLASSES)[keyof typeof MESSENGER_TEMPLATE_CLASSES]>;
}

export class MessengerTemplateMessageDto extends WithQuickRepliesDto {
  @IsDefined() @Part(() => MessengerTemplateAttachmentDto) attachment!: MessengerTemplateAttachmentDto;
}

/** Cards, buttons, a receipt, a coupon, a question, products: `template_type` says which. */
export class SendMessengerTemplateDto extends SendMessengerBaseDto {
  @IsDefined() @Part(() => MessengerTemplateMessageDto) message!: MessengerTemplateMessageDto;
}

/** Something to show in the conversation at once. It is no message: nothing is queued, and it has no id. */
export class MessengerSenderActionDto extends DirectRecipientFieldsDto {
  /**
   * `typing_on` shows for about 20 seconds, or until a message comes, that an answer is being written. `mark_seen` marks
   * everything as read, here and for the person.
   */
  @ApiProperty({ type: String, enum: PLAIN_SENDER_ACTIONS, example: 'typing_on' })
  @IsIn(PLAIN_SENDER_ACTIONS)
  sender_action!: (typeof PLAIN_SENDER_ACTIONS)[number];
  /** The Page to act as, by Meta's id or ours. Needed only if you have several connected. @example "113470551234567" */
  @IfPresent() @Matches(PAGE_ID, ABOUT_PAGE) pageId?: string;
  /** The connected Meta account, by our id. Needed only if you have several. */
  @IfPresent() @IsUUID() accountId?: string;
}

/** What a body may be, by what it holds. */
export const SEND_MESSENGER_CLASSES = {
  text: SendMessengerTextDto,
  file: SendMessengerFileDto,
  images: SendMessengerImagesDto,
  sticker: SendMessengerStickerDto,
  template: SendMessengerTemplateDto,
  action: MessengerSenderActionDto,
} as const;

export type SendMessengerDto = InstanceType<
  (typeof SEND_MESSENGER_CLASSES)[keyof typeof SEND_MESSENGER_CLASSES]
>;
