import type { ReadPost } from './post-reading';
import type { ReadVideo } from './posts-api';
import type { PublicationMedia, PublicationTarget } from './publication-states';

/** What is known of a publication whose outcome is not. */
export interface Sought {
  target: PublicationTarget;
  message: string | null;
  link: string | null;
  title: string | null;
  media: readonly PublicationMedia[];
  scheduledAt: Date | null;
  /** When the call that publishes was begun. */
  startedAt: Date;
}

/** What turned up: a post that was read, or one that a webhook tells of. What it does not tell is null or empty. */
export interface Candidate {
  message: string | null;
  createdAt: Date | null;
  scheduledAt: Date | null;
  applicationId: string | null;
  /** Photos and videos in it. */
  mediaIds: readonly string[];
  /** Types of what hangs on it; null: not told. */
  attachmentTypes: readonly string[] | null;
  /** Addresses that it links to. */
  links: readonly string[];
}

/** Meta's clock and ours differ by less than that. */
export const CLOCKS_DIFFER_MS = 60_000;
const SCHEDULE_TOLERANCE_MS = 60_000;

/** Whether a post is what came of a publication, as far as can be told. @param appId the app that publishes */
export function isPostOf(sought: Sought, found: Candidate, appId: string): boolean {
  if (found.applicationId !== null && found.applicationId !== appId) return false;
  if (!isInTime(sought, found)) return false;
  const photoIds = sought.media.flatMap(({ type, handle }) =>
    type === 'photo' && handle !== null ? [handle] : [],
  );
  if (photoIds.length > 0 && found.mediaIds.length > 0)
    // Nobody else has photos by these ids: no further proof is needed.
    return photoIds.some((id) => found.mediaIds.includes(id));
  // A video without a description has its title for one.
  if (textOf(sought.message ?? sought.title) !== textOf(found.message)) return false;
  return hasRightAttachments(sought, found, photoIds.length > 0);
}

/** Whether a video is what came of a publication. */
export function isVideoOf(sought: Sought, found: ReadVideo): boolean {
  return (
    found.createdAt !== null &&
    found.createdAt.getTime() >= sought.startedAt.getTime() - CLOCKS_DIFFER_MS &&
    textOf(sought.message) === textOf(found.description) &&
    (sought.title === null || found.title === null || textOf(sought.title) === textOf(found.title))
  );
}

export function candidateOf(post: ReadPost): Candidate {
  const { message, createdAt, scheduledAt, applicationId, attachments } = post;
  return {
    message,
    createdAt,
    scheduledAt,
    applicationId,
    mediaIds: attachments.flatMap(({ targetIds }) => targetIds),
    attachmentTypes: attachments.map(({ type }) => type),
    links: attachments.flatMap(({ url }) => url ?? []),
  };
}

/** Without what Meta changes about a text: blanks at its ends, and the form of signs and line ends. */
export function textOf(text: string | null): string {
  return (text ?? '')
    .normalize('NFC')
    .replace(/\r\n?/g, '\n')
    .replace(/[^\S\n]+\n/g, '\n')
    .trim();
}

function isInTime({ target, scheduledAt, startedAt }: Sought, found: Candidate): boolean {
  // An older post is another one, whatever it says.
  if (found.createdAt !== null && found.createdAt.getTime() < startedAt.getTime() - CLOCKS_DIFFER_MS)
    return false;
  if (target !== 'scheduled' || scheduledAt === null) return found.scheduledAt === null;
  // Published in the meantime, it may have lost the time that it was scheduled for.
  if (found.scheduledAt === null)
    return (
      found.createdAt !== null && found.createdAt.getTime() >= scheduledAt.getTime() - SCHEDULE_TOLERANCE_MS
    );
  return Math.abs(found.scheduledAt.getTime() - scheduledAt.getTime()) <= SCHEDULE_TOLERANCE_MS;
}

function hasRightAttachments({ link, message }: Sought, found: Candidate, hasPhotos: boolean): boolean {
  const types = found.attachmentTypes;
  const hasLink = link !== null && found.links.some((address) => addressOf(address) === addressOf(link));
  // Without text, too, nothing would tell it from others.
  if (types === null) return textOf(message) !== '' || hasLink;
  const isVisual = types.some((type) => /photo|video|album/.test(type));
  if (hasPhotos) return isVisual;
  if (link === null) return !isVisual || (message?.includes('://') ?? false);
  if (textOf(message) !== '') return !isVisual || found.links.length > 0;
  // Nothing but the link tells it from others.
  return hasLink;
}

/** An address in one form: out of Meta's own wrapping, without what Meta or browsers add. */
function addressOf(text: string): string {
  if (!URL.canParse(text)) return text;
  const url = new URL(text);
  const wrapped =
    /(?:^|\.)facebook\.com$/.test(url.hostname) && url.pathname === '/l.php'
      ? url.searchParams.get('u')
      : null;
  if (wrapped !== null && wrapped !== text) return addressOf(wrapped);
  url.searchParams.delete('fbclid');
  url.hash = '';
  return `${url.host}${url.pathname.replace(/\/+$/, '')}${url.search}`.toLowerCase();
}
