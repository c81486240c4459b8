import { createdAtOf, firstIdAt, isUuid, newId } from './ids';

describe('ids', () => {
  it('sort by the time of their making', () => {
    const before = firstIdAt(new Date(Date.now() - 1));
    const id = newId();
    const after = firstIdAt(new Date(Date.now() + 1_000));
    expect([after, id, before].sort()).toEqual([before, id, after]);
  });

  it('tell when they were made', () => {
    expect(createdAtOf(firstIdAt(new Date('2026-03-14T09:26:53.589Z')))).toEqual(
      new Date('2026-03-14T09:26:53.589Z'),
    );
  });

  it.each([-62_167_219_200_000, -1, 0, 8.64e15])('have a place among them for the instant %p', (ms) => {
    expect(isUuid(firstIdAt(new Date(ms)))).toBe(true);
  });

  it.each(['', 'x', '0199f3a2-7c1e-7b52-9d6b', "0199f3a2-7c1e-7b52-9d6b-3f1f8f4f2a10' OR 1=1"])(
    'are not to be confused with %p',
    (text) => {
      expect(isUuid(text)).toBe(false);
    },
  );
});
