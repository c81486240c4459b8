import type { AccountId, UserId } from '../../database/ids';

/** Which conversations a user may see. */
export interface View {
  userId: UserId;
  /** All accounts that the user may use. */
  accountIds: AccountId[];
  /** Those of them in which the user sees what is assigned to them, or to nobody, and nothing else. */
  assignedOnly: AccountId[];
}

/** Whether nothing has to be left out. */
export function seesAll({ assignedOnly }: View): boolean {
  return assignedOnly.length === 0;
}

/**
 * SQL that holds for the conversations that the user may see, of accounts that the user may use.
 * @param conversation alias of a row of `conversations`
 * @param placeholder takes a value of the statement and gives its placeholder
 * @returns null where nothing has to be left out
 */
export function visibleCondition(
  view: View,
  conversation: string,
  placeholder: (value: unknown) => string,
): string | null {
  if (seesAll(view)) return null;
  return (
    `(${conversation}.agent_id IS NULL OR ${conversation}.agent_id = ${placeholder(view.userId)}::uuid ` +
    `OR ${conversation}.account_id <> ALL(${placeholder(view.assignedOnly)}::uuid[]))`
  );
}

/** Whether the user may see a conversation of an account that the user may use, by whom it is assigned to. */
export function mayBeSeen(
  view: Pick<View, 'userId' | 'assignedOnly'>,
  conversation: { accountId: AccountId; agentId: UserId | null },
): boolean {
  const { accountId, agentId } = conversation;
  return agentId === null || agentId === view.userId || !view.assignedOnly.includes(accountId);
}
