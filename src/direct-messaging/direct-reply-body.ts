import type { ReplyDto, ReplyFileType } from '../conversations/dto/reply.dto';
import { refuse, refuseDecided, refuseTwice, renamed } from '../conversations/replies/reply-refusals';
import type { MessagingPlatform } from '../webhooks/messenger-events';

type Json = Record<string, unknown>;

/** A reply as the body of the platform's own route has it, without what says from where and to whom. */
export interface DirectReplyBody {
  message: Json;
  /** What the reply calls a field of `message`. */
  nameOf: (path: string) => string;
}

const PLATFORM_NAMES: Readonly<Record<MessagingPlatform, string>> = {
  messenger: 'Messenger',
  instagram: 'Instagram',
};

const TYPE_OF_FILE: Readonly<Record<Exclude<ReplyFileType, 'sticker'>, string>> = {
  image: 'image',
  video: 'video',
  audio: 'audio',
  document: 'file',
  file: 'file',
};

const DECIDED = ['recipient', 'conversationId', 'contactId', 'accountId', 'pageId', 'igAccountId'] as const;

const FILE_NAMES = [
  ['message.attachment.payload.attachment_id', 'media.id'],
  ['message.attachment.payload.url', 'media.link'],
  ['message.attachment.payload', 'media'],
  ['message.attachment.type', 'type'],
  ['message.attachment', 'media'],
] as const;

/**
 * @param answeredExternalId Meta's id of the message that is answered
 * @throws ValidationFailedError for what the platform cannot do
 */
export function directReplyBody(
  platform: MessagingPlatform,
  body: ReplyDto,
  answeredExternalId: string | null,
): DirectReplyBody {
  if (body.visibility !== undefined) refuse('visibility', 'visibility is for comments. Leave it out.');
  const { message, names } = contentOf(platform, body);
  const given = {
    ...(answeredExternalId === null ? {} : { reply_to: { mid: answeredExternalId } }),
    ...(body.tag === undefined ? {} : { tag: body.tag }),
    ...(body.sendAt === undefined ? {} : { sendAt: body.sendAt }),
  };
  for (const field of Object.keys(given))
    if (message[field] !== undefined) refuseTwice(platform, field, field === 'reply_to' ? 'replyTo' : field);
  return {
    message: { ...message, ...given },
    nameOf: (path) =>
      renamed(path, [...(answeredExternalId === null ? [] : [['reply_to', 'replyTo'] as const]), ...names]) ??
      (body.type === platform && !Object.hasOwn(given, path) ? `${platform}.${path}` : path),
  };
}

function contentOf(
  platform: MessagingPlatform,
  body: ReplyDto,
): { message: Json; names: readonly (readonly [from: string, to: string])[] } {
  const name = PLATFORM_NAMES[platform];
  switch (body.type) {
    case 'text':
      return { message: { message: { text: body.text.body } }, names: [['message.text', 'text.body']] };
    case 'messenger':
    case 'instagram': {
      if (body.type !== platform) return notHere(platform, body.type);
      const own = body.type === 'messenger' ? body.messenger : body.instagram;
      refuseDecided(platform, own, DECIDED);
      if (own.sender_action !== undefined)
        refuse(
          `${platform}.sender_action`,
          'A sender_action is no message: typing and reactions have the routes of the platform.',
        );
      return { message: { ...own }, names: [] };
    }
    case 'template':
    case 'whatsapp':
      return notHere(platform, body.type);
    case 'sticker':
      return refuse(
        'type',
        platform === 'messenger'
          ? 'Messenger knows its stickers by ids of Meta’s: {"type":"messenger","messenger":{"message":{"sticker_id":"369239263222822"}}}.'
          : 'Instagram takes no stickers; a heart is {"type":"instagram","instagram":{"message":{"attachment":{"type":"like_heart"}}}}.',
      );
    default: {
      const { id, link, caption, filename } = body.media;
      if (caption !== undefined)
        refuse('media.caption', `${name} has no captions. Send the words as a text of their own.`);
      if (filename !== undefined)
        refuse('media.filename', `${name} shows no name of a file that it is told. Leave it out.`);
      const payload = {
        ...(id === undefined ? {} : { attachment_id: id }),
        ...(link === undefined ? {} : { url: link }),
      };
      return {
        message: { message: { attachment: { type: TYPE_OF_FILE[body.type], payload } } },
        names: FILE_NAMES,
      };
    }
  }
}

function notHere(platform: MessagingPlatform, type: string): never {
  return refuse(
    'type',
    `This conversation is on ${PLATFORM_NAMES[platform]}: type can be text, image, video, audio, file or ${platform}, and not ${type}.`,
  );
}
