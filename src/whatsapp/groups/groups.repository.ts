import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { type DataSource, type EntityManager, LessThan, MoreThan } from 'typeorm';
import { type AccountId, type AssetId, isUuid, newId } from '../../database/ids';
import { GroupEntity, type GroupParticipant } from '../entities/group.entity';
import { afterReading } from './group-state';
import type { FoundGroup, FoundJoinRequest, GroupPerson } from './groups-api';

export interface NumberOfGroups {
  accountId: AccountId;
  /** Ours. */
  id: AssetId;
  /** Meta's. */
  phoneNumberId: string;
}

/** A group with the number that made it. */
export interface OwnedGroup {
  group: GroupEntity;
  number: NumberOfGroups;
}

export interface GroupsFilter {
  limit: number;
  before: string | undefined;
  after: string | undefined;
}

export interface StoredJoinRequest extends GroupPerson {
  joinRequestId: string;
  requestedAt: Date;
}

const IS_OWNED = `EXISTS (SELECT FROM assets a WHERE a.account_id = g.account_id
  AND a.id = g.phone_number_id AND a.released_at IS NULL)`;
const MOST_REQUESTS = 500;

@Injectable()
export class GroupsRepository {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  async now(): Promise<Date> {
    const [row]: { now: Date }[] = await this.database.query('SELECT clock_timestamp() AS now');
    return row?.now ?? new Date();
  }

  /** Newest first; deleted ones are left out. */
  async page({ accountId, id }: NumberOfGroups, filter: GroupsFilter): Promise<GroupEntity[]> {
    const isForward = filter.before === undefined && filter.after !== undefined;
    const query = this.database.manager
      .createQueryBuilder(GroupEntity, 'g')
      .where('g.account_id = :accountId AND g.phone_number_id = :id', { accountId, id })
      .andWhere(`g.state <> 'deleted'`)
      .orderBy('g.id', isForward ? 'ASC' : 'DESC')
      .limit(filter.limit);
    if (filter.before !== undefined) query.andWhere({ id: LessThan(filter.before) });
    else if (filter.after !== undefined) query.andWhere({ id: MoreThan(filter.after) });
    const rows = await query.getMany();
    return isForward ? rows.reverse() : rows;
  }

  async find(accountIds: readonly AccountId[], id: string): Promise<OwnedGroup | null> {
    if (accountIds.length === 0) return null;
    const group = await this.database.manager
      .createQueryBuilder(GroupEntity, 'g')
      .where('g.account_id = ANY(:accountIds)', { accountIds })
      .andWhere(isUuid(id) ? 'g.id = :id' : 'g.group_id = :id', { id })
      .andWhere(IS_OWNED)
      .getOne();
    if (group === null) return null;
    const [row]: { phone_number_id: string }[] = await this.database.query(
      'SELECT phone_number_id FROM whatsapp_phone_numbers WHERE account_id = $1 AND id = $2',
      [group.accountId, group.phoneNumberId],
    );
    if (row === undefined) return null;
    const { accountId, phoneNumberId: numberId } = group;
    return { group, number: { accountId, id: numberId, phoneNumberId: row.phone_number_id } };
  }

  /** Its webhook may have come before the answer to the request. */
  async recordRequested(
    { accountId, id }: NumberOfGroups,
    wish: { requestId: string; subject: string; description: string | null; joinApprovalMode: string },
  ): Promise<string> {
    const [row]: { id: string }[] = await this.database.query(
      `INSERT INTO whatsapp_groups AS g
         (account_id, id, phone_number_id, request_id, subject, description, join_approval_mode, state)
       VALUES ($1, $2, $3, $4, $5, $6, $7, 'creating')
       ON CONFLICT (account_id, request_id) DO UPDATE SET
         subject = coalesce(g.subject, excluded.subject), description = coalesce(g.description, excluded.description),
         join_approval_mode = coalesce(g.join_approval_mode, excluded.join_approval_mode), updated_at = now()
       RETURNING id`,
      [accountId, newId(), id, wish.requestId, wish.subject, wish.description, wish.joinApprovalMode],
    );
    return row?.id ?? '';
  }

  async recordDeleting({ accountId, id }: GroupEntity): Promise<void> {
    await this.database.query(
      `UPDATE whatsapp_groups SET state = 'deleting', updated_at = now()
        WHERE account_id = $1 AND id = $2 AND state <> 'deleted'`,
      [accountId, id],
    );
  }

  async recordInviteLink({ accountId, id }: GroupEntity, link: string): Promise<void> {
    await this.database.query(
      'UPDATE whatsapp_groups SET invite_link = $3, updated_at = now() WHERE account_id = $1 AND id = $2',
      [accountId, id, link],
    );
  }

  /** Groups of Meta's list; those that are known keep what the list does not tell. */
  async storeListed(
    { accountId, id }: NumberOfGroups,
    found: readonly FoundGroup[],
    readAt: Date,
  ): Promise<void> {
    if (found.length === 0) return;
    const rows = found.map(({ groupId, subject }) => ({ id: newId(), group_id: groupId, subject }));
    await this.database.query(
      `INSERT INTO whatsapp_groups AS g (account_id, id, phone_number_id, group_id, subject, state, state_changed_at)
       SELECT $1, id, $2, group_id, subject, 'active', $4
         FROM jsonb_to_recordset($3::jsonb) AS found (id uuid, group_id text, subject text) ORDER BY group_id
       ON CONFLICT (account_id, group_id) DO UPDATE SET
         phone_number_id = excluded.phone_number_id,
         subject = CASE WHEN g.settings_changed_at > $4 THEN g.subject ELSE coalesce(excluded.subject, g.subject) END,
         state = CASE WHEN g.state_changed_at > $4 OR g.state = 'deleting' THEN g.state ELSE 'active' END,
         updated_at = now()`,
      [accountId, id, JSON.stringify(rows), readAt],
    );
  }

  /** One group as Meta has it now. */
  async storeRead({ group }: OwnedGroup, found: FoundGroup, readAt: Date): Promise<void> {
    await this.database.transaction(async (tx) => {
      const [row]: { participants: GroupParticipant[] }[] = await tx.query(
        'SELECT participants FROM whatsapp_groups WHERE account_id = $1 AND id = $2 FOR UPDATE',
        [group.accountId, group.id],
      );
      const participants =
        found.participants === null
          ? (row?.participants ?? [])
          : afterReading(row?.participants ?? [], found.participants, readAt);
      await tx.query(
        `UPDATE whatsapp_groups SET
           subject = CASE WHEN settings_changed_at > $3 THEN subject ELSE coalesce($4, subject) END,
           description = CASE WHEN settings_changed_at > $3 THEN description ELSE $5 END,
           join_approval_mode = coalesce($6, join_approval_mode),
           is_suspended = CASE WHEN suspension_changed_at > $3 THEN is_suspended ELSE coalesce($7, is_suspended) END,
           participants = $8::jsonb, synced_at = $3, updated_at = now()
         WHERE account_id = $1 AND id = $2`,
        [
          group.accountId,
          group.id,
          readAt,
          found.subject,
          found.description,
          found.joinApprovalMode,
          found.isSuspended,
          JSON.stringify(participants),
        ],
      );
    });
  }

  /** Those that wait, oldest first. */
  async joinRequests({ accountId, id }: GroupEntity): Promise<StoredJoinRequest[]> {
    const rows: {
      join_request_id: string;
      wa_id: string | null;
      user_id: string | null;
      username: string | null;
      requested_at: Date;
    }[] = await this.database.query(
      `SELECT join_request_id, wa_id, user_id, username, requested_at FROM whatsapp_group_join_requests
        WHERE account_id = $1 AND group_id = $2 AND state = 'pending' ORDER BY requested_at LIMIT ${MOST_REQUESTS}`,
      [accountId, id],
    );
    return rows.map((row) => ({
      joinRequestId: row.join_request_id,
      waId: row.wa_id,
      userId: row.user_id,
      username: row.username,
      requestedAt: row.requested_at,
    }));
  }

  /** A complete list of Meta's: what is not on it waits no more. */
  async storeJoinRequests(
    { accountId, id }: GroupEntity,
    found: readonly FoundJoinRequest[],
    readAt: Date,
  ): Promise<void> {
    const rows = found.map((request) => ({
      join_request_id: request.joinRequestId,
      wa_id: request.waId,
      user_id: request.userId,
      username: request.username,
      requested_at: (request.requestedAt ?? readAt).toISOString(),
    }));
    await this.database.transaction(async (tx) => {
      await tx.query(
        `INSERT INTO whatsapp_group_join_requests AS r
           (account_id, group_id, join_request_id, wa_id, user_id, username, state, requested_at)
         SELECT $1, $2, join_request_id, wa_id, user_id, username, 'pending', requested_at
           FROM jsonb_to_recordset($3::jsonb) AS found (
             join_request_id text, wa_id text, user_id text, username text, requested_at timestamptz)
          ORDER BY join_request_id
         ON CONFLICT DO NOTHING`,
        [accountId, id, JSON.stringify(rows)],
      );
      await tx.query(
        `UPDATE whatsapp_group_join_requests SET state = 'revoked', decided_at = now()
          WHERE account_id = $1 AND group_id = $2 AND state = 'pending' AND requested_at < $4
            AND NOT join_request_id = ANY($3)`,
        [accountId, id, rows.map((row) => row.join_request_id), readAt],
      );
    });
  }

  async recordVerdict(
    { accountId, id }: GroupEntity,
    state: 'approved' | 'rejected',
    joinRequestIds: readonly string[],
  ): Promise<void> {
    await this.database.query(
      `UPDATE whatsapp_group_join_requests SET state = $3, decided_at = now()
        WHERE account_id = $1 AND group_id = $2 AND join_request_id = ANY($4)`,
      [accountId, id, state, joinRequestIds],
    );
  }

  /** Meta's ids of numbers. */
  async numbersOf(
    tx: EntityManager,
    ids: readonly { accountId: AccountId; id: AssetId }[],
  ): Promise<Map<string, string>> {
    const rows: { account_id: string; id: string; phone_number_id: string }[] = await tx.query(
      `SELECT n.account_id, n.id, n.phone_number_id
         FROM unnest($1::uuid[], $2::uuid[]) AS e (account_id, id)
         JOIN whatsapp_phone_numbers n ON n.account_id = e.account_id AND n.id = e.id`,
      [ids.map(({ accountId }) => accountId), ids.map(({ id }) => id)],
    );
    return new Map(rows.map((row) => [`${row.account_id}:${row.id}`, row.phone_number_id]));
  }
}
