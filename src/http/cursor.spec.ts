import { decodeCursor, encodeCursor } from './cursor';

const pair = (position: unknown): [string, number] | undefined => {
  if (!Array.isArray(position)) return undefined;
  const [id, at]: unknown[] = position;
  return typeof id === 'string' && typeof at === 'number' ? [id, at] : undefined;
};

describe('cursors', () => {
  it('come back as they went', () => {
    const cursor = encodeCursor(['ü', 5]);
    expect(cursor).toMatch(/^[\w-]+$/);
    expect(decodeCursor('before', cursor, pair)).toEqual(['ü', 5]);
  });

  it.each(['', 'nonsense', '%%%', encodeCursor(['a']), encodeCursor({ a: 1 }), encodeCursor(null)])(
    'are refused on their field: %j',
    (cursor) => {
      expect(() => decodeCursor('after', cursor, pair)).toThrow('after must be a cursor');
    },
  );
});
