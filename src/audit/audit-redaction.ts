import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AccountId } from '../database/ids';

/**
 * Takes away what finished events tell of things that are gone at a person's wish: what was sent and what changed. That it was
 * done, by whom and when, stays. What people said or are called is not there in the first place; this is for what might be.
 */
@Injectable()
export class AuditRedaction {
  /** @param resourceTypes the first parts of actions, as `contact` */
  async redact(
    tx: EntityManager,
    accountId: AccountId,
    resourceTypes: readonly string[],
    resourceIds: readonly string[],
  ): Promise<void> {
    if (resourceIds.length === 0) return;
    await tx.query(
      `UPDATE audit_events SET request = NULL, before = NULL, after = NULL, redacted_at = now()
        WHERE account_id = $1 AND resource_type = ANY($2) AND resource_id = ANY($3) AND redacted_at IS NULL`,
      [accountId, resourceTypes, resourceIds],
    );
  }
}
