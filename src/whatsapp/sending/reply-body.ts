import { ValidationFailedError } from '../../errors/app.error';
import type { ReplyDto, ReplyFileType } from '../../conversations/dto/reply.dto';
import { refuse, refuseDecided, refuseTwice, renamed } from '../../conversations/replies/reply-refusals';
import type { SendMessageType } from '../dto/send-message.dto';

type Json = Record<string, unknown>;

/** A reply as the body of WhatsApp's own route has it, without what says from where and to whom. */
export interface WhatsAppReplyBody {
  message: Json;
  /** What the reply calls a field of `message`. */
  nameOf: (path: string) => string;
}

const TYPE_OF_FILE: Readonly<Record<ReplyFileType, SendMessageType>> = {
  image: 'image',
  video: 'video',
  audio: 'audio',
  document: 'document',
  file: 'document',
  sticker: 'sticker',
};

const DECIDED = ['to', 'recipient', 'recipient_type', 'phoneNumberId', 'accountId'] as const;

/**
 * @param answeredExternalId WhatsApp's id of the message that is answered
 * @throws ValidationFailedError for what WhatsApp cannot do
 */
export function whatsAppReplyBody(body: ReplyDto, answeredExternalId: string | null): WhatsAppReplyBody {
  if (body.visibility !== undefined) refuse('visibility', 'visibility is for comments. Leave it out.');
  if (body.tag !== undefined)
    refuse('tag', 'WhatsApp knows no tags: after 24 hours it takes templates only (type template).');
  const { message, names } = contentOf(body);
  if (answeredExternalId !== null && message.context !== undefined)
    refuseTwice('whatsapp', 'context', 'replyTo');
  if (body.sendAt !== undefined && message.sendAt !== undefined) refuseTwice('whatsapp', 'sendAt', 'sendAt');
  const allNames: typeof names = [
    ...(answeredExternalId === null ? [] : [['context.message_id', 'replyTo'] as const]),
    ...names,
  ];
  return {
    message: {
      ...message,
      ...(answeredExternalId === null ? {} : { context: { message_id: answeredExternalId } }),
      ...(body.sendAt === undefined ? {} : { sendAt: body.sendAt }),
    },
    nameOf: (path) =>
      renamed(path, allNames) ?? (body.type === 'whatsapp' && path !== 'sendAt' ? `whatsapp.${path}` : path),
  };
}

function contentOf(body: ReplyDto): { message: Json; names: (readonly [from: string, to: string])[] } {
  switch (body.type) {
    case 'text':
      return { message: { type: 'text', text: { body: body.text.body } }, names: [] };
    case 'template':
      return { message: { type: 'template', template: body.template }, names: [] };
    case 'whatsapp':
      refuseDecided('whatsapp', body.whatsapp, DECIDED);
      return { message: { ...body.whatsapp }, names: [] };
    case 'messenger':
    case 'instagram':
      return refuse(
        'type',
        `This conversation is on WhatsApp: type can be text, image, video, audio, document, sticker, template or whatsapp, and not ${body.type}.`,
      );
    default: {
      const type = TYPE_OF_FILE[body.type];
      const { id, link, caption, filename } = body.media;
      if (caption !== undefined && (type === 'audio' || type === 'sticker'))
        refuse('media.caption', `WhatsApp shows no caption with ${type}. Send the words as a text.`);
      if (filename !== undefined && type !== 'document')
        refuse('media.filename', 'WhatsApp shows the name of documents only. Leave it out.');
      const file = Object.fromEntries(
        Object.entries({ id, link, caption, filename }).filter(([, value]) => value !== undefined),
      );
      return { message: { type, [type]: file }, names: [[type, 'media']] };
    }
  }
}

/** A group takes no reply of a kind that needs one person. */
export function noWayToAnswer(): ValidationFailedError {
  return ValidationFailedError.of(
    'id',
    'reachable',
    'WhatsApp has told neither a number nor a user id of the person: there is nobody to send to.',
  );
}
