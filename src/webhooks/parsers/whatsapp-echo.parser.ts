import type { WebhookEvent } from '../webhook-events';
import type { JsonRecord } from './json-reader';
import { present, readId, requireId, UnreadableItemError } from './json-reader';
import type { WhatsAppChange } from './whatsapp-change';
import { routeToNumber, timeOf, toDigits } from './whatsapp-change';
import type { WhatsAppPersonIds } from './whatsapp-contact-book';
import { isNobody, readPersonIds } from './whatsapp-contact-book';
import { parseWhatsAppContent } from './whatsapp-content.parser';
import { readContext, readEdit, readRevokedWamid } from './whatsapp-message.parser';

/** One of `message_echoes[]`: the business wrote with its app. */
export function parseWhatsAppEcho(
  message: JsonRecord,
  change: WhatsAppChange,
): WebhookEvent<'whatsapp.message.echoed'> {
  const groupId = readId(message, 'group_id');
  const base = {
    wamid: requireId(message, 'id'),
    to: change.contacts.completeOrOnly(readOtherEnd(message, change, 'to')),
    raw: message,
    ...present({ groupId }),
  };
  const event = {
    kind: 'whatsapp.message.echoed',
    occurredAt: timeOf(message, change),
    ...routeToNumber(change),
  } as const;
  switch (message.type) {
    case 'edit': {
      const { originalWamid, content } = readEdit(message);
      return { ...event, payload: { ...base, action: 'edited', originalWamid, content } };
    }
    case 'revoke':
      return { ...event, payload: { ...base, action: 'revoked', originalWamid: readRevokedWamid(message) } };
    default: {
      if (isNobody(base.to) && groupId === undefined)
        throw new UnreadableItemError('to and to_user_id are missing');
      const context = readContext(message);
      const content = parseWhatsAppContent(message);
      return { ...event, payload: { ...base, action: 'sent', content, ...present({ context }) } };
    }
  }
}

/**
 * The one of the two ends that is not the business. Where neither is the business's number, `usually` tells: samples
 * of Meta's and of others have them the wrong way round, and a contact made of the business itself would be wrong.
 */
export function readOtherEnd(
  item: JsonRecord,
  { businessNumber }: WhatsAppChange,
  usually: 'from' | 'to',
): WhatsAppPersonIds {
  const ends = { from: readPersonIds(item, 'from'), to: readPersonIds(item, 'to') };
  const unusual = usually === 'from' ? 'to' : 'from';
  const isBusiness = ({ waId }: WhatsAppPersonIds) => waId !== undefined && toDigits(waId) === businessNumber;
  return isBusiness(ends[usually]) && !isBusiness(ends[unusual]) ? ends[unusual] : ends[usually];
}
