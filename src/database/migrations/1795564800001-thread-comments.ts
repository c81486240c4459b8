import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Comments as the messages of conversations: one for each comment under a post itself, with all answers below it. */
export class ThreadComments1795564800001 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE comments
        -- Meta's id of the comment that its thread begins with, as far as that is known; its own where it begins one.
        ADD COLUMN thread_external_id text,
        -- Its place in the conversation, in order of arrival, from 1. Null: it never stood there.
        ADD COLUMN thread_seq bigint;
    `);
    // Of what answers an answer the thread is that of the comment answered; nobody answers deeper than a few levels.
    await db.query(`
      WITH RECURSIVE up (account_id, asset_id, id, root, depth) AS (
        SELECT account_id, asset_id, id, coalesce(parent_external_id, external_id), 0
          FROM comments WHERE is_complete
        UNION ALL
        SELECT u.account_id, u.asset_id, u.id, p.parent_external_id, u.depth + 1
          FROM up u JOIN comments p
            ON p.account_id = u.account_id AND p.asset_id = u.asset_id AND p.external_id = u.root
         WHERE p.parent_external_id IS NOT NULL AND u.depth < 10),
      rooted AS (SELECT DISTINCT ON (account_id, id) account_id, id, root FROM up ORDER BY account_id, id, depth DESC)
      UPDATE comments c SET thread_external_id = r.root
        FROM rooted r WHERE c.account_id = r.account_id AND c.id = r.id;

      WITH numbered AS (
        SELECT account_id, id, row_number() OVER (
                 PARTITION BY account_id, asset_id, thread_external_id ORDER BY commented_at, id) AS seq
          FROM comments WHERE is_complete AND removed_at IS NULL)
      UPDATE comments c SET thread_seq = n.seq
        FROM numbered n WHERE c.account_id = n.account_id AND c.id = n.id;

      CREATE INDEX comments_of_thread ON comments (account_id, asset_id, thread_external_id, commented_at, id)
        WHERE thread_external_id IS NOT NULL;
    `);
    // What was there before is not news: nothing of it is unread.
    await db.query(`
      INSERT INTO conversations (account_id, id, platform, asset_id, comment_thread_id, last_seq, inbound_count,
                                 last_message_at, last_message_preview, last_inbound_at, created_at)
      SELECT account_id,
             encode(set_bit(set_bit(overlay(
               uuid_send(gen_random_uuid())
               PLACING substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3) FROM 1 FOR 6
             ), 52, 1), 53, 1), 'hex')::uuid,
             max(platform), asset_id, thread_external_id, max(thread_seq), count(*) FILTER (WHERE NOT by_business),
             max(commented_at), (array_agg(left(text, 200) ORDER BY commented_at DESC, id DESC))[1],
             max(commented_at) FILTER (WHERE NOT by_business), min(created_at)
        FROM comments WHERE thread_seq IS NOT NULL
       GROUP BY account_id, asset_id, thread_external_id;
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DELETE FROM conversations WHERE comment_thread_id <> '';
      DROP INDEX comments_of_thread;
      ALTER TABLE comments DROP COLUMN thread_external_id, DROP COLUMN thread_seq;
    `);
  }
}
