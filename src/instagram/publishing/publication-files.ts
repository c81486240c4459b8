import { Injectable } from '@nestjs/common';
import type { AccountId } from '../../database/ids';
import type { FieldProblem } from '../../errors/app.error';
import { MediaMissingError, MediaStorage } from '../../media/media-storage';
import { type PublicFile, PublicFilesRepository } from '../../media/public-files.repository';
import type { PublishInstagramMediaDto, InstagramUserTagDto } from '../dto/publish-media.dto';
import type { PublicationFile, UserTag } from '../entities/instagram-publication.entity';
import { jpegShape } from './jpeg-shape';

/** An uploaded file as an order names it. */
interface NamedUpload {
  path: string;
  mediaId: string;
  /** undefined: whatever it is, as in stories. */
  type: 'image' | 'video' | undefined;
  /** Instagram shows it in the feed, which takes certain shapes only. */
  isShaped: boolean;
}

const MEGABYTE = 1024 * 1024;
const LARGEST_IMAGE = 8 * MEGABYTE;
/** Enough for previews and colour profiles. */
const HEAD_BYTES = 256 * 1024;
const VIDEO_TYPES = ['video/mp4', 'video/quicktime'];
/**
 * Width by height. Instagram's own pages name 4:5 as the most upright; its app takes 3:4 as well, and which of the two holds
 * for the API is not certain: what lies between is left to Meta.
 */
const MOST_UPRIGHT = 3 / 4;
const WIDEST = 1.91;
const TOLERANCE = 0.01;

/** The uploads that an order names: whether Instagram takes them, as far as their bytes tell. */
@Injectable()
export class PublicationFiles {
  constructor(
    private readonly files: PublicFilesRepository,
    private readonly storage: MediaStorage,
  ) {}

  /** @returns the uploads by id in small letters, and what is wrong with them */
  async check(
    accountId: AccountId,
    dto: PublishInstagramMediaDto,
  ): Promise<{ uploads: Map<string, PublicFile>; problems: FieldProblem[] }> {
    const uploads = new Map<string, PublicFile>();
    const problems: FieldProblem[] = [];
    for (const named of uploadsIn(dto)) {
      const upload = await this.files.find({ accountId, uploadId: named.mediaId });
      if (upload !== null) uploads.set(named.mediaId, upload);
      const found = upload === null ? missing : await this.defectOf(upload, named);
      if (found !== null) problems.push({ path: named.path, ...found });
    }
    return { uploads, problems };
  }

  private async defectOf(
    upload: PublicFile,
    { type, isShaped }: NamedUpload,
  ): Promise<Omit<FieldProblem, 'path'> | null> {
    const { mimeType, size } = upload;
    const isVideo = type === undefined ? mimeType.startsWith('video/') : type === 'video';
    if (isVideo)
      return VIDEO_TYPES.includes(mimeType)
        ? null
        : { rule: 'mediaType', message: `The file is ${mimeType}; Instagram takes videos as MP4 or MOV.` };
    if (mimeType !== 'image/jpeg')
      return { rule: 'mediaType', message: `The file is ${mimeType}; Instagram takes images as JPEG only.` };
    if (size > LARGEST_IMAGE)
      return { rule: 'mediaSize', message: 'The image is larger than 8 MB, which is what Instagram takes.' };
    return isShaped ? this.shapeDefectOf(upload) : null;
  }

  private async shapeDefectOf({ storageKey, size }: PublicFile): Promise<Omit<FieldProblem, 'path'> | null> {
    const shape = jpegShape(await this.headOf(storageKey, size));
    if (shape === null) return null;
    const ratio = shape.width / shape.height;
    if (ratio >= MOST_UPRIGHT - TOLERANCE && ratio <= WIDEST + TOLERANCE) return null;
    return {
      rule: 'aspectRatio',
      message: `The image is ${shape.width} by ${shape.height} pixels. Instagram takes shapes from 4:5 (upright) to 1.91:1 (wide): crop it.`,
    };
  }

  private async headOf(storageKey: string, size: number): Promise<Buffer> {
    try {
      const { stream } = await this.storage.open(storageKey, {
        start: 0,
        end: Math.min(size, HEAD_BYTES) - 1,
      });
      const chunks: Buffer[] = [];
      for await (const chunk of stream) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks);
    } catch (error) {
      if (error instanceof MediaMissingError) return Buffer.alloc(0);
      throw error;
    }
  }
}

const missing = {
  rule: 'mediaExists',
  message: 'There is no such uploaded file, or not any more. Upload it again.',
};

function uploadsIn(dto: PublishInstagramMediaDto): NamedUpload[] {
  const { type, mediaId, coverMediaId, children = [] } = dto;
  const isVideo = type === 'video' || type === 'reel';
  return [
    ...(mediaId === undefined
      ? []
      : [
          {
            path: 'mediaId',
            mediaId: mediaId.toLowerCase(),
            type: type === 'story' ? dto.fileType : isVideo ? ('video' as const) : ('image' as const),
            isShaped: type === 'image',
          },
        ]),
    ...children.flatMap((part, index) =>
      part.mediaId === undefined
        ? []
        : [
            {
              path: `children[${index}].mediaId`,
              mediaId: part.mediaId.toLowerCase(),
              type: part.type,
              // The others are cut to the shape of the first.
              isShaped: index === 0,
            },
          ],
    ),
    ...(coverMediaId === undefined
      ? []
      : [
          {
            path: 'coverMediaId',
            mediaId: coverMediaId.toLowerCase(),
            type: 'image' as const,
            isShaped: false,
          },
        ]),
  ];
}

/** The files of an order as they are stored, once nothing is wrong with it. */
export function filesOf(
  dto: PublishInstagramMediaDto,
  uploads: ReadonlyMap<string, PublicFile>,
): PublicationFile[] {
  const isVideo = dto.type === 'video' || dto.type === 'reel';
  const { url: only, mediaId: onlyUpload, altText: text, userTags: tags } = dto;
  const type = dto.type === 'story' ? dto.fileType : isVideo ? ('video' as const) : ('image' as const);
  const parts =
    dto.type === 'carousel'
      ? (dto.children ?? [])
      : [{ type, url: only, mediaId: onlyUpload, altText: text, userTags: tags }];
  return parts.map(({ type: told, url, mediaId, altText, userTags }) => {
    const upload = mediaId === undefined ? undefined : uploads.get(mediaId.toLowerCase());
    return {
      type: told ?? (upload?.mimeType.startsWith('video/') === true ? 'video' : 'image'),
      ...(url === undefined ? {} : { url }),
      ...(mediaId === undefined ? {} : { mediaId: mediaId.toLowerCase() }),
      ...(upload === undefined ? {} : { mimeType: upload.mimeType }),
      ...(altText === undefined ? {} : { altText }),
      ...(userTags === undefined ? {} : { userTags: userTags.map(tagOf) }),
    };
  });
}

function tagOf({ username, x, y }: InstagramUserTagDto): UserTag {
  return { username, ...(x === undefined || y === undefined ? {} : { x, y }) };
}
