import { pointsOf } from './meta-figure-answer';

const point = {
  start: 1_763_596_800,
  end: 1_763_598_600,
  country: 'de',
  phone_number: '+1 555-078-3881',
  tier: '0:750000',
  pricing_type: 'REGULAR',
  pricing_category: 'MARKETING',
  volume: 12,
  cost: 0.84,
};
const read = {
  startAt: new Date('2025-11-20T00:00:00Z'),
  endAt: new Date('2025-11-20T00:30:00Z'),
  country: 'DE',
  phoneNumber: '15550783881',
  tier: '0:750000',
  type: 'regular',
  category: 'marketing',
  volume: 12,
  cost: 0.84,
  sent: null,
};

it.each<[string, unknown]>([
  ['under the field, in `data`', { id: '1', pricing_analytics: { data: [{ data_points: [point] }] } }],
  ['under the field itself', { id: '1', pricing_analytics: { data_points: [point] } }],
  ['at the top', { id: '1', data: [{ data_points: [point] }] }],
  [
    'in both places, which is the same told twice',
    { pricing_analytics: { data: [{ data_points: [point] }] }, data: [{ data_points: [point] }] },
  ],
])('finds points %s', (_where, answer) => {
  expect(pointsOf(answer, 'pricing_analytics')).toMatchObject([read]);
});

it('reads all parts of an answer', () => {
  const answer = { pricing_analytics: { data: [{ data_points: [point] }, { data_points: [point] }] } };
  expect(pointsOf(answer, 'pricing_analytics')).toHaveLength(2);
});

it('reads counts of messages and of conversations', () => {
  const messages = { analytics: { data_points: [{ start: 10, end: 20, sent: 3, delivered: '2' }] } };
  expect(pointsOf(messages, 'analytics')).toMatchObject([
    { sent: 3, delivered: 2, volume: null, cost: null },
  ]);
  const [conversation] = pointsOf(
    {
      conversation_analytics: {
        data: [
          {
            data_points: [
              {
                start: 10,
                end: 20,
                conversation: 4,
                cost: 0,
                conversation_type: 'FREE_TIER',
                conversation_direction: 'USER_INITIATED',
                conversation_category: 'SERVICE',
              },
            ],
          },
        ],
      },
    },
    'conversation_analytics',
  );
  expect(conversation).toMatchObject({
    volume: 4,
    cost: 0,
    type: 'free_tier',
    direction: 'user_initiated',
    category: 'service',
  });
});

it('does not take a cost that is not told for nothing', () => {
  const { cost: _cost, ...unpriced } = point;
  expect(pointsOf({ f: { data_points: [unpriced] } }, 'f')).toMatchObject([{ volume: 12, cost: null }]);
});

it.each<[unknown]>([
  [null],
  ['text'],
  [{ id: '1' }],
  [{ f: { data: 'none', data_points: {} } }],
  [{ f: { data: [null, 7, { data_points: [null, {}, { start: 'x', end: 'y' }, { start: 20, end: 10 }] }] } }],
])('makes nothing of %j', (answer) => {
  expect(pointsOf(answer, 'f')).toEqual([]);
});
