import type { ArgumentMetadata } from '@nestjs/common';
import { ValidationFailedError } from '../errors/app.error';
import { isRecord } from '../http/unfit-content';
import { DtoValidationPipe } from '../http/validation.pipe';

/** What a body holds, which says by which class it is checked. */
export type DirectBodyKind =
  'text' | 'file' | 'images' | 'sticker' | 'template' | 'heart' | 'share' | 'action';

type Classes<Dto> = Readonly<Partial<Record<DirectBodyKind, new () => Dto>> & Record<'text', new () => Dto>>;

/** Checks a body against the class of what it holds, as strictly as every other body. */
export class DirectBodyCheck<Dto extends object> {
  private readonly strict = new DtoValidationPipe();

  constructor(private readonly classes: Classes<Dto>) {}

  async check(body: unknown, metadata: ArgumentMetadata): Promise<Dto> {
    refuseOtherRecipients(body);
    const metatype = this.classes[kindOf(body)] ?? this.classes.text;
    const dto = await this.strict.transform(body, { ...metadata, type: 'body', metatype });
    if (!(dto instanceof metatype)) throw new Error('A checked message is not of its class.');
    return dto;
  }
}

export function kindOf(body: unknown): DirectBodyKind {
  if (!isRecord(body)) return 'text';
  if (body.sender_action !== undefined) return 'action';
  const { message } = body;
  if (!isRecord(message)) return 'text';
  if (message.attachments !== undefined) return 'images';
  if (message.sticker_id !== undefined) return 'sticker';
  if (message.attachment === undefined) return 'text';
  const type = isRecord(message.attachment) ? message.attachment.type : undefined;
  if (type === 'template') return 'template';
  if (type === 'like_heart') return 'heart';
  return type === 'MEDIA_SHARE' ? 'share' : 'file';
}

/** Ways of naming a recipient that Meta has and this route has not. */
const OTHER_RECIPIENTS: Readonly<Record<string, string>> = {
  comment_id:
    'A private reply to a comment is sent with the routes for comments: POST …/comments/{id}/private-reply.',
  post_id:
    "A private reply to a visitor's post cannot be sent from here. Comments are answered with POST …/comments/{id}/private-reply.",
  user_ref: 'Somebody who has only ticked a box cannot be written to from here. Give the id of a person.',
  notification_messages_token: 'Marketing messages cannot be sent from here. Give the id of a person.',
  phone_number: 'Meta no longer finds people by their phone number. Give the id of a person.',
};

function refuseOtherRecipients(body: unknown): void {
  const recipient = isRecord(body) ? body.recipient : undefined;
  if (!isRecord(recipient)) return;
  const other = Object.keys(recipient).find((key) => Object.hasOwn(OTHER_RECIPIENTS, key));
  if (other !== undefined)
    throw ValidationFailedError.of(`recipient.${other}`, 'unknownField', OTHER_RECIPIENTS[other] ?? '');
}
