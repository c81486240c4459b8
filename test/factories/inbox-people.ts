import { type Ids, type Trace, type Who, idsOf, pastOf, targetAt, waIdOf } from './inbox-events';
import { type ContactState, compare, timeAt } from './inbox-view';

/** Everybody whom one event names by several ids is one person, however many events it takes to see it. */
export function peopleOf(
  trace: Trace,
  isMine: (number: number) => boolean,
  known: ReadonlyMap<string, { identity: string }>,
): { contacts: ContactState[]; contactOf: (identity: string) => string } {
  const links: string[][] = [];
  const names: { identity: string; at: number; name: string }[] = [];
  const usernames: typeof names = [];
  const choices: { identity: string; at: number; isStop: boolean }[] = [];
  const meet = (number: number, ...identities: string[]): void => {
    if (isMine(number)) links.push(identities);
  };

  for (const { number, who, at, name, username } of trace.messages) {
    meet(number, ...identitiesOf(idsOf(who)));
    if (!isMine(number) || name === null) continue;
    names.push({ identity: identityOf(idsOf(who)), at, name });
    if (username !== null) usernames.push({ identity: identityOf(idsOf(who)), at, name: username });
  }
  for (const { number, who } of trace.echoes) meet(number, ...identitiesOf(idsOf(who)));
  // A thread of a history names no parent id. Who wrote a message is whoever wrote it by other accounts of it.
  for (const index of trace.past.keys()) {
    const { number, who, wamid } = pastOf(trace, index);
    const author = known.get(wamid)?.identity ?? [];
    meet(number, ...identitiesOf({ ...idsOf(who), parentBsuid: null }).concat(author));
  }
  for (const { number, customer } of trace.moves)
    meet(number, ...[0, 1].flatMap((era) => identitiesOf(idsOf(whoOf(customer, era, 'both')))));
  for (const { number, customer } of trace.orders)
    meet(number, `wa_id:${waIdOf(customer, 0)}`, `phone:${waIdOf(customer, 0)}`);
  for (const { number, who, value, at } of trace.choices) {
    meet(number, ...identitiesOf(idsOf(who)));
    if (isMine(number)) choices.push({ identity: identityOf(idsOf(who)), at, isStop: value === 'stop' });
  }
  for (const { target, naming, status, at, errorCode } of trace.statuses) {
    const { number, wamid, customer, era } = targetAt(trace, target, true);
    const identities = identitiesOf(idsOf(whoOf(customer, era, naming)));
    const message = known.get(wamid);
    // Of a message that nobody knows, it is not known either whose it is.
    if (status !== 'deleted' && message !== undefined) meet(number, message.identity, ...identities);
    if (status !== 'failed' || errorCode !== 131050) continue;
    meet(number, ...identities);
    if (isMine(number)) choices.push({ identity: identities[0] ?? '', at, isStop: true });
  }

  const people: Set<string>[] = [];
  for (const identities of links) {
    const merged = new Set(identities);
    for (const person of people.filter((other) => identities.some((identity) => other.has(identity)))) {
      for (const identity of person) merged.add(identity);
      people.splice(people.indexOf(person), 1);
    }
    people.push(merged);
  }
  const contacts = people.map((person): ContactState => {
    const mine = <T extends { identity: string }>(told: T[]): T[] =>
      told.filter(({ identity }) => person.has(identity));
    const name = latest(mine(names));
    const username = latest(mine(usernames));
    const choice = mine(choices).sort((a, b) => b.at - a.at || Number(b.isStop) - Number(a.isStop))[0];
    return {
      identities: [...person].sort(compare),
      name,
      profile: username === null ? {} : { username },
      optedOutAt: choice?.isStop === true ? timeAt(choice.at) : null,
      choiceAt: choice === undefined ? null : timeAt(choice.at),
    };
  });
  contacts.sort((a, b) => compare(a.identities[0] ?? '', b.identities[0] ?? ''));
  return {
    contacts,
    contactOf: (identity) =>
      contacts.find(({ identities }) => identities.includes(identity))?.identities[0] ?? 'nobody',
  };
}

function latest(told: { at: number; name: string }[]): string | null {
  return [...told].sort((a, b) => b.at - a.at || compare(b.name, a.name))[0]?.name ?? null;
}

function whoOf(customer: number, era: number, naming: Who['naming']): Who {
  return { customer, era: era === 0 ? 0 : 1, naming };
}

function identitiesOf({ waId, bsuid, parentBsuid }: Ids): string[] {
  return [
    ...(bsuid === null ? [] : [`bsuid:${bsuid}`]),
    ...(waId === null ? [] : [`wa_id:${waId}`]),
    ...(parentBsuid === null ? [] : [`parent_bsuid:${parentBsuid}`]),
  ];
}

export function identityOf(ids: Ids): string {
  return identitiesOf(ids)[0] ?? 'nobody';
}
