import type { SandboxContext } from '../context';
import { invalidParameter } from '../graph/graph-error';
import type { EdgeReader } from '../graph/graph-nodes';
import { breakdownViews, insightItem, readBreakdown, readMetrics } from './insight-values';
import { requireInstagram } from './instagram-access';
import { tooFewPeople } from './instagram-errors';
import { instagramCommentsOf, isStoryOver } from './instagram-media';
import type { InstagramMediaRecord } from './instagram-records';
import { FEWEST_VIEWERS } from './story-insights';
import { tokenOf } from '../pages/page-access';

const EVERYWHERE = ['reach', 'shares', 'total_interactions', 'views'];
const OF_POSTS = [...EVERYWHERE, 'comments', 'likes', 'reposts', 'saved'];
const OF_PROFILE = ['follows', 'profile_activity', 'profile_visits'];

const METRICS: Readonly<Record<InstagramMediaRecord['productType'], readonly string[]>> = {
  FEED: [...OF_POSTS, ...OF_PROFILE],
  REELS: [...OF_POSTS, 'ig_reels_avg_watch_time', 'ig_reels_video_view_total_time', 'reels_skip_rate'],
  STORY: [...EVERYWHERE, ...OF_PROFILE, 'navigation', 'replies'],
  AD: OF_POSTS,
};
const BREAKDOWNS: Readonly<Record<string, readonly string[]>> = {
  navigation: ['story_navigation_action_type'],
  profile_activity: ['action_type'],
};

/** `GET /{media}/insights`: always over the whole life of the media. */
export function mediaInsights(context: SandboxContext): EdgeReader<InstagramMediaRecord> {
  return (media, read) => {
    requireInstagram(tokenOf(read.request), 'insights', context.world.get('instagram', media.instagramId));
    checkHasInsights(context, media);
    const metrics = readMetrics(read, METRICS[media.productType]);
    const dimensions = readBreakdown(read, (metric) => BREAKDOWNS[metric] ?? [], metrics);
    const data = metrics.map((metric) => {
      const value = valueOf(context, media, metric);
      const breakdowns = dimensions.length > 0 && {
        total_value: { value, breakdowns: breakdownViews(media.insights.get(metric), dimensions) },
      };
      return insightItem(media.id, metric, 'lifetime', { values: [{ value }], ...breakdowns });
    });
    return { data };
  };
}

function checkHasInsights(context: SandboxContext, media: InstagramMediaRecord): void {
  if (media.parentId !== undefined)
    throw invalidParameter('Items of a carousel have no insights of their own.');
  if (media.isFromPersonalTime) {
    throw invalidParameter('Media posted before business account conversion', { subcode: 2_108_006 });
  }
  if (media.productType !== 'STORY') return;
  if (isStoryOver(context, media))
    throw tooFewPeople('The insights of this story are not available any more.');
  if ((media.insights.get('reach')?.total ?? 0) < FEWEST_VIEWERS) {
    throw tooFewPeople('Not enough viewers for the media to show insights');
  }
}

/** What was set, else what the sandbox knows itself. */
export function valueOf(context: SandboxContext, media: InstagramMediaRecord, metric: string): number {
  const given = media.insights.get(metric)?.total;
  if (given !== undefined) return given;
  const of = (name: string) => valueOf(context, media, name);
  switch (metric) {
    case 'likes':
      return media.likes;
    case 'comments':
      return instagramCommentsOf(context, media.id).length;
    case 'total_interactions':
      return of('likes') + of('comments') + of('saved') + of('shares');
    default:
      return 0;
  }
}
