import type { MessagingContext, MessagingMessageReceived, MessagingReferral } from '../messenger-events';
import type { JsonRecord } from './json-reader';
import {
  present,
  presentOrNothing,
  readBoolean,
  readId,
  readInstant,
  readNumber,
  readRecord,
  readText,
  requireId,
  requireWord,
  UnreadableItemError,
} from './json-reader';
import { parseMessagingContent } from './messenger-content.parser';
import type { MessagingEvent, MessagingItem } from './messenger-item.parser';
import { isFromBusiness, placeOf, readEnds, requireRecipient, requireSender } from './messenger-item.parser';

/** `message`: somebody wrote, the business wrote, or either took a message back. */
export function parseMessagingMessage(
  message: JsonRecord,
  item: MessagingItem,
): MessagingEvent<'message.received' | 'message.echoed' | 'message.revoked'> {
  const { platform } = item.channel;
  const mid = requireId(message, 'mid');
  const base = { mid, standby: item.standby, raw: item.record };
  const fromBusiness = isFromBusiness(message, item);
  if (readBoolean(message, 'is_deleted') === true) {
    const { person, by } = readEnds(item);
    return {
      kind: `${platform}.message.revoked`,
      ...placeOf(item),
      payload: { ...base, person, by: fromBusiness ? 'business' : by },
    };
  }
  const parts = { content: parseMessagingContent(message), ...present({ context: readContext(message) }) };
  if (fromBusiness) {
    return {
      kind: `${platform}.message.echoed`,
      ...placeOf(item),
      payload: {
        ...base,
        person: requireRecipient(item),
        ...parts,
        isSelf: readBoolean(message, 'is_self') ?? false,
        ...present({ appId: readId(message, 'app_id'), metadata: readText(message, 'metadata') }),
      },
    };
  }
  return {
    kind: `${platform}.message.received`,
    ...placeOf(item),
    payload: {
      ...base,
      person: requireSender(item),
      ...parts,
      ...present({
        referral: readReferral(readRecord(message, 'referral') ?? readRecord(item.record, 'referral')),
        prior: readPrior(item.record),
      }),
    },
  };
}

/** `message_edit`. Instagram leaves out nearly everything of those that edit nothing. */
export function parseMessagingEdit(edit: JsonRecord, item: MessagingItem): MessagingEvent<'message.edited'> {
  return {
    kind: `${item.channel.platform}.message.edited`,
    ...placeOf(item),
    payload: {
      mid: requireId(edit, 'mid'),
      text: typeof edit.text === 'string' ? edit.text : null,
      numEdit: readNumber(edit, 'num_edit') ?? null,
      ...readAction(item),
    },
  };
}

/** `reaction` */
export function parseMessagingReaction(
  reaction: JsonRecord,
  item: MessagingItem,
): MessagingEvent<'message.reaction'> {
  return {
    kind: `${item.channel.platform}.message.reaction`,
    ...placeOf(item),
    payload: {
      mid: requireId(reaction, 'mid'),
      action: requireWord(reaction, 'action'),
      ...readAction(item),
      ...present({ reaction: readText(reaction, 'reaction'), emoji: readText(reaction, 'emoji') }),
    },
  };
}

/** `read`: of Messenger a time, of Instagram a message. */
export function parseMessagingRead(read: JsonRecord, item: MessagingItem): MessagingEvent<'message.read'> {
  const event = { kind: `${item.channel.platform}.message.read`, ...placeOf(item) } as const;
  const action = readAction(item);
  const mid = readId(read, 'mid');
  if (mid !== undefined) return { ...event, payload: { ...action, upTo: 'message', mid } };
  const watermark = readInstant(read, 'watermark');
  if (watermark === undefined) throw new UnreadableItemError('neither mid nor watermark');
  return { ...event, payload: { ...action, upTo: 'watermark', watermark } };
}

/** `delivery`, which is Messenger's alone. */
export function parseMessengerDelivery(
  delivery: JsonRecord,
  item: MessagingItem,
): MessagingEvent<'message.delivered'> {
  const list: unknown[] = Array.isArray(delivery.mids) ? delivery.mids : [];
  const mids = list.flatMap(readMid);
  const watermark = readInstant(delivery, 'watermark') ?? null;
  if (mids.length === 0 && watermark === null) throw new UnreadableItemError('neither mids nor watermark');
  return {
    kind: 'messenger.message.delivered',
    ...placeOf(item),
    payload: { mids, watermark, ...readAction(item) },
  };
}

/** What events about messages and conversations have in common. */
export function readAction(item: MessagingItem) {
  return { ...readEnds(item), standby: item.standby, raw: item.record };
}

export function readReferral(referral: JsonRecord | undefined): MessagingReferral | undefined {
  if (referral === undefined) return undefined;
  const ad = readRecord(referral, 'ads_context_data') ?? {};
  return presentOrNothing({
    ref: readText(referral, 'ref'),
    source: readText(referral, 'source'),
    type: readText(referral, 'type'),
    adId: readText(referral, 'ad_id'),
    adTitle: readText(ad, 'ad_title'),
    photoUrl: readText(ad, 'photo_url'),
    videoUrl: readText(ad, 'video_url'),
    postId: readText(ad, 'post_id'),
    refererUri: readText(referral, 'referer_uri'),
    productId: readText(readRecord(referral, 'product') ?? {}, 'id') ?? readText(ad, 'product_id'),
  });
}

function readContext(message: JsonRecord): MessagingContext | undefined {
  const replyTo = readRecord(message, 'reply_to') ?? {};
  const story = readRecord(replyTo, 'story') ?? {};
  return presentOrNothing({
    mid: readId(replyTo, 'mid'),
    story: presentOrNothing({ id: readText(story, 'id'), url: readText(story, 'url') }),
    isSelfReply: readBoolean(replyTo, 'is_self_reply'),
  });
}

function readPrior(item: JsonRecord): MessagingMessageReceived['prior'] {
  const prior = readRecord(item, 'prior_message') ?? {};
  return presentOrNothing({ source: readText(prior, 'source'), identifier: readText(prior, 'identifier') });
}

/** One that cannot be read costs no other: the watermark covers it. */
function readMid(mid: unknown): string[] {
  try {
    return [requireId({ mid }, 'mid')];
  } catch (error) {
    if (error instanceof UnreadableItemError) return [];
    throw error;
  }
}
