import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { type CommentViewRow, DESCRIBE, type StoredComment, toStoredComment } from '../comments/comment-view';
import type { PagePosition } from '../page-position';
import type { StoredConversation } from '../stored-conversation';

/** A comment as a message of its conversation. */
export interface ThreadComment {
  comment: StoredComment;
  /** Its place in the conversation, from 1. */
  seq: number;
}

/** The messages of conversations that are threads of comments. */
@Injectable()
export class CommentThreadMessages {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /** @returns newest first. @param page at most one of `before` and `after`; see MessagesService.pageOfThread */
  async page(
    { accountId, channel, commentThread }: StoredConversation,
    page: { limit: number; before?: PagePosition | undefined; after?: PagePosition | undefined },
  ): Promise<ThreadComment[]> {
    if (commentThread === null) return [];
    const parameters: unknown[] = [accountId, channel.id, commentThread.externalId, page.limit];
    const position = page.before ?? page.after;
    const order = page.before === undefined && page.after !== undefined ? 'ASC' : 'DESC';
    const bound =
      position === undefined ? '' : `AND (c.commented_at, c.id) ${order === 'ASC' ? '>' : '<'} ($5, $6)`;
    if (position !== undefined) parameters.push(position.at, position.id);
    const rows: (CommentViewRow & { thread_seq: string })[] = await this.database.query(
      `WITH listed AS (
         SELECT c.* FROM comments c
          WHERE c.account_id = $1 AND c.asset_id = $2 AND c.thread_external_id = $3 AND c.thread_seq IS NOT NULL
            ${bound}
          ORDER BY c.commented_at ${order}, c.id ${order} LIMIT $4) ${DESCRIBE}
        ORDER BY c.commented_at DESC, c.id DESC`,
      parameters,
    );
    return rows.map((row) => ({ comment: toStoredComment(row), seq: Number(row.thread_seq) }));
  }
}
