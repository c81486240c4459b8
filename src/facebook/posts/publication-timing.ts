const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** Whoever posts gets an answer within about this time, whatever is known by then. */
export const ANSWER_WITHIN_MS = 10 * SECOND_MS;
/** How long a settled post's address at Meta is waited for beyond that it is settled. */
export const ADDRESS_WITHIN_MS = 2 * SECOND_MS;

/** Preparing brings files to Meta: who is alive says so before each. */
export const PREPARING_LEASE_MS = 2 * MINUTE_MS;
/** Reading, and writing down what was read. */
export const LOOKING_LEASE_MS = MINUTE_MS;

/** Meta's lists are not always up to date: what they do not have before then may still come. */
export const SOUGHT_FOR_AT_LEAST_MS = 10 * MINUTE_MS;
/** Videos may be listed only once they are ready. */
export const VIDEO_SOUGHT_FOR_AT_LEAST_MS = HOUR_MS;
export const FEWEST_READINGS = 6;
/** What Meta cannot be read for that long is left to people. */
export const SOUGHT_FOR_AT_MOST_MS = 7 * 24 * HOUR_MS;
/** After so many readings in vain people are told that it is being looked for. */
export const READINGS_BEFORE_TELLING = 3;
/** A webhook may still name a post that was given up so long ago. */
export const FOUND_LATE_WITHIN_MS = 24 * HOUR_MS;

export const VIDEO_POLL_MS = 5 * SECOND_MS;
export const LONGEST_VIDEO_POLL_MS = MINUTE_MS;
export const LONGEST_PROCESSING_MS = 24 * HOUR_MS;

/** After its time a scheduled post is looked at, for the webhook may be lost. */
export const LOOK_AFTER_SCHEDULE_MS = 2 * MINUTE_MS;
export const LOOK_AGAIN_MS = 5 * MINUTE_MS;
/** By then Meta has published it or never will. */
export const SCHEDULE_MISSED_AFTER_MS = 30 * MINUTE_MS;
