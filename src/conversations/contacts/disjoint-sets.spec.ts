import * as fc from 'fast-check';
import { DisjointSets } from './disjoint-sets';

const pairs = fc.array(fc.tuple(fc.nat(12), fc.nat(12)), { maxLength: 20 });

function setsOf(united: readonly (readonly [number, number])[]): string[][] {
  const sets = new DisjointSets();
  for (const [a, b] of united) sets.unite(String(a), String(b));
  return [...sets.sets().entries()].map(([root, members]) => [root, ...members.sort()]).sort();
}

describe('disjoint sets', () => {
  it('are the same in whatever order it becomes known what belongs together', () => {
    fc.assert(
      fc.property(pairs, fc.nat(), (united, turn) => {
        const middle = united.length === 0 ? 0 : turn % united.length;
        const other = [...united.slice(middle), ...united.slice(0, middle)].map(([a, b]) => [b, a] as const);
        expect(setsOf([...other, ...other])).toEqual(setsOf(united));
      }),
    );
  });

  it('hold together what a chain of pairs connects, and nothing else', () => {
    const sets = new DisjointSets();
    sets.add('z');
    for (const [a, b] of [
      ['a', 'b'],
      ['c', 'd'],
      ['d', 'b'],
    ])
      sets.unite(a!, b!);
    expect(sets.rootOf('d')).toBe('a');
    expect(sets.rootOf('z')).toBe('z');
    expect([...sets.sets().values()].map((members) => members.sort())).toEqual([['z'], ['a', 'b', 'c', 'd']]);
  });
});
