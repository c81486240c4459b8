import { readLoginAnswer } from './instagram-auth-api';

const expected = {
  token: 'IGAA',
  permissions: ['instagram_business_basic', 'instagram_business_manage_messages'],
};

describe("the answer of Instagram's code exchange", () => {
  it.each([
    ['as documented for the API', { access_token: 'IGAA', user_id: 17, permissions: expected.permissions }],
    [
      'as documented for business login',
      { data: [{ access_token: 'IGAA', user_id: '17', permissions: expected.permissions.join(',') }] },
    ],
    ['with blanks after the commas', { access_token: 'IGAA', permissions: expected.permissions.join(', ') }],
  ])('is read %s', (_case, answer) => {
    expect(readLoginAnswer(answer)).toEqual(expected);
  });

  it('may leave the permissions out', () => {
    expect(readLoginAnswer({ access_token: 'IGAA' })).toEqual({ token: 'IGAA', permissions: [] });
  });

  it.each([[null], ['text'], [{}], [{ data: [] }], [{ access_token: '' }], [{ access_token: 7 }]])(
    '%j is none',
    (answer) => {
      expect(() => readLoginAnswer(answer)).toThrow('holds no token');
    },
  );
});
