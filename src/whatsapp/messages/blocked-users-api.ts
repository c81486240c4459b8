import { Injectable } from '@nestjs/common';
import { GraphClient } from '../../graph-client/graph-client';
import { GraphUnreadableAnswerError } from '../../graph-client/graph.error';
import { isRecord, textAt } from '../meta-values';
import { type Recipient, recipientFields } from '../sending/recipient';

/** Whom Meta means, by its own ids; either may be missing. */
export interface MetaUser {
  waId: string | null;
  userId: string | null;
}

/** What Meta says of one person that it was asked to block or unblock. */
export interface BlockOutcome extends MetaUser {
  /** As it was sent. */
  input: string;
  /** null: done. */
  failure: { code: number | null; message: string | null } | null;
}

export interface BlockedPage {
  users: MetaUser[];
  /** Where the next page begins. */
  after: string | null;
}

/** A person waits for the answer: rather an error now than a list later. */
const INTERACTIVE_MS = 3_000;

/** The list of people whose messages a number does not take. */
@Injectable()
export class BlockedUsersApi {
  constructor(private readonly graph: GraphClient) {}

  async list(token: string, phoneNumberId: string, limit: number, after?: string): Promise<BlockedPage> {
    const body = await this.graph.callUnknown({
      method: 'GET',
      path: pathOf(phoneNumberId),
      token,
      query: { limit, after },
      timeoutMs: INTERACTIVE_MS,
    });
    const data: unknown = isRecord(body) ? body.data : undefined;
    if (!isRecord(body) || !Array.isArray(data)) throw unreadable();
    const paging = isRecord(body.paging) ? body.paging : {};
    const next = paging.next === undefined ? undefined : textAt(paging.cursors, 'after');
    return { users: data.flatMap(usersIn), after: next ?? null };
  }

  /**
   * Both may be done twice. Where only some could be blocked Meta answers with an error, and beside it with what became of
   * each.
   */
  async change(
    token: string,
    phoneNumberId: string,
    action: 'block' | 'unblock',
    people: readonly Recipient[],
  ): Promise<BlockOutcome[]> {
    const body = await this.graph.callUnknown({
      method: action === 'block' ? 'POST' : 'DELETE',
      path: pathOf(phoneNumberId),
      token,
      body: { messaging_product: 'whatsapp', block_users: people.map(asUser) },
      retry: 'safe',
      timeoutMs: 2 * INTERACTIVE_MS,
      toldDespiteError: tellsOfEach,
    });
    const told: unknown = isRecord(body) ? body.block_users : undefined;
    if (!isRecord(told)) throw unreadable();
    // Meta's own page has `added_users` for what was taken off the list, too.
    const done = [...listAt(told, 'added_users'), ...listAt(told, 'removed_users')];
    return [
      ...done.map((user) => ({ ...outcomeOf(user), failure: null })),
      ...listAt(told, 'failed_users').map((user) => ({ ...outcomeOf(user), failure: failureOf(user) })),
    ];
  }
}

/** What a number or id is called in `input` of the answer. */
export function inputOf(person: Recipient): string {
  return person.kind === 'phone' ? `+${person.digits}` : person.id;
}

function asUser(person: Recipient): Record<string, string> {
  const { to, recipient } = recipientFields(person);
  return to === undefined ? { user_id: recipient ?? '' } : { user: to };
}

const pathOf = (phoneNumberId: string): string => `/${encodeURIComponent(phoneNumberId)}/block_users`;

function tellsOfEach(body: unknown): boolean {
  const told = isRecord(body) ? body.block_users : undefined;
  return isRecord(told) && listAt(told, 'failed_users').length > 0;
}

function listAt(value: Record<string, unknown>, key: string): Record<string, unknown>[] {
  const list = value[key];
  return Array.isArray(list) ? list.filter(isRecord) : [];
}

const idsOf = (user: unknown): MetaUser => ({
  waId: textAt(user, 'wa_id') ?? null,
  userId: textAt(user, 'user_id') ?? null,
});

const outcomeOf = (user: Record<string, unknown>) => ({ ...idsOf(user), input: textAt(user, 'input') ?? '' });

function failureOf(user: Record<string, unknown>): { code: number | null; message: string | null } {
  const [error] = listAt(user, 'errors');
  const code = Number(error?.code);
  const details = isRecord(error?.error_data) ? textAt(error.error_data, 'details') : undefined;
  return {
    code: Number.isSafeInteger(code) ? code : null,
    message: details ?? textAt(error, 'message') ?? null,
  };
}

/** One entry is a person, or, as Meta's page has it, a list of people under `block_users`. */
function usersIn(entry: unknown): MetaUser[] {
  const inner = isRecord(entry) ? entry.block_users : undefined;
  const people: unknown[] = Array.isArray(inner) ? inner : [entry];
  return people.map(idsOf).filter(({ waId, userId }) => waId !== null || userId !== null);
}

function unreadable(): GraphUnreadableAnswerError {
  return new GraphUnreadableAnswerError('Meta answered something that is no block list.', 200);
}
