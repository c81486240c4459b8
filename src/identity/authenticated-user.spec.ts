import { includesRole, isUserRole, lesserRole } from './authenticated-user';

describe('roles', () => {
  it.each([
    ['admin', 'viewer', true],
    ['agent', 'agent', true],
    ['viewer', 'agent', false],
    ['agent', 'admin', false],
  ] as const)('%s may do what is open from %s on: %s', (actual, required, expected) => {
    expect(includesRole(actual, required)).toBe(expected);
  });

  it('the lesser of two counts, in whichever order', () => {
    expect([
      lesserRole('admin', 'viewer'),
      lesserRole('viewer', 'admin'),
      lesserRole('agent', 'agent'),
    ]).toEqual(['viewer', 'viewer', 'agent']);
  });

  it('are these three', () => {
    expect(['admin', 'agent', 'viewer', 'owner', '', 5, null].filter(isUserRole)).toEqual([
      'admin',
      'agent',
      'viewer',
    ]);
  });
});
