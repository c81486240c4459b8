import { INSIGHT_METRICS } from '../metrics/metric-registry';
import { insightValues } from './insight-answer';

const metricsOf = (kind: string) =>
  new Map(INSIGHT_METRICS.filter((metric) => metric.kind === kind).map((metric) => [metric.name, metric]));
const readAt = new Date('2026-11-21T20:00:00Z');
const today = new Date('2026-11-21T08:00:00Z');

describe('the figures of an answer', () => {
  it('belong to the day that ends with end_time, in winter and in summer', () => {
    const answer = {
      data: [
        {
          name: 'page_media_view',
          period: 'day',
          values: [
            { value: 5, end_time: '2026-11-20T08:00:00+0000' },
            { value: 7, end_time: '2026-07-10T07:00:00+0000' },
          ],
        },
      ],
    };
    expect(insightValues(answer, { metrics: metricsOf('page'), readAt })).toEqual([
      expect.objectContaining({
        value: 5,
        bucketAt: new Date('2026-11-19T08:00:00Z'),
        breakdown: '',
        label: '',
      }),
      expect.objectContaining({ value: 7, bucketAt: new Date('2026-07-09T07:00:00Z') }),
    ]);
  });

  it('are the sum and the parts where Meta answers a map, and nothing of it is lost in another case', () => {
    const answer = {
      data: [
        {
          name: 'post_reactions_by_type_total',
          period: 'lifetime',
          values: [{ value: { LIKE: 3, love: '1' } }],
        },
      ],
    };
    expect(
      insightValues(answer, { metrics: metricsOf('post'), readAt }).map(({ label, value, bucketAt }) => [
        label,
        value,
        bucketAt,
      ]),
    ).toEqual([
      ['', 4, today],
      ['like', 3, today],
      ['love', 1, today],
    ]);
  });

  it('are none of an empty map', () => {
    const answer = {
      data: [{ name: 'post_reactions_by_type_total', period: 'lifetime', values: [{ value: {} }] }],
    };
    expect(insightValues(answer, { metrics: metricsOf('post'), readAt })).toMatchObject([
      { value: 0, label: '' },
    ]);
  });

  it('are split as Meta splits them; the sum is left out where another call brought it', () => {
    const navigation = {
      name: 'navigation',
      period: 'lifetime',
      values: [{ value: 25 }],
      total_value: {
        value: 25,
        breakdowns: [
          {
            dimension_keys: ['story_navigation_action_type'],
            results: [
              { dimension_values: ['TAP_FORWARD'], value: 19 },
              { dimension_values: ['tap_exit'], value: 6 },
            ],
          },
        ],
      },
    };
    const read = (isSplit: boolean) =>
      insightValues({ data: [navigation] }, { metrics: metricsOf('ig_media'), isSplit, readAt }).map(
        ({ breakdown, label, value }) => [breakdown, label, value],
      );
    const parts = [
      ['story_navigation_action_type', 'tap_forward', 19],
      ['story_navigation_action_type', 'tap_exit', 6],
    ];
    expect(read(true)).toEqual(parts);
    expect(read(false)).toEqual([['', '', 25], ...parts]);
  });

  it('belong to the day that was asked for where the answer says none', () => {
    const day = new Date('2026-11-19T08:00:00Z');
    const answer = { data: [{ name: 'views', period: 'day', total_value: { value: 12 } }] };
    expect(insightValues(answer, { metrics: metricsOf('ig_account'), day, readAt })).toMatchObject([
      { metric: 'views', bucketAt: day, value: 12 },
    ]);
  });

  it.each([
    ['no answer', null],
    ['no data', { data: [] }],
    ['metrics that were not asked for', { data: [{ name: 'what', period: 'day', values: [{ value: 1 }] }] }],
    [
      'periods that a metric does not have',
      { data: [{ name: 'page_follows', period: 'week', values: [{ value: 1 }] }] },
    ],
    [
      'values that are none',
      { data: [{ name: 'page_follows', period: 'day', values: [{ value: null }, 'x', { value: 'n/a' }] }] },
    ],
  ])('are none of %s', (_, answer) => {
    expect(insightValues(answer, { metrics: metricsOf('page'), readAt })).toEqual([]);
  });
});
