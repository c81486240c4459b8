import { type AccountId, newId } from '../../database/ids';
import { SEVERITIES } from '../notification-kinds';
import { type Finding, type Raised, nameOf } from '../rules/finding';
import type { StoredNotification, StoredState, StoredSubject } from './stored-notification';

/** What is of one kind and happens within this time of the first is told together. */
export const GROUP_PERIOD_MS = 24 * 60 * 60_000;
/** What goes on is told again after this. */
export const REMIND_AFTER_MS = 6 * 60 * 60_000;
/** What happens to others, or another time, within this is counted without being told again. */
export const QUIET_MS = 15 * 60_000;

/** A finding, and of which event it is. */
export interface Occurrence {
  accountId: AccountId;
  /** A bigint, as text: the order of events; those that were committed together share it and are ordered by their ids. */
  position: string;
  eventId: string;
  at: Date;
  finding: Finding;
  /** What the subject is called, where somebody knows. */
  name: string | null;
}

export interface BoardRows {
  notifications: StoredNotification[];
  subjects: StoredSubject[];
  states: StoredState[];
}

export interface BoardChanges extends Omit<BoardRows, 'notifications'> {
  notifications: { notification: StoredNotification; isCreated: boolean; isNews: boolean }[];
}

/** Puts what happened onto the notifications that stand already, in memory: what it is given must hold all of these. */
export class NotificationBoard {
  private readonly notifications: Map<string, StoredNotification>;
  private readonly subjects: Map<string, StoredSubject>;
  private readonly states: Map<string, StoredState>;
  private readonly created = new Set<string>();
  private readonly news = new Set<string>();
  private readonly touched = new Set<string>();
  private readonly touchedSubjects = new Set<string>();
  private readonly touchedStates = new Set<string>();

  constructor(
    private readonly now: Date,
    { notifications, subjects, states }: BoardRows,
  ) {
    this.notifications = new Map(notifications.map((each) => [each.id, { ...each }]));
    this.subjects = new Map(subjects.map((each) => [subjectKey(each), { ...each }]));
    this.states = new Map(states.map((each) => [stateKey(each), each]));
  }

  /** Without effect for an event that is not newer than what is known of the same: one told again, or late. */
  apply(occurrence: Occurrence): void {
    const { accountId, position, eventId, finding } = occurrence;
    const { topic } = finding;
    const subjectId = subjectIdOf(finding);
    const key = stateKey({ accountId, topic, subjectId });
    const state = this.states.get(key);
    if (state !== undefined && !isNewer(occurrence, state)) return;
    const standing =
      state === undefined || state.notificationId === null
        ? undefined
        : this.notifications.get(state.notificationId);
    if (finding.effect === 'clear' && standing !== undefined) this.close(standing, occurrence);
    const notificationId =
      finding.effect === 'raise' ? this.raise({ ...occurrence, finding }, standing) : null;
    this.states.set(key, { accountId, topic, subjectId, position, eventId, notificationId });
    this.touchedStates.add(key);
  }

  changes(): BoardChanges {
    return {
      notifications: [...this.touched].flatMap((id) => {
        const notification = this.notifications.get(id);
        if (notification === undefined) return [];
        return [{ notification, isCreated: this.created.has(id), isNews: this.news.has(id) }];
      }),
      subjects: valuesOf(this.subjects, this.touchedSubjects),
      states: valuesOf(this.states, this.touchedStates),
    };
  }

  /** @returns the notification in which it stands from now on; null for what does not last */
  private raise(
    occurrence: Occurrence & { finding: Raised },
    standing: StoredNotification | undefined,
  ): string | null {
    const { finding } = occurrence;
    const groupKey = groupKeyOf(finding);
    const goesOn = finding.isLasting && standing?.groupKey === groupKey;
    if (standing !== undefined && !goesOn) this.close(standing, occurrence);
    const target =
      (goesOn ? standing : this.recent(occurrence, groupKey)) ?? this.create(occurrence, groupKey);
    this.join(target, occurrence);
    return finding.isLasting ? target.id : null;
  }

  private recent({ accountId, at }: Occurrence, groupKey: string): StoredNotification | undefined {
    const since = at.getTime() - GROUP_PERIOD_MS;
    let newest: StoredNotification | undefined;
    for (const each of this.notifications.values()) {
      if (each.accountId !== accountId || each.groupKey !== groupKey) continue;
      if (each.firstAt.getTime() > since && (newest === undefined || each.firstAt > newest.firstAt))
        newest = each;
    }
    return newest;
  }

  private create(
    { accountId, at, finding }: Occurrence & { finding: Raised },
    groupKey: string,
  ): StoredNotification {
    const notification: StoredNotification = {
      accountId,
      id: newId(),
      recipientId: finding.recipientId ?? null,
      kind: finding.kind,
      groupKey,
      severity: finding.severity,
      title: '',
      message: '',
      payload: {},
      isLasting: finding.isLasting,
      occurrences: 0,
      subjectCount: 0,
      openCount: 0,
      firstAt: at,
      lastAt: at,
      newsSeq: '0',
      newsAt: this.now,
      endsAt: null,
      resolvedAt: null,
    };
    this.notifications.set(notification.id, notification);
    this.created.add(notification.id);
    return notification;
  }

  private join(target: StoredNotification, occurrence: Occurrence & { finding: Raised }): void {
    const { at, finding, name } = occurrence;
    const isNewSubject = this.count(target, occurrence);
    const isWorse = rank(finding.severity) > rank(target.severity);
    const isBack = finding.isLasting && target.resolvedAt !== null;
    const quietMs = isNewSubject || !finding.isLasting ? QUIET_MS : REMIND_AFTER_MS;
    const isForgotten = this.now.getTime() - target.newsAt.getTime() >= quietMs;
    if (this.created.has(target.id) || isWorse || isBack || isForgotten) {
      this.news.add(target.id);
      target.newsAt = this.now;
    }
    if (isWorse || target.subjectCount === 1) target.severity = finding.severity;
    if (finding.isLasting) {
      target.isLasting = true;
      target.resolvedAt = null;
    }
    const count = finding.isLasting ? target.openCount : target.subjectCount;
    const named = nameOf({ ...finding.subject, name });
    const text = (count > 1 ? finding.many?.(count) : undefined) ?? finding.one(named);
    Object.assign(target, text, { payload: finding.payload, endsAt: finding.endsAt ?? null });
    target.occurrences += 1;
    target.lastAt = later(target.lastAt, at);
    this.touched.add(target.id);
  }

  /** @returns whether the notification was not about this subject before */
  private count(
    target: StoredNotification,
    { at, finding, name }: Occurrence & { finding: Raised },
  ): boolean {
    const { topic, subject } = finding;
    const key = subjectKey({ notificationId: target.id, topic, subjectId: subject.id });
    this.touchedSubjects.add(key);
    const known = this.subjects.get(key);
    if (known === undefined) {
      this.subjects.set(key, {
        accountId: target.accountId,
        notificationId: target.id,
        topic,
        type: subject.type,
        subjectId: subject.id,
        name,
        occurrences: 1,
        firstAt: at,
        lastAt: at,
        resolvedAt: null,
      });
      target.subjectCount += 1;
      if (finding.isLasting) target.openCount += 1;
      return true;
    }
    if (finding.isLasting && known.resolvedAt !== null) {
      known.resolvedAt = null;
      target.openCount += 1;
    }
    known.name = name ?? known.name;
    known.occurrences += 1;
    known.lastAt = later(known.lastAt, at);
    return false;
  }

  private close(notification: StoredNotification, { at, finding }: Occurrence): void {
    const subjectId = subjectIdOf(finding);
    const key = subjectKey({ notificationId: notification.id, topic: finding.topic, subjectId });
    const subject = this.subjects.get(key);
    if (subject?.resolvedAt !== null) return;
    subject.resolvedAt = at;
    this.touchedSubjects.add(key);
    notification.openCount -= 1;
    if (notification.openCount === 0) notification.resolvedAt = at;
    this.touched.add(notification.id);
  }
}

/** What is for different people never comes together. */
export function groupKeyOf({ kind, group = '', recipientId }: Raised): string {
  return `${kind}:${group}${recipientId === undefined ? '' : `@${recipientId}`}`;
}

export function subjectIdOf(finding: Finding): string {
  return finding.effect === 'raise' ? finding.subject.id : finding.subjectId;
}

function subjectKey({
  notificationId,
  topic,
  subjectId,
}: Pick<StoredSubject, 'notificationId' | 'topic' | 'subjectId'>): string {
  return JSON.stringify([notificationId, topic, subjectId]);
}

function stateKey({
  accountId,
  topic,
  subjectId,
}: Pick<StoredState, 'accountId' | 'topic' | 'subjectId'>): string {
  return JSON.stringify([accountId, topic, subjectId]);
}

function isNewer(occurrence: Occurrence, state: StoredState): boolean {
  const [position, known] = [BigInt(occurrence.position), BigInt(state.position)];
  return position === known ? occurrence.eventId > state.eventId : position > known;
}

function rank(severity: (typeof SEVERITIES)[number]): number {
  return SEVERITIES.indexOf(severity);
}

function later(a: Date, b: Date): Date {
  return a > b ? a : b;
}

function valuesOf<T>(all: ReadonlyMap<string, T>, keys: ReadonlySet<string>): T[] {
  return [...keys].flatMap((key) => {
    const value = all.get(key);
    return value === undefined ? [] : [value];
  });
}
