import { INSIGHT_KINDS } from '../../insights/metrics/insight-metric';
import { INSIGHT_METRICS } from '../../insights/metrics/metric-registry';
import { META_FIGURES, metaFigures, namesOf } from './engagement-metrics';

it.each(INSIGHT_KINDS)('asks for figures of %s that are read from Meta', (kind) => {
  const known = INSIGHT_METRICS.filter((metric) => metric.kind === kind).map(({ name }) => name);
  for (const name of namesOf(kind)) expect(known).toContain(name);
});

it('keeps what is not known apart from 0', () => {
  const values: Record<string, number> = { views: 0, likes: 3 };
  expect(metaFigures('ig_media', (name) => values[name])).toEqual({
    ...Object.fromEntries(META_FIGURES.map((figure) => [figure, null])),
    views: 0,
    reactions: 3,
  });
});

it('adds up reactions of a Page as far as they are known', () => {
  const values: Record<string, number> = {
    page_actions_post_reactions_like_total: 4,
    page_actions_post_reactions_anger_total: 1,
  };
  expect(metaFigures('page', (name) => values[name] ?? null).reactions).toBe(5);
});
