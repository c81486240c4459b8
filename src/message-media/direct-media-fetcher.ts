import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { AppConfig } from '../config/app-config';
import { asWebhookMessage, storable } from '../conversations/direct/direct-history-mapping';
import type { AccountId, AssetId } from '../database/ids';
import { GraphRejectedError } from '../graph-client/graph.error';
import { agrees, natureOf, normalType } from '../media/file-nature';
import { MediaCheck, MediaDefectError, assertSize } from '../media/media-check';
import { MediaStorage } from '../media/media-storage';
import { type Download, DownloadFailedError, SafeDownload } from '../media/safe-download';
import {
  type DirectFile,
  type FileHostRule,
  STORY_LIVES_MS,
  directFilesOf,
  fileHostRule,
  freshAddressOf,
  graphOrigin,
  mediaIdOf,
} from './direct-files';
import { MediaGoneError } from './media-outcome';
import { VERSIONS } from './message-media-notes';
import type { ClaimedMedia, FetchedFile } from './message-media.repository';

/** A message at Meta, and the Page or Instagram account that it is read through. */
export interface MessageAtMeta {
  accountId: AccountId;
  assetId: AssetId;
  mid: string;
}

/** Reads one message from Graph with its attachments. @throws GraphError */
export type MessageReading = (message: MessageAtMeta) => Promise<Readonly<Record<string, unknown>>>;

interface DirectMessage extends MessageAtMeta {
  versions: unknown[];
  at: Date;
}

interface MessageRow {
  asset_id: AssetId;
  external_id: string | null;
  versions: unknown[];
  timestamp: Date;
}

/** What an address answers with once its days are over, or the file is gone. */
const GONE = [403, 404, 410];

/**
 * Brings files of Messenger's and Instagram's messages into storage, each from the address that came with its message. It
 * needs no token, and none is sent. Where it has run out, the message is read again, once, for another one.
 */
@Injectable()
export class DirectMediaFetcher {
  private readonly isFileHost: FileHostRule;
  private readonly trust: { origin: string };

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly config: AppConfig,
    private readonly downloads: SafeDownload,
    private readonly storage: MediaStorage,
  ) {
    this.isFileHost = fileHostRule(config);
    this.trust = { origin: graphOrigin(config) };
  }

  /**
   * @param signal ends the download
   * @param read asks Meta for the message
   * @throws MediaGoneError where Meta has the file no longer
   * @throws MediaDefectError for one that is too large, or no file of its kind
   * @throws GraphError of asking, DownloadFailedError, AddressRefusedError, what the storage throws; nothing is stored then
   */
  async fetch(media: ClaimedMedia, signal: AbortSignal, read: MessageReading): Promise<FetchedFile> {
    const message = await this.messageOf(media);
    if (message === null) throw new MediaGoneError();
    const file = this.fileOf(message, media.mediaId);
    if (file === null || isOver(file, message)) throw new MediaGoneError();
    // However it ends: what was opened is closed.
    const over = new AbortController();
    try {
      const both = AbortSignal.any([signal, over.signal]);
      return await this.store(media, file, await this.open(message, file, both, read));
    } finally {
      over.abort();
    }
  }

  private async open(
    message: DirectMessage,
    file: DirectFile,
    signal: AbortSignal,
    read: MessageReading,
  ): Promise<Download> {
    const first = await this.openUnlessGone(file.url, signal);
    if (first !== null) return first;
    if (file.isStory) throw new MediaGoneError();
    const url = await this.freshAddress(message, file, read);
    const second = url === null || url === file.url ? null : await this.openUnlessGone(url, signal);
    if (second === null) throw new MediaGoneError();
    return second;
  }

  private async openUnlessGone(url: string, signal: AbortSignal): Promise<Download | null> {
    try {
      return await this.downloads.open(url, signal, this.trust);
    } catch (error) {
      if (error instanceof DownloadFailedError && GONE.includes(error.status ?? 0)) return null;
      throw error;
    }
  }

  /** null where Meta does not tell the message, or not its file: it does so of the latest of a conversation only. */
  private async freshAddress(
    message: DirectMessage,
    file: DirectFile,
    read: MessageReading,
  ): Promise<string | null> {
    try {
      const node = asWebhookMessage(storable(await read(message)));
      return freshAddressOf(file, message.versions, node, this.isFileHost);
    } catch (error) {
      if (error instanceof GraphRejectedError) return null;
      throw error;
    }
  }

  private async store(media: ClaimedMedia, file: DirectFile, download: Download): Promise<FetchedFile> {
    const maxBytes = this.config.env.MEDIA_MAX_BYTES;
    const told = normalType(download.mimeType);
    assertKind(file, told);
    assertSize(download.size ?? 0, maxBytes);
    // Meta tells no hash of these files: that it came whole is all that can be seen.
    const check = new MediaCheck({ maxBytes, sha256: null, size: download.size });
    await this.storage.store(media.storageKey, check.pass(download.source));
    const nature = natureOf(check.head);
    return {
      bytes: check.bytes,
      mimeType: told === null ? (nature.types[0] ?? null) : download.mimeType,
      sha256: check.sha256,
      realType: nature.types[0] ?? null,
      isSuspect: nature.runs !== null || (told !== null && !agrees(told, nature)),
      // Of pictures and the like it is Meta's number for them.
      fileName: file.kind === 'document' ? download.fileName : null,
    };
  }

  private async messageOf({ accountId, messageId }: ClaimedMedia): Promise<DirectMessage | null> {
    const rows: MessageRow[] = await this.database.query(
      `SELECT m.asset_id, m.external_id, ${VERSIONS} AS versions, m."timestamp" FROM messages m
        WHERE m.account_id = $1 AND m.id = $2 AND m.revoked_at IS NULL`,
      [accountId, messageId],
    );
    const [row] = rows;
    if (row === undefined || row.external_id === null) return null;
    return {
      accountId,
      assetId: row.asset_id,
      mid: row.external_id,
      versions: row.versions,
      at: row.timestamp,
    };
  }

  private fileOf({ versions }: DirectMessage, mediaId: string): DirectFile | null {
    return directFilesOf(versions, this.isFileHost).find((file) => mediaIdOf(file) === mediaId) ?? null;
  }
}

function isOver({ isStory }: DirectFile, { at }: DirectMessage): boolean {
  return isStory && Date.now() - at.getTime() >= STORY_LIVES_MS;
}

/** @throws MediaDefectError for a page or the like in the place of a picture, video or sound */
function assertKind({ kind }: DirectFile, told: string | null): void {
  if (kind === 'document' || told === null || /^(?:image|video|audio)\//.test(told)) return;
  throw new MediaDefectError('MEDIA_TYPE_MISMATCH', `There is ${told} in the place of the file.`);
}
