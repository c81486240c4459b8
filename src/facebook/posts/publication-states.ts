/** What is published: an ordinary post, or one of the forms that have a way of their own at Meta. */
export const PUBLICATION_KINDS = ['post', 'video', 'reel', 'photo_story', 'video_story'] as const;
export type PublicationKind = (typeof PUBLICATION_KINDS)[number];

/** What it is to become. `unpublished`: it stands on the Page and nobody sees it, until it is published or used in an ad. */
export const PUBLICATION_TARGETS = ['published', 'unpublished', 'scheduled'] as const;
export type PublicationTarget = (typeof PUBLICATION_TARGETS)[number];

/**
 * `preparing`: nothing is visible yet; files are brought to Meta, and all of it may be repeated.
 * `publishing`: the one call that must not be made twice is under way.
 * `unknown`: that call was begun and its answer never came. Meta is read until it is known what became of it.
 * `processing`: Meta has it, with an id, and is still at work on the video.
 */
export const PUBLICATION_STATES = [
  'preparing',
  'publishing',
  'processing',
  'published',
  'unpublished',
  'scheduled',
  'unknown',
  'failed',
  'cancelled',
  'removed',
] as const;
export type PublicationState = (typeof PUBLICATION_STATES)[number];

/** Nobody knows yet whether Meta has it. */
export const OPEN_STATES: readonly PublicationState[] = ['preparing', 'publishing', 'unknown'];
/** Meta has it, under an id. */
export const STANDING_STATES: readonly PublicationState[] = [
  'processing',
  'published',
  'unpublished',
  'scheduled',
];

/** A photo or video of a publication. */
export interface PublicationMedia {
  type: 'photo' | 'video';
  /** An https address that Meta fetches, or the id of a file that was uploaded here. */
  source: string;
  /** What Meta knows it by once it is there: a photo's id, or. */
  handle: string | null;
}

/** Why it failed, or what stands in its way; the same as in the envelope of an error. */
export interface PublicationProblem {
  code: string;
  /** HTTP status that whoever waits for the answer gets. */
  status: number;
  message: string;
  details: Readonly<Record<string, unknown>>;
}

export interface PublicationStep {
  state: PublicationState;
  /** ISO 8601. */
  at: string;
  /** What led to it, where the state does not say. */
  note?: string;
}

/** Meta was read for long enough, and what was to be published is not there. */
export const NOT_FOUND_AT_META = 'NOT_FOUND_AT_META';
/** Its time has passed and Meta has not published it. */
export const SCHEDULE_MISSED = 'SCHEDULE_MISSED';
/** Meta could do nothing with the video. */
export const VIDEO_FAILED = 'VIDEO_FAILED';
