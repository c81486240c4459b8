import { Injectable } from '@nestjs/common';
import { ValidationFailedError } from '../../errors/app.error';
import { explainGraphCode } from '../../graph-client/graph-error-codes';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { MetaTokenService } from '../../meta-auth/meta-token.service';
import { AccountScope, type NamedAssets } from '../account-scope';
import { AccountsService } from '../accounts/accounts.service';
import {
  BUSINESS_SCOPED_USER_ID,
  type Recipient,
  parsePhoneNumber,
  unlistedDigits,
} from '../sending/recipient';
import { type BlockOutcome, BlockedUsersApi, type MetaUser, inputOf } from './blocked-users-api';

export interface BlockedList {
  phoneNumberId: string;
  users: MetaUser[];
  /** Where the next page begins. */
  next: string | null;
}

export interface ChangedUser extends MetaUser {
  user: string;
}

export interface UnchangedUser {
  user: string;
  code: number | null;
  message: string;
  advice: string;
}

export interface BlockListChange {
  phoneNumberId: string;
  done: ChangedUser[];
  failed: UnchangedUser[];
}

/** Meta keeps the list; nothing of it is stored here. */
@Injectable()
export class BlockedUsersService {
  constructor(
    private readonly scope: AccountScope,
    private readonly accounts: AccountsService,
    private readonly tokens: MetaTokenService,
    private readonly api: BlockedUsersApi,
  ) {}

  async list(
    user: AuthenticatedUser,
    named: NamedAssets,
    page: { limit: number; after: string | undefined },
  ): Promise<BlockedList> {
    const accountId = await this.scope.resolve(user, named);
    const { number } = await this.accounts.chooseNumber(accountId, named);
    const { users, after } = await this.tokens.withToken(accountId, (token) =>
      this.api.list(token, number.phoneNumberId, page.limit, page.after),
    );
    return { phoneNumberId: number.phoneNumberId, users, next: after };
  }

  /**
   * @param users phone numbers or business-scoped user ids
   * @throws ValidationFailedError naming each that is neither, before Meta is asked
   */
  async change(
    user: AuthenticatedUser,
    named: NamedAssets,
    action: 'block' | 'unblock',
    users: readonly string[],
  ): Promise<BlockListChange> {
    const people = readPeople(users);
    const accountId = await this.scope.resolve(user, named);
    const { number } = await this.accounts.chooseNumber(accountId, named);
    const outcomes = await this.tokens.withToken(accountId, (token) =>
      this.api.change(token, number.phoneNumberId, action, [
        ...new Map(people.map(({ person }) => [inputOf(person), person])).values(),
      ]),
    );
    const change: BlockListChange = { phoneNumberId: number.phoneNumberId, done: [], failed: [] };
    for (const { asked, person } of people) {
      const outcome = outcomes.find((candidate) => isAbout(candidate, person));
      if (outcome?.failure === null) {
        change.done.push({ user: asked, waId: outcome.waId, userId: outcome.userId });
      } else change.failed.push({ user: asked, ...explain(outcome) });
    }
    return change;
  }
}

interface NamedPerson {
  asked: string;
  person: Recipient;
}

function readPeople(users: readonly string[]): NamedPerson[] {
  const people: NamedPerson[] = [];
  const problems = users.flatMap((asked, index) => {
    const person = readPerson(asked);
    if (person !== null) people.push({ asked, person });
    const message =
      'must be a phone number with its country code, such as +16505551234, or a business-scoped user id.';
    return person === null
      ? [{ path: `users.${index}`, rule: 'person', message: `users.${index} ${message}` }]
      : [];
  });
  if (problems.length > 0) throw new ValidationFailedError(problems);
  return people;
}

function readPerson(text: string): Recipient | null {
  const trimmed = text.trim();
  if (BUSINESS_SCOPED_USER_ID.test(trimmed)) return { kind: 'bsuid', id: trimmed };
  // People on a block list have written, so that WhatsApp's own form of their number is right, listed or not.
  const digits = parsePhoneNumber(trimmed) ?? (trimmed.startsWith('+') ? unlistedDigits(trimmed) : null);
  return digits === null ? null : { kind: 'phone', digits };
}

/** Meta repeats what it was given, in one form or another. */
function isAbout({ input, waId, userId }: BlockOutcome, person: Recipient): boolean {
  if (person.kind === 'bsuid') return input === person.id || userId === person.id;
  return input.replace(/\D/g, '') === person.digits || waId === person.digits;
}

const ADVICE: Readonly<Record<number, string>> = {
  130429: 'Too many at once or in a short time: wait a minute and send fewer.',
  131021: 'It is the number itself. Take it off the request.',
  131047:
    'Only people who wrote to this number in the last 24 hours can be blocked. Block them when they write again.',
  139101:
    'Meta did not take them: the list is full (64,000 people), or they did not write in the last 24 hours.',
  139102: 'The list was changed at the same time. Send the request again.',
  139103: 'Meta had trouble of its own. Send the request again.',
};

function explain(outcome: BlockOutcome | undefined): Omit<UnchangedUser, 'user'> {
  const failure = outcome?.failure ?? null;
  if (failure === null) {
    return {
      code: null,
      message: 'Meta did not say what became of this one.',
      advice: 'Read the list to see whether they are on it, and send the request again if need be.',
    };
  }
  const { code, message } = failure;
  const known = code === null ? null : explainGraphCode(code);
  return {
    code,
    message: message ?? known?.cause ?? 'Meta gave no reason.',
    advice:
      (code === null ? undefined : ADVICE[code]) ??
      known?.action ??
      known?.cause ??
      'Send the request again later.',
  };
}
