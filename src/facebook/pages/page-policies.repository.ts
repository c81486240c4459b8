import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { sha256 } from '../../crypto/secret-hash';
import { Outbox } from '../../domain-events/outbox';
import type { PageKey } from './pages.repository';

export interface ToldPolicy extends PageKey {
  /** Meta's word: `block`, `unblock`, `warning`. */
  action: string;
  reason: string | null;
  at: Date;
}

interface PolicyRow {
  page_id: string;
  name: string;
  previous: string | null;
}

/** `UPDATE … RETURNING` answers `[rows, count]` through TypeORM's PostgreSQL driver. */
type Updated<Row> = [rows: Row[], count: number];

/** What Meta decides about a Page: that it breaks policies, and which apps share its conversations. The latest counts. */
@Injectable()
export class PagePolicies {
  constructor(private readonly outbox: Outbox) {}

  async record(tx: EntityManager, { accountId, id, action, reason, at }: ToldPolicy): Promise<void> {
    const [[changed]]: Updated<PolicyRow> = await tx.query(
      `UPDATE facebook_pages p SET policy_action = $3, policy_reason = $4, policy_at = $5, updated_at = now()
         FROM (SELECT policy_action AS previous FROM facebook_pages
                WHERE account_id = $1 AND id = $2 FOR UPDATE) AS before
        WHERE p.account_id = $1 AND p.id = $2
          AND (p.policy_at IS NULL OR
               ($5::timestamptz, $3::text COLLATE "C") > (p.policy_at, p.policy_action COLLATE "C"))
        RETURNING p.page_id, p.name, before.previous`,
      [accountId, id, action, reason, at],
    );
    if (changed === undefined) return;
    await this.outbox.record(tx, [
      {
        kind: 'facebook.page.updated',
        accountId,
        payload: {
          pageId: changed.page_id,
          assetId: id,
          name: changed.name,
          what: 'policy',
          previous: changed.previous ?? 'ok',
          current: action === 'unblock' ? 'ok' : action,
          reason,
          severity: action === 'block' ? 'critical' : action === 'unblock' ? 'info' : 'warning',
        },
        fingerprint: sha256(`facebook.page.updated policy ${accountId} ${id} ${action} ${at.toISOString()}`),
      },
    ]);
  }

  async recordRoles(
    tx: EntityManager,
    { accountId, id, roles, at }: PageKey & { roles: Record<string, string[]>; at: Date },
  ): Promise<void> {
    // Meta tells an app of its own roles alone: those of the others stay.
    await tx.query(
      `UPDATE facebook_pages
          SET app_roles = CASE WHEN app_roles_at IS NULL OR app_roles_at <= $4 THEN coalesce(app_roles, '{}') || $3::jsonb
                               ELSE $3::jsonb || app_roles END,
              app_roles_at = greatest(app_roles_at, $4), updated_at = now()
        WHERE account_id = $1 AND id = $2`,
      [accountId, id, JSON.stringify(roles), at],
    );
  }
}
