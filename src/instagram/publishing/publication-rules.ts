import type { FieldProblem } from '../../errors/app.error';
import type {
  InstagramCarouselPartDto,
  PublishInstagramMediaDto,
  InstagramUserTagDto,
} from '../dto/publish-media.dto';
import type { PublicationKind } from '../entities/instagram-publication.entity';

/** Meta's documented limits, and ours. Source: Instagram Platform, "Publish content", "IG User Media". */
const LONGEST_CAPTION = 2_200;
const MOST_HASHTAGS = 30;
const MOST_MENTIONS = 20;
const LONGEST_AHEAD_MS = 180 * 24 * 60 * 60_000;

type Field = keyof PublishInstagramMediaDto;

const FILE: readonly Field[] = ['url', 'mediaId', 'userTags'];
const TEXT: readonly Field[] = ['caption', 'locationId', 'collaborators'];
const VIDEO: readonly Field[] = ['coverUrl', 'coverMediaId', 'thumbOffset'];
const ALWAYS: readonly Field[] = ['accountId', 'type', 'publishAt', 'onQuotaUsedUp'];
/** What belongs to what: Meta ignores the rest without a word. */
const FIELDS: Readonly<Record<PublicationKind, readonly Field[]>> = {
  image: [...FILE, ...TEXT, 'altText'],
  video: [...FILE, ...TEXT, ...VIDEO, 'audioName'],
  reel: [...FILE, ...TEXT, ...VIDEO, 'shareToFeed', 'audioName'],
  story: [...FILE, 'fileType'],
  carousel: [...TEXT, 'children'],
};

/** What of an order cannot be right, before anybody is asked; empty when nothing is wrong. */
export function problemsOf(dto: PublishInstagramMediaDto, now: Date): FieldProblem[] {
  return [
    ...fieldsOfOthers(dto),
    ...captionProblems(dto.caption),
    ...timeProblems(dto.publishAt, now),
    ...(dto.type === 'carousel' ? partProblems(dto.children) : fileProblems(dto)),
    ...coverProblems(dto),
  ];
}

function fieldsOfOthers(dto: PublishInstagramMediaDto): FieldProblem[] {
  const allowed = new Set<string>([...ALWAYS, ...FIELDS[dto.type]]);
  return Object.entries(dto)
    .filter(([field, value]) => value !== undefined && !allowed.has(field))
    .map(([field]) =>
      problem(field, 'notForType', `${field} does not belong to a ${dto.type}: leave it out.`),
    );
}

function captionProblems(caption: string | undefined): FieldProblem[] {
  if (caption === undefined) return [];
  // Characters as Unicode counts them; what Meta counts of emoji is not known, so the lenient way.
  const length = Array.from(caption).length;
  const hashtags = caption.match(/(?<![\p{L}\p{N}_&/])#[\p{L}\p{N}_]+/gu)?.length ?? 0;
  const mentions = caption.match(/(?<![\p{L}\p{N}_./])@[A-Za-z0-9._]+/gu)?.length ?? 0;
  return [
    ...(length > LONGEST_CAPTION
      ? [
          problem(
            'caption',
            'maxLength',
            `The caption has ${length} characters; Instagram takes ${LONGEST_CAPTION}.`,
          ),
        ]
      : []),
    ...(hashtags > MOST_HASHTAGS
      ? [
          problem(
            'caption',
            'maxHashtags',
            `The caption has ${hashtags} hashtags; Instagram takes ${MOST_HASHTAGS}.`,
          ),
        ]
      : []),
    ...(mentions > MOST_MENTIONS
      ? [
          problem(
            'caption',
            'maxMentions',
            `The caption has ${mentions} mentions; Instagram takes ${MOST_MENTIONS}.`,
          ),
        ]
      : []),
  ];
}

/** Also for moving one that waits for its time. */
export function timeProblems(publishAt: string | undefined, now: Date): FieldProblem[] {
  if (publishAt === undefined) return [];
  const at = Date.parse(publishAt);
  if (Number.isNaN(at)) return [problem('publishAt', 'isInstant', 'publishAt is no instant.')];
  if (at <= now.getTime())
    return [problem('publishAt', 'future', 'publishAt is over. Leave it out to publish at once.')];
  if (at > now.getTime() + LONGEST_AHEAD_MS)
    return [problem('publishAt', 'tooFarAhead', 'publishAt may be at most 180 days ahead.')];
  return [];
}

function fileProblems(dto: PublishInstagramMediaDto): FieldProblem[] {
  const { type, fileType, url } = dto;
  const isVideo = type === 'video' || type === 'reel' || (type === 'story' && fileType === 'video');
  const isStoryByAddress = type === 'story' && url !== undefined && fileType === undefined;
  return [
    ...sourceProblems('', dto),
    ...(isStoryByAddress
      ? [problem('fileType', 'required', 'Say with fileType whether the address is an image or a video.')]
      : []),
    ...tagProblems('userTags', dto.userTags, type === 'story' ? null : isVideo),
  ];
}

function partProblems(parts: readonly InstagramCarouselPartDto[] | undefined): FieldProblem[] {
  if (parts === undefined)
    return [problem('children', 'required', 'A carousel needs its 2 to 10 parts as children.')];
  return parts.flatMap((part, index) => {
    const path = `children[${index}]`;
    return [
      ...sourceProblems(`${path}.`, part),
      ...(part.type === 'video' && part.altText !== undefined
        ? [problem(`${path}.altText`, 'notForType', 'Only images have an altText.')]
        : []),
      ...tagProblems(`${path}.userTags`, part.userTags, part.type === 'video'),
    ];
  });
}

function sourceProblems(
  prefix: string,
  { url, mediaId }: { url?: string | undefined; mediaId?: string | undefined },
): FieldProblem[] {
  if (url !== undefined && mediaId !== undefined)
    return [problem(`${prefix}mediaId`, 'exclusive', 'Give url or mediaId, not both.')];
  if (url === undefined && mediaId === undefined)
    return [
      problem(
        `${prefix}url`,
        'required',
        'Give the address of the file as url, or an uploaded one as mediaId.',
      ),
    ];
  return [];
}

function coverProblems({ coverUrl, coverMediaId }: PublishInstagramMediaDto): FieldProblem[] {
  if (coverUrl === undefined || coverMediaId === undefined) return [];
  return [problem('coverMediaId', 'exclusive', 'Give coverUrl or coverMediaId, not both.')];
}

/** @param isVideo null: a place may be given or not */
function tagProblems(
  path: string,
  tags: readonly InstagramUserTagDto[] | undefined,
  isVideo: boolean | null,
): FieldProblem[] {
  return (tags ?? []).flatMap(({ x, y }, index) => {
    const hasPlace = x !== undefined && y !== undefined;
    const hasHalf = (x === undefined) !== (y === undefined);
    if (hasHalf) return [problem(`${path}[${index}]`, 'place', 'Give both x and y, or neither.')];
    if (isVideo === true && hasPlace)
      return [problem(`${path}[${index}]`, 'place', 'In videos people are tagged without x and y.')];
    if (isVideo === false && !hasPlace)
      return [problem(`${path}[${index}]`, 'place', 'In images x and y say where the person is.')];
    return [];
  });
}

function problem(path: string, rule: string, message: string): FieldProblem {
  return { path, rule, message };
}
