import type { InstagramPublicationContainerEntity } from '../entities/instagram-publication-container.entity';
import type { InstagramPublicationEntity, PublicationState } from '../entities/instagram-publication.entity';

type Container = Pick<
  InstagramPublicationContainerEntity,
  'position' | 'kind' | 'containerId' | 'status' | 'checkedAt'
>;
type Publication = Pick<InstagramPublicationEntity, 'state' | 'publishAt'>;

/** What a publication needs next. */
export type NextStep =
  | { step: 'quota' }
  | { step: 'create'; position: number }
  | { step: 'look'; positions: number[] }
  | { step: 'wait-for-time'; until: Date }
  | { step: 'publish' }
  | { step: 'reconcile' };

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const POLL_MS = [MINUTE, MINUTE, MINUTE, MINUTE, MINUTE, 2 * MINUTE, 4 * MINUTE, 8 * MINUTE];
const LONGEST_POLL_MS = 15 * MINUTE;
/** Nothing is ready sooner; images then usually are. */
const FIRST_LOOK_MS = { image: 3 * SECOND, video: 20 * SECOND } as const;
/** What Meta has been working on for longer will never be done. */
export const LONGEST_PROCESSING_MS = 4 * 60 * MINUTE;
/** A container lives for 24 hours; one that was seen ready so long ago is looked at again. */
const STALE_AFTER_MS = 60 * MINUTE;
/** Files are given to Meta so long before the time, so that what they become is ready at it. */
export const PREPARE_AHEAD_MS = 10 * MINUTE;

/** States in which nothing was published yet and nobody was told to. */
export const CANCELLABLE_STATES: readonly PublicationState[] = [
  'scheduled',
  'queued',
  'creating',
  'processing',
  'ready',
];

/** Pure: what is to be done next, by what is known of the containers. */
export function nextStep(publication: Publication, containers: readonly Container[], now: Date): NextStep {
  const { state, publishAt } = publication;
  if (state === 'publishing' || state === 'unknown') return { step: 'reconcile' };
  if (state === 'scheduled' || state === 'queued') return { step: 'quota' };
  const parts = containers.filter(({ position }) => position > 0);
  const whole = containers.filter(({ position }) => position === 0);
  // A carousel is made of parts that Meta is done with.
  for (const group of [parts, whole]) {
    const missing = group.find(({ containerId }) => containerId === null);
    if (missing !== undefined) return { step: 'create', position: missing.position };
    const unfinished = group.filter(({ status }) => status !== 'FINISHED');
    if (unfinished.length > 0) return { step: 'look', positions: unfinished.map(({ position }) => position) };
  }
  if (publishAt !== null && publishAt > now) return { step: 'wait-for-time', until: publishAt };
  if (whole.some(({ checkedAt }) => isStale(checkedAt, now))) return { step: 'look', positions: [0] };
  return { step: 'publish' };
}

/**
 * Once a minute for the first five, as Meta asks; large videos take longer, and are asked about less and less often.
 * @param looks so far
 */
export function pollDelayMs(looks: number): number {
  return POLL_MS[looks] ?? LONGEST_POLL_MS;
}

/** How much longer a container that was just made is left alone; 0: it may be looked at. */
export function firstLookDelayMs(isVideo: boolean, createdAt: Date | null, now: Date): number {
  const ageMs = now.getTime() - (createdAt?.getTime() ?? 0);
  return Math.max(0, FIRST_LOOK_MS[isVideo ? 'video' : 'image'] - ageMs);
}

function isStale(checkedAt: Date | null, now: Date): boolean {
  return checkedAt === null || now.getTime() - checkedAt.getTime() > STALE_AFTER_MS;
}
