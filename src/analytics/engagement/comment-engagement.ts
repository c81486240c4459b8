/** What we count ourselves at a post or media, or at all of a Page or account. */
export const OWN_FIGURES = [
  'comments',
  'answered',
  'hidden',
  'removed',
  'replies',
  'positive',
  'neutral',
  'negative',
] as const;
export type OwnFigure = (typeof OWN_FIGURES)[number];
export type OwnFigures = Record<OwnFigure, number>;

export const NO_OWN_FIGURES: OwnFigures = {
  comments: 0,
  answered: 0,
  hidden: 0,
  removed: 0,
  replies: 0,
  positive: 0,
  neutral: 0,
  negative: 0,
};
