import { instantAt, storable } from '../../conversations/direct/direct-history-mapping';
import {
  type JsonRecord,
  readBoolean,
  readId,
  readRecord,
  readRecords,
  readText,
} from '../../webhooks/parsers/json-reader';

/** What hangs on a post: a picture, a video, a link, an album with its parts. */
export interface ReadAttachment {
  /** Meta's word: `photo`, `video`, `link`, `album`, `event`, …. */
  type: string;
  url: string | null;
  title: string | null;
  pictureUrl: string | null;
  /** Meta's ids of the photos and videos in it. */
  targetIds: string[];
}

/** A post as Meta shows it. */
export interface ReadPost {
  /** `{page}_{post}`. */
  id: string;
  message: string | null;
  /** What Meta writes of itself, such as "Jasper’s Market updated their cover photo." */
  story: string | null;
  createdAt: Date | null;
  updatedAt: Date | null;
  permalinkUrl: string | null;
  pictureUrl: string | null;
  statusType: string | null;
  isPublished: boolean | null;
  isHidden: boolean | null;
  scheduledAt: Date | null;
  from: { id: string; name: string | null } | null;
  attachments: ReadAttachment[];
  /** null: Meta did not say. */
  likes: number | null;
  comments: number | null;
  reactions: number | null;
  shares: number;
  /** Meta's id of the app that published it; null where Meta does not say, or nobody asked. */
  applicationId: string | null;
}

export const CONTENT_FIELDS =
  'id,message,story,created_time,updated_time,permalink_url,full_picture,status_type,is_published,is_hidden,' +
  'scheduled_publish_time,from{id,name},attachments{media_type,type,media,url,title,target,subattachments}';
export const COUNT_FIELDS =
  'shares,comments.limit(0).summary(true),reactions.limit(0).summary(true),likes.limit(0).summary(true)';
export const POST_FIELDS = `${CONTENT_FIELDS},${COUNT_FIELDS}`;
/** Enough to tell whether a post is the one that was being published. */
export const MATCH_FIELDS =
  'id,message,created_time,permalink_url,is_published,scheduled_publish_time,attachments{media_type,type,url,target,subattachments}';

/** null without an id. */
export function readPost(node: unknown): ReadPost | null {
  const record = storable(node);
  const id = readId(record, 'id');
  if (id === undefined) return null;
  const from = readRecord(record, 'from') ?? {};
  const fromId = readId(from, 'id');
  return {
    id,
    message: readText(record, 'message') ?? null,
    story: readText(record, 'story') ?? null,
    createdAt: instantAt(record, 'created_time'),
    updatedAt: instantAt(record, 'updated_time'),
    permalinkUrl: readText(record, 'permalink_url') ?? null,
    pictureUrl: readText(record, 'full_picture') ?? null,
    statusType: readText(record, 'status_type') ?? null,
    isPublished: readBoolean(record, 'is_published') ?? null,
    isHidden: readBoolean(record, 'is_hidden') ?? null,
    scheduledAt: instantAt(record, 'scheduled_publish_time'),
    from: fromId === undefined ? null : { id: fromId, name: readText(from, 'name') ?? null },
    attachments: dataOf(record, 'attachments').map(attachmentOf),
    likes: totalOf(record, 'likes'),
    comments: totalOf(record, 'comments'),
    reactions: totalOf(record, 'reactions'),
    shares: numberOf(readRecord(record, 'shares') ?? {}, 'count') ?? 0,
    applicationId: readId(readRecord(record, 'application') ?? {}, 'id') ?? null,
  };
}

/** `status` where it is only text. */
export function typeOf({ attachments, statusType }: ReadPost): string {
  const [first] = attachments;
  if (first !== undefined) return first.type;
  if (statusType === 'added_photos') return 'photo';
  if (statusType === 'added_video') return 'video';
  if (statusType === 'shared_story') return 'link';
  return 'status';
}

function attachmentOf(attachment: JsonRecord): ReadAttachment {
  const parts = dataOf(attachment, 'subattachments');
  const media = readRecord(readRecord(attachment, 'media') ?? {}, 'image') ?? {};
  const targets = [attachment, ...parts].map((part) => readId(readRecord(part, 'target') ?? {}, 'id'));
  return {
    type: readText(attachment, 'media_type') ?? readText(attachment, 'type') ?? 'unknown',
    url: readText(attachment, 'url') ?? null,
    title: readText(attachment, 'title') ?? null,
    pictureUrl: readText(media, 'src') ?? null,
    targetIds: targets.filter((id) => id !== undefined),
  };
}

function dataOf(record: JsonRecord, key: string): JsonRecord[] {
  return readRecords(readRecord(record, key) ?? {}, 'data');
}

function totalOf(record: JsonRecord, key: string): number | null {
  const edge = readRecord(record, key);
  if (edge === undefined) return null;
  return numberOf(readRecord(edge, 'summary') ?? {}, 'total_count');
}

function numberOf(record: JsonRecord, key: string): number | null {
  const number = Number(readText(record, key) ?? NaN);
  return Number.isSafeInteger(number) && number >= 0 ? number : null;
}
