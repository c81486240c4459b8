import type { EntityManager } from 'typeorm';
import type { AccountId, ConversationId, LabelId, UserId } from '../../database/ids';
import { ConflictError, ValidationFailedError } from '../../errors/app.error';
import { type ConversationPatch, type LockedConversation, isReopened } from './conversation-patch';

/** Of how many conversations a refusal speaks. */
const NAMED_AT_MOST = 10;

/** What may not be done with conversations. All of it is asked with their rows locked. */
export class ChangeRules {
  /** @throws ConflictError naming who has it */
  async refuseUnexpected(
    tx: EntityManager,
    rows: readonly LockedConversation[],
    { expectedAssigneeIds }: ConversationPatch,
  ): Promise<void> {
    if (expectedAssigneeIds === undefined) return;
    const others = rows.filter((row) => !expectedAssigneeIds.includes(row.agent_id));
    const [first] = others;
    if (first === undefined) return;
    const users: { id: UserId; name: string }[] = await tx.query(
      'SELECT id, name FROM users WHERE id = ANY($1)',
      [others.map((row) => row.agent_id)],
    );
    const assigneeOf = (row: LockedConversation): { id: UserId; name: string } | null =>
      users.find(({ id }) => id === row.agent_id) ?? null;
    const who = assigneeOf(first)?.name;
    throw new ConflictError(
      who === undefined
        ? 'Nobody has this conversation any more. Read it again and decide.'
        : `${who} has this conversation already. Read it again and decide.`,
      {
        conversationId: first.id,
        assignee: assigneeOf(first),
        conversations: others
          .slice(0, NAMED_AT_MOST)
          .map((row) => ({ conversationId: row.id, assignee: assigneeOf(row) })),
      },
    );
  }

  /**
   * An assignee has to be able to see the conversation and to answer. Keeps the membership from ending meanwhile.
   * @throws ValidationFailedError
   */
  async refuseStrangers(
    tx: EntityManager,
    rows: readonly LockedConversation[],
    { assigneeId }: ConversationPatch,
  ): Promise<void> {
    if (assigneeId === undefined || assigneeId === null) return;
    const accountIds = new Set(rows.map((row) => row.account_id));
    const found: { account_id: AccountId; role: string }[] = await tx.query(
      `SELECT m.account_id, u.role FROM account_members m JOIN users u ON u.id = m.user_id
        WHERE m.user_id = $1 AND m.account_id = ANY($2) AND u.deleted_at IS NULL
        ORDER BY m.account_id FOR KEY SHARE OF m`,
      [assigneeId, [...accountIds]],
    );
    if (found.length < accountIds.size)
      throw ValidationFailedError.of(
        'assigneeId',
        'memberOfAccount',
        'assigneeId must be a member of the account. Share the account with the user first: PUT /api/meta/auth/accounts/{id}/members/{userId}.',
      );
    if (found[0]?.role === 'viewer')
      throw ValidationFailedError.of(
        'assigneeId',
        'mayAnswer',
        'assigneeId must be an agent or an admin: a viewer cannot answer.',
      );
  }

  /** @throws ValidationFailedError */
  async refuseForeignLabels(
    tx: EntityManager,
    rows: readonly LockedConversation[],
    { labelIds, addedLabelIds }: ConversationPatch,
  ): Promise<void> {
    const wanted = new Set<LabelId>([...(labelIds ?? []), ...(addedLabelIds ?? [])]);
    if (wanted.size === 0) return;
    const accountIds = new Set(rows.map((row) => row.account_id));
    const found: unknown[] = await tx.query(
      'SELECT FROM labels WHERE account_id = ANY($1) AND id = ANY($2) FOR KEY SHARE',
      [[...accountIds], [...wanted]],
    );
    // A label is of one account: several accounts cannot have the same ones.
    if (found.length === wanted.size && accountIds.size === 1) return;
    const field = labelIds === undefined ? 'addLabelIds' : 'labelIds';
    throw ValidationFailedError.of(
      field,
      'labelOfAccount',
      `${field} must be labels of the account that the conversation is of: GET /api/meta/conversations/labels lists them.`,
    );
  }

  /**
   * There is one open conversation for each person and channel.
   * @throws ConflictError naming the one that is open
   */
  async refuseSecondOpen(
    tx: EntityManager,
    rows: readonly LockedConversation[],
    patch: ConversationPatch,
  ): Promise<void> {
    const reopened = rows.filter((row) => isReopened(row, patch));
    if (reopened.length === 0) return;
    const told = [
      reopened.map((row) => row.account_id),
      reopened.map((row) => row.asset_id),
      reopened.map((row) => row.contact_id),
      reopened.map((row) => row.group_id),
      reopened.map((row) => row.id),
    ];
    const others: { id: ConversationId; other_id: ConversationId }[] = await tx.query(
      `WITH told AS (
         SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::uuid[])
                         AS told (account_id, asset_id, contact_id, group_id, id))
       SELECT told.id, c.id AS other_id FROM told JOIN conversations c
           ON c.account_id = told.account_id AND c.asset_id = told.asset_id AND c.contact_id = told.contact_id
          AND c.status <> 'closed'
       UNION ALL
       SELECT told.id, c.id FROM told JOIN conversations c
           ON c.account_id = told.account_id AND c.asset_id = told.asset_id AND c.group_id = told.group_id
          AND c.status <> 'closed' AND c.group_id <> ''`,
      told,
    );
    const pairs = [...others, ...twins(reopened)];
    const [first] = pairs;
    if (first === undefined) return;
    throw new ConflictError(
      'Another conversation with the same person and channel is open: go on there, or close it first.',
      {
        conversationId: first.id,
        openConversationId: first.other_id,
        conversations: pairs
          .slice(0, NAMED_AT_MOST)
          .map((pair) => ({ conversationId: pair.id, openConversationId: pair.other_id })),
      },
    );
  }

  /**
   * A closed conversation stays with whoever had it. When it is opened again, somebody has to be able to answer.
   * @returns account and user, with a blank between them
   */
  async agentsGone(
    tx: EntityManager,
    rows: readonly LockedConversation[],
    patch: ConversationPatch,
  ): Promise<Set<string>> {
    const held = rows.filter((row) => isReopened(row, patch) && row.agent_id !== null);
    if (held.length === 0) return new Set();
    const there: { account_id: AccountId; user_id: UserId }[] = await tx.query(
      `SELECT m.account_id, m.user_id FROM account_members m JOIN users u ON u.id = m.user_id
        WHERE (m.account_id, m.user_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[])) AND u.deleted_at IS NULL`,
      [held.map((row) => row.account_id), held.map((row) => row.agent_id)],
    );
    const present = new Set(there.map((row) => `${row.account_id} ${row.user_id}`));
    return new Set(
      held.map((row) => `${row.account_id} ${row.agent_id ?? ''}`).filter((pair) => !present.has(pair)),
    );
  }
}

/** Closed ones with the same person and channel, which cannot be opened at once. */
function twins(rows: readonly LockedConversation[]): { id: ConversationId; other_id: ConversationId }[] {
  const first = new Map<string, ConversationId>();
  return rows.flatMap((row) => {
    if (row.contact_id === null && row.group_id === '') return [];
    const key = `${row.account_id} ${row.asset_id} ${row.contact_id ?? ''} ${row.group_id}`;
    const other = first.get(key);
    if (other !== undefined) return [{ id: row.id, other_id: other }];
    first.set(key, row.id);
    return [];
  });
}
