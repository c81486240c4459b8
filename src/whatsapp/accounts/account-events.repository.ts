import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AccountId, AssetId } from '../../database/ids';

/** Which number a webhook about it means: Meta names it by its digits only. */
interface NumberKey {
  accountId: AccountId;
  /** Our id of the WABA. */
  waba: AssetId;
  digits: string;
  occurredAt: Date;
}

export interface LimitChange extends NumberKey {
  /** As `TIER_1K`; null when the event tells none. */
  messagingLimit: string | null;
  throughputLevel: string | null;
  status: string | null;
}

export interface NameChange extends NumberKey {
  nameStatus: string;
  /** The new name, once it is approved. */
  displayName: string | null;
}

export interface AccountStatusChange {
  accountId: AccountId;
  waba: AssetId;
  occurredAt: Date;
  /** null leaves it as it is. */
  status: string | null;
  /** Meta has cut the app off: nothing of this WABA is delivered any more. */
  endsSubscription: boolean;
}

export interface CapabilityChange {
  accountId: AccountId;
  waba: AssetId;
  messagingLimit: string;
}

export interface TouchedNumber {
  accountId: AccountId;
  phoneNumberId: string;
}

interface NumberRow {
  account_id: AccountId;
  phone_number_id: string;
}

/** Applies a batch of webhooks about WABAs and numbers, whatever order they arrived in. */
@Injectable()
export class AccountEventsRepository {
  /** @returns the numbers that changed */
  async applyLimits(tx: EntityManager, changes: readonly LimitChange[]): Promise<TouchedNumber[]> {
    return this.applyToNumbers(
      tx,
      changes.map((change) => ({
        ...keyOf(change),
        messaging_limit: change.messagingLimit,
        throughput_level: change.throughputLevel,
        status: change.status,
      })),
      'messaging_limit text, throughput_level text, status text',
      'messaging_limit_changed_at',
      `messaging_limit = coalesce(e.messaging_limit, n.messaging_limit),
       throughput_level = coalesce(e.throughput_level, n.throughput_level),
       status = coalesce(e.status, n.status)`,
      `n.messaging_limit IS DISTINCT FROM coalesce(e.messaging_limit, n.messaging_limit)
         OR n.throughput_level IS DISTINCT FROM coalesce(e.throughput_level, n.throughput_level)
         OR n.status IS DISTINCT FROM coalesce(e.status, n.status)`,
    );
  }

  /** @returns the numbers that changed */
  async applyNames(tx: EntityManager, changes: readonly NameChange[]): Promise<TouchedNumber[]> {
    return this.applyToNumbers(
      tx,
      changes.map((change) => ({
        ...keyOf(change),
        name_status: change.nameStatus,
        display_name: change.displayName,
      })),
      'name_status text, display_name text',
      'name_changed_at',
      'name_status = e.name_status, display_name = coalesce(e.display_name, n.display_name)',
      `n.name_status IS DISTINCT FROM e.name_status
         OR n.display_name IS DISTINCT FROM coalesce(e.display_name, n.display_name)`,
    );
  }

  async applyStatuses(tx: EntityManager, changes: readonly AccountStatusChange[]): Promise<void> {
    if (changes.length === 0) return;
    const events = changes.map((change) => ({
      account_id: change.accountId,
      id: change.waba,
      occurred_at: change.occurredAt.toISOString(),
      status: change.status,
      ends_subscription: change.endsSubscription,
    }));
    await tx.query(
      `UPDATE whatsapp_business_accounts w
          SET status = coalesce(e.status, w.status),
              subscribed_at = CASE WHEN NOT e.ends_subscription THEN w.subscribed_at END,
              status_changed_at = e.occurred_at, updated_at = now()
         FROM jsonb_to_recordset($1::jsonb) AS e (
           account_id uuid, id uuid, occurred_at timestamptz, status text, ends_subscription boolean)
        WHERE w.account_id = e.account_id AND w.id = e.id
          AND (w.status_changed_at IS NULL OR w.status_changed_at <= e.occurred_at)`,
      [JSON.stringify(events)],
    );
  }

  async applyCapabilities(tx: EntityManager, changes: readonly CapabilityChange[]): Promise<void> {
    if (changes.length === 0) return;
    await tx.query(
      `UPDATE whatsapp_business_accounts w SET messaging_limit = e.messaging_limit, updated_at = now()
         FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS e (account_id, id, messaging_limit)
        WHERE w.account_id = e.account_id AND w.id = e.id AND w.messaging_limit IS DISTINCT FROM e.messaging_limit`,
      [
        changes.map(({ accountId }) => accountId),
        changes.map(({ waba }) => waba),
        changes.map(({ messagingLimit }) => messagingLimit),
      ],
    );
  }

  private async applyToNumbers(
    tx: EntityManager,
    events: readonly Record<string, unknown>[],
    columns: string,
    changedAt: string,
    assignments: string,
    difference: string,
  ): Promise<TouchedNumber[]> {
    if (events.length === 0) return [];
    const rows: NumberRow[] = await tx.query(
      `WITH matched AS MATERIALIZED (
         SELECT n.id AS row_id, e.*, (${difference}) AS differs
           FROM jsonb_to_recordset($1::jsonb) AS e (
             account_id uuid, waba_id uuid, digits text, occurred_at timestamptz, ${columns})
           JOIN whatsapp_phone_numbers n
             ON n.account_id = e.account_id AND n.whatsapp_business_account_id = e.waba_id
            AND regexp_replace(n.phone_number, '\\D', '', 'g') = e.digits
          WHERE n.deleted_at IS NULL AND (n.${changedAt} IS NULL OR n.${changedAt} <= e.occurred_at)
          ORDER BY n.account_id, n.id
          FOR UPDATE OF n
       ), applied AS (
         UPDATE whatsapp_phone_numbers n SET ${assignments}, ${changedAt} = e.occurred_at, updated_at = now()
           FROM matched e WHERE n.account_id = e.account_id AND n.id = e.row_id
         RETURNING n.account_id, n.phone_number_id, e.differs
       )
       SELECT account_id, phone_number_id FROM applied WHERE differs`,
      [JSON.stringify(events)],
    );
    return rows.map((row) => ({ accountId: row.account_id, phoneNumberId: row.phone_number_id }));
  }
}

function keyOf({ accountId, waba, digits, occurredAt }: NumberKey): Record<string, unknown> {
  return { account_id: accountId, waba_id: waba, digits, occurred_at: occurredAt.toISOString() };
}
