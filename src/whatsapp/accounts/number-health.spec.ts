import { healthProblems, healthSummary } from './number-health';

const health = {
  can_send_message: 'BLOCKED',
  entities: [
    { entity_type: 'PHONE_NUMBER', id: '1', can_send_message: 'AVAILABLE' },
    {
      entity_type: 'WABA',
      id: '2',
      can_send_message: 'LIMITED',
      additional_info: ['Your business is new.'],
    },
    {
      entity_type: 'BUSINESS',
      id: 3,
      can_send_message: 'BLOCKED',
      errors: [
        {
          error_code: 141010,
          error_description: 'No valid payment method.',
          possible_solution: 'Add one in WhatsApp Manager.',
        },
      ],
    },
  ],
};

it('names who blocks first, then who limits, with what to do', () => {
  expect(healthProblems(health)).toEqual([
    {
      entity: 'BUSINESS',
      entityId: '3',
      verdict: 'BLOCKED',
      code: 141010,
      problem: 'No valid payment method.',
      solution: 'Add one in WhatsApp Manager.',
    },
    {
      entity: 'WABA',
      entityId: '2',
      verdict: 'LIMITED',
      code: null,
      problem: 'Your business is new.',
      solution: null,
    },
  ]);
  expect(healthSummary(health)).toBe(
    'Nothing can be sent because of the business portfolio: No valid payment method. Add one in WhatsApp Manager.',
  );
});

it.each([
  [{ can_send_message: 'AVAILABLE', entities: [] }, /can be sent/],
  [null, /does not tell/],
  [{ can_send_message: 'LIMITED' }, /limited; Meta names no reason/],
  [
    { can_send_message: 'BLOCKED', entities: [{ entity_type: 'APP', can_send_message: 'BLOCKED' }] },
    /the Meta app/,
  ],
  [{ can_send_message: 'BLOCKED', entities: 'none' }, /no reason/],
])('%j', (value, words) => {
  expect(healthSummary(value)).toMatch(words);
});
