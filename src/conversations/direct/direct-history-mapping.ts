import type { MessagingPlatform } from '../../webhooks/messenger-events';
import {
  type JsonRecord,
  isRecord,
  present,
  presentOrNothing,
  readBoolean,
  readId,
  readInstant,
  readRecord,
  readRecords,
  readText,
} from '../../webhooks/parsers/json-reader';
import { parseMessagingContent } from '../../webhooks/parsers/messenger-content.parser';
import { toStorableJson } from '../../webhooks/parsers/storable-json';
import type { ArrivedMessage, Person } from '../conversation-types';
import type { DirectHome } from './direct-arrivals';
import { contentOfDirect, orNull, textOfDirect, typeOfDirect } from './direct-content';

/** A conversation as the Conversations API lists it. */
export interface HistoryConversation {
  id: string;
  /** Of its latest message; null where Meta does not say. */
  updatedAt: Date | null;
  /** The one who is not the business; null where Meta names nobody. */
  person: Person | null;
}

/** A message of the Conversations API; `message` is null where Meta tells no more than that there is one. */
export interface HistoryMessage {
  id: string;
  at: Date;
  message: ArrivedMessage | null;
}

export interface HistoryChannel {
  home: DirectHome;
  platform: MessagingPlatform;
  /** Every id that stands for the business as sender: Instagram knows an account by two. */
  businessIds: ReadonlySet<string>;
}

export function conversationOf(node: unknown, channel: HistoryChannel): HistoryConversation | null {
  const record = storable(node);
  const id = readId(record, 'id');
  if (id === undefined) return null;
  const participants = readRecords(readRecord(record, 'participants') ?? {}, 'data');
  const other = participants.find((each) => !channel.businessIds.has(readId(each, 'id') ?? ''));
  return { id, updatedAt: instantAt(record, 'updated_time'), person: personOf(other, channel) };
}

/** null for what has no id or no time, so that nobody can say whether it was missed. */
export function historyMessageOf(
  node: unknown,
  conversation: HistoryConversation,
  channel: HistoryChannel,
): HistoryMessage | null {
  const record = storable(node);
  const [id, at] = [readId(record, 'id'), instantAt(record, 'created_time')];
  if (id === undefined || at === null) return null;
  const from = readRecord(record, 'from');
  const senderId = from && readId(from, 'id');
  if (senderId === undefined) return { id, at, message: null };
  const isOutbound = channel.businessIds.has(senderId);
  const person = isOutbound
    ? recipientOf(record, conversation, channel)
    : senderOf(from, conversation, channel);
  if (person === null) return { id, at, message: null };

  const wire = asWebhookMessage(record);
  const content = parseMessagingContent(wire);
  const replyTo = readId(readRecord(record, 'reply_to') ?? {}, 'mid');
  return {
    id,
    at,
    message: {
      ...channel.home,
      platform: channel.platform,
      externalId: id,
      person,
      groupId: '',
      direction: isOutbound ? 'outbound' : 'inbound',
      senderType: isOutbound ? 'app' : 'customer',
      senderId: isOutbound ? null : senderId,
      type: typeOfDirect(content),
      text: textOfDirect(content),
      content: contentOfDirect(wire),
      context: orNull({ message_id: replyTo, story: answeredStoryOf(record) }),
      metadata: { backfilled: true },
      at,
      status: isOutbound ? 'sent' : 'received',
      // Nobody has seen it: it is news, however old. The window that it opens counts from its own time.
      live: true,
    },
  };
}

/** The story of the business that the person answered, as webhooks tell it. */
function answeredStoryOf(record: JsonRecord): JsonRecord | undefined {
  const story = readRecord(readRecord(record, 'story') ?? {}, 'reply_to');
  return story && presentOrNothing({ id: readId(story, 'id'), url: readText(story, 'link') });
}

function senderOf(
  from: JsonRecord | undefined,
  { person }: HistoryConversation,
  channel: HistoryChannel,
): Person | null {
  const sender = personOf(from, channel);
  const known = person?.identities[0]?.value;
  return sender !== null && sender.identities[0]?.value === known ? person : sender;
}

function recipientOf(
  record: JsonRecord,
  { person }: HistoryConversation,
  channel: HistoryChannel,
): Person | null {
  if (person !== null) return person;
  const recipients = readRecords(readRecord(record, 'to') ?? {}, 'data');
  return personOf(
    recipients.find((each) => !channel.businessIds.has(readId(each, 'id') ?? '')),
    channel,
  );
}

function personOf(record: JsonRecord | undefined, { platform }: HistoryChannel): Person | null {
  const value = record && readId(record, 'id');
  if (record === undefined || value === undefined) return null;
  const kind = platform === 'messenger' ? 'psid' : 'igsid';
  return {
    identities: [{ kind, value }],
    name: readText(record, 'name') ?? null,
    profile: present({ username: readText(record, 'username') }),
  };
}

/** The same message as a webhook would have told it, so that it looks alike whichever way it came. */
export function asWebhookMessage(record: JsonRecord): JsonRecord {
  const sticker = readText(record, 'sticker');
  const story = readRecord(readRecord(record, 'story') ?? {}, 'mention');
  const attachments = [
    ...(sticker === undefined ? [] : [{ type: 'sticker', payload: { url: sticker } }]),
    ...(story === undefined
      ? []
      : [{ type: 'story_mention', payload: present({ url: readText(story, 'link') }) }]),
    ...readRecords(readRecord(record, 'attachments') ?? {}, 'data').map(attachmentOf),
    ...readRecords(readRecord(record, 'shares') ?? {}, 'data').map(shareOf),
  ];
  return present({
    text: readText(record, 'message'),
    attachments: attachments.length === 0 ? undefined : attachments,
    is_unsupported: readBoolean(record, 'is_unsupported') === true ? true : undefined,
  });
}

function attachmentOf(attachment: JsonRecord): JsonRecord {
  const image = readRecord(attachment, 'image_data');
  const video = readRecord(attachment, 'video_data');
  const template = readRecord(attachment, 'generic_template');
  if (template !== undefined) return { type: 'template', payload: { template_type: 'generic', ...template } };
  const media = image ?? video;
  const url = media === undefined ? readText(attachment, 'file_url') : readText(media, 'url');
  const isAudio = readText(attachment, 'mime_type')?.startsWith('audio/') === true;
  const type = image !== undefined ? 'image' : video !== undefined ? 'video' : isAudio ? 'audio' : 'file';
  return present({ type, title: readText(attachment, 'name'), payload: present({ url }) });
}

function shareOf(share: JsonRecord): JsonRecord {
  const url = readText(share, 'link');
  return present({ type: 'fallback', title: readText(share, 'name'), payload: present({ url }) });
}

/** Graph writes `+0000`, which ISO 8601 knows only with a colon. */
export function instantAt(record: JsonRecord, key: string): Date | null {
  const text = readText(record, key)?.replace(/([+-]\d\d)(\d\d)$/, '$1:$2');
  return readInstant({ [key]: text }, key) ?? null;
}

/** Without what PostgreSQL refuses, as with webhooks. */
export function storable(node: unknown): JsonRecord {
  const value = toStorableJson(node);
  return isRecord(value) ? value : {};
}
