import type { EntityManager } from 'typeorm';

/** Before the service existed: no call to Meta began then, so that this says why the outcome is not known. */
export const RESTORED_AT = '1970-01-01T00:00:00Z';

/**
 * In a database that was restored: whatever was to have left by now may have left after the backup was made. It counts as
 * under way by somebody who is dead, which the sweep settles as `unknown`; a status of Meta may still prove it. What is
 * planned for later cannot have left and stays.
 * @returns how many are given up, and how many stay
 */
export async function giveUpUnsentMessages(tx: EntityManager): Promise<{ givenUp: number; planned: number }> {
  const [, givenUp]: [unknown[], number] = await tx.query(
    `UPDATE message_sends SET state = 'sending', started_at = $1
      WHERE (state IN ('queued', 'held') AND NOT (available_at > now() AND ordered_for > now())) OR state = 'sending'`,
    [RESTORED_AT],
  );
  const [left]: { planned: number }[] = await tx.query(
    `SELECT count(*)::int AS planned FROM message_sends WHERE state IN ('queued', 'held')`,
  );
  return { givenUp, planned: left?.planned ?? 0 };
}
