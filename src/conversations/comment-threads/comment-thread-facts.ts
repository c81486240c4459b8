import type { CommentId, ContactId } from '../../database/ids';

/** What a conversation of comments is about. */
export interface CommentThreadFacts {
  /** Meta's id of the comment that it begins with. */
  externalId: string;
  /** Ours of the same; null while only answers to it are here. */
  commentId: CommentId | null;
  /** Meta's id of the post or media. */
  postExternalId: string | null;
  permalink: string | null;
  author: {
    id: string | null;
    name: string | null;
    username: string | null;
    /** The Page or account began it itself. */
    isOwn: boolean;
    /** Where it is somebody who has written messages, too. */
    contactId: ContactId | null;
  } | null;
}

/** As the column `comment_thread` of COMMENT_THREAD_FACTS holds it. */
export type StoredCommentThread = Omit<CommentThreadFacts, 'externalId'>;

/**
 * What is known of the thread of conversation `v`, if it is one: at most one row, read by unique index, for a lateral join.
 * The post is told by every comment, so that it is known before the first one is.
 */
export const COMMENT_THREAD_FACTS = `
  SELECT jsonb_build_object(
           'commentId', root.id, 'permalink', root.metadata ->> 'permalink',
           'postExternalId', coalesce(root.post_external_id, (
             SELECT k.post_external_id FROM comments k
              WHERE k.account_id = v.account_id AND k.asset_id = v.asset_id
                AND k.thread_external_id = v.comment_thread_id AND k.thread_seq IS NOT NULL
              ORDER BY k.commented_at, k.id LIMIT 1)),
           'author', CASE WHEN root.author_id IS NOT NULL OR root.author_name IS NOT NULL
                            OR root.author_username IS NOT NULL
             THEN jsonb_build_object('id', root.author_id, 'name', root.author_name, 'username', root.author_username,
                                     'isOwn', root.by_business, 'contactId', known.contact_id) END) AS comment_thread
    FROM (SELECT 1) AS one
    LEFT JOIN comments root
      ON root.account_id = v.account_id AND root.asset_id = v.asset_id AND root.external_id = v.comment_thread_id
     AND root.is_complete
    LEFT JOIN contact_identities known
      ON known.account_id = root.account_id AND known.value = root.author_id
     AND known.kind = CASE root.platform WHEN 'facebook' THEN 'psid' ELSE 'igsid' END
   WHERE v.comment_thread_id <> ''`;

/** @param externalId conversations.comment_thread_id, an empty string for other conversations */
export function commentThreadOf(
  externalId: string,
  facts: StoredCommentThread | null,
): CommentThreadFacts | null {
  if (externalId === '') return null;
  return {
    externalId,
    ...(facts ?? { commentId: null, postExternalId: null, permalink: null, author: null }),
  };
}
