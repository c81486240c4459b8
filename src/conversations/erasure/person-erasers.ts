import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AccountId, ContactId, ConversationId, MessageId } from '../../database/ids';
import type { PersonIdentity } from '../conversation-types';

/** By what to find what somebody left. */
export interface PersonTraces {
  accountId: AccountId;
  contactIds: readonly ContactId[];
  /** What the platforms knew the person by. */
  identities: readonly PersonIdentity[];
}

/**
 * What a module removes of a person, beside what is removed anyway: messages with their statuses, files and sends,
 * conversations with notes and labels, contacts. Everything is done in the transaction given, may be done again after a
 * crash, and takes at most some hundreds of rows at once.
 */
export interface PersonEraser {
  /** For the counts and the log. */
  readonly name: string;
  /** Of messages that are about to be removed. */
  eraseMessages?(tx: EntityManager, accountId: AccountId, messageIds: readonly MessageId[]): Promise<void>;
  /** Of conversations that are about to be removed; their messages are gone. */
  eraseConversations?(
    tx: EntityManager,
    accountId: AccountId,
    conversationIds: readonly ConversationId[],
  ): Promise<void>;
  /**
   * Whatever else there is, a part of it.
   * @returns how much; it is called again until that is 0
   */
  erasePerson?(tx: EntityManager, person: PersonTraces): Promise<number>;
}

/** Each module registers what it knows of people. */
@Injectable()
export class PersonErasers {
  private readonly erasers: PersonEraser[] = [];

  /** Called from a module's `onModuleInit`. */
  register(eraser: PersonEraser): void {
    this.erasers.push(eraser);
  }

  all(): readonly PersonEraser[] {
    return this.erasers;
  }
}

/** Values of the identities of these kinds. */
export function valuesOf(
  { identities }: Pick<PersonTraces, 'identities'>,
  ...kinds: readonly PersonIdentity['kind'][]
): string[] {
  return identities.filter(({ kind }) => kinds.includes(kind)).map(({ value }) => value);
}
