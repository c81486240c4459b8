import type { PublicationKind, PublicationRequest } from '../entities/instagram-publication.entity';

/** What is on an account, as far as recognising it needs. */
export interface PublishedMedia {
  mediaId: string;
  caption: string | null;
  /** `IMAGE`, `VIDEO`, `CAROUSEL_ALBUM`. */
  mediaType: string | null;
  /** `FEED`, `REELS`, `STORY`, `AD`; null where Meta does not say. */
  productType: string | null;
  at: Date | null;
  permalink: string | null;
}

/** What Meta was told to publish. */
export interface AwaitedMedia {
  kind: PublicationKind;
  request: Pick<PublicationRequest, 'files' | 'caption'>;
  publishingAt: Date;
}

/** Meta's clock and ours differ, and its times are cut to whole seconds. */
const SKEW_MS = 2 * 60_000;

/** Whether a media may be the outcome of the call. That it is no other publication's is the caller's to see to. */
export function couldBe(media: PublishedMedia, awaited: AwaitedMedia): boolean {
  const { kind, request, publishingAt } = awaited;
  if (media.at === null || media.at.getTime() < publishingAt.getTime() - SKEW_MS) return false;
  if (media.mediaType !== typeOf(kind, request)) return false;
  if (kind === 'story') return true;
  return comparable(media.caption) === comparable(request.caption ?? null);
}

/** The one that came first after the call. */
export function likeliest(found: readonly PublishedMedia[]): PublishedMedia | null {
  const [first] = [...found].sort((a, b) => (a.at?.getTime() ?? 0) - (b.at?.getTime() ?? 0));
  return first ?? null;
}

function typeOf(kind: PublicationKind, { files }: AwaitedMedia['request']): string {
  if (kind === 'carousel') return 'CAROUSEL_ALBUM';
  if (kind === 'story') return files[0]?.type === 'video' ? 'VIDEO' : 'IMAGE';
  return kind === 'image' ? 'IMAGE' : 'VIDEO';
}

/** Instagram trims captions, and unifies line ends and accents. */
function comparable(caption: string | null): string {
  return (caption ?? '')
    .normalize('NFC')
    .replace(/\r\n?/g, '\n')
    .replace(/[ \t]+$/gm, '')
    .trim();
}
