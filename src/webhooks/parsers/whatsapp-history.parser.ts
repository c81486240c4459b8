import type { WebhookEvent } from '../webhook-events';
import type { WhatsAppHistoryMessage, WhatsAppHistoryThread } from '../whatsapp-events';
import type { JsonRecord } from './json-reader';
import { present, readNumber, readRecord, readText, requireId, UnreadableItemError } from './json-reader';
import type { WhatsAppChange } from './whatsapp-change';
import { readErrors, routeToNumber, timeOf, toDigits } from './whatsapp-change';
import type { WhatsAppPersonIds } from './whatsapp-contact-book';
import { readBsuid, readPersonIds } from './whatsapp-contact-book';
import { readMessageParts } from './whatsapp-message.parser';

/** A thread is named by the person's number or, where that is hidden, by the business-scoped id. */
const LOOKS_LIKE_BSUID = /^[A-Z]{2}\./;

/** One of `history[]`. A message in it that cannot be read is rejected by itself. */
export function parseWhatsAppHistory(
  chunk: JsonRecord,
  change: WhatsAppChange,
  path: string,
): WebhookEvent<'whatsapp.history'> {
  const event = {
    kind: 'whatsapp.history',
    occurredAt: change.fallbackTime,
    ...routeToNumber(change),
  } as const;
  const metadata = readRecord(chunk, 'metadata');
  const errors = readErrors(chunk);
  const threads: unknown[] | undefined = Array.isArray(chunk.threads) ? chunk.threads : undefined;
  if (metadata === undefined && threads === undefined) {
    if (errors.length === 0) throw new UnreadableItemError('neither threads nor errors');
    return { ...event, payload: { type: 'declined', errors } };
  }
  return {
    ...event,
    payload: {
      type: 'chunk',
      phase: readNumber(metadata ?? {}, 'phase') ?? null,
      chunkOrder: readNumber(metadata ?? {}, 'chunk_order') ?? null,
      progress: readNumber(metadata ?? {}, 'progress') ?? null,
      threads: (threads ?? []).flatMap((thread, index) => {
        const threadPath = `${path}.threads[${index}]`;
        const threadPlace = { ...change.place, path: threadPath };
        return (
          change.items.attempt(threadPlace, thread, (record) => readThread(record, change, threadPath)) ?? []
        );
      }),
      errors,
    },
  };
}

/** One of `messages[]` of the field `history`: the file of a message that came as a placeholder. */
export function parseWhatsAppHistoryMedia(
  message: JsonRecord,
  change: WhatsAppChange,
): WebhookEvent<'whatsapp.history'> {
  const occurredAt = timeOf(message, change);
  return {
    kind: 'whatsapp.history',
    occurredAt,
    ...routeToNumber(change),
    payload: { type: 'media', message: readHistoryMessage(message, change, undefined) },
  };
}

function readThread(thread: JsonRecord, change: WhatsAppChange, path: string): WhatsAppHistoryThread {
  const { items, place, contacts } = change;
  const id = requireId(thread, 'id');
  const bsuid = readBsuid(thread, 'user_id');
  const ids: WhatsAppPersonIds = LOOKS_LIKE_BSUID.test(id)
    ? { bsuid: id }
    : { waId: id, ...present({ bsuid }) };
  const messages: unknown[] = Array.isArray(thread.messages) ? thread.messages : [];
  return {
    person: contacts.complete(ids),
    messages: messages.flatMap((message, index) => {
      const messagePlace = { ...place, path: `${path}.messages[${index}]` };
      return items.attempt(messagePlace, message, (record) => readHistoryMessage(record, change, ids)) ?? [];
    }),
  };
}

function readHistoryMessage(
  message: JsonRecord,
  change: WhatsAppChange,
  person: WhatsAppPersonIds | undefined,
): WhatsAppHistoryMessage {
  const from = readPersonIds(message, 'from');
  const byPerson =
    person !== undefined &&
    ((from.waId !== undefined && from.waId === person.waId) ||
      (from.bsuid !== undefined && from.bsuid === person.bsuid));
  const byBusiness = from.waId !== undefined && toDigits(from.waId) === change.businessNumber;
  const status = readText(readRecord(message, 'history_context') ?? {}, 'status');
  return {
    ...readMessageParts(message),
    from: change.contacts.complete(from),
    source: 'history',
    at: timeOf(message, change),
    direction: !byPerson && (byBusiness || message.to !== undefined) ? 'outbound' : 'inbound',
    ...present({ status }),
  };
}
