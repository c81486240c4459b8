import { Injectable } from '@nestjs/common';
import { isUuid } from '../../database/ids';
import type { PublicationMedia } from './publication-states';
import { type Publication, PublicationsRepository } from './publications.repository';
import { PublishingApi } from './publishing-api';
import { UploadedFiles } from './uploaded-files';

/** What the call that publishes names. */
export interface Prepared {
  photoIds: string[];
  /** Where Meta fetches the video of an ordinary post from. */
  videoUrl: string | null;
  /** Of a reel or video story: Meta's id of the video, which is there already and nobody sees. */
  videoId: string | null;
}

/** Somebody else has the publication by now. */
export class LostClaimError extends Error {}

const PHOTOS_AT_ONCE = 3;

/**
 * Brings the files of a publication to Meta, unseen by anybody, and notes each photo as it gets there: whoever goes on
 * after a crash brings only what is missing, and what was brought twice is never shown.
 */
@Injectable()
export class PublicationPreparer {
  constructor(
    private readonly publications: PublicationsRepository,
    private readonly api: PublishingApi,
    private readonly files: UploadedFiles,
  ) {}

  /**
   * @param claimId the worker's, without which nothing is noted
   * @throws GraphError; NotFoundError for an uploaded file that is gone; LostClaimError
   */
  async prepare(publication: Publication, claimId: string, token: string): Promise<Prepared> {
    const { accountId, pageId, kind, media } = publication;
    const video = media.find(({ type }) => type === 'video');
    const photoIds = await this.photos(publication, claimId, token);
    if (video === undefined) return { photoIds, videoUrl: null, videoId: null };
    const address = await this.files.addressOf(accountId, video.source);
    if (kind !== 'reel' && kind !== 'video_story') return { photoIds, videoUrl: address, videoId: null };
    const edge = kind === 'reel' ? 'video_reels' : 'video_stories';
    return { photoIds, videoUrl: null, videoId: await this.api.bringVideo(token, pageId, edge, address) };
  }

  private async photos(publication: Publication, claimId: string, token: string): Promise<string[]> {
    const photoIds: string[] = [];
    const photos = publication.media.flatMap((media, index) =>
      media.type === 'photo' ? [{ media, index }] : [],
    );
    for (let begin = 0; begin < photos.length; begin += PHOTOS_AT_ONCE) {
      const some = photos.slice(begin, begin + PHOTOS_AT_ONCE);
      // All are waited for, so that those that got there are noted although another one failed.
      const results = await Promise.allSettled(
        some.map(({ media, index }) => this.photo(publication, claimId, token, media, index)),
      );
      for (const result of results) {
        if (result.status === 'rejected') throw result.reason;
        photoIds.push(result.value);
      }
    }
    return photoIds;
  }

  private async photo(
    publication: Publication,
    claimId: string,
    token: string,
    { source, handle }: PublicationMedia,
    index: number,
  ): Promise<string> {
    if (handle !== null) return handle;
    const { accountId, pageId, target } = publication;
    const photo = isUuid(source) ? await this.files.get(accountId, source) : { url: source };
    const photoId = await this.api.bringPhoto(token, pageId, photo, target === 'scheduled');
    if (!(await this.publications.recordHandle(publication, claimId, index, photoId)))
      throw new LostClaimError();
    return photoId;
  }
}
