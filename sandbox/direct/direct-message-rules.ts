import type { DirectPlatform } from './direct-records';
import { invalidParameter } from '../graph/graph-error';
import {
  checkLength,
  checkTemplate,
  isWebAddress,
  LONGEST_PAYLOAD,
  requireCount,
} from './direct-template-rules';
import { isObject, listOf, objectOf, textOf, type JsonObject, type JsonValue } from '../json';

const FILE_TYPES = ['image', 'video', 'audio', 'file'];
const QUICK_REPLY_TYPES = ['text', 'user_email', 'user_phone_number'];
const LONGEST_TEXT = 2000;
/** Instagram counts bytes. */
const LARGEST_INSTAGRAM_TEXT = 1000;

/** Checks `message` as Send does, and gives back its attachments. `hasFile`: bytes came with the call. */
export function checkDirectMessage(
  message: JsonObject,
  platform: DirectPlatform,
  hasFile: boolean,
): JsonObject[] {
  const text = textOf(message.text);
  const attachments = attachmentsOf(message);
  if (text !== undefined && attachments.length > 0) {
    throw invalidParameter('Only one of text and attachment may be given in message.');
  }
  if ((text === undefined || text === '') && attachments.length === 0 && message.sticker_id === undefined) {
    throw invalidParameter('Message cannot be empty, must provide valid attachment or text');
  }
  if (text !== undefined) checkText(text, platform);
  for (const attachment of attachments) checkAttachment(attachment, platform, hasFile);
  checkQuickReplies(message.quick_replies);
  checkLength(message.metadata, "message['metadata']", LONGEST_PAYLOAD);
  return attachments;
}

function attachmentsOf(message: JsonObject): JsonObject[] {
  if (message.attachment !== undefined && message.attachments !== undefined) {
    throw invalidParameter('Only one of attachment and attachments may be given in message.');
  }
  if (isObject(message.attachment)) return [message.attachment];
  if (message.attachment !== undefined)
    throw invalidParameter("Param message['attachment'] must be an object.");
  const several = listOf(message.attachments).filter(isObject);
  if (several.length > 30 || several.some(({ type }) => type !== 'image')) {
    throw invalidParameter("Param message['attachments'] takes up to 30 images.");
  }
  return several;
}

function checkText(text: string, platform: DirectPlatform): void {
  if (platform === 'messenger' && text.length > LONGEST_TEXT) {
    throw invalidParameter(`Length of param message[text] must be less than or equal to ${LONGEST_TEXT}`);
  }
  if (platform === 'instagram' && Buffer.byteLength(text) > LARGEST_INSTAGRAM_TEXT) {
    throw invalidParameter(`Message text must be UTF-8 and at most ${LARGEST_INSTAGRAM_TEXT} bytes.`);
  }
}

export function checkAttachment(attachment: JsonObject, platform: DirectPlatform, hasFile: boolean): void {
  const type = textOf(attachment.type) ?? '';
  const payload = objectOf(attachment.payload);
  if (type === 'template') {
    checkTemplate(payload, platform);
    return;
  }
  if (platform === 'instagram' && type === 'like_heart') return;
  if (platform === 'instagram' && type.toLowerCase() === 'media_share') {
    if (textOf(payload.id) === undefined)
      throw invalidParameter("Param attachment['payload']['id'] is required.");
    return;
  }
  if (!FILE_TYPES.includes(type)) {
    throw invalidParameter(`Param attachment['type'] must be one of {${FILE_TYPES.join(', ')}, template}.`);
  }
  const url = textOf(payload.url);
  if (url === undefined && textOf(payload.attachment_id) === undefined && !hasFile) {
    throw invalidParameter("Param attachment['payload']['url'] or ['attachment_id'] is required.");
  }
  if (url !== undefined && !isWebAddress(url)) throw invalidParameter(`The URL ${url} is not valid.`);
}

function checkQuickReplies(value: JsonValue | undefined): void {
  if (value === undefined) return;
  for (const reply of requireCount(value, 'quick_replies', 1, 13)) {
    const type = textOf(reply.content_type) ?? '';
    if (!QUICK_REPLY_TYPES.includes(type)) {
      throw invalidParameter(`Param content_type must be one of {${QUICK_REPLY_TYPES.join(', ')}}.`);
    }
    if (type !== 'text') continue;
    if (!textOf(reply.title)) throw invalidParameter("Param quick_replies['title'] is required.");
    if (reply.payload === undefined) throw invalidParameter("Param quick_replies['payload'] is required.");
    checkLength(reply.title, "quick_replies['title']", 20);
    checkLength(reply.payload, "quick_replies['payload']", LONGEST_PAYLOAD);
  }
}
