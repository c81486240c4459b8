const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const MEGABYTE = 1024 * 1024;

/** How Pages behave. Where Meta's own pages contradict each other, both ways can be had. */
export interface PageSettings {
  /** A posted link is fetched for its preview, and refused (1609005) where that fails; or taken as it is. */
  links: 'scrape' | 'trust';
  /** How far ahead a post may be scheduled; a reel has its own end. */
  scheduleFromMs: number;
  scheduleUntilMs: number;
  reelScheduleUntilMs: number;
  /** Of the error 100 outside of that; 1363174 has been seen, too. */
  scheduleSubcode: number;
  /** What a user token is told where the Page's is needed: 210, or 190 with subcode 2069032. */
  userTokenCode: number;
  /** What an edit of another app's post is told: 10 or 200. */
  foreignPostCode: number;
  /** The same text or link right after the last one is refused (506) for so long; 0 = never. */
  duplicateWindowMs: number;
  largestPhotoBytes: number;
  largestVideoBytes: number;
  /** Unpublished photos of `temporary=true` that nobody used are gone after this. */
  temporaryPhotoMs: number;
  /** What becomes of videos, and after how long. `wait`: nothing, until the control API decides. */
  videoProcessingMs: number;
  videoOutcome: 'ready' | 'error' | 'wait';
  /** Bytes of one piece of a resumable upload. */
  videoChunkBytes: number;
  /** Reels in 24 hours, and the code beyond; 0 = no limit. */
  reelsPerDay: number;
  reelLimitCode: number;
  storyMs: number;
  /** A post stands in no list before it is so old; by its id it can be read at once. */
  listedAfterMs: number;
  /** Posts of one calendar year that lists still show. */
  postsPerYear: number;
  /** Feeds page by cursors, or by `since`, `until` and `__paging_token`. */
  feedPaging: 'cursors' | 'time';
  /** Posts and photos that are not published yet are told with `published: 0`. */
  tellsUnpublished: boolean;
  /** Sub-fields of `attachments` that fail the call with 12, as seen for `description` on feeds. */
  retiredAttachmentFields: string[];
  /** Metrics that are gone, beyond those that Meta has retired so far. */
  retiredMetrics: string[];
  /** Pages with fewer likes get empty insights. */
  insightsFromFans: number;
  /** Calls about one Page in 24 hours; 0 = no limit. */
  callsPerDay: number;
  /** The code beyond: 80001, or 32. */
  limitCode: number;
}

export function defaultPages(): PageSettings {
  return {
    links: 'scrape',
    scheduleFromMs: 10 * MINUTE_MS,
    scheduleUntilMs: 30 * DAY_MS,
    reelScheduleUntilMs: 29 * DAY_MS,
    scheduleSubcode: 1_363_161,
    userTokenCode: 190,
    foreignPostCode: 10,
    duplicateWindowMs: 60 * MINUTE_MS,
    largestPhotoBytes: 4 * MEGABYTE,
    largestVideoBytes: 1024 * MEGABYTE,
    temporaryPhotoMs: DAY_MS,
    videoProcessingMs: 300,
    videoOutcome: 'ready',
    videoChunkBytes: 4 * MEGABYTE,
    reelsPerDay: 30,
    reelLimitCode: 613,
    storyMs: DAY_MS,
    listedAfterMs: 0,
    postsPerYear: 600,
    feedPaging: 'cursors',
    tellsUnpublished: true,
    retiredAttachmentFields: [],
    retiredMetrics: [],
    insightsFromFans: 100,
    callsPerDay: 20_000,
    limitCode: 80_001,
  };
}
