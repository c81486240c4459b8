import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { AccountId, ContactId, ConversationId, MessageId, UserId } from '../../database/ids';
import { isUuid } from '../../database/ids';
import { AccountAccess } from '../../identity/account-access.service';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { contactsOfPerson } from '../contacts/person-sql';
import { type View, mayBeSeen, seesAll, visibleCondition } from './visible-conversations';

/**
 * The one place that says which conversations a user sees: those of the accounts that are the user's; in accounts where the
 * user sees what is assigned, only the user's own and nobody's. What belongs to a conversation is seen with it: messages,
 * files, notes. Whatever may not be seen is answered as if it were not there.
 */
@Injectable()
export class ConversationVisibility {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly access: AccountAccess,
  ) {}

  /** Over all accounts of the user. */
  async of({ id: userId }: Pick<AuthenticatedUser, 'id'>): Promise<View> {
    const memberships = await this.access.sightsOf(userId);
    return {
      userId,
      accountIds: memberships.map(({ accountId }) => accountId),
      assignedOnly: memberships.filter(({ sees }) => sees === 'assigned').map(({ accountId }) => accountId),
    };
  }

  /**
   * Within one account, or all of them where none is named.
   * @throws AccountNotFoundError when the account is not the user's
   */
  async within(user: AuthenticatedUser, accountId: string | undefined): Promise<View> {
    const view = await this.of(user);
    if (accountId === undefined) return view;
    const only = await this.access.require(user, accountId);
    return { ...view, accountIds: [only], assignedOnly: view.assignedOnly.filter((id) => id === only) };
  }

  /** @returns which of these conversations the user may see; of those that do not exist none */
  async visible(view: View, conversationIds: readonly string[]): Promise<Set<ConversationId>> {
    const ids = conversationIds.filter(isUuid);
    if (ids.length === 0 || view.accountIds.length === 0) return new Set();
    const rows: { id: ConversationId; account_id: AccountId; agent_id: UserId | null }[] =
      await this.database.query(
        'SELECT account_id, id, agent_id FROM conversations WHERE account_id = ANY($1) AND id = ANY($2)',
        [view.accountIds, ids],
      );
    return new Set(
      rows
        .filter((row) => mayBeSeen(view, { accountId: row.account_id, agentId: row.agent_id }))
        .map(({ id }) => id),
    );
  }

  /** Whether the user may see the conversation. */
  async isVisible(view: View, conversationId: string): Promise<boolean> {
    return (await this.visible(view, [conversationId])).size > 0;
  }

  /** Whether the user may see the conversation that a message of an account of the user belongs to. */
  async isMessageVisible(view: View, accountId: AccountId, messageId: MessageId): Promise<boolean> {
    if (!view.assignedOnly.includes(accountId)) return view.accountIds.includes(accountId);
    const rows: { agent_id: UserId | null }[] = await this.database.query(
      `SELECT v.agent_id FROM messages m
         JOIN conversations v ON v.account_id = m.account_id AND v.id = m.conversation_id
        WHERE m.account_id = $1 AND m.id = $2`,
      [accountId, messageId],
    );
    const [row] = rows;
    return row !== undefined && mayBeSeen(view, { accountId, agentId: row.agent_id });
  }

  /** Whether the user may see a person: one with whom there is a conversation that the user sees, or none at all. */
  async isContactVisible(view: View, accountId: AccountId, contactId: ContactId): Promise<boolean> {
    if (!view.assignedOnly.includes(accountId)) return view.accountIds.includes(accountId);
    const values: unknown[] = [accountId, contactId];
    const [row]: { visible: boolean }[] = await this.database.query(
      `SELECT ${visibleContactCondition(view, '$1::uuid', '$2::uuid', (value) => `$${values.push(value)}`) ?? 'true'} AS visible`,
      values,
    );
    return row?.visible === true;
  }
}

/**
 * SQL that holds for the people whom the user may see.
 * @param account SQL of the account's id
 * @param contact SQL of the id of any of the person's contacts
 * @returns null where nobody has to be left out
 */
export function visibleContactCondition(
  view: View,
  account: string,
  contact: string,
  placeholder: (value: unknown) => string,
): string | null {
  if (seesAll(view)) return null;
  const theirs = `SELECT FROM conversations v
    WHERE v.account_id = ${account} AND v.contact_id = ANY(${contactsOfPerson(account, contact)})`;
  return `(EXISTS (${theirs} AND ${visibleCondition(view, 'v', placeholder) ?? 'true'}) OR NOT EXISTS (${theirs}))`;
}
