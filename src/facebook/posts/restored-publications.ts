import type { EntityManager } from 'typeorm';

const NOTE = 'The database was restored from a backup: it may have been published after that.';

/**
 * In a database that was restored: what was about to be published may stand on the Page by now. It becomes `unknown`.
 * Posts without files are looked for on the Page, by their words. With files that is no proof: Meta's ids of those that
 * were brought to it after the backup are not known here, so that only a webhook or a person settles these.
 */
export async function giveUpUnpublishedPosts(tx: EntityManager): Promise<number> {
  const [, count]: [unknown[], number] = await tx.query(
    `UPDATE facebook_publications
        SET state = 'unknown', claim_id = NULL, readings = 0, error = NULL, updated_at = now(),
            started_at = coalesce(started_at, created_at),
            due_at = CASE WHEN media = '[]' AND target <> 'unpublished' THEN now() END,
            history = history || jsonb_build_array(jsonb_build_object('state', 'unknown', 'at', now(), 'note', $1::text))
      WHERE state = 'preparing'`,
    [NOTE],
  );
  return count;
}
