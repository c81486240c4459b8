import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AccountId, AssetId } from '../../database/ids';
import type { NumberState } from './number-state';

/** A number as account webhooks name it: by its digits, within its WABA. */
export interface NamedNumber {
  accountId: AccountId;
  /** Our id of the WABA. */
  waba: AssetId;
  digits: string;
}

/** One that we have. */
export interface KnownNumber extends NamedNumber {
  id: AssetId;
  phoneNumberId: string;
  wabaId: string;
}

interface OfNumber {
  number: KnownNumber;
  occurredAt: Date;
}

export interface LimitChange extends OfNumber {
  /** As `TIER_1K`; null when the event tells none. */
  messagingLimit: string | null;
  throughputLevel: string | null;
  status: string | null;
}

export interface NameChange extends OfNumber {
  nameStatus: string;
  /** The new name, once it is approved. */
  displayName: string | null;
}

export interface UsernameChange extends OfNumber {
  username: string | null;
  status: string;
}

/** A number whose row took a webhook in. */
export interface TouchedNumber {
  accountId: AccountId;
  id: AssetId;
  before: NumberState;
  after: NumberState;
}

/** Builds a NumberState of a row called `n`. */
export const NUMBER_STATE = `jsonb_build_object(
  'status', n.status, 'qualityRating', n.quality_rating, 'messagingLimit', n.messaging_limit,
  'throughput', n.throughput_level, 'nameStatus', n.name_status, 'displayName', n.display_name,
  'username', n.username)`;

/** Applies webhooks about numbers, whatever order they arrived in: by Meta's time the newest stays. */
@Injectable()
export class NumberEventsRepository {
  /** @returns by `keyOf`; those that we do not have are missing */
  async find(tx: EntityManager, named: readonly NamedNumber[]): Promise<Map<string, KnownNumber>> {
    if (named.length === 0) return new Map();
    const rows: {
      account_id: AccountId;
      waba: AssetId;
      digits: string;
      id: AssetId;
      phone_number_id: string;
      waba_id: string;
    }[] = await tx.query(
      `SELECT DISTINCT ON (e.account_id, e.waba, e.digits) e.*, n.id, n.phone_number_id, w.waba_id
         FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS e (account_id, waba, digits)
         JOIN whatsapp_phone_numbers n ON n.account_id = e.account_id AND n.whatsapp_business_account_id = e.waba
          AND regexp_replace(n.phone_number, '\\D', '', 'g') = e.digits
         JOIN whatsapp_business_accounts w ON w.account_id = n.account_id AND w.id = n.whatsapp_business_account_id
        WHERE n.deleted_at IS NULL
        ORDER BY e.account_id, e.waba, e.digits, n.created_at DESC`,
      [
        named.map(({ accountId }) => accountId),
        named.map(({ waba }) => waba),
        named.map(({ digits }) => digits),
      ],
    );
    return new Map(
      rows.map((row) => {
        const number = {
          accountId: row.account_id,
          waba: row.waba,
          digits: row.digits,
          id: row.id,
          phoneNumberId: row.phone_number_id,
          wabaId: row.waba_id,
        };
        return [keyOf(number), number];
      }),
    );
  }

  async applyLimits(tx: EntityManager, changes: readonly LimitChange[]): Promise<TouchedNumber[]> {
    return this.apply(
      tx,
      changes.map((change) => ({
        ...rowOf(change),
        messaging_limit: change.messagingLimit,
        throughput_level: change.throughputLevel,
        status: change.status,
      })),
      'messaging_limit text, throughput_level text, status text',
      'messaging_limit_changed_at',
      `messaging_limit = coalesce(e.messaging_limit, n.messaging_limit),
       throughput_level = coalesce(e.throughput_level, n.throughput_level),
       status = coalesce(e.status, n.status),
       status_changed_at = CASE WHEN e.status IS NULL THEN n.status_changed_at
                                ELSE greatest(n.status_changed_at, e.occurred_at) END`,
    );
  }

  async applyNames(tx: EntityManager, changes: readonly NameChange[]): Promise<TouchedNumber[]> {
    return this.apply(
      tx,
      changes.map((change) => ({
        ...rowOf(change),
        name_status: change.nameStatus,
        display_name: change.displayName,
      })),
      'name_status text, display_name text',
      'name_changed_at',
      `name_status = e.name_status, display_name = coalesce(e.display_name, n.display_name),
       new_name_status = CASE WHEN n.new_display_name IS NULL THEN n.new_name_status ELSE e.name_status END`,
    );
  }

  async applyUsernames(tx: EntityManager, changes: readonly UsernameChange[]): Promise<TouchedNumber[]> {
    return this.apply(
      tx,
      changes.map((change) => ({
        ...rowOf(change),
        username: change.username,
        username_status: change.status,
      })),
      'username text, username_status text',
      'username_changed_at',
      'username = e.username, username_status = e.username_status',
    );
  }

  /** The PIN is another one from then on, whoever changed it. */
  async applyPinChanges(tx: EntityManager, changes: readonly OfNumber[]): Promise<void> {
    await this.apply(
      tx,
      changes.map(rowOf),
      'unused text',
      'pin_changed_at',
      'pin_changed_at = e.occurred_at',
    );
  }

  private async apply(
    tx: EntityManager,
    events: readonly Record<string, unknown>[],
    columns: string,
    changedAt: string,
    assignments: string,
  ): Promise<TouchedNumber[]> {
    if (events.length === 0) return [];
    const stamp = assignments.startsWith(changedAt) ? '' : `, ${changedAt} = e.occurred_at`;
    const [rows]: [
      { account_id: AccountId; id: AssetId; before: NumberState; after: NumberState }[],
      number,
    ] = await tx.query(
      `WITH matched AS MATERIALIZED (
         SELECT n.id AS row_id, ${NUMBER_STATE} AS before, e.*
           FROM jsonb_to_recordset($1::jsonb) AS e (account_id uuid, id uuid, occurred_at timestamptz, ${columns})
           JOIN whatsapp_phone_numbers n ON n.account_id = e.account_id AND n.id = e.id
          WHERE n.${changedAt} IS NULL OR n.${changedAt} <= e.occurred_at
          ORDER BY n.account_id, n.id
          FOR UPDATE OF n)
       UPDATE whatsapp_phone_numbers n SET ${assignments}${stamp}, updated_at = now()
         FROM matched e WHERE n.account_id = e.account_id AND n.id = e.row_id
       RETURNING n.account_id, n.id, e.before, ${NUMBER_STATE} AS after`,
      [JSON.stringify(events)],
    );
    return rows.map((row) => ({
      accountId: row.account_id,
      id: row.id,
      before: row.before,
      after: row.after,
    }));
  }
}

export function keyOf({ accountId, waba, digits }: NamedNumber): string {
  return `${accountId}:${waba}:${digits}`;
}

function rowOf({ number, occurredAt }: OfNumber): Record<string, unknown> {
  return { account_id: number.accountId, id: number.id, occurred_at: occurredAt.toISOString() };
}
