import type { InsightMetric, MediaProduct, RetiredMetric } from './insight-metric';

type AccountMetric = Pick<InsightMetric, 'name' | 'description'> &
  Partial<
    Pick<
      InsightMetric,
      | 'asking'
      | 'adding'
      | 'periods'
      | 'unit'
      | 'breakdowns'
      | 'onlySplit'
      | 'timeframe'
      | 'daysKept'
      | 'since'
      | 'doubt'
    >
  >;

const account = (metric: AccountMetric): InsightMetric => ({
  kind: 'ig_account',
  asking: 'total',
  adding: 'sum',
  periods: ['day'],
  unit: 'count',
  ...metric,
});

const DOCUMENTED_AS_GONE =
  'The reference says that it ended on 2025-01-08; calls of 2026 still answered it with `metric_type=total_value`.';

/** Figures of Instagram accounts, by day. Source: Instagram Platform reference, account insights (June 2026). */
export const INSTAGRAM_ACCOUNT_METRICS: readonly InsightMetric[] = [
  account({
    name: 'reach',
    asking: 'series',
    adding: 'people',
    unit: 'people',
    description: 'How many accounts saw something of this one. Estimated by Meta.',
  }),
  account({
    name: 'follower_count',
    asking: 'series',
    daysKept: 30,
    unit: 'people',
    description:
      'New followers of the day. Only for accounts with 100 followers or more, and the last 30 days.',
  }),
  account({
    name: 'views',
    since: 22,
    description: 'How often reels, posts, stories and the like were played or shown.',
  }),
  account({
    name: 'accounts_engaged',
    adding: 'people',
    unit: 'people',
    description: 'How many accounts interacted with something of this one.',
  }),
  account({
    name: 'total_interactions',
    description: 'Likes, saves, comments, shares and answers together, less what was taken back.',
  }),
  account({ name: 'likes', description: 'Likes of posts, reels and videos.' }),
  account({ name: 'comments', description: 'Comments under posts, reels, videos and live videos.' }),
  account({ name: 'shares', description: 'How often posts, stories, reels and the like were shared.' }),
  account({ name: 'saves', description: 'How often posts, reels and videos were saved.' }),
  account({ name: 'replies', description: 'Answers to stories, words and quick reactions alike.' }),
  account({
    name: 'reposts',
    since: 24,
    doubt: 'Announced in December 2025 without a version.',
    description: 'How often others posted something of this account again.',
  }),
  account({ name: 'profile_views', doubt: DOCUMENTED_AS_GONE, description: 'Visits of the profile.' }),
  account({
    name: 'website_clicks',
    doubt: DOCUMENTED_AS_GONE,
    description: 'Taps on the link to the website in the profile.',
  }),
  account({
    name: 'profile_links_taps',
    breakdowns: ['contact_button_type'],
    description: 'Taps on address, call, e-mail and message buttons of the profile, by button.',
  }),
  account({
    name: 'follows_and_unfollows',
    unit: 'people',
    breakdowns: ['follow_type'],
    onlySplit: true,
    description:
      'Accounts that began to follow (`follower`) and that ceased to or left Instagram (`non_follower`). Only with 100 followers or more.',
  }),
  account({
    name: 'follower_demographics',
    asking: 'lifetime',
    adding: 'level',
    periods: ['lifetime'],
    unit: 'people',
    timeframe: 'this_month',
    breakdowns: ['country', 'city', 'age', 'gender'],
    onlySplit: true,
    description:
      'Followers by country, city, age and gender, the 45 largest groups of each. Only with 100 followers or more.',
  }),
];

const ALL: readonly MediaProduct[] = ['FEED', 'REELS', 'STORY'];
const PUBLISHED: readonly MediaProduct[] = ['FEED', 'REELS'];
/** Reels are refused these: Meta says that the product type does not support them. */
const BESIDE_REELS: readonly MediaProduct[] = ['FEED', 'STORY'];

type MediaMetric = Pick<InsightMetric, 'name' | 'products' | 'description'> &
  Partial<Pick<InsightMetric, 'adding' | 'unit' | 'breakdowns' | 'onlySplit' | 'since' | 'doubt'>>;

const media = (metric: MediaMetric): InsightMetric => ({
  kind: 'ig_media',
  asking: 'lifetime',
  adding: 'level',
  periods: ['lifetime'],
  unit: 'count',
  ...metric,
});

/** Figures of media, since they were published. Those of stories end with the story, after 24 hours. */
export const INSTAGRAM_MEDIA_METRICS: readonly InsightMetric[] = [
  media({ name: 'reach', products: ALL, unit: 'people', description: 'How many accounts saw it.' }),
  media({
    name: 'views',
    products: ALL,
    since: 22,
    description: 'How often it was played or shown, repetitions included.',
  }),
  media({ name: 'likes', products: PUBLISHED, description: 'Likes.' }),
  media({ name: 'comments', products: PUBLISHED, description: 'Comments.' }),
  media({ name: 'saved', products: PUBLISHED, description: 'How often it was saved.' }),
  media({ name: 'shares', products: ALL, description: 'How often it was shared.' }),
  media({
    name: 'total_interactions',
    products: ALL,
    description: 'Likes, saves, comments, shares and answers together, less what was taken back.',
  }),
  media({
    name: 'reposts',
    products: PUBLISHED,
    since: 24,
    doubt: 'Announced in December 2025 without a version.',
    description: 'How often others posted it again.',
  }),
  media({
    name: 'follows',
    products: BESIDE_REELS,
    unit: 'people',
    description: 'Accounts that began to follow because of it.',
  }),
  media({
    name: 'profile_visits',
    products: BESIDE_REELS,
    description: 'Visits of the profile that began with it.',
  }),
  media({
    name: 'profile_activity',
    products: BESIDE_REELS,
    breakdowns: ['action_type'],
    description: 'What people did in the profile after they had come there from it.',
  }),
  media({
    name: 'ig_reels_avg_watch_time',
    products: ['REELS'],
    adding: 'average',
    unit: 'milliseconds',
    description: 'How long the reel was played on average.',
  }),
  media({
    name: 'ig_reels_video_view_total_time',
    products: ['REELS'],
    unit: 'milliseconds',
    description: 'How long the reel was played in all, repetitions included.',
  }),
  media({
    name: 'reels_skip_rate',
    products: ['REELS'],
    adding: 'average',
    unit: 'percent',
    since: 24,
    doubt: 'Meta calls it "in development"; announced in December 2025 without a version.',
    description: 'Share of plays that were skipped within the first three seconds.',
  }),
  media({
    name: 'replies',
    products: ['STORY'],
    description: 'Answers to the story. None are told of Europe and Japan.',
  }),
  media({
    name: 'navigation',
    products: ['STORY'],
    breakdowns: ['story_navigation_action_type'],
    description: 'Taps and swipes on the story: forward, back, to the next one, out of it.',
  }),
];

const WITH_V22 = { inVersion: 22, on: '2025-04-21' };
const CONTACT_TAPS = { kind: 'ig_account', on: '2025-01-08', replacedBy: ['profile_links_taps'] } as const;

export const RETIRED_INSTAGRAM_METRICS: readonly RetiredMetric[] = [
  { kind: 'ig_account', name: 'impressions', ...WITH_V22, replacedBy: ['views'] },
  { ...CONTACT_TAPS, name: 'email_contacts' },
  { ...CONTACT_TAPS, name: 'get_directions_clicks' },
  { ...CONTACT_TAPS, name: 'get_direction_links' },
  { ...CONTACT_TAPS, name: 'phone_call_clicks' },
  { ...CONTACT_TAPS, name: 'text_message_clicks' },
  { kind: 'ig_account', name: 'audience_*', on: '2023-12-11', replacedBy: ['follower_demographics'] },
  { kind: 'ig_media', name: 'impressions', ...WITH_V22, replacedBy: ['views'] },
  { kind: 'ig_media', name: 'plays', ...WITH_V22, replacedBy: ['views'] },
  { kind: 'ig_media', name: 'clips_replays_count', ...WITH_V22, replacedBy: ['views'] },
  {
    kind: 'ig_media',
    name: 'ig_reels_aggregated_all_plays_count',
    ...WITH_V22,
    replacedBy: ['views'],
  },
  { kind: 'ig_media', name: 'video_views', inVersion: 21, on: '2025-01-08', replacedBy: ['views'] },
  { kind: 'ig_media', name: 'engagement', on: '2023-12-11', replacedBy: ['total_interactions'] },
  { kind: 'ig_media', name: 'exits', on: '2023-12-11', replacedBy: ['navigation'] },
  { kind: 'ig_media', name: 'taps_forward', on: '2023-12-11', replacedBy: ['navigation'] },
  { kind: 'ig_media', name: 'taps_back', on: '2023-12-11', replacedBy: ['navigation'] },
];
