import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type AccountId, newId } from '../../database/ids';
import { Outbox } from '../../domain-events/outbox';
import { fingerprintOf } from '../../webhooks/event-fingerprint';
import {
  type RoutedEvent,
  type WebhookHandler,
  WebhookHandlerRegistry,
} from '../../webhooks/webhook-handler.registry';
import type { GroupParticipant, GroupProblem, GroupState } from '../entities/group.entity';
import { type OwnedEvent, ownedEvents } from '../newest-events';
import { type GroupFacts, afterGroupEvent } from './group-state';
import { GroupsRepository } from './groups.repository';

type GroupEvent = OwnedEvent<'whatsapp.group.updated'>;

interface GroupRow {
  account_id: AccountId;
  id: string;
  group_id: string | null;
  request_id: string | null;
  subject: string | null;
  description: string | null;
  join_approval_mode: string | null;
  invite_link: string | null;
  state: GroupState;
  is_suspended: boolean;
  error: GroupProblem | null;
  participants: GroupParticipant[];
  state_changed_at: Date | null;
  settings_changed_at: Date | null;
  suspension_changed_at: Date | null;
}

/** What becomes of groups, their participants and those who ask to join. */
@Injectable()
export class GroupEventHandler implements WebhookHandler<'whatsapp.group.updated'>, OnModuleInit {
  readonly kind = 'whatsapp.group.updated';

  constructor(
    private readonly registry: WebhookHandlerRegistry,
    private readonly groups: GroupsRepository,
    private readonly outbox: Outbox,
  ) {}

  onModuleInit(): void {
    this.registry.register(this);
  }

  async handle(events: readonly RoutedEvent<'whatsapp.group.updated'>[], tx: EntityManager): Promise<void> {
    const numbers = await this.groups.numbersOf(
      tx,
      ownedEvents(events).map(({ owner }) => ({ accountId: owner.accountId, id: owner.assetId })),
    );
    // A number that is not looked at yet has no row to hang a group on; the group is read with the list later.
    const owned = ownedEvents(events).filter((event) => numbers.has(numberKey(event)));
    if (owned.length === 0) return;
    await this.makeMissing(tx, owned);
    const byKey = byKeys(await this.lock(tx, owned));
    await this.mergeListed(tx, owned, byKey);
    const rowOf = (event: GroupEvent): GroupRow | undefined =>
      byKey.get(groupKey(event)) ?? byKey.get(requestKey(event));
    const changed = new Map<GroupRow, GroupFacts>();
    for (const event of owned) {
      const row = rowOf(event);
      if (row === undefined) continue;
      changed.set(row, afterGroupEvent(changed.get(row) ?? factsOf(row), event.payload, event.occurredAt));
    }
    await this.save(tx, changed);
    await this.saveJoinRequests(tx, owned, rowOf);
    await this.outbox.record(
      tx,
      owned.flatMap((event) => {
        const row = rowOf(event);
        if (row === undefined) return [];
        const payload = {
          id: row.id,
          groupId: event.payload.groupId,
          phoneNumberId: numbers.get(numberKey(event)) ?? '',
          type: event.payload.type,
        };
        return [
          {
            kind: 'whatsapp.group.updated' as const,
            accountId: event.owner.accountId,
            payload,
            fingerprint: fingerprintOf(event),
          },
        ];
      }),
    );
  }

  /** Groups that were made elsewhere, or whose request's answer is still on its way here. */
  private async makeMissing(tx: EntityManager, events: readonly GroupEvent[]): Promise<void> {
    const rows = events.map((event) => ({
      account_id: event.owner.accountId,
      id: newId(),
      phone_number_id: event.owner.assetId,
      group_id: event.payload.groupId,
      request_id: event.payload.type === 'group_create' ? (event.payload.requestId ?? null) : null,
    }));
    await tx.query(
      `WITH told AS (
         SELECT DISTINCT ON (account_id, group_id) * FROM jsonb_to_recordset($1::jsonb) AS e (
           account_id uuid, id uuid, phone_number_id uuid, group_id text, request_id text)
          ORDER BY account_id, group_id, request_id NULLS LAST)
       INSERT INTO whatsapp_groups (account_id, id, phone_number_id, group_id, request_id, state)
       SELECT account_id, id, phone_number_id, group_id, request_id, 'active' FROM told
        WHERE NOT EXISTS (SELECT FROM whatsapp_groups g WHERE g.account_id = told.account_id
                             AND (g.group_id = told.group_id OR g.request_id = told.request_id))
       ON CONFLICT DO NOTHING`,
      [JSON.stringify(rows)],
    );
  }

  /** Meta's list may have named a group before its creation was told: the row that our caller knows the id of stays. */
  private async mergeListed(
    tx: EntityManager,
    events: readonly GroupEvent[],
    byKey: Map<string, GroupRow>,
  ): Promise<void> {
    for (const event of events.filter(({ payload }) => payload.type === 'group_create')) {
      const [listed, requested] = [byKey.get(groupKey(event)), byKey.get(requestKey(event))];
      if (listed === undefined || requested === undefined || listed === requested) continue;
      await tx.query('DELETE FROM whatsapp_groups WHERE account_id = $1 AND id = $2', [
        listed.account_id,
        listed.id,
      ]);
      Object.assign(requested, { participants: listed.participants, group_id: listed.group_id });
      byKey.set(groupKey(event), requested);
    }
  }

  private async lock(tx: EntityManager, events: readonly GroupEvent[]): Promise<GroupRow[]> {
    return tx.query(
      `SELECT g.* FROM whatsapp_groups g
        WHERE (g.account_id, g.group_id) IN (SELECT * FROM unnest($1::uuid[], $2::text[]))
           OR (g.account_id, g.request_id) IN (SELECT * FROM unnest($1::uuid[], $3::text[]))
        ORDER BY g.account_id, g.id FOR UPDATE`,
      [
        events.map(({ owner }) => owner.accountId),
        events.map(({ payload }) => payload.groupId),
        events.map(({ payload }) => payload.requestId ?? null),
      ],
    );
  }

  private async save(tx: EntityManager, changed: ReadonlyMap<GroupRow, GroupFacts>): Promise<void> {
    const rows = [...changed].map(([{ account_id, id }, facts]) => ({
      account_id,
      id,
      group_id: facts.groupId,
      subject: facts.subject,
      description: facts.description,
      join_approval_mode: facts.joinApprovalMode,
      invite_link: facts.inviteLink,
      state: facts.state,
      is_suspended: facts.isSuspended,
      error: facts.error,
      participants: facts.participants,
      state_changed_at: facts.stateChangedAt,
      settings_changed_at: facts.settingsChangedAt,
      suspension_changed_at: facts.suspensionChangedAt,
    }));
    await tx.query(
      `UPDATE whatsapp_groups g SET
         group_id = e.group_id, subject = e.subject, description = e.description,
         join_approval_mode = e.join_approval_mode, invite_link = e.invite_link, state = e.state,
         is_suspended = e.is_suspended, error = e.error, participants = e.participants,
         state_changed_at = e.state_changed_at, settings_changed_at = e.settings_changed_at,
         suspension_changed_at = e.suspension_changed_at, updated_at = now()
        FROM jsonb_to_recordset($1::jsonb) AS e (
          account_id uuid, id uuid, group_id text, subject text, description text, join_approval_mode text,
          invite_link text, state text, is_suspended boolean, error jsonb, participants jsonb,
          state_changed_at timestamptz, settings_changed_at timestamptz, suspension_changed_at timestamptz)
       WHERE g.account_id = e.account_id AND g.id = e.id`,
      [JSON.stringify(rows)],
    );
  }

  /** Once revoked or decided, a request does not wait again. Somebody who has joined does not wait any more, either. */
  private async saveJoinRequests(
    tx: EntityManager,
    events: readonly GroupEvent[],
    rowOf: (event: GroupEvent) => GroupRow | undefined,
  ): Promise<void> {
    const rows = new Map<string, Record<string, unknown>>();
    for (const event of events) {
      const { joinRequestId, type, requester } = event.payload;
      const group = rowOf(event);
      if (joinRequestId === undefined || group === undefined) continue;
      const key = `${group.account_id}:${group.id}:${joinRequestId}`;
      if (rows.get(key)?.state === 'revoked') continue;
      rows.set(key, {
        account_id: group.account_id,
        group_id: group.id,
        join_request_id: joinRequestId,
        wa_id: requester?.waId ?? null,
        user_id: requester?.bsuid ?? null,
        username: requester?.username ?? null,
        state: type === 'group_join_request_revoked' ? 'revoked' : 'pending',
        requested_at: event.occurredAt.toISOString(),
      });
    }
    if (rows.size > 0) {
      await tx.query(
        `INSERT INTO whatsapp_group_join_requests AS r
           (account_id, group_id, join_request_id, wa_id, user_id, username, state, requested_at)
         SELECT * FROM jsonb_to_recordset($1::jsonb) AS e (
           account_id uuid, group_id uuid, join_request_id text, wa_id text, user_id text, username text, state text,
           requested_at timestamptz)
          ORDER BY account_id, group_id, join_request_id
         ON CONFLICT (account_id, group_id, join_request_id) DO UPDATE SET
           state = CASE WHEN r.state = 'pending' THEN excluded.state ELSE r.state END,
           decided_at = CASE WHEN r.state = 'pending' AND excluded.state = 'revoked' THEN now() ELSE r.decided_at END`,
        [JSON.stringify([...rows.values()])],
      );
    }
    await this.endRequestsOfJoined(tx, events, rowOf);
  }

  private async endRequestsOfJoined(
    tx: EntityManager,
    events: readonly GroupEvent[],
    rowOf: (event: GroupEvent) => GroupRow | undefined,
  ): Promise<void> {
    const joined = events.flatMap((event) => {
      const group = rowOf(event);
      if (group === undefined || event.payload.type !== 'group_participants_add') return [];
      return event.payload.added.map(({ waId, bsuid }) => ({
        account_id: group.account_id,
        group_id: group.id,
        wa_id: waId ?? null,
        user_id: bsuid ?? null,
        at: event.occurredAt.toISOString(),
      }));
    });
    if (joined.length === 0) return;
    await tx.query(
      `UPDATE whatsapp_group_join_requests r SET state = 'approved', decided_at = e.at
         FROM jsonb_to_recordset($1::jsonb) AS e (
           account_id uuid, group_id uuid, wa_id text, user_id text, at timestamptz)
        WHERE r.account_id = e.account_id AND r.group_id = e.group_id AND r.state = 'pending'
          AND r.requested_at <= e.at AND (r.wa_id = e.wa_id OR r.user_id = e.user_id)`,
      [JSON.stringify(joined)],
    );
  }
}

function byKeys(rows: readonly GroupRow[]): Map<string, GroupRow> {
  const found = new Map<string, GroupRow>();
  for (const row of rows) {
    if (row.group_id !== null) found.set(`${row.account_id}:group:${row.group_id}`, row);
    if (row.request_id !== null) found.set(`${row.account_id}:request:${row.request_id}`, row);
  }
  return found;
}

function numberKey({ owner }: GroupEvent): string {
  return `${owner.accountId}:${owner.assetId}`;
}

function groupKey({ owner, payload }: GroupEvent): string {
  return `${owner.accountId}:group:${payload.groupId}`;
}

function requestKey({ owner, payload }: GroupEvent): string {
  return `${owner.accountId}:request:${payload.requestId ?? ''}`;
}

function factsOf(row: GroupRow): GroupFacts {
  return {
    groupId: row.group_id,
    subject: row.subject,
    description: row.description,
    joinApprovalMode: row.join_approval_mode,
    inviteLink: row.invite_link,
    state: row.state,
    isSuspended: row.is_suspended,
    error: row.error,
    participants: row.participants,
    stateChangedAt: row.state_changed_at?.toISOString() ?? null,
    settingsChangedAt: row.settings_changed_at?.toISOString() ?? null,
    suspensionChangedAt: row.suspension_changed_at?.toISOString() ?? null,
  };
}
