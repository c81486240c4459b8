import type { InsightKind } from '../../insights/metrics/insight-metric';

/** What Meta tells of a Page, account, post or media; null: not known, which is not 0. */
export const META_FIGURES = [
  'views',
  'reach',
  'reactions',
  'interactions',
  'comments',
  'shares',
  'saves',
  'clicks',
] as const;
export type MetaFigure = (typeof META_FIGURES)[number];
export type MetaFigures = Record<MetaFigure, number | null>;

/** Meta's names of each figure. Several are added up; where there are none, Meta does not tell it of such an object. */
export const META_NAMES: Record<InsightKind, Partial<Record<MetaFigure, readonly string[]>>> = {
  page: {
    views: ['page_media_view'],
    reach: ['page_total_media_view_unique'],
    reactions: ['like', 'love', 'wow', 'haha', 'sorry', 'anger'].map(
      (word) => `page_actions_post_reactions_${word}_total`,
    ),
    interactions: ['page_post_engagements'],
  },
  post: {
    views: ['post_media_view'],
    reach: ['post_total_media_view_unique'],
    reactions: ['post_reactions_by_type_total'],
    interactions: ['post_activity_by_action_type'],
    clicks: ['post_clicks'],
  },
  ig_account: {
    views: ['views'],
    reach: ['reach'],
    reactions: ['likes'],
    interactions: ['total_interactions'],
    comments: ['comments'],
    shares: ['shares'],
    saves: ['saves'],
  },
  ig_media: {
    views: ['views'],
    reach: ['reach'],
    reactions: ['likes'],
    interactions: ['total_interactions'],
    comments: ['comments'],
    shares: ['shares'],
    saves: ['saved'],
  },
};

export const namesOf = (kind: InsightKind): string[] => Object.values(META_NAMES[kind]).flat();

/** @param valueOf what is known of a metric by Meta's name */
export function metaFigures(
  kind: InsightKind,
  valueOf: (name: string) => number | null | undefined,
): MetaFigures {
  return Object.fromEntries(
    META_FIGURES.map((figure) => {
      const values = (META_NAMES[kind][figure] ?? []).map((name) => valueOf(name) ?? null);
      const known = values.filter((value) => value !== null);
      return [figure, known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0)];
    }),
  ) as MetaFigures;
}
