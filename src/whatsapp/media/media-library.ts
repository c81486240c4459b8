import { Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { AppConfig } from '../../config/app-config';
import type { MessageMedia } from '../../conversations/message-media';
import { MessageMediaReaders, type MessageWithFile } from '../../conversations/message-media';
import { type AccountId, type MessageId, isUuid } from '../../database/ids';
import { sha256From } from '../../media/media-check';
import type { MediaDto } from '../dto/media.dto';
import { type MediaKind, isMediaKind } from './media-kinds';
import { MediaUploadsRepository, type StoredUpload } from './media-uploads.repository';

/** A file of a message, as its row tells of it. */
export interface MessageFile {
  accountId: AccountId;
  id: string;
  messageId: MessageId;
  /** The type of the message. */
  kind: MediaKind | null;
  mediaId: string;
  mimeType: string | null;
  size: number | null;
  sha256: Buffer | null;
  fileName: string | null;
  isSuspect: boolean;
  storageKey: string;
  status: MessageMedia['status'];
  error: { code: string; message: string } | null;
  createdAt: Date;
}

/** Whatever an id of this service's for a file stands for. */
export type FoundMedia =
  { origin: 'upload'; upload: StoredUpload } | { origin: 'message'; file: MessageFile };

interface MessageFileRow {
  account_id: AccountId;
  id: string;
  message_id: MessageId;
  message_type: string | null;
  media_id: string;
  mime_type: string | null;
  size_bytes: string | null;
  sha256: string | null;
  content_sha256: Buffer | null;
  file_name: string | null;
  is_suspect: boolean;
  storage_key: string;
  state: string;
  error: { code: string; message: string } | null;
  created_at: Date;
}

const FILE_COLUMNS = `f.account_id, f.id, f.message_id, f.media_id, f.mime_type, f.size_bytes, f.sha256, f.content_sha256,
  f.file_name, f.is_suspect, f.storage_key, f.state, f.error, f.created_at`;
const DAY_MS = 86_400_000;

/** Finds files by the ids that this service gave them, uploaded ones and those of messages. */
@Injectable()
export class MediaLibrary implements OnModuleInit {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly config: AppConfig,
    private readonly uploads: MediaUploadsRepository,
    private readonly readers: MessageMediaReaders,
  ) {}

  onModuleInit(): void {
    this.readers.register('whatsapp', (messages) => this.mediaOf(messages));
  }

  /** null also for somebody else's. */
  async find(accountIds: readonly AccountId[], id: string): Promise<FoundMedia | null> {
    if (accountIds.length === 0) return null;
    const upload = await this.uploads.find(accountIds, id);
    if (upload !== null) return { origin: 'upload', upload };
    const rows: MessageFileRow[] = await this.database.query(
      `SELECT ${FILE_COLUMNS}, coalesce(m.content ->> 'type', m.type) AS message_type
         FROM message_media f LEFT JOIN messages m ON m.account_id = f.account_id AND m.id = f.message_id
        WHERE f.account_id = ANY ($1) AND f.id = $2`,
      [accountIds, id],
    );
    const [row] = rows;
    return row === undefined ? null : { origin: 'message', file: toFile(row) };
  }

  toDto(found: FoundMedia): MediaDto {
    return found.origin === 'upload' ? this.uploadDto(found.upload) : fileDto(found.file);
  }

  /** The files of messages, as the messages themselves show them. */
  private async mediaOf(messages: readonly MessageWithFile[]): Promise<ReadonlyMap<MessageId, MessageMedia>> {
    const fileIdOf = (message: MessageWithFile): string | null =>
      typeof message.content.id === 'string' ? message.content.id : null;
    const withFiles = messages.filter((message) => fileIdOf(message) !== null);
    // What was taken back, or removed, has no id in it any more, but may have had a file.
    const arrived = messages.filter((message) => !isUuid(fileIdOf(message) ?? ''));
    const ours = withFiles.filter((message) => isUuid(fileIdOf(message) ?? ''));
    const [files, uploads] = await Promise.all([this.filesOf(arrived), this.uploadsOf(ours, fileIdOf)]);
    const found = new Map<MessageId, MessageMedia>();
    for (const message of arrived) {
      const own = files.filter(({ messageId }) => messageId === message.id);
      // The one that its present version names; of one that names none, the last it had.
      const file = own.find(({ mediaId }) => mediaId === fileIdOf(message)) ?? own.at(-1);
      if (file !== undefined) found.set(message.id, shown(fileDto(file)));
    }
    for (const message of ours) {
      const id = fileIdOf(message)?.toLowerCase() ?? '';
      const upload = uploads.get(id);
      found.set(message.id, upload === undefined ? gone(id) : shown(this.uploadDto(upload)));
    }
    return found;
  }

  private async filesOf(messages: readonly MessageWithFile[]): Promise<MessageFile[]> {
    if (messages.length === 0) return [];
    const rows: MessageFileRow[] = await this.database.query(
      `SELECT ${FILE_COLUMNS}, NULL AS message_type FROM message_media f
        WHERE (f.account_id, f.message_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[])) ORDER BY f.id`,
      [messages.map(({ accountId }) => accountId), messages.map(({ id }) => id)],
    );
    return rows.map(toFile);
  }

  private async uploadsOf(
    messages: readonly MessageWithFile[],
    fileIdOf: (message: MessageWithFile) => string | null,
  ): Promise<Map<string, StoredUpload>> {
    const found = await this.uploads.findAll(
      messages.map((message) => ({ accountId: message.accountId, id: fileIdOf(message) ?? '' })),
    );
    return new Map(found.map((upload) => [upload.id, upload]));
  }

  private uploadDto(upload: StoredUpload): MediaDto {
    const days = this.config.env.MEDIA_UPLOAD_RETENTION_DAYS;
    return {
      id: upload.id,
      accountId: upload.accountId,
      origin: 'upload',
      status: 'stored',
      kind: upload.kind,
      mimeType: upload.mimeType,
      size: upload.size,
      sha256: upload.sha256.toString('hex'),
      fileName: upload.fileName,
      isSuspect: false,
      url: contentUrl(upload.id),
      messageId: null,
      error: null,
      createdAt: upload.createdAt,
      expiresAt: days === 0 ? null : new Date(upload.lastUsedAt.getTime() + days * DAY_MS),
    };
  }
}

function fileDto(file: MessageFile): MediaDto {
  return {
    id: file.id,
    accountId: file.accountId,
    origin: 'message',
    status: file.status,
    kind: file.kind,
    mimeType: file.mimeType,
    size: file.size,
    sha256: file.sha256?.toString('hex') ?? null,
    fileName: file.fileName,
    isSuspect: file.isSuspect,
    url: file.status === 'stored' ? contentUrl(file.id) : null,
    messageId: file.messageId,
    error: file.status === 'failed' ? file.error : null,
    createdAt: file.createdAt,
    expiresAt: null,
  };
}

function shown(media: MediaDto): MessageMedia {
  const { id, status, mimeType, size, sha256, fileName, isSuspect, url } = media;
  return { id, status, mimeType, size, sha256, fileName, isSuspect, url };
}

/** An upload that a message was sent with, and which was deleted since. */
function gone(id: string): MessageMedia {
  return {
    id,
    status: 'removed',
    mimeType: null,
    size: null,
    sha256: null,
    fileName: null,
    isSuspect: false,
    url: null,
  };
}

function contentUrl(id: string): string {
  return `/api/meta/whatsapp/media/${id}/content`;
}

function toFile(row: MessageFileRow): MessageFile {
  return {
    accountId: row.account_id,
    id: row.id,
    messageId: row.message_id,
    kind: isMediaKind(row.message_type) ? row.message_type : null,
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
