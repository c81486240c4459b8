import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { AppConfig } from '../config/app-config';
import type { Platform } from '../conversations/conversation-types';
import type { MessageMedia, MessageWithFile } from '../conversations/message-media';
import type { AccountId, MessageId } from '../database/ids';
import { ConflictError, NotFoundError } from '../errors/app.error';
import { normalType } from '../media/file-nature';
import { sha256From } from '../media/media-check';
import type { ServableFile } from '../media/media-content';
import {
  type FileHostRule,
  type FileKind,
  directFilesOf,
  fileHostRule,
  isAttachmentId,
  mediaIdOf,
} from './direct-files';
import type { MediaError } from './media-outcome';
import { VERSIONS } from './message-media-notes';

/** A file of a message, as its row tells of it. */
export interface MessageFile {
  accountId: AccountId;
  id: string;
  messageId: MessageId;
  /** What the message has it as; null where that is not known (any more), and in lists. */
  kind: FileKind | null;
  /** Meta's, or which attachment it is. */
  mediaId: string;
  mimeType: string | null;
  /** In bytes. */
  size: number | null;
  sha256: Buffer | null;
  fileName: string | null;
  isSuspect: boolean;
  storageKey: string;
  status: MessageMedia['status'];
  error: MediaError | null;
  createdAt: Date;
}

interface FileRow {
  account_id: AccountId;
  id: string;
  message_id: MessageId;
  media_id: string;
  mime_type: string | null;
  size_bytes: string | null;
  sha256: string | null;
  content_sha256: Buffer | null;
  file_name: string | null;
  is_suspect: boolean;
  storage_key: string;
  state: string;
  error: MediaError | null;
  created_at: Date;
}

type FoundRow = FileRow & {
  platform: Platform | null;
  message_type: string | null;
  versions: unknown[] | null;
};

const COLUMNS = `f.account_id, f.id, f.message_id, f.media_id, f.mime_type, f.size_bytes, f.sha256, f.content_sha256,
  f.file_name, f.is_suspect, f.storage_key, f.state, f.error, f.created_at`;
const KINDS: readonly FileKind[] = ['image', 'video', 'audio', 'document', 'sticker'];

/** Finds the files of messages, whatever platform they came from. */
@Injectable()
export class MessageFiles {
  private readonly isFileHost: FileHostRule;

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    config: AppConfig,
  ) {
    this.isFileHost = fileHostRule(config);
  }

  /** null also for somebody else's. */
  async find(accountIds: readonly AccountId[], id: string): Promise<MessageFile | null> {
    if (accountIds.length === 0) return null;
    const rows: FoundRow[] = await this.database.query(
      `SELECT ${COLUMNS}, m.platform, coalesce(m.content ->> 'type', m.type) AS message_type,
              CASE WHEN m.platform <> 'whatsapp' THEN ${VERSIONS} END AS versions
         FROM message_media f LEFT JOIN messages m ON m.account_id = f.account_id AND m.id = f.message_id
        WHERE f.account_id = ANY ($1) AND f.id = $2`,
      [accountIds, id],
    );
    const [row] = rows;
    return row === undefined ? null : { ...toFile(row), kind: this.kindOf(row) };
  }

  /** In the order in which each message has them. */
  async ofMessages(messages: readonly MessageWithFile[]): Promise<MessageFile[]> {
    if (messages.length === 0) return [];
    const rows: FileRow[] = await this.database.query(
      `SELECT ${COLUMNS} FROM message_media f
        WHERE (f.account_id, f.message_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[])) ORDER BY f.id`,
      [messages.map(({ accountId }) => accountId), messages.map(({ id }) => id)],
    );
    return rows.map(toFile);
  }

  private kindOf({ media_id: mediaId, message_type: type, versions }: FoundRow): FileKind | null {
    if (!isAttachmentId(mediaId)) return KINDS.find((kind) => kind === type) ?? null;
    const files = directFilesOf(versions ?? [], this.isFileHost);
    return files.find((file) => mediaIdOf(file) === mediaId)?.kind ?? null;
  }
}

/**
 * What is given out of it.
 * @throws ConflictError while it is still to be fetched
 * @throws NotFoundError for one that is gone, or could not be had
 */
export function servable(file: MessageFile): ServableFile {
  const { id, status, error, storageKey, fileName, isSuspect, mimeType } = file;
  if (status === 'pending')
    throw new ConflictError('The file is still being fetched from Meta. Try again in a moment.', { status });
  if (status !== 'stored') throw new NotFoundError(error?.message ?? 'The file is gone.');
  const type = normalType(mimeType) === null ? 'application/octet-stream' : (mimeType ?? '');
  return { id, storageKey, type, fileName, isSuspect };
}

/** As messages show it. */
export function shownFile(file: MessageFile): MessageMedia {
  const { id, status, mimeType, size, sha256, fileName, isSuspect } = file;
  return {
    id,
    status,
    mimeType,
    size,
    sha256: sha256?.toString('hex') ?? null,
    fileName,
    isSuspect,
    url: status === 'stored' ? contentUrlOf(file) : null,
  };
}

/** Every file of a message is at `/api/meta/media`; WhatsApp's are known by their older address. */
export function contentUrlOf({ id, mediaId }: Pick<MessageFile, 'id' | 'mediaId'>): string {
  return `/api/meta/${isAttachmentId(mediaId) ? 'media' : 'whatsapp/media'}/${id}/content`;
}

function toFile(row: FileRow): MessageFile {
  return {
    accountId: row.account_id,
    id: row.id,
    messageId: row.message_id,
    kind: null,
    mediaId: row.media_id,
    mimeType: row.mime_type,
    size: row.size_bytes === null ? null : Number(row.size_bytes),
    sha256: row.content_sha256 ?? sha256From(row.sha256),
    fileName: row.file_name,
    isSuspect: row.is_suspect,
    storageKey: row.storage_key,
    status: statusOf(row.state),
    error: row.error,
    createdAt: row.created_at,
  };
}

function statusOf(state: string): MessageMedia['status'] {
  return state === 'stored' || state === 'failed' || state === 'removed' ? state : 'pending';
}
