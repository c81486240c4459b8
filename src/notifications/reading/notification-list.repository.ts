import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { AccountId } from '../../database/ids';
import type { EventSeverity } from '../../domain-events/domain-events';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import type { NotificationKind } from '../notification-kinds';
import { FEEDS, IS_FOR_USER, IS_UNREAD, isHeard } from './notification-feed';
import type { Muted, NotificationRow, SeverityCounts } from './notification-rows';

export interface NotificationFilter {
  accountId: AccountId | undefined;
  isUnread: boolean | undefined;
  isResolved: boolean | undefined;
  severities: readonly EventSeverity[] | undefined;
  kinds: readonly NotificationKind[] | undefined;
  muted: Muted;
  limit: number;
  /** At most one of the two: older than this place, newer than this place. */
  before: string | undefined;
  after: string | undefined;
}

/** Subjects that are listed with a notification, the latest first; more are counted. */
export const SUBJECTS_LISTED = 20;
/** More than this nobody counts. */
export const MOST_COUNTED = 1_000;

const SUBJECTS = `(SELECT jsonb_agg(s) FROM (
  SELECT s.type, s.subject_id AS id, s.name, s.occurrences, s.last_at AS "lastAt", s.resolved_at AS "resolvedAt"
    FROM notification_subjects s WHERE s.account_id = n.account_id AND s.notification_id = n.id
   ORDER BY s.last_at DESC, s.subject_id LIMIT ${SUBJECTS_LISTED}) s)`;

/** What users see of notifications. */
@Injectable()
export class NotificationList {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /** The latest news first. From each account at most a page, along its index. */
  async page(user: AuthenticatedUser, filter: NotificationFilter): Promise<NotificationRow[]> {
    const isForward = filter.before === undefined && filter.after !== undefined;
    const order = isForward ? 'ASC' : 'DESC';
    const parameters: unknown[] = [...whose(user, filter.accountId), filter.limit];
    const conditions = conditionsOf(filter, parameters);
    const rows: NotificationRow[] = await this.database.query(
      `WITH ${FEEDS},
            page AS MATERIALIZED (
              SELECT n.* FROM feeds f
               CROSS JOIN LATERAL (
                 SELECT n.*, ${IS_UNREAD} AS is_unread FROM notifications n
                  WHERE n.account_id = f.account_id AND ${IS_FOR_USER} AND ${conditions}
                  ORDER BY n.news_seq ${order} LIMIT $4) n
               ORDER BY n.news_seq ${order} LIMIT $4)
       SELECT n.*, ${SUBJECTS} AS subjects FROM page n ORDER BY n.news_seq DESC`,
      parameters,
    );
    return rows;
  }

  /** null for one that the user does not see */
  async find(user: AuthenticatedUser, id: string): Promise<NotificationRow | null> {
    const [row]: NotificationRow[] = await this.database.query(
      `WITH ${FEEDS}
       SELECT n.*, ${IS_UNREAD} AS is_unread, ${SUBJECTS} AS subjects
         FROM feeds f JOIN notifications n ON n.account_id = f.account_id AND n.id = $4 AND ${IS_FOR_USER}`,
      [...whose(user, undefined), id],
    );
    return row ?? null;
  }

  /** Of each account and severity at most `MOST_COUNTED`. */
  async countUnread(
    user: AuthenticatedUser,
    accountId: AccountId | undefined,
    muted: Muted,
  ): Promise<SeverityCounts> {
    const rows: { severity: EventSeverity; count: number }[] = await this.database.query(
      `WITH ${FEEDS}
       SELECT n.severity, count(*)::int AS count FROM feeds f
        CROSS JOIN LATERAL (
          SELECT n.severity FROM notifications n
           WHERE n.account_id = f.account_id AND n.news_seq > f.read_seq AND ${IS_FOR_USER} AND ${IS_UNREAD} AND ${isHeard(4, 5)}
           ORDER BY n.news_seq DESC LIMIT ${MOST_COUNTED}) n
        GROUP BY n.severity`,
      [...whose(user, accountId), muted.kinds, muted.severities],
    );
    const counts: SeverityCounts = { info: 0, warning: 0, critical: 0 };
    for (const { severity, count } of rows) counts[severity] = count;
    return counts;
  }
}

export function whose(
  { id, role }: AuthenticatedUser,
  accountId: AccountId | undefined,
): [string, boolean, string | null] {
  return [id, role === 'admin', accountId ?? null];
}

function conditionsOf(filter: NotificationFilter, parameters: unknown[]): string {
  const { isUnread, isResolved, severities, kinds, muted, before, after } = filter;
  const conditions: string[] = [];
  const add = (condition: (parameter: string) => string, value: unknown): void => {
    if (value !== undefined) conditions.push(condition(`$${parameters.push(value)}`));
  };
  conditions.push(isHeard(parameters.push(muted.kinds), parameters.push(muted.severities)));
  add((p) => `n.news_seq < ${p}`, before);
  if (before === undefined) add((p) => `n.news_seq > ${p}`, after);
  add((p) => `n.severity = ANY(${p}::text[])`, severities);
  add((p) => `n.kind = ANY(${p}::text[])`, kinds);
  if (isUnread === true) conditions.push('n.news_seq > f.read_seq', IS_UNREAD);
  if (isUnread === false) conditions.push(`NOT ${IS_UNREAD}`);
  if (isResolved === true) conditions.push('n.resolved_at IS NOT NULL');
  if (isResolved === false) conditions.push('n.is_lasting AND n.resolved_at IS NULL');
  return conditions.join(' AND ');
}
