import { Injectable, type OnModuleInit } from '@nestjs/common';
import { AppConfig } from '../../config/app-config';
import { GraphDownloads } from '../../graph-client/graph-downloads';
import { MediaCheck, assertSize, sha256From } from '../../media/media-check';
import { agrees, natureOf, normalType } from '../../media/file-nature';
import { MediaStorage } from '../../media/media-storage';
import { MetaTokenService } from '../../meta-auth/meta-token.service';
import { type MediaSource, MediaSources } from '../../message-media/media-sources';
import type { ClaimedMedia, FetchedFile } from '../../message-media/message-media.repository';
import { MediaApi, type MediaDescription } from './media-api';

/** Brings one file of a WhatsApp message from Meta into storage. */
@Injectable()
export class MediaFetcher implements MediaSource, OnModuleInit {
  constructor(
    private readonly sources: MediaSources,
    private readonly config: AppConfig,
    private readonly tokens: MetaTokenService,
    private readonly api: MediaApi,
    private readonly downloads: GraphDownloads,
    private readonly storage: MediaStorage,
  ) {}

  onModuleInit(): void {
    this.sources.register('whatsapp', this);
  }

  /**
   * @param signal ends the download
   * @throws GraphError, MediaDefectError, or what the storage throws; then nothing is stored
   */
  async fetch(media: ClaimedMedia, signal: AbortSignal): Promise<FetchedFile> {
    const maxBytes = this.config.env.MEDIA_MAX_BYTES;
    // However it ends: what was opened is closed.
    const over = new AbortController();
    try {
      return await this.tokens.withToken(media.accountId, async (token) => {
        const told = await this.api.describe(token, media.mediaId);
        assertSize(told.size ?? 0, maxBytes);
        const check = new MediaCheck({
          maxBytes,
          // What Meta says now is about these bytes; the webhook's is for where it says nothing.
          sha256: sha256From(told.sha256) ?? sha256From(media.sha256),
          size: told.size,
        });
        const source = await this.downloads.open(told.url, token, AbortSignal.any([signal, over.signal]));
        await this.storage.store(media.storageKey, check.pass(source));
        return {
          bytes: check.bytes,
          mimeType: told.mimeType,
          sha256: check.sha256,
          fileName: null,
          ...judged(check, media, told),
        };
      });
    } finally {
      over.abort();
    }
  }
}

/** A file that is not what was told is kept all the same, for it is what the person sent; it is only given out with care. */
function judged(
  { head }: MediaCheck,
  media: ClaimedMedia,
  told: MediaDescription,
): Pick<FetchedFile, 'realType' | 'isSuspect'> {
  const nature = natureOf(head);
  const type = normalType(media.mimeType ?? told.mimeType);
  const isOther = type !== null && !agrees(type, nature);
  return { realType: nature.types[0] ?? null, isSuspect: nature.runs !== null || isOther };
}
