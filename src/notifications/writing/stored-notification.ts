import type { AccountId, UserId } from '../../database/ids';
import type { EventSeverity, NotificationNews } from '../../domain-events/domain-events';
import type { NotificationKind, SubjectType } from '../notification-kinds';

/** Stands in the place of an account for what is about the service itself. Seen by its admins. */
export const SERVICE_ID = '00000000-0000-0000-0000-000000000000' as AccountId;

export interface StoredNotification {
  accountId: AccountId;
  id: string;
  /** The only one who sees it; null: everybody who sees the account. */
  recipientId: UserId | null;
  kind: NotificationKind;
  groupKey: string;
  severity: EventSeverity;
  title: string;
  message: string;
  payload: object;
  isLasting: boolean;
  occurrences: number;
  subjectCount: number;
  /** Of its subjects, with which something is still wrong. */
  openCount: number;
  firstAt: Date;
  lastAt: Date;
  /** A bigint, as text. */
  newsSeq: string;
  newsAt: Date;
  endsAt: Date | null;
  resolvedAt: Date | null;
}

export interface StoredSubject {
  accountId: AccountId;
  notificationId: string;
  topic: string;
  type: SubjectType;
  subjectId: string;
  name: string | null;
  occurrences: number;
  firstAt: Date;
  lastAt: Date;
  resolvedAt: Date | null;
}

/** Up to which event something is known, and in which notification it stands as unresolved. */
export interface StoredState {
  accountId: AccountId;
  topic: string;
  subjectId: string;
  /** A bigint, as text. */
  position: string;
  eventId: string;
  notificationId: string | null;
}

export function newsOf(notification: StoredNotification): NotificationNews {
  const { id, kind, severity, title, occurrences, resolvedAt, recipientId } = notification;
  return {
    notificationId: id,
    notificationKind: kind,
    severity,
    title,
    occurrences,
    isResolved: resolvedAt !== null,
    recipientId,
  };
}
