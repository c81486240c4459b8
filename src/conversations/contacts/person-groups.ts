import { DisjointSets } from './disjoint-sets';

/** A decision that two contacts are one person; `id` sorts by its age. */
export interface Tie {
  id: string;
  contactId: string;
  mergedId: string;
}

/** Who stands for a person, by order of preference; the rest is decided by age. */
export interface HeadChoice {
  /** One of these before all others. */
  preferred?: ReadonlySet<string>;
  /** Those that stand for somebody at present. */
  heads: ReadonlySet<string>;
  /** Where nobody of the former is left. */
  otherwise?: ReadonlySet<string>;
}

export interface Grouping {
  /** Of each contact the one that stands for it, which may be itself. */
  headOf: Map<string, string>;
  /** Ties whose ends are one person by older ties already: they separate nobody when they end. */
  redundant: Tie[];
}

/**
 * The persons that contacts belong to by the ties between them. Ties never lead in a circle, so that each that is taken away
 * makes exactly two persons of one, whatever the order.
 */
export function groupContacts(
  contactIds: readonly string[],
  ties: readonly Tie[],
  choice: HeadChoice,
): Grouping {
  const sets = new DisjointSets();
  for (const id of contactIds) sets.add(id);
  const redundant: Tie[] = [];
  for (const tie of [...ties].sort((a, b) => (a.id < b.id ? -1 : 1))) {
    if (sets.rootOf(tie.contactId) === sets.rootOf(tie.mergedId)) redundant.push(tie);
    else sets.unite(tie.contactId, tie.mergedId);
  }
  const headOf = new Map<string, string>();
  for (const members of sets.sets().values()) {
    const head = headAmong(members, choice);
    for (const member of members) headOf.set(member, head);
  }
  return { headOf, redundant };
}

function headAmong(members: readonly string[], { preferred, heads, otherwise }: HeadChoice): string {
  const byAge = [...members].sort();
  const first = (wanted: ReadonlySet<string> | undefined): string | undefined =>
    wanted === undefined ? undefined : byAge.find((id) => wanted.has(id));
  return first(preferred) ?? first(heads) ?? first(otherwise) ?? byAge[0] ?? '';
}
