import type { EntityManager } from 'typeorm';

/**
 * In a database that was restored: what was about to be published may stand on the account by now. It becomes `unknown`
 * and is looked for among the account's media. Its containers are forgotten: another one, made after the backup, may be
 * the one that was published, so that what Meta says of these proves nothing. What is planned for later stays.
 */
export async function giveUpUnpublishedMedia(
  tx: EntityManager,
): Promise<{ givenUp: number; planned: number }> {
  const [rows]: [{ account_id: string; id: string }[], number] = await tx.query(
    `UPDATE instagram_publications
        SET state = 'unknown', claim_id = NULL, had_lost_answer = true, looks = 0, failures = 0, waiting_for = NULL,
            publishing_at = greatest(coalesce(publish_at, created_at), created_at), next_step_at = now(), updated_at = now()
      WHERE state IN ('scheduled', 'queued', 'creating', 'processing', 'ready', 'publishing')
        AND (publish_at IS NULL OR publish_at <= now())
      RETURNING account_id, id`,
  );
  await tx.query(
    `UPDATE instagram_publication_containers c
        SET container_id = NULL, status = NULL, status_text = NULL, checked_at = NULL
       FROM unnest($1::uuid[], $2::uuid[]) AS given (account_id, id)
      WHERE c.account_id = given.account_id AND c.publication_id = given.id`,
    [rows.map(({ account_id: accountId }) => accountId), rows.map(({ id }) => id)],
  );
  const [left]: { planned: number }[] = await tx.query(
    `SELECT count(*)::int AS planned FROM instagram_publications
      WHERE state NOT IN ('published', 'failed', 'cancelled', 'unknown')`,
  );
  return { givenUp: rows.length, planned: left?.planned ?? 0 };
}
