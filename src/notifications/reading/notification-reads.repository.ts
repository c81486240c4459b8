import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { AccountId } from '../../database/ids';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { FEEDS, IS_FOR_USER } from './notification-feed';
import { whose } from './notification-list.repository';

/** What each user has read: everything up to a number by account, and single ones beyond it. */
@Injectable()
export class NotificationReads {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /**
   * @param place up to which news of it the user has seen; without one, all that there is
   * @returns false when the user does not see it
   */
  async read(user: AuthenticatedUser, id: string, place: string | null): Promise<boolean> {
    const rows: unknown[] = await this.database.query(
      `WITH ${FEEDS}
       INSERT INTO notification_reads AS r (account_id, notification_id, user_id, news_seq)
       SELECT n.account_id, n.id, $1, least(n.news_seq, coalesce($5::bigint, n.news_seq))
         FROM feeds f JOIN notifications n ON n.account_id = f.account_id AND n.id = $4 AND ${IS_FOR_USER}
       ON CONFLICT (account_id, notification_id, user_id) DO UPDATE
          SET news_seq = greatest(r.news_seq, excluded.news_seq), read_at = now()
       RETURNING 1`,
      [...whose(user, undefined), id, place],
    );
    return rows.length > 0;
  }

  /** Everything up to a place, of one account or of all that the user sees; without a place, everything there is. */
  async readAll(
    user: AuthenticatedUser,
    accountId: AccountId | undefined,
    place: string | null,
  ): Promise<void> {
    await this.database.transaction(async (tx) => {
      const marked: { account_id: AccountId }[] = await tx.query(
        `WITH ${FEEDS}, latest AS (
           SELECT f.account_id, (SELECT n.news_seq FROM notifications n
                                  WHERE n.account_id = f.account_id AND ($4::bigint IS NULL OR n.news_seq <= $4)
                                  ORDER BY n.news_seq DESC LIMIT 1) AS news_seq
             FROM feeds f)
         INSERT INTO notification_marks AS m (account_id, user_id, news_seq)
         SELECT account_id, $1, news_seq FROM latest WHERE news_seq IS NOT NULL ORDER BY account_id
         ON CONFLICT (account_id, user_id) DO UPDATE SET news_seq = greatest(m.news_seq, excluded.news_seq)
         RETURNING account_id`,
        [...whose(user, accountId), place],
      );
      // What was read one by one is covered by the mark from now on.
      await tx.query(
        `DELETE FROM notification_reads r USING notification_marks m
          WHERE r.user_id = $1 AND r.account_id = ANY($2) AND m.account_id = r.account_id AND m.user_id = $1
            AND r.news_seq <= m.news_seq`,
        [user.id, marked.map(({ account_id }) => account_id)],
      );
    });
  }
}
