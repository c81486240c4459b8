import { instanceToPlain } from 'class-transformer';
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
  const context =
    dto.type === 'reaction'
      ? { message_id: dto.reaction.message_id }
      : dto.context === undefined
        ? null
        : { message_id: dto.context.message_id };
  return { text: textOf(dto, templateText), content: plain[dto.type], context };
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
