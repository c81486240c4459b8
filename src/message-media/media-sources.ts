import { Injectable } from '@nestjs/common';
import type { Platform } from '../conversations/conversation-types';
import type { ClaimedMedia, FetchedFile } from './message-media.repository';

/** Where the files of one platform's messages come from. */
export interface MediaSource {
  /**
   * Brings one file into storage, under its key.
   * @param signal ends the download
   * @throws GraphError, MediaDefectError, MediaGoneError, what SafeDownload or the storage throws; then nothing is stored
   */
  fetch(media: ClaimedMedia, signal: AbortSignal): Promise<FetchedFile>;
}

/** The platforms' modules know how their files are had, and register. */
@Injectable()
export class MediaSources {
  private readonly byPlatform = new Map<Platform, MediaSource>();

  register(platform: Platform, source: MediaSource): void {
    this.byPlatform.set(platform, source);
  }

  /** @throws Error for a platform that nobody has registered */
  of(platform: Platform): MediaSource {
    const source = this.byPlatform.get(platform);
    if (source === undefined) throw new Error(`Nobody fetches files of ${platform}.`);
    return source;
  }
}
