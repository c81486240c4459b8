import * as fc from 'fast-check';
import { type Tie, groupContacts } from './person-groups';

const tie = (id: string, contactId: string, mergedId: string): Tie => ({ id, contactId, mergedId });

/** A history of merges, none of them in a circle, as they are made one after the other. */
const histories = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 7 }), fc.integer({ min: 0, max: 7 })), { maxLength: 20 })
  .map((pairs) => {
    const ties: Tie[] = [];
    for (const [index, [a, b]] of pairs.entries()) {
      const { headOf } = groupContacts(CONTACTS, ties, { heads: new Set() });
      const [contactId, mergedId] = [headOf.get(`c${a}`) ?? '', headOf.get(`c${b}`) ?? ''];
      if (contactId !== mergedId) ties.push(tie(`t${String(index).padStart(2, '0')}`, contactId, mergedId));
    }
    return ties;
  });
const CONTACTS = Array.from({ length: 8 }, (_, index) => `c${index}`);

const personsOf = (ties: readonly Tie[]): string => {
  const { headOf } = groupContacts(CONTACTS, ties, { heads: new Set() });
  const members = new Map<string, string[]>();
  for (const id of CONTACTS) {
    const head = headOf.get(id) ?? '';
    members.set(head, [...(members.get(head) ?? []), id]);
  }
  return JSON.stringify([...members.values()].sort());
};

describe('the persons that contacts are', () => {
  it('are told by the ties that are left, in whatever order they were made and taken away', () => {
    fc.assert(
      fc.property(histories, fc.array(fc.boolean(), { maxLength: 20 }), (ties, kept) => {
        const left = ties.filter((_, index) => kept[index] ?? true);
        expect(personsOf([...left].reverse())).toBe(personsOf(left));
        // One tie less is one person more: none was in vain.
        for (const gone of left) {
          const count = (of: readonly Tie[]): number => (JSON.parse(personsOf(of)) as unknown[]).length;
          expect(count(left.filter((each) => each !== gone))).toBe(count(left) + 1);
        }
        expect(groupContacts(CONTACTS, left, { heads: new Set() }).redundant).toEqual([]);
      }),
    );
  });

  it('keep who stands for them, unless that one was taken away', () => {
    const ties = [tie('1', 'b', 'a'), tie('2', 'b', 'c')];
    const of = (left: readonly Tie[]) =>
      Object.fromEntries(
        groupContacts(['a', 'b', 'c'], left, { heads: new Set(['b']), otherwise: new Set(['a', 'c']) })
          .headOf,
      );
    expect(of(ties)).toEqual({ a: 'b', b: 'b', c: 'b' });
    expect(of(ties.slice(0, 1))).toEqual({ a: 'b', b: 'b', c: 'c' });
    expect(of([])).toEqual({ a: 'a', b: 'b', c: 'c' });
  });

  it('are no longer told apart by a tie between two that are one by older ones', () => {
    const ties = [tie('1', 'a', 'b'), tie('2', 'b', 'c'), tie('3', 'c', 'a')];
    expect(groupContacts(['a', 'b', 'c'], ties, { heads: new Set(['a']) }).redundant).toEqual([ties[2]]);
  });
});
