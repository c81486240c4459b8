import type { OrderedSend } from '../conversations/conversation-types';
import { isRecord } from '../http/unfit-content';

type Json = Record<string, unknown>;

/** A message to send, as it is stored for people to read. */
export interface DirectOrderedContent {
  /** Meta's word for what it is, as of messages that come in. */
  type: string;
  /** What lists show and search finds. */
  text: string | null;
  /** In the form in which messages that come in are kept: its attachments in a list. */
  content: Json;
}

export function orderedContentOf(message: Json): DirectOrderedContent {
  const { attachment, ...rest } = message;
  const attachments = Array.isArray(rest.attachments) ? rest.attachments.filter(isRecord) : [];
  const all = isRecord(attachment) ? [attachment] : attachments;
  return {
    type: typeOf(message, all),
    text: textOf(message, all),
    content: all.length === 0 ? rest : { ...rest, attachments: all },
  };
}

function typeOf({ sticker_id: sticker }: Json, [first]: Json[]): string {
  if (sticker !== undefined) return 'sticker';
  return typeof first?.type === 'string' ? first.type.toLowerCase() : 'text';
}

function textOf({ text }: Json, attachments: Json[]): string | null {
  const words = [text, ...attachments.flatMap(({ payload }) => wordsOf(payload))];
  return (words.find((each) => typeof each === 'string' && each.trim() !== '') as string | undefined) ?? null;
}

/** The words of a template: its own, or the titles of its elements. */
function wordsOf(payload: unknown): unknown[] {
  if (!isRecord(payload)) return [];
  const elements = Array.isArray(payload.elements) ? payload.elements.filter(isRecord) : [];
  const titles = elements.map(({ title }) => title).filter((title) => typeof title === 'string');
  return [payload.text, payload.title, titles.join(', '), payload.order_number];
}

/** What is answered to whoever ordered a message. */
export interface QueuedDirectMessage {
  id: OrderedSend['messageId'];
  status: 'queued';
  warnings: DirectWarning[];
}

/** Something that may well keep the message from arriving, and that only Meta knows for certain. */
export interface DirectWarning {
  code: 'THREAD_NOT_OURS';
  message: string;
}
