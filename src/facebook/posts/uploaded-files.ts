import type { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { type AccountId, isUuid } from '../../database/ids';
import { type FieldProblem, NotFoundError } from '../../errors/app.error';
import { MediaMissingError, MediaStorage } from '../../media/media-storage';
import { PublicFilesRepository } from '../../media/public-files.repository';
import { PublicMediaLinks } from '../../media/public-media-links';
import type { PublicationMedia } from './publication-states';

/** A file that was uploaded to this service. */
export interface UploadedFile {
  fileName: string;
  mimeType: string;
  /** In bytes. */
  size: number;
  /** @throws NotFoundError when it was deleted meanwhile */
  open(): Promise<Readable>;
}

const MEGABYTE = 1024 * 1024;
/** Meta's for photos of Pages; videos may be far larger than anything that can be uploaded here. */
const LARGEST_PHOTO_BYTES = 10 * MEGABYTE;
const PHOTO_TYPES = ['image/jpeg', 'image/png', 'image/gif', 'image/bmp', 'image/tiff', 'image/webp'];
/** Meta fetches a video right after it was told of it; now and then it begins again. */
const LINKS_LIVE_MS = 24 * 60 * 60_000;

/** The uploaded files that posts are made with: whether they fit, and how Meta gets them. */
@Injectable()
export class UploadedFiles {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly files: PublicFilesRepository,
    private readonly links: PublicMediaLinks,
    private readonly storage: MediaStorage,
  ) {}

  /** What is wrong with the files that a post names. Those that there are stay at least until `tx` ends. */
  async findProblems(
    tx: EntityManager,
    accountId: AccountId,
    media: readonly Pick<PublicationMedia, 'type' | 'source'>[],
  ): Promise<FieldProblem[]> {
    const ours = media.filter(({ source }) => isUuid(source)).map(({ source }) => source);
    const files = await this.files.use(tx, accountId, ours);
    return media.flatMap(({ type, source }, index) => {
      const problem = isUuid(source) ? problemOf(type, files.get(source)) : null;
      return problem === null
        ? []
        : [{ path: type === 'video' ? 'video.source' : `photos[${index}]`, ...problem }];
    });
  }

  /** @throws NotFoundError */
  async get(accountId: AccountId, uploadId: string): Promise<UploadedFile> {
    const file = await this.files.find({ accountId, uploadId });
    if (file === null) throw gone();
    const { storageKey, mimeType, size } = file;
    return {
      fileName: `${uploadId}.${mimeType.split('/')[1] ?? 'bin'}`,
      mimeType,
      size,
      open: async () => {
        try {
          return (await this.storage.open(storageKey)).stream;
        } catch (error) {
          throw error instanceof MediaMissingError ? gone() : error;
        }
      },
    };
  }

  /**
   * An address from which Meta can fetch it: as it was given, or one of ours that works without a login for a day.
   * @throws NotFoundError for an uploaded file that is gone
   */
  async addressOf(accountId: AccountId, source: string): Promise<string> {
    if (!isUuid(source)) return source;
    const files = await this.database.transaction((tx) => this.files.use(tx, accountId, [source]));
    const file = files.get(source);
    if (file === undefined) throw gone();
    return this.links.linkTo(
      { accountId, uploadId: source },
      file.mimeType,
      new Date(Date.now() + LINKS_LIVE_MS),
    );
  }
}

function problemOf(
  type: PublicationMedia['type'],
  file: { mimeType: string; size: number } | undefined,
): Pick<FieldProblem, 'rule' | 'message'> | null {
  if (file === undefined)
    return {
      rule: 'mediaExists',
      message: 'There is no such uploaded file, or not any more. Upload it again.',
    };
  const { mimeType, size } = file;
  if (type === 'video')
    return mimeType.startsWith('video/')
      ? null
      : { rule: 'mediaType', message: `The file is ${mimeType}, which is no video.` };
  if (!PHOTO_TYPES.includes(mimeType))
    return {
      rule: 'mediaType',
      message: `The file is ${mimeType}; a photo may be ${PHOTO_TYPES.join(', ')}.`,
    };
  if (size > LARGEST_PHOTO_BYTES)
    return { rule: 'mediaSize', message: 'Meta takes photos of at most 10 MB.' };
  return null;
}

function gone(): NotFoundError {
  return new NotFoundError('The uploaded file that this post was to be made with is gone. Upload it again.');
}
