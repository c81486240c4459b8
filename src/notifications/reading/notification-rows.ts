import type { AccountId } from '../../database/ids';
import type { EventSeverity } from '../../domain-events/domain-events';
import type { NotificationKind, SubjectType } from '../notification-kinds';

/** A notification as one user sees it. */
export interface NotificationRow {
  account_id: AccountId;
  id: string;
  recipient_id: string | null;
  kind: NotificationKind;
  severity: EventSeverity;
  title: string;
  message: string;
  payload: Record<string, unknown>;
  is_lasting: boolean;
  occurrences: number;
  subject_count: number;
  open_count: number;
  first_at: Date;
  last_at: Date;
  /** A bigint, as text. */
  news_seq: string;
  news_at: Date;
  ends_at: Date | null;
  resolved_at: Date | null;
  is_unread: boolean;
  subjects: SubjectRow[] | null;
}

/** As JSON gives it: times are text. */
export interface SubjectRow {
  type: SubjectType;
  id: string;
  name: string | null;
  occurrences: number;
  lastAt: string;
  resolvedAt: string | null;
}

export type SeverityCounts = Record<EventSeverity, number>;

/** What a user does not want to be told of. */
export interface Muted {
  kinds: NotificationKind[];
  severities: EventSeverity[];
}
