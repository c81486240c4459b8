import type {
  PublicationFile,
  PublicationKind,
  PublicationRequest,
} from '../entities/instagram-publication.entity';

/** A container that is to be made: of which kind, and what stands in it. */
export interface ContainerPlan {
  /** 0: what is published; from 1 on the parts of a carousel. */
  position: number;
  kind: PublicationKind;
}

/** The containers of a publication, in the order in which they are made. */
export function containerPlans(kind: PublicationKind, { files }: PublicationRequest): ContainerPlan[] {
  if (kind !== 'carousel') return [{ position: 0, kind }];
  return [
    ...files.map(({ type }, index): ContainerPlan => ({ position: index + 1, kind: type })),
    { position: 0, kind },
  ];
}

/** The file that a container is made of; undefined for a carousel as a whole. */
export function fileOf(
  kind: PublicationKind,
  { files }: PublicationRequest,
  position: number,
): PublicationFile | undefined {
  return kind === 'carousel' ? files[position - 1] : files[0];
}

/**
 * What Meta is sent to make a container. Source: Instagram Platform, "Publish content".
 * @param link to the file; null for a carousel as a whole
 * @param parts Meta's ids of the parts of a carousel
 */
export function containerParameters(
  kind: PublicationKind,
  request: PublicationRequest,
  position: number,
  { link, coverLink, parts }: { link: string | null; coverLink: string | null; parts: readonly string[] },
): Record<string, unknown> {
  const file = fileOf(kind, request, position);
  const tags = file?.userTags === undefined ? undefined : file.userTags.map((tag) => ({ ...tag }));
  if (kind === 'carousel' && position === 0)
    return given({ media_type: 'CAROUSEL', children: parts.join(','), ...textOf(request) });
  const isVideo = file?.type === 'video';
  const address = isVideo ? { video_url: link } : { image_url: link };
  if (kind === 'carousel')
    return given({
      is_carousel_item: true,
      ...(isVideo ? { media_type: 'VIDEO' } : {}),
      ...address,
      alt_text: file?.altText,
      user_tags: tags,
    });
  if (kind === 'story') return given({ media_type: 'STORIES', ...address, user_tags: tags });
  if (kind === 'image')
    return given({ ...address, ...textOf(request), alt_text: file?.altText, user_tags: tags });
  return given({
    media_type: 'REELS',
    ...address,
    ...textOf(request),
    user_tags: tags,
    // What is ordered as a video is one for the feed.
    share_to_feed: kind === 'video' ? true : request.shareToFeed,
    cover_url: coverLink ?? undefined,
    thumb_offset: request.thumbOffset,
    audio_name: request.audioName,
  });
}

function textOf({ caption, locationId, collaborators }: PublicationRequest): Record<string, unknown> {
  return { caption, location_id: locationId, collaborators };
}

function given(parameters: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== undefined));
}
