import type { WhatsAppGroupParticipant, WhatsAppGroupUpdated } from '../../webhooks/whatsapp-events';
import type { GroupParticipant, GroupProblem, GroupState } from '../entities/group.entity';
import { isRecord, textAt } from '../meta-values';
import type { GroupPerson } from './groups-api';

/** What webhooks change of a group. Instants are ISO 8601, by Meta's clock. */
export interface GroupFacts {
  groupId: string | null;
  subject: string | null;
  description: string | null;
  joinApprovalMode: string | null;
  inviteLink: string | null;
  state: GroupState;
  isSuspended: boolean;
  error: GroupProblem | null;
  participants: GroupParticipant[];
  stateChangedAt: string | null;
  settingsChangedAt: string | null;
  suspensionChangedAt: string | null;
}

/** Who left stays remembered, so that a late word of their joining does not bring them back. */
const MOST_GONE = 64;

/** The group after one event, in whatever order events come: of the same thing the later word counts. */
export function afterGroupEvent(facts: GroupFacts, event: WhatsAppGroupUpdated, at: Date): GroupFacts {
  const instant = at.toISOString();
  switch (event.type) {
    case 'group_create':
    case 'group_delete':
      return afterLifecycle(facts, event, instant);
    case 'group_participants_add':
      return withPeople(facts, event.added, 'joined', instant);
    case 'group_participants_remove':
      return withPeople(
        facts,
        event.removed,
        event.initiatedBy === 'participant' ? 'left' : 'removed',
        instant,
      );
    case 'group_settings_update':
      return afterSettings(facts, event, instant);
    case 'group_suspend':
    case 'group_suspend_cleared':
      if (isLater(facts.suspensionChangedAt, instant)) return facts;
      return { ...facts, isSuspended: event.type === 'group_suspend', suspensionChangedAt: instant };
    default:
      return facts;
  }
}

/** The whole list, as it was read from Meta: it is true for the instant of the reading. */
export function afterReading(
  participants: readonly GroupParticipant[],
  present: readonly GroupPerson[],
  readAt: Date,
): GroupParticipant[] {
  const at = readAt.toISOString();
  const known = [...participants];
  for (const person of present) put(known, { ...person, state: 'joined', at });
  return trimmed(
    known.map((participant) => {
      const isThere = present.some((person) => isSame(person, participant));
      const isOld = participant.state === 'joined' && participant.at < at;
      return !isThere && isOld ? { ...participant, state: 'left', at } : participant;
    }),
  );
}

function afterLifecycle(facts: GroupFacts, event: WhatsAppGroupUpdated, at: string): GroupFacts {
  const isCreation = event.type === 'group_create';
  const [problem] = event.errors;
  const error =
    problem === undefined ? null : { code: problem.code ?? null, message: problem.message ?? null };
  const named = {
    ...facts,
    groupId: facts.groupId ?? event.groupId,
    subject: facts.subject ?? event.subject ?? null,
    description: facts.description ?? event.description ?? null,
    joinApprovalMode: facts.joinApprovalMode ?? textAt(event.raw, 'join_approval_mode') ?? null,
    inviteLink: facts.inviteLink ?? textAt(event.raw, 'invite_link') ?? null,
  };
  // A creation that is told late does not bring a deleted group back.
  if (isLater(facts.stateChangedAt, at) || (isCreation && facts.state === 'deleted')) return named;
  const failed: GroupState = isCreation ? 'failed' : 'active';
  const done: GroupState = isCreation ? 'active' : 'deleted';
  const people = isCreation ? withPeople(named, event.added, 'joined', at) : named;
  return { ...people, state: error === null ? done : failed, error, stateChangedAt: at };
}

/** Each part says for itself whether it worked. */
function afterSettings(facts: GroupFacts, event: WhatsAppGroupUpdated, at: string): GroupFacts {
  if (isLater(facts.settingsChangedAt, at)) return facts;
  const changed = (name: string): string | undefined => {
    const part = isRecord(event.raw) ? event.raw[name] : undefined;
    if (!isRecord(part) || part.update_successful === false) return undefined;
    return textAt(part, 'text') ?? '';
  };
  const subject = changed('group_subject');
  const description = changed('group_description');
  const [problem] = event.errors;
  return {
    ...facts,
    subject: subject === undefined || subject === '' ? facts.subject : subject,
    description: description === undefined ? facts.description : description === '' ? null : description,
    error: problem === undefined ? null : { code: problem.code ?? null, message: problem.message ?? null },
    settingsChangedAt: at,
  };
}

function withPeople(
  facts: GroupFacts,
  people: readonly WhatsAppGroupParticipant[],
  state: GroupParticipant['state'],
  at: string,
): GroupFacts {
  const participants = [...facts.participants];
  for (const person of people) {
    const named = personOf(person);
    if (named.waId !== null || named.userId !== null) put(participants, { ...named, state, at });
  }
  return { ...facts, participants: trimmed(participants) };
}

/** A removal by the business names people only by what the request named them by. */
function personOf({ waId, bsuid, username, input }: WhatsAppGroupParticipant): GroupPerson {
  const digits = input === undefined ? '' : input.replace(/\D/g, '');
  const isNumber = input !== undefined && /^\+?[\d\s().-]+$/.test(input);
  return {
    waId: waId ?? (isNumber ? digits : null),
    userId: bsuid ?? (input !== undefined && !isNumber ? input : null),
    username: username ?? null,
  };
}

function put(participants: GroupParticipant[], newer: GroupParticipant): void {
  const index = participants.findIndex((known) => isSame(known, newer));
  const known = participants[index];
  if (known === undefined) {
    participants.push(newer);
    return;
  }
  const ids = {
    waId: newer.waId ?? known.waId,
    userId: newer.userId ?? known.userId,
    username: newer.username ?? known.username,
  };
  participants[index] = known.at > newer.at ? { ...known, ...ids } : { ...newer, ...ids };
}

function isSame(one: GroupPerson, other: GroupPerson): boolean {
  const byId = one.userId !== null && one.userId === other.userId;
  return byId || (one.waId !== null && one.waId === other.waId);
}

function trimmed(participants: GroupParticipant[]): GroupParticipant[] {
  const gone = participants
    .filter(({ state }) => state !== 'joined')
    .sort((a, b) => b.at.localeCompare(a.at));
  const dropped = new Set(gone.slice(MOST_GONE));
  return participants.filter((participant) => !dropped.has(participant));
}

/** Meta dates by the second, so that of equal instants the last that arrived counts. */
function isLater(known: string | null, at: string): boolean {
  return known !== null && known > at;
}
