import type { SandboxContext } from '../context';
import type { InstagramMediaRecord } from './instagram-records';
import { DAY_MS } from '../login/tokens';

/** So few viewers would give somebody away. */
export const FEWEST_VIEWERS = 5;

/** Key of the webhook → the metric behind it. */
const METRICS = {
  exits: 'exits',
  replies: 'replies',
  reach: 'reach',
  taps_forward: 'taps_forward',
  taps_back: 'taps_back',
  impressions: 'views',
} as const;

/** A story's numbers are told once, when it ends. */
export function scheduleStoryInsights(context: SandboxContext, media: InstagramMediaRecord): void {
  context.clock.schedule(DAY_MS, () => {
    if (context.world.findKind('instagram-media', media.id)) tellStoryInsights(context, media);
  });
}

/** Returns how many apps are told. */
export function tellStoryInsights({ webhooks, clock }: SandboxContext, media: InstagramMediaRecord): number {
  const valueOf = (metric: string) => media.insights.get(metric)?.total ?? 0;
  const isEnough = valueOf('reach') >= FEWEST_VIEWERS;
  const numbers = Object.entries(METRICS).map(
    ([key, metric]) => [key, isEnough ? valueOf(metric) : -1] as const,
  );
  return webhooks.emitChange({
    object: 'instagram',
    ownerId: media.instagramId,
    field: 'story_insights',
    entryTime: clock.seconds(),
    value: { media_id: media.id, ...Object.fromEntries(numbers) },
  });
}
