import { createHash } from 'node:crypto';
import { type FieldProblem, ValidationFailedError } from '../../errors/app.error';
import { canonicalJson } from '../../http/idempotency-key';
import type { CreatePostDto } from '../dto/write-post.dto';
import type { PublicationKind, PublicationMedia, PublicationTarget } from './publication-states';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** Meta's shortest notice. */
export const SHORTEST_NOTICE_MS = 10 * MINUTE_MS;
/**
 * Meta's longest for new Pages; older ones were given 75 days and more. What is too far for Meta would be refused after
 * files have been brought there.
 */
const LONGEST_NOTICE_DAYS = 30;
const LONGEST_REEL_NOTICE_DAYS = 29;
const LONGEST_TITLE = 80;

/** A post as it was ordered, checked as far as that goes without asking anybody. */
export interface PostDraft {
  kind: PublicationKind;
  target: PublicationTarget;
  message: string | null;
  link: string | null;
  title: string | null;
  media: PublicationMedia[];
  scheduledAt: Date | null;
}

/** @throws ValidationFailedError with everything that is wrong with it */
export function draftOf(dto: CreatePostDto, now: Date = new Date()): PostDraft {
  const problems: FieldProblem[] = [];
  const refuse = (path: string, rule: string, message: string): void => {
    problems.push({ path, rule, message });
  };
  const { link, video, photos = [], published, format = 'post' } = dto;
  const message = dto.message === undefined || dto.message.trim() === '' ? null : dto.message;
  if (message === null && link === undefined && video === undefined && photos.length === 0)
    refuse('message', 'notEmpty', 'A post needs a message, a link, photos or a video.');
  if (video !== undefined && photos.length > 0)
    refuse('video', 'exclusive', 'A post has photos or a video, not both.');
  if (link !== undefined && (video !== undefined || photos.length > 0))
    refuse(
      'link',
      'exclusive',
      'Meta shows a link or photos and videos, not both. Leave link out and put the address into message.',
    );
  if (format === 'reel' && video === undefined) refuse('video', 'required', 'A reel needs a video.');
  if (format === 'story') checkStory(dto, message, refuse);
  const scheduledAt = dto.scheduledPublishTime === undefined ? null : new Date(dto.scheduledPublishTime);
  if (scheduledAt !== null) {
    const problem = problemOfTime(scheduledAt, now, format === 'reel');
    if (problem !== null) problems.push(problem);
  }
  if (problems.length > 0) throw new ValidationFailedError(problems);
  return {
    kind: kindOf(format, video !== undefined),
    target: scheduledAt !== null ? 'scheduled' : published === false ? 'unpublished' : 'published',
    message,
    link: link ?? null,
    title: video?.title ?? null,
    media: [
      ...photos.map((source) => ({ type: 'photo' as const, source: inOneForm(source), handle: null })),
      ...(video === undefined
        ? []
        : [{ type: 'video' as const, source: inOneForm(video.source), handle: null }]),
    ],
    scheduledAt,
  };
}

/** What is wrong with a time to publish at, by Meta's rules; null when nothing is. */
export function problemOfTime(time: Date, now: Date, isReel = false): FieldProblem | null {
  const path = 'scheduledPublishTime';
  const aheadMs = time.getTime() - now.getTime();
  if (Number.isNaN(aheadMs)) return { path, rule: 'isDate', message: `${path} must be a time that exists.` };
  if (aheadMs < SHORTEST_NOTICE_MS)
    return {
      path,
      rule: 'notTooSoon',
      message: `${path} must be at least 10 minutes ahead, for Meta takes nothing shorter. To publish at once, leave it out.`,
    };
  const days = isReel ? LONGEST_REEL_NOTICE_DAYS : LONGEST_NOTICE_DAYS;
  if (aheadMs > days * DAY_MS)
    return { path, rule: 'notTooFar', message: `${path} may be ${days} days ahead at most.` };
  return null;
}

/** The same for what becomes the same post, whoever orders it and however often. */
export function digestOf(draft: PostDraft): Buffer {
  const { kind, target, message, link, title, media, scheduledAt } = draft;
  const sources = media.map(({ type, source }) => [type, source]);
  return createHash('sha256')
    .update(canonicalJson({ kind, target, message, link, title, sources, scheduledAt }))
    .digest();
}

/** What people recognise a post by, in one line. */
export function titleOf(post: {
  message: string | null;
  link?: string | null;
  title?: string | null;
  media?: readonly unknown[];
}): string {
  const text = (post.message ?? post.title ?? post.link ?? '').replace(/\s+/gu, ' ').trim();
  if (text === '') {
    const count = post.media?.length ?? 0;
    return count === 0 ? 'a post without text' : count === 1 ? 'a picture or video' : `${count} pictures`;
  }
  const signs = Array.from(text);
  return signs.length > LONGEST_TITLE ? `${signs.slice(0, LONGEST_TITLE - 1).join('')}…` : text;
}

/** Where a post or video can be seen, by its id alone: Meta leads on from there to its own address. */
export function addressAtMeta(metaId: string): string {
  return `https://www.facebook.com/${encodeURIComponent(metaId)}`;
}

function checkStory(
  { link, photos = [], published, scheduledPublishTime }: CreatePostDto,
  message: string | null,
  refuse: (path: string, rule: string, message: string) => void,
): void {
  if (photos.length > 1) refuse('photos', 'arrayMaxSize', 'A story has one photo or one video.');
  if (message !== null) refuse('message', 'notInStory', 'A story has no text of its own.');
  if (link !== undefined) refuse('link', 'notInStory', 'A story has no link.');
  if (published === false || scheduledPublishTime !== undefined)
    refuse(
      'published',
      'notInStory',
      'Meta publishes stories at once; they cannot be scheduled or held back.',
    );
}

function kindOf(format: 'post' | 'reel' | 'story', hasVideo: boolean): PublicationKind {
  if (format === 'reel') return 'reel';
  if (format === 'story') return hasVideo ? 'video_story' : 'photo_story';
  return hasVideo ? 'video' : 'post';
}

/** Ids of ours in one spelling, so that the same file is the same. */
function inOneForm(source: string): string {
  return source.includes('://') ? source : source.toLowerCase();
}
