import type { AppConfig } from '../config/app-config';
import { type JsonRecord, isRecord, readRecords } from '../webhooks/parsers/json-reader';
import { parseMessagingContent } from '../webhooks/parsers/messenger-content.parser';
import type { MessagingAttachment } from '../webhooks/messenger-message-content';

export type FileKind = 'image' | 'video' | 'audio' | 'document' | 'sticker';

/** An attachment of a message of Messenger's or Instagram's that is a file. */
export interface DirectFile {
  /** Its place among the attachments of the message, from 0. */
  place: number;
  /** As Meta gave it with the message: good for some days, without a token. */
  url: string;
  /** null for what is shared, which may be a picture or a video. */
  kind: FileKind | null;
  /** Is gone after a day, at Meta and here, and cannot be asked for again. */
  isStory: boolean;
  /** What the person called it. */
  name: string | null;
}

/** Tells whether an address is one that Meta keeps files at, as opposed to a page to look at. */
export type FileHostRule = (url: string) => boolean;

/** A story is shown for a day; a copy of it may be kept no longer. */
export const STORY_LIVES_MS = 24 * 60 * 60_000;

/** More than Meta lets anybody send at once. */
const MOST_FILES = 50;
const META_FILE_HOSTS = /(?:^|\.)(?:fbcdn\.net|fbsbx\.com|cdninstagram\.com)$/;
const ATTACHMENT = 'attachment:';

/** Where Graph is, files are, too: that is for stand-ins for Meta, which have one address. */
export function fileHostRule(config: AppConfig): FileHostRule {
  const origin = graphOrigin(config);
  return (text) => {
    const url = URL.canParse(text) ? new URL(text) : null;
    if (url === null) return false;
    return url.origin === origin || (url.protocol === 'https:' && META_FILE_HOSTS.test(url.hostname));
  };
}

export function graphOrigin({ env }: AppConfig): string {
  return new URL(env.META_GRAPH_URL).origin;
}

/** What a row calls the file of a message by: these files have no id of Meta's, and their addresses change. */
export function mediaIdOf({ place }: Pick<DirectFile, 'place'>): string {
  return `${ATTACHMENT}${place}`;
}

export function isAttachmentId(mediaId: string): boolean {
  return mediaId.startsWith(ATTACHMENT);
}

/**
 * The files of a message, in its order.
 * @param versions what the message holds now and held before, the earliest last: an edit tells the text only
 */
export function directFilesOf(versions: readonly unknown[], isFileHost: FileHostRule): DirectFile[] {
  const attachments = attachmentsOf(versions);
  const stickers = new Set(attachments.flatMap((each) => (each.type === 'sticker' ? [each.stickerId] : [])));
  const files = attachments.flatMap((attachment, place): DirectFile[] => {
    // A sticker may stand twice, the second time as an image.
    const isDouble =
      attachment.type === 'image' && attachment.stickerId !== undefined && stickers.has(attachment.stickerId);
    const file = isDouble ? null : fileOf(attachment, isFileHost);
    return file === null ? [] : [{ ...file, place }];
  });
  return files.slice(0, MOST_FILES);
}

/**
 * Where Meta gives the file now.
 * @param message the message as Graph tells it, in a webhook's words: it may name kinds and count attachments otherwise
 */
export function freshAddressOf(
  file: DirectFile,
  versions: readonly unknown[],
  message: JsonRecord,
  isFileHost: FileHostRule,
): string | null {
  const old = directFilesOf(versions, isFileHost);
  const fresh = directFilesOf([withShares(message)], isFileHost);
  const alike = (files: readonly DirectFile[]) => files.filter(({ kind }) => kind === file.kind);
  const place = alike(old).findIndex((each) => each.place === file.place);
  if (alike(old).length === alike(fresh).length) return alike(fresh)[place]?.url ?? null;
  // Instagram calls sound a file, and a shared reel a video: where nothing is missing, the order tells.
  if (old.length !== fresh.length) return null;
  return fresh[old.findIndex((each) => each.place === file.place)]?.url ?? null;
}

/** Graph tells of everything that is shared alike, be it a link or a reel: its address says whether it is a file. */
function withShares(message: JsonRecord): JsonRecord {
  const attachments = readRecords(message, 'attachments').map((attachment) =>
    attachment.type === 'fallback' ? { ...attachment, type: 'share' } : attachment,
  );
  return { ...message, attachments };
}

function attachmentsOf(versions: readonly unknown[]): MessagingAttachment[] {
  const version = versions.find((each) => isRecord(each) && each.attachments !== undefined);
  return isRecord(version) ? parseMessagingContent(version).attachments : [];
}

function fileOf(attachment: MessagingAttachment, isFileHost: FileHostRule): Omit<DirectFile, 'place'> | null {
  if (!('url' in attachment) || attachment.url === null) return null;
  const { url } = attachment;
  const base = { url, kind: null, isStory: false, name: null };
  switch (attachment.type) {
    case 'image':
      return { ...base, kind: attachment.stickerId === undefined ? 'image' : 'sticker' };
    case 'video':
    case 'audio':
    case 'sticker':
      return { ...base, kind: attachment.type };
    case 'file':
      return { ...base, kind: 'document', name: attachment.title ?? null };
    case 'story_mention':
      return { ...base, isStory: true };
    case 'ig_story':
      return isFileHost(url) ? { ...base, isStory: true } : null;
    case 'share':
    case 'media_share':
    case 'post':
    case 'ig_post':
    case 'reel':
    case 'ig_reel':
    case 'unknown':
      // The address may as well be that of a page about it.
      return isFileHost(url) ? base : null;
    case 'fallback':
    case 'location':
    case 'template':
      return null;
  }
}
