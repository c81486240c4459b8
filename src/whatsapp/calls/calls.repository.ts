import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { type DataSource, type EntityManager, LessThan, MoreThan } from 'typeorm';
import { type AccountId, type AssetId, isUuid } from '../../database/ids';
import { CallEntity, type CallProblem } from '../entities/call.entity';
import type { Recipient } from '../sending/recipient';

export interface NumberOfCalls {
  accountId: AccountId;
  /** Ours. */
  id: AssetId;
  /** Meta's. */
  phoneNumberId: string;
}

/** A call with the number that it goes to or comes from. */
export interface OwnedCall {
  call: CallEntity;
  number: NumberOfCalls;
}

export interface CallsFilter {
  limit: number;
  before: string | undefined;
  after: string | undefined;
  /** Only those that are not over. */
  isLive: boolean;
}

/** A call of ours, and the id that Meta turned out to have given it. */
export interface CallIdentity {
  accountId: AccountId;
  id: string;
  callId: string;
}

const IS_OWNED = `EXISTS (SELECT FROM assets a WHERE a.account_id = c.account_id
  AND a.id = c.phone_number_id AND a.released_at IS NULL)`;

@Injectable()
export class CallsRepository {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /** Newest first. */
  async page({ accountId, id }: NumberOfCalls, filter: CallsFilter): Promise<CallEntity[]> {
    const isForward = filter.before === undefined && filter.after !== undefined;
    const query = this.database.manager
      .createQueryBuilder(CallEntity, 'c')
      .where('c.account_id = :accountId AND c.phone_number_id = :id', { accountId, id })
      .orderBy('c.id', isForward ? 'ASC' : 'DESC')
      .limit(filter.limit);
    // One whose end was never told is not alive for ever.
    if (filter.isLive) query.andWhere(`c.state <> 'ended' AND c.created_at > now() - interval '1 day'`);
    if (filter.before !== undefined) query.andWhere({ id: LessThan(filter.before) });
    else if (filter.after !== undefined) query.andWhere({ id: MoreThan(filter.after) });
    const rows = await query.getMany();
    return isForward ? rows.reverse() : rows;
  }

  /** @param id ours, or Meta's */
  async find(accountIds: readonly AccountId[], id: string): Promise<OwnedCall | null> {
    if (accountIds.length === 0) return null;
    const call = await this.database.manager
      .createQueryBuilder(CallEntity, 'c')
      .where('c.account_id = ANY(:accountIds)', { accountIds })
      .andWhere(isUuid(id) ? 'c.id = :id' : 'c.call_id = :id', { id })
      .andWhere(IS_OWNED)
      .getOne();
    if (call === null) return null;
    const numbers = await this.numbersOf(this.database.manager, [
      { accountId: call.accountId, id: call.phoneNumberId },
    ]);
    const phoneNumberId = numbers.get(`${call.accountId}:${call.phoneNumberId}`);
    if (phoneNumberId === undefined) return null;
    return { call, number: { accountId: call.accountId, id: call.phoneNumberId, phoneNumberId } };
  }

  /** A call that is about to be made. What becomes of it is found out by its id, which goes with it to Meta and back. */
  async insert(
    tx: EntityManager,
    { accountId, id: numberId }: NumberOfCalls,
    { id, to, callbackData }: { id: string; to: Recipient; callbackData: string | null },
  ): Promise<void> {
    await tx.query(
      `INSERT INTO whatsapp_calls (account_id, id, phone_number_id, direction, wa_id, user_id, callback_data, state)
       VALUES ($1, $2, $3, 'BUSINESS_INITIATED', $4, $5, $6, 'starting')`,
      [
        accountId,
        id,
        numberId,
        to.kind === 'phone' ? to.digits : null,
        to.kind === 'bsuid' ? to.id : null,
        callbackData,
      ],
    );
  }

  /** Whether Meta made the call is not known; if it did, webhooks will tell. */
  async recordUnknown({ accountId, id }: CallEntity): Promise<void> {
    await this.database.query(
      `UPDATE whatsapp_calls SET state = 'unknown', updated_at = now()
        WHERE account_id = $1 AND id = $2 AND state = 'starting'`,
      [accountId, id],
    );
  }

  async recordRefused({ accountId, id }: CallEntity, error: CallProblem): Promise<void> {
    await this.database.query(
      `UPDATE whatsapp_calls
          SET state = 'ended', outcome = 'failed', error = $3::jsonb, ended_at = now(), updated_at = now()
        WHERE account_id = $1 AND id = $2 AND state = 'starting'`,
      [accountId, id, JSON.stringify(error)],
    );
  }

  /**
   * Gives calls of ours the id that Meta knows them by. Webhooks may have told of that id before it was known whose it
   * is: what they told is taken over.
   */
  async identify(tx: EntityManager, told: readonly CallIdentity[]): Promise<void> {
    if (told.length === 0) return;
    await this.claim(tx, told);
    const rows = JSON.stringify(
      told.map(({ accountId, id, callId }) => ({ account_id: accountId, id, call_id: callId })),
    );
    const twins: Record<string, unknown>[] = await tx.query(
      `WITH gone AS (
         DELETE FROM whatsapp_calls c
          USING jsonb_to_recordset($1::jsonb) AS e (account_id uuid, id uuid, call_id text),
                whatsapp_calls ours
          WHERE ours.account_id = e.account_id AND ours.id = e.id AND ours.call_id IS NULL
            AND c.account_id = e.account_id AND c.call_id = e.call_id AND c.id <> e.id
         RETURNING c.*, e.id AS ours_id)
       SELECT account_id, ours_id, wa_id, user_id, name, state, outcome, session, error, offered_at, ringing_at,
              accepted_at, rejected_at, ended_at, duration_seconds FROM gone`,
      [rows],
    );
    await tx.query(
      `UPDATE whatsapp_calls c SET
         call_id = e.call_id,
         state = coalesce(t.state, CASE WHEN c.state IN ('starting', 'unknown') THEN 'ringing' ELSE c.state END),
         outcome = t.outcome, error = t.error, session = t.session,
         wa_id = coalesce(t.wa_id, c.wa_id), user_id = coalesce(t.user_id, c.user_id), name = coalesce(t.name, c.name),
         offered_at = t.offered_at, ringing_at = t.ringing_at, accepted_at = t.accepted_at,
         rejected_at = t.rejected_at, ended_at = t.ended_at, duration_seconds = t.duration_seconds, updated_at = now()
        FROM jsonb_to_recordset($1::jsonb) AS e (account_id uuid, id uuid, call_id text)
        LEFT JOIN jsonb_to_recordset($2::jsonb) AS t (account_id uuid, ours_id uuid, wa_id text, user_id text,
          name text, state text, outcome text, session jsonb, error jsonb, offered_at timestamptz,
          ringing_at timestamptz, accepted_at timestamptz, rejected_at timestamptz, ended_at timestamptz,
          duration_seconds integer) ON t.account_id = e.account_id AND t.ours_id = e.id
       WHERE c.account_id = e.account_id AND c.id = e.id AND c.call_id IS NULL`,
      [rows, JSON.stringify(twins)],
    );
  }

  /** Until the end of the transaction nobody else makes a row of these ids, or gives one of them to a row. */
  async claim(
    tx: EntityManager,
    calls: readonly Pick<CallIdentity, 'accountId' | 'callId'>[],
  ): Promise<void> {
    await tx.query(
      `SELECT pg_advisory_xact_lock(hashtextextended(key, 0))
         FROM (SELECT DISTINCT key FROM unnest($1::text[]) AS e (key) ORDER BY key) AS keys`,
      [calls.map(({ accountId, callId }) => `whatsapp_calls:${accountId}:${callId}`)],
    );
  }

  /** Under lock. */
  async lock(tx: EntityManager, { accountId, id }: CallEntity): Promise<CallEntity | null> {
    return tx
      .createQueryBuilder(CallEntity, 'c')
      .where('c.account_id = :accountId AND c.id = :id', { accountId, id })
      .setLock('pessimistic_write')
      .getOne();
  }

  /** Under lock, always in the same order. @param callIds Meta's, of the account at the same place */
  async lockByMetaId(
    tx: EntityManager,
    accountIds: readonly AccountId[],
    callIds: readonly string[],
  ): Promise<CallEntity[]> {
    return tx
      .createQueryBuilder(CallEntity, 'c')
      .where('(c.account_id, c.call_id) IN (SELECT * FROM unnest(:accountIds::uuid[], :callIds::text[]))', {
        accountIds,
        callIds,
      })
      .orderBy('c.account_id')
      .addOrderBy('c.id')
      .setLock('pessimistic_write')
      .getMany();
  }

  async save(tx: EntityManager, calls: readonly CallEntity[]): Promise<void> {
    if (calls.length === 0) return;
    const rows = calls.map((call) => ({
      account_id: call.accountId,
      id: call.id,
      wa_id: call.waId,
      user_id: call.userId,
      name: call.name,
      state: call.state,
      outcome: call.outcome,
      session: call.session,
      error: call.error,
      offered_at: call.offeredAt,
      ringing_at: call.ringingAt,
      accepted_at: call.acceptedAt,
      rejected_at: call.rejectedAt,
      ended_at: call.endedAt,
      duration_seconds: call.durationSeconds,
    }));
    await tx.query(
      `UPDATE whatsapp_calls c SET
         wa_id = e.wa_id, user_id = e.user_id, name = e.name, state = e.state, outcome = e.outcome,
         session = e.session, error = e.error, offered_at = e.offered_at, ringing_at = e.ringing_at,
         accepted_at = e.accepted_at, rejected_at = e.rejected_at, ended_at = e.ended_at,
         duration_seconds = e.duration_seconds, updated_at = now()
        FROM jsonb_to_recordset($1::jsonb) AS e (
          account_id uuid, id uuid, wa_id text, user_id text, name text, state text, outcome text, session jsonb,
          error jsonb, offered_at timestamptz, ringing_at timestamptz, accepted_at timestamptz,
          rejected_at timestamptz, ended_at timestamptz, duration_seconds integer)
       WHERE c.account_id = e.account_id AND c.id = e.id`,
      [JSON.stringify(rows)],
    );
  }

  /** Meta's ids of numbers, by `account:id`; those that are not looked at yet are missing. */
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
