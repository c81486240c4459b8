import type { SandboxContext } from '../context';
import type { JsonValue } from '../json';
import type { InsightPeriod } from './insight-book';
import type { PostRecord } from './post-records';
import { commentsOf } from './posts';
import type { PageRecord } from '../world';

/** From `from` up to, but not at, `to`; Unix ms. */
export interface Span {
  from: number;
  to: number;
}

export interface InsightMetric<T> {
  title: string;
  periods: readonly InsightPeriod[];
  count: (context: SandboxContext, subject: T, span: Span) => JsonValue;
}

const DAILY: readonly InsightPeriod[] = ['day'];
const ROLLING: readonly InsightPeriod[] = ['day', 'week', 'days_28'];
const LIFETIME: readonly InsightPeriod[] = ['lifetime'];

/** Insights call two of the reactions by other names than reactions do. */
const REACTIONS = {
  like: 'LIKE',
  love: 'LOVE',
  wow: 'WOW',
  haha: 'HAHA',
  sorry: 'SAD',
  anger: 'ANGRY',
} as const;

const none = () => 0;

/** Metrics of Pages that are left after the retirements of November 2025 and June 2026. */
export const PAGE_METRICS: Readonly<Record<string, InsightMetric<PageRecord>>> = {
  page_media_view: { title: 'Views', periods: ROLLING, count: none },
  page_total_media_view_unique: { title: 'Viewers', periods: ROLLING, count: none },
  page_views_total: { title: 'Total Page views', periods: ROLLING, count: none },
  page_video_views: { title: 'Video views', periods: ROLLING, count: none },
  page_follows: {
    title: 'Followers',
    periods: DAILY,
    count: ({ pages }, page, { to }) =>
      page.followers -
      pages.insights.countFollows(page.id, 1, to, Infinity) +
      pages.insights.countFollows(page.id, -1, to, Infinity),
  },
  page_daily_follows_unique: {
    title: 'Daily follows',
    periods: ROLLING,
    count: ({ pages }, page, { from, to }) => pages.insights.countFollows(page.id, 1, from, to),
  },
  page_daily_unfollows_unique: {
    title: 'Daily unfollows',
    periods: ROLLING,
    count: ({ pages }, page, { from, to }) => pages.insights.countFollows(page.id, -1, from, to),
  },
  page_post_engagements: {
    title: 'Post engagements',
    periods: ROLLING,
    count: (context, page, span) =>
      reactionsOf(context, page, span).length +
      context.world
        .all('comment')
        .filter(
          (comment) =>
            comment.pageId === page.id && comment.authorId !== undefined && isIn(span, comment.createdAt),
        ).length,
  },
  ...Object.fromEntries(
    Object.entries(REACTIONS).map(([name, type]): [string, InsightMetric<PageRecord>] => [
      `page_actions_post_reactions_${name}_total`,
      {
        title: `Post reactions: ${name}`,
        periods: ROLLING,
        count: (context, page, span) =>
          reactionsOf(context, page, span).filter((mark) => mark.type === type).length,
      },
    ]),
  ),
};

/** Metrics of posts that are left. */
export const POST_METRICS: Readonly<Record<string, InsightMetric<PostRecord>>> = {
  post_media_view: { title: 'Lifetime post views', periods: LIFETIME, count: none },
  post_total_media_view_unique: { title: 'Lifetime post viewers', periods: LIFETIME, count: none },
  post_clicks: { title: 'Lifetime post clicks', periods: LIFETIME, count: none },
  post_reactions_by_type_total: {
    title: 'Lifetime reactions by type',
    periods: LIFETIME,
    // Only what somebody chose is named.
    count: (_context, post) =>
      Object.fromEntries(
        Object.entries(REACTIONS)
          .map(([name, type]) => [name, post.reactions.filter((mark) => mark.type === type).length] as const)
          .filter(([, count]) => count > 0),
      ),
  },
};

function isIn({ from, to }: Span, at: number): boolean {
  return at >= from && at < to;
}

function reactionsOf(context: SandboxContext, page: PageRecord, span: Span) {
  const posts = context.world.all('post').filter(({ pageId }) => pageId === page.id);
  return posts
    .flatMap((post) => [post, ...commentsOf(context, post.id)])
    .flatMap(({ reactions }) => reactions)
    .filter(({ userId, at }) => userId !== page.id && isIn(span, at));
}
