import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AccountId } from '../../database/ids';
import {
  type BoardChanges,
  type BoardRows,
  GROUP_PERIOD_MS,
  type Occurrence,
  groupKeyOf,
  subjectIdOf,
} from './notification-board';
import type { StoredNotification, StoredState, StoredSubject } from './stored-notification';

/** Any fixed number: one at a time writes notifications, so that numbers of news are committed in their order. */
const WRITING_LOCK = 7_205_120;

const NOTIFICATION = `n.account_id AS "accountId", n.id, n.recipient_id AS "recipientId", n.kind, n.group_key AS "groupKey", n.severity, n.title, n.message,
  n.payload, n.is_lasting AS "isLasting", n.occurrences, n.subject_count AS "subjectCount", n.open_count AS "openCount",
  n.first_at AS "firstAt", n.last_at AS "lastAt", n.news_seq AS "newsSeq", n.news_at AS "newsAt", n.ends_at AS "endsAt",
  n.resolved_at AS "resolvedAt"`;

/** The rows that notifications are kept in, as whoever writes them sees them. */
@Injectable()
export class BoardRepository {
  /** Until the transaction ends nobody else writes notifications. @returns the database's time */
  async lock(tx: EntityManager): Promise<Date> {
    await tx.query('SELECT pg_advisory_xact_lock($1)', [WRITING_LOCK]);
    const [row]: { now: Date }[] = await tx.query('SELECT clock_timestamp() AS now');
    return row?.now ?? new Date();
  }

  /** Everything that these occurrences may change. */
  async load(tx: EntityManager, occurrences: readonly Occurrence[]): Promise<BoardRows> {
    const keys: [AccountId[], string[], string[]] = [
      occurrences.map(({ accountId }) => accountId),
      occurrences.map(({ finding }) => finding.topic),
      occurrences.map(({ finding }) => subjectIdOf(finding)),
    ];
    const states: StoredState[] = await tx.query(
      `SELECT s.account_id AS "accountId", s.topic, s.subject_id AS "subjectId", s.position, s.event_id AS "eventId",
              s.notification_id AS "notificationId"
         FROM (SELECT DISTINCT * FROM unnest($1::uuid[], $2::text[], $3::text[]) AS t (account_id, topic, subject_id)) t
         JOIN notification_states s USING (account_id, topic, subject_id)`,
      keys,
    );
    const notifications = await this.loadNotifications(tx, occurrences, states);
    const subjects: StoredSubject[] = await tx.query(
      `SELECT s.account_id AS "accountId", s.notification_id AS "notificationId", s.topic, s.type,
              s.subject_id AS "subjectId", s.name, s.occurrences, s.first_at AS "firstAt", s.last_at AS "lastAt",
              s.resolved_at AS "resolvedAt"
         FROM (SELECT DISTINCT * FROM unnest($1::uuid[], $2::text[], $3::text[]) AS t (account_id, topic, subject_id)) t
         JOIN unnest($4::uuid[], $5::uuid[]) AS n (account_id, notification_id) USING (account_id)
         JOIN notification_subjects s USING (account_id, notification_id, topic, subject_id)`,
      [...keys, notifications.map(({ accountId }) => accountId), notifications.map(({ id }) => id)],
    );
    return { notifications, subjects, states };
  }

  /** Gives numbers to what is news; sets them in the rows of `changes`. */
  async save(tx: EntityManager, { notifications, subjects, states }: BoardChanges): Promise<void> {
    const news = notifications.filter(({ isNews }) => isNews);
    const numbers: { seq: string }[] = await tx.query(
      `SELECT nextval('notification_news') AS seq FROM generate_series(1, $1)`,
      [news.length],
    );
    for (const [index, { notification }] of news.entries())
      notification.newsSeq = numbers[index]?.seq ?? notification.newsSeq;
    await tx.query(
      `INSERT INTO notifications (account_id, id, recipient_id, kind, group_key, severity, title, message, payload, is_lasting, occurrences,
         subject_count, open_count, first_at, last_at, news_seq, news_at, ends_at, resolved_at)
       SELECT "accountId", id, "recipientId", kind, "groupKey", severity, title, message, payload, "isLasting", occurrences,
              "subjectCount", "openCount", "firstAt", "lastAt", "newsSeq", "newsAt", "endsAt", "resolvedAt"
         FROM jsonb_to_recordset($1::jsonb) AS n ("accountId" uuid, id uuid, "recipientId" uuid, kind text, "groupKey" text, severity text,
           title text, message text, payload jsonb, "isLasting" boolean, occurrences integer, "subjectCount" integer,
           "openCount" integer, "firstAt" timestamptz, "lastAt" timestamptz, "newsSeq" bigint, "newsAt" timestamptz,
           "endsAt" timestamptz, "resolvedAt" timestamptz)
       ON CONFLICT (account_id, id) DO UPDATE SET severity = excluded.severity, title = excluded.title,
         message = excluded.message, payload = excluded.payload, is_lasting = excluded.is_lasting,
         occurrences = excluded.occurrences, subject_count = excluded.subject_count, open_count = excluded.open_count,
         last_at = excluded.last_at, news_seq = excluded.news_seq, news_at = excluded.news_at, ends_at = excluded.ends_at,
         resolved_at = excluded.resolved_at`,
      [JSON.stringify(notifications.map(({ notification }) => notification))],
    );
    await tx.query(
      `INSERT INTO notification_subjects (account_id, notification_id, topic, type, subject_id, name, occurrences, first_at,
         last_at, resolved_at)
       SELECT "accountId", "notificationId", topic, type, "subjectId", name, occurrences, "firstAt", "lastAt", "resolvedAt"
         FROM jsonb_to_recordset($1::jsonb) AS s ("accountId" uuid, "notificationId" uuid, topic text, type text,
           "subjectId" text, name text, occurrences integer, "firstAt" timestamptz, "lastAt" timestamptz,
           "resolvedAt" timestamptz)
       ON CONFLICT (account_id, notification_id, topic, subject_id) DO UPDATE SET name = excluded.name,
         occurrences = excluded.occurrences, last_at = excluded.last_at, resolved_at = excluded.resolved_at`,
      [JSON.stringify(subjects)],
    );
    await tx.query(
      `INSERT INTO notification_states (account_id, topic, subject_id, position, event_id, notification_id, updated_at)
       SELECT "accountId", topic, "subjectId", position, "eventId", "notificationId", now()
         FROM jsonb_to_recordset($1::jsonb) AS s ("accountId" uuid, topic text, "subjectId" text, position bigint,
           "eventId" uuid, "notificationId" uuid)
       ON CONFLICT (account_id, topic, subject_id) DO UPDATE SET position = excluded.position,
         event_id = excluded.event_id, notification_id = excluded.notification_id, updated_at = excluded.updated_at`,
      [JSON.stringify(states)],
    );
  }

  /** Ends what was known to end by now. @returns them, at most `limit` */
  async endDue(tx: EntityManager, now: Date, limit: number): Promise<StoredNotification[]> {
    const [rows]: [StoredNotification[], number] = await tx.query(
      `UPDATE notifications n SET resolved_at = n.ends_at, open_count = 0
        WHERE (n.account_id, n.id) IN (
          SELECT account_id, id FROM notifications
           WHERE ends_at <= $1 AND resolved_at IS NULL ORDER BY ends_at LIMIT $2)
       RETURNING ${NOTIFICATION}`,
      [now, limit],
    );
    const keys = [rows.map(({ accountId }) => accountId), rows.map(({ id }) => id)];
    await tx.query(
      `UPDATE notification_subjects s SET resolved_at = n.ends_at
         FROM unnest($1::uuid[], $2::uuid[]) AS ended (account_id, id) JOIN notifications n USING (account_id, id)
        WHERE s.account_id = n.account_id AND s.notification_id = n.id AND s.resolved_at IS NULL`,
      keys,
    );
    await tx.query(
      `UPDATE notification_states s SET notification_id = NULL, updated_at = now()
         FROM unnest($1::uuid[], $2::uuid[]) AS ended (account_id, id)
        WHERE s.account_id = ended.account_id AND s.notification_id = ended.id`,
      keys,
    );
    return rows;
  }

  private async loadNotifications(
    tx: EntityManager,
    occurrences: readonly Occurrence[],
    states: readonly StoredState[],
  ): Promise<StoredNotification[]> {
    const standing = states.filter(({ notificationId }) => notificationId !== null);
    const groups = occurrences.flatMap(({ accountId, finding }) =>
      finding.effect === 'raise' ? [{ accountId, key: groupKeyOf(finding) }] : [],
    );
    const oldest = Math.min(...occurrences.map(({ at }) => at.getTime()));
    return tx.query(
      `SELECT ${NOTIFICATION} FROM notifications n
         JOIN (SELECT * FROM unnest($1::uuid[], $2::uuid[]) AS standing (account_id, id)
               UNION
               SELECT r.account_id, r.id FROM unnest($3::uuid[], $4::text[]) AS g (account_id, group_key)
                 JOIN notifications r ON r.account_id = g.account_id AND r.group_key = g.group_key AND r.first_at > $5)
           AS wanted USING (account_id, id)`,
      [
        standing.map(({ accountId }) => accountId),
        standing.map(({ notificationId }) => notificationId),
        groups.map(({ accountId }) => accountId),
        groups.map(({ key }) => key),
        new Date(oldest - GROUP_PERIOD_MS),
      ],
    );
  }
}
