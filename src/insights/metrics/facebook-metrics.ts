import type { InsightMetric, RetiredMetric } from './insight-metric';

const UNSURE_OF_DATE =
  'Public probes of v25.0 disagree about it; where Meta refuses it, the others are answered all the same.';

type PageMetric = Pick<InsightMetric, 'name' | 'adding' | 'unit' | 'description'> &
  Partial<Pick<InsightMetric, 'periods' | 'mapOf' | 'doubt'>>;

const page = (metric: PageMetric): InsightMetric => ({
  kind: 'page',
  asking: 'series',
  periods: ['day'],
  ...metric,
});

type PostMetric = Pick<InsightMetric, 'name' | 'unit' | 'description'> &
  Partial<Pick<InsightMetric, 'mapOf' | 'doubt'>>;

const post = (metric: PostMetric): InsightMetric => ({
  kind: 'post',
  asking: 'lifetime',
  adding: 'level',
  periods: ['lifetime'],
  ...metric,
});

const reactionsOf = (word: string, label: string): InsightMetric =>
  page({
    name: `page_actions_post_reactions_${word}_total`,
    adding: 'sum',
    unit: 'count',
    description: `"${label}" reactions to the posts of the Page.`,
  });

/** Figures of Pages, by day. Source: Page Insights reference of the Graph API. */
export const PAGE_METRICS: readonly InsightMetric[] = [
  page({
    name: 'page_media_view',
    adding: 'sum',
    unit: 'count',
    description: 'How often content of the Page was shown or played, repetitions included.',
  }),
  page({
    name: 'page_total_media_view_unique',
    adding: 'people',
    periods: ['day', 'week', 'days_28'],
    unit: 'people',
    description: 'How many people saw content of the Page: its reach.',
  }),
  page({
    name: 'page_views_total',
    adding: 'sum',
    unit: 'count',
    description: 'Visits of the Page itself, by people who are logged in or not.',
  }),
  page({
    name: 'page_post_engagements',
    adding: 'sum',
    unit: 'count',
    description: 'Reactions, comments, shares and further interactions with posts of the Page.',
  }),
  page({
    name: 'page_video_views',
    adding: 'sum',
    unit: 'count',
    description: 'How often videos of the Page were played for three seconds, or nearly to their end.',
  }),
  page({
    name: 'page_total_actions',
    adding: 'sum',
    unit: 'count',
    doubt: UNSURE_OF_DATE,
    description: "Clicks on the Page's contact details and its call-to-action button.",
  }),
  page({
    name: 'page_follows',
    adding: 'level',
    unit: 'people',
    description: 'How many people followed the Page at the end of the day.',
  }),
  page({
    name: 'page_daily_follows_unique',
    adding: 'sum',
    unit: 'people',
    description: 'People who began to follow the Page. Who does so on two days counts on both.',
  }),
  page({
    name: 'page_daily_unfollows_unique',
    adding: 'sum',
    unit: 'people',
    description: 'People who ceased to follow the Page. Who does so on two days counts on both.',
  }),
  reactionsOf('like', 'Like'),
  reactionsOf('love', 'Love'),
  reactionsOf('wow', 'Wow'),
  reactionsOf('haha', 'Haha'),
  reactionsOf('sorry', 'Sad'),
  reactionsOf('anger', 'Angry'),
];

/** Figures of posts, since they were published. */
export const POST_METRICS: readonly InsightMetric[] = [
  post({
    name: 'post_media_view',
    unit: 'count',
    description: 'How often the post was shown or played, repetitions included.',
  }),
  post({
    name: 'post_total_media_view_unique',
    unit: 'people',
    description: 'How many people saw the post: its reach.',
  }),
  post({ name: 'post_clicks', unit: 'count', description: 'Clicks anywhere on the post.' }),
  post({
    name: 'post_clicks_by_type',
    unit: 'count',
    mapOf: 'click_type',
    doubt: UNSURE_OF_DATE,
    description: 'Clicks on the post by what was clicked: its link, a photo, a video to play, anything else.',
  }),
  post({
    name: 'post_reactions_by_type_total',
    unit: 'count',
    mapOf: 'reaction_type',
    description: 'Reactions to the post, by kind.',
  }),
  post({
    name: 'post_activity_by_action_type',
    unit: 'count',
    mapOf: 'action_type',
    doubt: UNSURE_OF_DATE,
    description: 'What people did with the post, by kind: reactions, comments, shares.',
  }),
  post({
    name: 'post_video_views',
    unit: 'count',
    doubt: UNSURE_OF_DATE,
    description: 'How often the video of the post was played for three seconds, or nearly to its end.',
  }),
];

const BY_NOVEMBER = '2025-11-15';
const BY_JUNE = '2026-06-15';

/** In this order: the first that fits a name is meant. Which name went on which of the two days is doubtful. */
export const RETIRED_FACEBOOK_METRICS: readonly RetiredMetric[] = [
  {
    kind: 'page',
    name: 'page_impressions_unique',
    on: BY_JUNE,
    replacedBy: ['page_total_media_view_unique'],
  },
  { kind: 'page', name: 'page_impressions*', on: BY_NOVEMBER, replacedBy: ['page_media_view'] },
  {
    kind: 'page',
    name: 'page_posts_impressions_unique',
    on: BY_JUNE,
    replacedBy: ['page_total_media_view_unique'],
  },
  { kind: 'page', name: 'page_posts_impressions*', on: BY_NOVEMBER, replacedBy: ['page_media_view'] },
  { kind: 'page', name: 'page_fan_adds*', on: BY_NOVEMBER, replacedBy: ['page_daily_follows_unique'] },
  { kind: 'page', name: 'page_fan_removes*', on: BY_NOVEMBER, replacedBy: ['page_daily_unfollows_unique'] },
  { kind: 'page', name: 'page_fans*', on: BY_NOVEMBER, replacedBy: ['page_follows'] },
  { kind: 'page', name: 'page_engaged_users', on: BY_NOVEMBER, replacedBy: ['page_post_engagements'] },
  { kind: 'page', name: 'page_consumptions*', on: '2024-03-14', replacedBy: ['page_post_engagements'] },
  { kind: 'page', name: 'page_negative_feedback*', on: '2024-03-14', replacedBy: [] },
  {
    kind: 'post',
    name: 'post_impressions_unique',
    on: BY_JUNE,
    replacedBy: ['post_total_media_view_unique'],
  },
  { kind: 'post', name: 'post_impressions*', on: BY_NOVEMBER, replacedBy: ['post_media_view'] },
  {
    kind: 'post',
    name: 'post_engaged_users',
    on: BY_NOVEMBER,
    replacedBy: ['post_clicks', 'post_reactions_by_type_total'],
  },
  { kind: 'post', name: 'post_negative_feedback*', on: '2024-03-14', replacedBy: [] },
];
