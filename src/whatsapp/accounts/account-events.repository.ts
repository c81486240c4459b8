import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AccountId, AssetId } from '../../database/ids';
import type { AccountRestriction } from '../entities/whatsapp-business-account.entity';

/** What a webhook says of how a WABA stands. */
export interface AccountStatusChange {
  accountId: AccountId;
  waba: AssetId;
  occurredAt: Date;
  /** null leaves it as it is. */
  status: string | null;
  /** What was said beside it. */
  details: Record<string, unknown> | null;
  /** Meta has cut the app off: nothing of this WABA is delivered any more. */
  endsSubscription: boolean;
}

export interface RestrictionChange {
  accountId: AccountId;
  waba: AssetId;
  occurredAt: Date;
  restrictions: readonly AccountRestriction[];
}

export interface CapabilityChange {
  accountId: AccountId;
  waba: AssetId;
  occurredAt: Date;
  messagingLimit: string | null;
  phoneNumberLimit: number | null;
}

/** A WABA whose row took a webhook in, with what one thing of it was before and is now. */
export interface TouchedAccount {
  accountId: AccountId;
  waba: AssetId;
  previous: string | null;
  current: string | null;
}

interface TouchedRow {
  account_id: AccountId;
  id: AssetId;
  previous: string | null;
  current: string | null;
}

/** Applies webhooks about WABAs, whatever order they arrived in: by Meta's time the newest stays. */
@Injectable()
export class AccountEventsRepository {
  /** @returns those whose status the webhooks decided, also where it is the same as before */
  async applyStatuses(tx: EntityManager, changes: readonly AccountStatusChange[]): Promise<TouchedAccount[]> {
    if (changes.length === 0) return [];
    const events = changes.map((change) => ({
      account_id: change.accountId,
      id: change.waba,
      occurred_at: change.occurredAt.toISOString(),
      status: change.status,
      details: change.details,
      ends_subscription: change.endsSubscription,
    }));
    return touched(
      await tx.query(
        `WITH matched AS MATERIALIZED (
           SELECT w.id AS row_id, w.status AS previous, e.*
             FROM jsonb_to_recordset($1::jsonb) AS e (
               account_id uuid, id uuid, occurred_at timestamptz, status text, details jsonb, ends_subscription boolean)
             JOIN whatsapp_business_accounts w ON w.account_id = e.account_id AND w.id = e.id
            WHERE w.status_changed_at IS NULL OR w.status_changed_at <= e.occurred_at
            ORDER BY w.account_id, w.id
            FOR UPDATE OF w)
         UPDATE whatsapp_business_accounts w
            SET status = coalesce(e.status, w.status),
                status_details = coalesce(e.details, w.status_details),
                subscribed_at = CASE WHEN NOT e.ends_subscription THEN w.subscribed_at END,
                status_changed_at = e.occurred_at, updated_at = now()
           FROM matched e WHERE w.account_id = e.account_id AND w.id = e.row_id
         RETURNING w.account_id, w.id, e.previous, w.status AS current`,
        [JSON.stringify(events)],
      ),
    );
  }

  async applyRestrictions(tx: EntityManager, changes: readonly RestrictionChange[]): Promise<void> {
    if (changes.length === 0) return;
    const events = changes.map((change) => ({
      account_id: change.accountId,
      id: change.waba,
      occurred_at: change.occurredAt.toISOString(),
      restrictions: change.restrictions,
    }));
    await tx.query(
      `UPDATE whatsapp_business_accounts w
          SET restrictions = e.restrictions, restrictions_changed_at = e.occurred_at, updated_at = now()
         FROM jsonb_to_recordset($1::jsonb) AS e (
           account_id uuid, id uuid, occurred_at timestamptz, restrictions jsonb)
        WHERE w.account_id = e.account_id AND w.id = e.id
          AND (w.restrictions_changed_at IS NULL OR w.restrictions_changed_at <= e.occurred_at)`,
      [JSON.stringify(events)],
    );
  }

  /** @returns those whose messaging limit is another one now */
  async applyCapabilities(
    tx: EntityManager,
    changes: readonly CapabilityChange[],
  ): Promise<TouchedAccount[]> {
    if (changes.length === 0) return [];
    const events = changes.map((change) => ({
      account_id: change.accountId,
      id: change.waba,
      occurred_at: change.occurredAt.toISOString(),
      messaging_limit: change.messagingLimit,
      phone_number_limit: change.phoneNumberLimit,
    }));
    const rows = touched(
      await tx.query(
        `WITH matched AS MATERIALIZED (
           SELECT w.id AS row_id, w.messaging_limit AS previous, e.*
             FROM jsonb_to_recordset($1::jsonb) AS e (
               account_id uuid, id uuid, occurred_at timestamptz, messaging_limit text, phone_number_limit integer)
             JOIN whatsapp_business_accounts w ON w.account_id = e.account_id AND w.id = e.id
            WHERE w.messaging_limit_changed_at IS NULL OR w.messaging_limit_changed_at <= e.occurred_at
            ORDER BY w.account_id, w.id
            FOR UPDATE OF w)
         UPDATE whatsapp_business_accounts w
            SET messaging_limit = coalesce(e.messaging_limit, w.messaging_limit),
                phone_number_limit = coalesce(e.phone_number_limit, w.phone_number_limit),
                messaging_limit_changed_at = e.occurred_at, updated_at = now()
           FROM matched e WHERE w.account_id = e.account_id AND w.id = e.row_id
         RETURNING w.account_id, w.id, e.previous, w.messaging_limit AS current`,
        [JSON.stringify(events)],
      ),
    );
    return rows.filter(({ previous, current }) => previous !== current);
  }
}

function touched([rows]: [TouchedRow[], number]): TouchedAccount[] {
  return rows.map((row) => ({
    accountId: row.account_id,
    waba: row.id,
    previous: row.previous,
    current: row.current,
  }));
}
