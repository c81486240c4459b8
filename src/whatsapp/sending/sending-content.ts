import { instanceToPlain } from 'class-transformer';
import { ValidationFailedError } from '../../errors/app.error';
import type { SendMessageDto } from '../dto/send-message.dto';

type Json = Record<string, unknown>;

/** A message to send, as it is stored for people to read. */
export interface OrderedContent {
  /** What lists show and search finds. */
  text: string | null;
  /** The type's own part, in Meta's names, as Meta gets it. */
  content: Json | Json[];
  /** The message that it answers or reacts to. */
  context: Json | null;
}

/** @param templateText a template's body with its variables filled in, where it is known */
export function orderedContent(dto: SendMessageDto, templateText: string | null): OrderedContent {
  const plain = instanceToPlain(dto) as Json & Record<SendMessageDto['type'], Json | Json[]>;
  return { text: textOf(dto, templateText), content: plain[dto.type], context: contextOf(dto) };
}

/** Reactions and pins belong to a message as answers do, and are found by the same field. */
function contextOf(dto: SendMessageDto): Json | null {
  if (dto.type === 'reaction') return { message_id: dto.reaction.message_id };
  if (dto.type === 'pin') return { message_id: dto.pin.message_id };
  return dto.context === undefined ? null : { message_id: dto.context.message_id };
}

const DAY_MS = 86_400_000;
/** As far ahead as a message may be ordered: templates, windows and tokens of a later day cannot be foreseen. */
export const LONGEST_AHEAD_DAYS = 60;

/**
 * When a message is to go out; null for at once. To be asked where a repeated request is recognised, and not before:
 * what was in the future when it was first asked for may have passed by now.
 * @throws ValidationFailedError for a time that has passed, is too far ahead, or is none
 */
export function sendTimeOf({ sendAt }: Pick<SendMessageDto, 'sendAt'>, now: Date = new Date()): Date | null {
  if (sendAt === undefined) return null;
  const time = new Date(sendAt);
  const refuse = (rule: string, message: string) => ValidationFailedError.of('sendAt', rule, message);
  if (Number.isNaN(time.getTime())) throw refuse('isDate', 'sendAt must be a date and time that exist.');
  if (time <= now) {
    throw refuse('future', 'sendAt has passed. Give a time in the future, or leave it out to send at once.');
  }
  if (time.getTime() - now.getTime() > LONGEST_AHEAD_DAYS * DAY_MS) {
    throw refuse('notTooFar', `sendAt may be ${LONGEST_AHEAD_DAYS} days ahead at most.`);
  }
  return time;
}

function textOf(dto: SendMessageDto, templateText: string | null): string | null {
  switch (dto.type) {
    case 'text':
      return dto.text.body;
    case 'template':
      return templateText ?? dto.template.name;
    case 'image':
      return dto.image.caption ?? null;
    case 'video':
      return dto.video.caption ?? null;
    case 'document':
      return dto.document.caption ?? dto.document.filename ?? null;
    case 'audio':
    case 'sticker':
    case 'pin':
      return null;
    case 'location':
      return (
        [dto.location.name, dto.location.address].filter((part) => part !== undefined).join(', ') || null
      );
    case 'contacts':
      return dto.contacts.map(({ name }) => name.formatted_name).join(', ');
    case 'reaction':
      return dto.reaction.emoji === '' ? null : dto.reaction.emoji;
    case 'interactive':
      return bodyText(dto.interactive);
  }
}

/** Every kind of interactive message has its words in `body.text`, if it has any. */
function bodyText(interactive: object): string | null {
  if (!('body' in interactive)) return null;
  const { body } = interactive;
  return typeof body === 'object' && body !== null && 'text' in body && typeof body.text === 'string'
    ? body.text
    : null;
}
