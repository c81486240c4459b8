import { parsePosition } from './page-position';

const id = '0199f3a2-7c1e-7b52-9d6b-3f1f8f4f2a10';

describe('a place in a list', () => {
  it.each([
    '2026-03-14T09:26:53.000Z',
    '2026-03-14T09:26:53.123456Z',
    '2024-02-29 09:26:53.1+00',
    '2026-03-14T09:26:53+05:30',
    '0001-01-01T00:00:00Z',
    '9999-12-31T23:59:59.999999Z',
  ])('is one at %s', (at) => {
    expect(parsePosition({ at, id })).toEqual({ at, id });
  });

  it.each([
    '+275760-09-13T00:00:00.000Z',
    '-000001-01-01T00:00:00Z',
    '0000-01-01T00:00:00Z',
    '2026-02-30T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-01-01T24:00:01Z',
    '2026-01-01T00:00:00+99:99',
    '2026-01-01T00:00:00',
    '1970',
    'order 7',
    '',
  ])('is none at %s, which PostgreSQL or nobody knows', (at) => {
    expect(parsePosition({ at, id })).toBeUndefined();
  });
});
