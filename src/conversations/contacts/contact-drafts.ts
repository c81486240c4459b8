import type { AccountId, ContactId } from '../../database/ids';
import { newId } from '../../database/ids';
import { type ContactFacts, factsToldAt, laterFacts, noFacts } from './contact-facts';
import type { ContactGroup } from './contact-merger';
import type { IdentityKind, Person } from '../conversation-types';
import { DisjointSets } from './disjoint-sets';

export interface PersonOfAccount {
  accountId: AccountId;
  person: Person;
  /** When the platform told it, by its own clock: of two names the later one stays. */
  at: Date;
}

/** A contact as a batch of events speaks of it. */
export interface Draft {
  accountId: AccountId;
  contactId: ContactId;
  isNew: boolean;
  facts: ContactFacts;
  /** Those that belong to nobody yet. */
  newIdentities: Set<string>;
}

/** Identities that one event, or a chain of them in the batch, gives to the same person. */
export function setsOf(people: readonly PersonOfAccount[]): DisjointSets {
  const sets = new DisjointSets();
  for (const entry of people) {
    const [first, ...others] = keysOf(entry);
    if (first !== undefined) sets.add(first);
    for (const other of others) if (first !== undefined) sets.unite(first, other);
  }
  return sets;
}

/** People of whom several contacts have a part. */
export function tornGroups(sets: DisjointSets, known: ReadonlyMap<string, ContactId>): ContactGroup[] {
  return [...sets.sets().values()].flatMap((keys): ContactGroup[] => {
    const contactIds = [...new Set(keys.flatMap((key) => known.get(key) ?? []))];
    const [accountId] = splitIdentityKey(keys[0] ?? '');
    return contactIds.length > 1 ? [{ accountId, contactIds }] : [];
  });
}

export function draftMaker(
  sets: DisjointSets,
  known: ReadonlyMap<string, ContactId>,
): (entry: PersonOfAccount) => Draft {
  const drafts = new Map<string, Draft>();
  const contactOf = new Map([...known].map(([key, contactId]) => [sets.rootOf(key), contactId]));
  return (entry) => {
    const keys = keysOf(entry);
    const root = keys[0] === undefined ? newId() : sets.rootOf(keys[0]);
    let draft = drafts.get(root);
    if (draft === undefined) {
      const contactId = contactOf.get(root);
      draft = {
        accountId: entry.accountId,
        contactId: contactId ?? newId<ContactId>(),
        isNew: contactId === undefined,
        facts: noFacts(),
        newIdentities: new Set(),
      };
      drafts.set(root, draft);
    }
    for (const key of keys) if (!known.has(key)) draft.newIdentities.add(key);
    draft.facts = laterFacts(draft.facts, factsToldAt(entry.at, entry.person));
    return draft;
  };
}

function keysOf({ accountId, person }: PersonOfAccount): string[] {
  return person.identities.map(({ kind, value }) => identityKey(accountId, kind, value));
}

export function identityKey(accountId: AccountId, kind: IdentityKind, value: string): string {
  return `${accountId} ${kind} ${value}`;
}

export function splitIdentityKey(key: string): [accountId: AccountId, kind: string, value: string] {
  const [accountId = '', kind = ''] = key.split(' ', 2);
  return [accountId as AccountId, kind, key.slice(accountId.length + kind.length + 2)];
}
