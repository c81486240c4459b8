import { ApiProperty } from '@nestjs/swagger';
import { IsDefined, IsIn, IsString, Length, Matches, MaxLength, ValidateIf } from 'class-validator';
import { DirectFileAttachmentDto } from '../../direct-messaging/dto/direct-attachment.dto';
import {
  DirectDefaultActionDto,
  SIMPLE_BUTTON_CLASSES,
  type SimpleButton,
  SimpleDirectButtonDto,
} from '../../direct-messaging/dto/direct-button.dto';
import {
  MaxBytes,
  Part,
  PartIn,
  Parts,
  PartsIn,
  PublicAddress,
  SIZED,
} from '../../direct-messaging/dto/direct-field-rules';
import { WithQuickRepliesDto } from '../../direct-messaging/dto/quick-reply.dto';
import { DirectRecipientFieldsDto, SendDirectBaseDto } from '../../direct-messaging/dto/send-direct-base.dto';
import {
  SENDER_ACTIONS,
  type SenderAction,
  SenderActionPayloadDto,
} from '../../direct-messaging/dto/sender-action.dto';
import { IfPresent } from '../../http/body-fields';

const ID = /^(\d{1,32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;
const ABOUT_ACCOUNT = { message: '$property must be an id: digits, or a UUID.' };

/** What every message of an Instagram account has, whatever it holds. */
export abstract class SendInstagramBaseDto extends SendDirectBaseDto {
  /**
   * The Instagram account to write from, by Meta's id or ours. Needed only if you have several connected.
   * @example "17841405822304914"
   */
  @IfPresent() @Matches(ID, ABOUT_ACCOUNT) igAccountId?: string;

  /** The connected Meta account, by our id, needed only if you have several; or the same as `igAccountId`. */
  @IfPresent() @Matches(ID, ABOUT_ACCOUNT) accountId?: string;
}

export class InstagramTextDto extends WithQuickRepliesDto {
  /** At most 1000 bytes of UTF-8. @example "Yes, until six in the evening." */
  @IsString()
  @MaxBytes(1000)
  @Matches(/\S/, { message: 'text must not be blank.' })
  text!: string;
}

/** A text, with or without quick replies. */
export class SendInstagramTextDto extends SendInstagramBaseDto {
  @IsDefined() @Part(() => InstagramTextDto) message!: InstagramTextDto;
}

export class InstagramFileDto extends WithQuickRepliesDto {
  @IsDefined() @Part(() => DirectFileAttachmentDto) attachment!: DirectFileAttachmentDto;
}

/** An image, a video, a sound, or a PDF as `file`. */
export class SendInstagramFileDto extends SendInstagramBaseDto {
  @IsDefined() @Part(() => InstagramFileDto) message!: InstagramFileDto;
}

export class InstagramHeartAttachmentDto {
  @ApiProperty({ type: String, enum: ['like_heart'] }) @IsIn(['like_heart']) type!: 'like_heart';
}

export class InstagramHeartDto {
  @IsDefined() @Part(() => InstagramHeartAttachmentDto) attachment!: InstagramHeartAttachmentDto;
}

/** A heart. */
export class SendInstagramHeartDto extends SendInstagramBaseDto {
  @IsDefined() @Part(() => InstagramHeartDto) message!: InstagramHeartDto;
}

export class InstagramMediaShareDto {
  /** Meta's id of a media of the account. @example "17873440459141021" */
  @Matches(/^\d{1,32}$/, { message: "id must be Meta's id of a media of the account: digits only." })
  id!: string;
}

export class InstagramShareAttachmentDto {
  @ApiProperty({ type: String, enum: ['MEDIA_SHARE'] }) @IsIn(['MEDIA_SHARE']) type!: 'MEDIA_SHARE';
  @IsDefined() @Part(() => InstagramMediaShareDto) payload!: InstagramMediaShareDto;
}

export class InstagramShareDto {
  @IsDefined() @Part(() => InstagramShareAttachmentDto) attachment!: InstagramShareAttachmentDto;
}

/** A post of the account itself. */
export class SendInstagramShareDto extends SendInstagramBaseDto {
  @IsDefined() @Part(() => InstagramShareDto) message!: InstagramShareDto;
}

const BUTTON = { by: 'type', classes: SIMPLE_BUTTON_CLASSES, base: SimpleDirectButtonDto };

export class InstagramCardDto {
  /** @example Blue Echeveria */
  @IsString() @Length(1, 80, SIZED) title!: string;
  @IfPresent() @IsString() @MaxLength(80, SIZED) subtitle?: string;
  /** @example https://example.com/echeveria.jpg */
  @IfPresent() @PublicAddress() image_url?: string;
  @IfPresent() @Part(() => DirectDefaultActionDto) default_action?: DirectDefaultActionDto;
  @IfPresent() @PartsIn({ ...BUTTON, optional: true }, 1, 3) buttons?: SimpleButton[];
}

/** Up to ten cards side by side. */
export class InstagramGenericTemplateDto {
  @ApiProperty({ type: String, enum: ['generic'] }) @IsIn(['generic']) template_type!: 'generic';
  @Parts(() => InstagramCardDto, 1, 10) elements!: InstagramCardDto[];
}

/** A text with one to three buttons. */
export class InstagramButtonTemplateDto {
  @ApiProperty({ type: String, enum: ['button'] }) @IsIn(['button']) template_type!: 'button';
  /** @example What would you like to do? */
  @IsString() @Length(1, 640, SIZED) text!: string;
  @PartsIn(BUTTON, 1, 3) buttons!: SimpleButton[];
}

export const INSTAGRAM_TEMPLATE_CLASSES = {
  generic: InstagramGenericTemplateDto,
  button: InstagramButtonTemplateDto,
};

class UnknownInstagramTemplateDto {
  @IsIn(['generic', 'button'], {
    message: 'Instagram has two templates: template_type must be generic or button.',
  })
  template_type!: string;
}

export class InstagramTemplateAttachmentDto {
  @ApiProperty({ type: String, enum: ['template'] }) @IsIn(['template']) type!: 'template';
  @IsDefined()
  @PartIn({ by: 'template_type', classes: INSTAGRAM_TEMPLATE_CLASSES, base: UnknownInstagramTemplateDto })
  payload!: InstagramGenericTemplateDto | InstagramButtonTemplateDto;
}

export class InstagramTemplateMessageDto extends WithQuickRepliesDto {
  @IsDefined() @Part(() => InstagramTemplateAttachmentDto) attachment!: InstagramTemplateAttachmentDto;
}

/** Cards or buttons: `template_type` says which. */
export class SendInstagramTemplateDto extends SendInstagramBaseDto {
  @IsDefined() @Part(() => InstagramTemplateMessageDto) message!: InstagramTemplateMessageDto;
}

interface Acting {
  sender_action?: unknown;
  payload?: unknown;
}

const concernsMessage = ({ sender_action: action }: Acting): boolean =>
  action === 'react' || action === 'unreact';

/** Something to show in the conversation at once. It is no message: nothing is queued, and it has no id. */
export class InstagramSenderActionDto extends DirectRecipientFieldsDto {
  /**
   * `typing_on` shows for about 20 seconds, or until a message comes, that an answer is being written. `mark_seen` marks
   * everything as read, here and for the person. `react` and `unreact` are about the message in `payload`.
   */
  @ApiProperty({ type: String, enum: SENDER_ACTIONS, example: 'typing_on' })
  @IsIn(SENDER_ACTIONS)
  sender_action!: SenderAction;

  /** The message to react to; needed for `react` and `unreact`. */
  @ValidateIf((action: Acting) => concernsMessage(action) || action.payload !== undefined)
  @Part(() => SenderActionPayloadDto)
  payload?: SenderActionPayloadDto;

  /** The Instagram account to act as, by Meta's id or ours. Needed only if you have several connected. */
  @IfPresent() @Matches(ID, ABOUT_ACCOUNT) igAccountId?: string;
  /** The connected Meta account, by our id, needed only if you have several; or the same as `igAccountId`. */
  @IfPresent() @Matches(ID, ABOUT_ACCOUNT) accountId?: string;
}

/** What a body may be, by what it holds. */
export const SEND_INSTAGRAM_CLASSES = {
  text: SendInstagramTextDto,
  file: SendInstagramFileDto,
  heart: SendInstagramHeartDto,
  share: SendInstagramShareDto,
  template: SendInstagramTemplateDto,
  action: InstagramSenderActionDto,
} as const;

export type SendInstagramDto = InstanceType<
  (typeof SEND_INSTAGRAM_CLASSES)[keyof typeof SEND_INSTAGRAM_CLASSES]
>;
