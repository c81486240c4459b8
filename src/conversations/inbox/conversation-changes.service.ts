import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { type DataSource, type EntityManager, QueryFailedError } from 'typeorm';
import type { ConversationId, UserId } from '../../database/ids';
import { LostRaceError, repeatLostRaces } from '../../database/lost-race';
import { Outbox } from '../../domain-events/outbox';
import { ConflictError, NotFoundError } from '../../errors/app.error';
import { type ConversationKey, NO_SUCH_CONVERSATION } from '../conversations.service';
import { type View, mayBeSeen } from '../visibility/visible-conversations';
import { recordActivities } from './conversation-activity';
import { ChangeRules } from './conversation-change-rules';
import {
  type ConversationPatch,
  type LockedConversation,
  type PlannedChange,
  activitiesOf,
  changedFields,
  eventsOf,
  planChange,
} from './conversation-patch';

/** Changes conversations for a user: all of those named, in one transaction, with what is written down and told of it. */
@Injectable()
export class ConversationChanges {
  private readonly rules = new ChangeRules();

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly outbox: Outbox,
  ) {}

  /**
   * All of it or nothing. What is so already is not changed, and told to nobody.
   * @param ids at most some hundreds
   * @returns those of the conversations, in the order given
   * @throws NotFoundError when the user may not see one of them
   * @throws ConflictError when one is assigned to somebody else than expected, or cannot be reopened
   * @throws ValidationFailedError for an assignee or label that its account does not have
   */
  async apply(
    view: View,
    ids: readonly ConversationId[],
    patch: ConversationPatch,
  ): Promise<ConversationKey[]> {
    return repeatLostRaces(() =>
      this.database
        .transaction((tx) => this.applyIn(tx, view, [...new Set(ids)], patch))
        .catch((error: unknown) => {
          // Another one was opened between the look and the change: the next look finds it.
          throw isTaken(error) ? new LostRaceError('Another conversation was opened meanwhile.') : error;
        }),
    );
  }

  /** The same within a transaction of somebody else's, who tries again where a unique index says that another one was faster. */
  async applyIn(
    tx: EntityManager,
    view: View,
    ids: readonly ConversationId[],
    patch: ConversationPatch,
  ): Promise<ConversationKey[]> {
    const rows = await this.lock(tx, view, ids);
    await this.rules.refuseUnexpected(tx, rows, patch);
    await this.rules.refuseStrangers(tx, rows, patch);
    await this.rules.refuseForeignLabels(tx, rows, patch);
    await this.rules.refuseSecondOpen(tx, rows, patch);
    const gone = await this.rules.agentsGone(tx, rows, patch);
    const changes = rows
      .map((row) => planChange(row, patch, gone))
      .filter((change) => changedFields(change).length > 0);
    if (changes.length > 0) await this.write(tx, changes, view.userId);
    const byId = new Map(rows.map((row) => [row.id, row.account_id]));
    return ids.flatMap((id) => {
      const accountId = byId.get(id);
      return accountId === undefined ? [] : [{ accountId, id }];
    });
  }

  private async lock(
    tx: EntityManager,
    view: View,
    ids: readonly ConversationId[],
  ): Promise<LockedConversation[]> {
    const rows: Omit<LockedConversation, 'label_ids'>[] = await tx.query(
      `SELECT account_id, id, asset_id, contact_id, group_id, status, snoozed_until, agent_id, priority
         FROM conversations WHERE account_id = ANY($1) AND id = ANY($2)
        ORDER BY account_id, id FOR NO KEY UPDATE`,
      [view.accountIds, ids],
    );
    const visible = rows.filter((row) =>
      mayBeSeen(view, { accountId: row.account_id, agentId: row.agent_id }),
    );
    if (visible.length < ids.length) {
      const found = new Set(visible.map(({ id }) => id));
      throw new NotFoundError(NO_SUCH_CONVERSATION, { ids: ids.filter((id) => !found.has(id)) });
    }
    // After the lock: whoever changed the labels before has done so.
    const given: { conversation_id: ConversationId; label_ids: LockedConversation['label_ids'] }[] =
      await tx.query(
        `SELECT conversation_id, array_agg(label_id ORDER BY label_id) AS label_ids FROM conversation_labels
          WHERE (account_id, conversation_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))
          GROUP BY conversation_id`,
        [visible.map((row) => row.account_id), visible.map(({ id }) => id)],
      );
    const labels = new Map(given.map((row) => [row.conversation_id, row.label_ids]));
    return visible.map((row) => ({ ...row, label_ids: labels.get(row.id) ?? [] }));
  }

  private async write(tx: EntityManager, changes: readonly PlannedChange[], userId: UserId): Promise<void> {
    await tx.query(
      `UPDATE conversations c
          SET status = told.status, snoozed_until = told.snoozed_until, agent_id = told.agent_id, priority = told.priority,
              closed_at = CASE WHEN told.status <> 'closed' THEN NULL WHEN c.status = 'closed' THEN c.closed_at
                               ELSE now() END,
              updated_at = now()
         FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[], $5::uuid[], $6::text[])
                AS told (account_id, id, status, snoozed_until, agent_id, priority)
        WHERE c.account_id = told.account_id AND c.id = told.id`,
      [
        changes.map(({ row }) => row.account_id),
        changes.map(({ row }) => row.id),
        changes.map(({ status }) => status),
        changes.map(({ snoozedUntil }) => snoozedUntil),
        changes.map(({ agentId }) => agentId),
        changes.map(({ priority }) => priority),
      ],
    );
    await this.writeLabels(tx, changes);
    await recordActivities(
      tx,
      changes.flatMap((change) => activitiesOf(change, userId)),
    );
    await this.outbox.record(
      tx,
      changes.flatMap((change) => eventsOf(change, userId)),
    );
  }

  private async writeLabels(tx: EntityManager, changes: readonly PlannedChange[]): Promise<void> {
    const columns = (of: 'addedLabelIds' | 'removedLabelIds'): string[][] => {
      const pairs = changes.flatMap((change) => change[of].map((id) => ({ row: change.row, id })));
      return [
        pairs.map(({ row }) => row.account_id),
        pairs.map(({ row }) => row.id),
        pairs.map(({ id }) => id),
      ];
    };
    const [added, removed] = [columns('addedLabelIds'), columns('removedLabelIds')];
    if (added[0]?.length !== 0)
      await tx.query(
        `INSERT INTO conversation_labels (account_id, conversation_id, label_id)
         SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) ON CONFLICT DO NOTHING`,
        added,
      );
    if (removed[0]?.length !== 0)
      await tx.query(
        `DELETE FROM conversation_labels WHERE (account_id, conversation_id, label_id) IN
           (SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]))`,
        removed,
      );
  }
}

function isTaken(error: unknown): boolean {
  if (error instanceof ConflictError || !(error instanceof QueryFailedError)) return false;
  const cause: unknown = error.driverError;
  return (
    typeof cause === 'object' &&
    cause !== null &&
    'code' in cause &&
    cause.code === '23505' &&
    'constraint' in cause &&
    typeof cause.constraint === 'string' &&
    cause.constraint.startsWith('conversations_open_with')
  );
}
