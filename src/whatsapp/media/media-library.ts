import { Injectable, type OnModuleInit } from '@nestjs/common';
import { AppConfig } from '../../config/app-config';
import type { MessageMedia } from '../../conversations/message-media';
import { MessageMediaReaders, type MessageWithFile } from '../../conversations/message-media';
import { type AccountId, type MessageId, isUuid } from '../../database/ids';
import type { ServableFile } from '../../media/media-content';
import {
  type MessageFile,
  MessageFiles,
  contentUrlOf,
  servable,
  shownFile,
} from '../../message-media/message-files';
import { SentFiles } from '../../message-media/sent-files';
import type { MediaDto } from '../dto/media.dto';
import { MediaUploadsRepository, type StoredUpload } from './media-uploads.repository';

const DAY_MS = 86_400_000;

/** Whatever an id of this service's for a file stands for. */
export type FoundMedia =
  { origin: 'upload'; upload: StoredUpload } | { origin: 'message'; file: MessageFile };

/**
 * @throws NotFoundError for a file that is gone
 * @throws ConflictError for one that is still to be fetched
 */
export function servableOf(found: FoundMedia): ServableFile {
  if (found.origin === 'message') return servable(found.file);
  const { id, storageKey, mimeType, fileName } = found.upload;
  return { id, storageKey, type: mimeType, fileName, isSuspect: false };
}

/** Finds files by the ids that this service gave them, uploaded ones and those of messages. */
@Injectable()
export class MediaLibrary implements OnModuleInit {
  constructor(
    private readonly config: AppConfig,
    private readonly uploads: MediaUploadsRepository,
    private readonly files: MessageFiles,
    private readonly sent: SentFiles,
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
    const file = await this.files.find(accountIds, id);
    return file === null ? null : { origin: 'message', file };
  }

  toDto(found: FoundMedia): MediaDto {
    return found.origin === 'upload' ? this.uploadDto(found.upload) : fileDto(found.file);
  }

  /** The files of messages, as the messages themselves show them. */
  private async mediaOf(
    messages: readonly MessageWithFile[],
  ): Promise<ReadonlyMap<MessageId, readonly MessageMedia[]>> {
    const fileIdOf = (message: MessageWithFile): string | null =>
      typeof message.content.id === 'string' ? message.content.id : null;
    const withFiles = messages.filter((message) => fileIdOf(message) !== null);
    // What was taken back, or removed, has no id in it any more, but may have had a file.
    const arrived = messages.filter((message) => !isUuid(fileIdOf(message) ?? ''));
    const ours = withFiles.filter((message) => isUuid(fileIdOf(message) ?? ''));
    const [files, uploads] = await Promise.all([
      this.files.ofMessages(arrived),
      this.sent.of(
        ours.map((message) => ({
          accountId: message.accountId,
          id: fileIdOf(message)?.toLowerCase() ?? '',
        })),
      ),
    ]);
    const found = new Map<MessageId, readonly MessageMedia[]>();
    for (const message of arrived) {
      const own = files.filter(({ messageId }) => messageId === message.id);
      // The one that its present version names; of one that names none, the last it had.
      const file = own.find(({ mediaId }) => mediaId === fileIdOf(message)) ?? own.at(-1);
      if (file !== undefined) found.set(message.id, [shownFile(file)]);
    }
    for (const message of ours) {
      const upload = uploads.get(fileIdOf(message)?.toLowerCase() ?? '');
      if (upload !== undefined) found.set(message.id, [upload]);
    }
    return found;
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
    url: file.status === 'stored' ? contentUrlOf(file) : null,
    messageId: file.messageId,
    error: file.status === 'failed' ? file.error : null,
    createdAt: file.createdAt,
    expiresAt: null,
  };
}

function contentUrl(id: string): string {
  return `/api/meta/whatsapp/media/${id}/content`;
}
