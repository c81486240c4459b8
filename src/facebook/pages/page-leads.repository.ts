import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import type { PagePosition } from '../../conversations/page-position';
import { type AccountId, type AssetId, newId } from '../../database/ids';
import { Outbox } from '../../domain-events/outbox';
import type { LeadAnswer, LeadState, StoredLead } from './page-event-types';

export interface ToldLead {
  accountId: AccountId;
  assetId: AssetId;
  /** Meta's. */
  leadId: string;
  formId: string | null;
  adId: string | null;
  adgroupId: string | null;
  at: Date;
}

/** A lead that this process has taken to read, until its lease is over. */
export interface ClaimedLead {
  accountId: AccountId;
  id: string;
  assetId: AssetId;
  leadId: string;
  attempt: number;
  createdAt: Date;
}

export interface LeadFacts {
  answers: LeadAnswer[];
  formId: string | null;
  adId: string | null;
  submittedAt: Date | null;
}

interface LeadRow {
  account_id: AccountId;
  id: string;
  asset_id: AssetId;
  lead_id: string;
  form_id: string | null;
  ad_id: string | null;
  state: LeadState;
  answers: LeadAnswer[] | null;
  error: string | null;
  attempts: number;
  submitted_at: Date;
  read_at: Date | null;
  created_at: Date;
}

type Updated<Row> = [rows: Row[], count: number];

/** Leads: `pending` ► `read`, or `failed`. The row is the truth: whoever dies with one leaves it to be claimed again. */
@Injectable()
export class PageLeads {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly outbox: Outbox,
  ) {}

  async record(tx: EntityManager, told: readonly ToldLead[]): Promise<void> {
    if (told.length === 0) return;
    await tx.query(
      `INSERT INTO page_leads (account_id, id, asset_id, lead_id, form_id, ad_id, adgroup_id, submitted_at)
       SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[],
                            $8::timestamptz[])
                  AS told (account_id, id, asset_id, lead_id, form_id, ad_id, adgroup_id, at)
        ORDER BY account_id, asset_id, lead_id
       ON CONFLICT DO NOTHING`,
      [
        told.map(({ accountId }) => accountId),
        told.map(() => newId()),
        told.map(({ assetId }) => assetId),
        told.map(({ leadId }) => leadId),
        told.map(({ formId }) => formId),
        told.map(({ adId }) => adId),
        told.map(({ adgroupId }) => adgroupId),
        told.map(({ at }) => at),
      ],
    );
  }

  /** What waits for a permission need not wait any longer. */
  async makeDue(tx: EntityManager, accountIds: readonly AccountId[]): Promise<void> {
    await tx.query(
      'UPDATE page_leads SET next_read_at = now() WHERE account_id = ANY($1) AND next_read_at > now()',
      [accountIds],
    );
  }

  async claim(leaseMs: number): Promise<ClaimedLead | null> {
    const [[row]]: Updated<LeadRow> = await this.database.query(
      `UPDATE page_leads SET attempts = attempts + 1, next_read_at = now() + $1 * interval '1 millisecond'
        WHERE (account_id, id) = (
          SELECT account_id, id FROM page_leads WHERE next_read_at <= now()
           ORDER BY next_read_at LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING *`,
      [leaseMs],
    );
    if (row === undefined) return null;
    return {
      accountId: row.account_id,
      id: row.id,
      assetId: row.asset_id,
      leadId: row.lead_id,
      attempt: row.attempts,
      createdAt: row.created_at,
    };
  }

  /** Tells of it, too: once, whoever else has read it meanwhile. */
  async recordRead({ accountId, id }: ClaimedLead, facts: LeadFacts): Promise<void> {
    await this.database.transaction(async (tx) => {
      const [rows]: Updated<LeadRow> = await tx.query(
        `UPDATE page_leads SET state = 'read', answers = $3, form_id = coalesce($4, form_id), ad_id = coalesce($5, ad_id),
                submitted_at = coalesce($6, submitted_at), read_at = now(), next_read_at = NULL, error = NULL
          WHERE account_id = $1 AND id = $2 AND state <> 'read' RETURNING *`,
        [accountId, id, JSON.stringify(facts.answers), facts.formId, facts.adId, facts.submittedAt],
      );
      await this.outbox.record(
        tx,
        rows.map((row) => ({
          kind: 'page.lead_received',
          accountId,
          payload: { leadId: row.id, assetId: row.asset_id, formId: row.form_id },
        })),
      );
    });
  }

  /** @param delayMs null: it is given up */
  async recordFailure(
    { accountId, id }: ClaimedLead,
    { delayMs, error, isCounted }: { delayMs: number | null; error: string; isCounted: boolean },
  ): Promise<void> {
    await this.database.query(
      `UPDATE page_leads
          SET state = CASE WHEN $3::bigint IS NULL THEN 'failed' ELSE 'pending' END, error = $4,
              next_read_at = now() + $3::bigint * interval '1 millisecond',
              attempts = attempts - CASE WHEN $5 THEN 0 ELSE 1 END
        WHERE account_id = $1 AND id = $2 AND state <> 'read'`,
      [accountId, id, delayMs, error, isCounted],
    );
  }

  /** Those of one Page, the latest first. */
  async page(
    accountId: AccountId,
    assetId: AssetId,
    { limit, before }: { limit: number; before?: PagePosition | undefined },
  ): Promise<StoredLead[]> {
    const rows: LeadRow[] = await this.database.query(
      `SELECT * FROM page_leads
        WHERE account_id = $1 AND asset_id = $2 AND ($4::timestamptz IS NULL OR (submitted_at, id) < ($4, $5::uuid))
        ORDER BY submitted_at DESC, id DESC LIMIT $3`,
      [accountId, assetId, limit, before?.at ?? null, before?.id ?? null],
    );
    return rows.map((row) => ({
      id: row.id,
      leadId: row.lead_id,
      formId: row.form_id,
      adId: row.ad_id,
      state: row.state,
      answers: row.answers,
      error: row.error,
      submittedAt: row.submitted_at,
      readAt: row.read_at,
    }));
  }
}
