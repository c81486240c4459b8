import type { AccountId } from '../../database/ids';
import { type Finding, clear, raise } from '../rules/finding';
import {
  type BoardRows,
  NotificationBoard,
  type Occurrence,
  QUIET_MS,
  REMIND_AFTER_MS,
} from './notification-board';

const ACCOUNT = 'account' as AccountId;
const START = new Date('2026-03-01T10:00:00Z').getTime();
const NOTHING: BoardRows = { notifications: [], subjects: [], states: [] };

const problem = (id: string, changes: Partial<Parameters<typeof raise>[0]> = {}): Finding =>
  raise({
    kind: 'template.rejected',
    topic: 'template.status',
    subject: { type: 'template', id, name: id },
    severity: 'warning',
    isLasting: true,
    one: (name) => ({ title: `${name} was rejected`, message: '' }),
    many: (count) => ({ title: `${count} were rejected`, message: '' }),
    payload: {},
    ...changes,
  });

let position = 0;
const at = (finding: Finding, changes: Partial<Occurrence> = {}): Occurrence => {
  position += 1;
  return {
    accountId: ACCOUNT,
    position: String(position),
    eventId: 'b',
    at: new Date(START),
    finding,
    name: null,
    ...changes,
  };
};

/** What stands afterwards, as it would be read again. */
function after(rows: BoardRows, occurrences: readonly Occurrence[], ms = 0) {
  const board = new NotificationBoard(new Date(START + ms), rows);
  for (const occurrence of occurrences) board.apply(occurrence);
  const changes = board.changes();
  const merged = <T>(old: T[], fresh: T[], key: (row: T) => string): T[] => [
    ...new Map([...old, ...fresh].map((row) => [key(row), row])).values(),
  ];
  const next: BoardRows = {
    notifications: merged(
      rows.notifications,
      changes.notifications.map(({ notification }) => notification),
      ({ id }) => id,
    ),
    subjects: merged(rows.subjects, changes.subjects, (s) => `${s.notificationId} ${s.topic} ${s.subjectId}`),
    states: merged(rows.states, changes.states, (s) => `${s.topic} ${s.subjectId}`),
  };
  return { rows: next, changes, news: changes.notifications.map(({ isNews }) => isNews) };
}

describe('the board of notifications', () => {
  it('names one thing and counts several, and goes back to the one that is left when it happens again', () => {
    const one = after(NOTHING, [at(problem('a'))]);
    expect(one.rows.notifications).toMatchObject([{ title: 'a was rejected', occurrences: 1, openCount: 1 }]);
    const three = after(one.rows, [at(problem('b')), at(problem('c'))]);
    expect(three.rows.notifications).toMatchObject([{ title: '3 were rejected', occurrences: 3 }]);
    const left = after(three.rows, [
      at(clear('template.status', 'a')),
      at(clear('template.status', 'b')),
      at(problem('c')),
    ]);
    expect(left.rows.notifications).toMatchObject([
      { title: 'c was rejected', openCount: 1, subjectCount: 3 },
    ]);
  });

  it('does not touch what it was given', () => {
    const { rows } = after(NOTHING, [at(problem('a'))]);
    const copy = structuredClone(rows);
    after(rows, [at(problem('b')), at(clear('template.status', 'a'))]);
    expect(rows).toEqual(copy);
  });

  it('keeps the order of events: neither the same nor an older one has an effect', () => {
    const first = at(problem('a'));
    const { rows } = after(NOTHING, [first]);
    expect(after(rows, [first]).changes).toEqual({ notifications: [], subjects: [], states: [] });
    const over = after(rows, [at(clear('template.status', 'a'))]);
    expect(after(over.rows, [first]).changes.notifications).toEqual([]);
    // Committed together: the id decides.
    const together = { position: '999', eventId: 'c' };
    const newer = after(over.rows, [at(problem('a'), together)]);
    const { changes } = after(newer.rows, [at(clear('template.status', 'a'), { ...together, eventId: 'b' })]);
    expect(changes.notifications).toEqual([]);
    // As numbers, not as text.
    expect(after(newer.rows, [at(problem('a'), { position: '1000' })]).changes.notifications).toHaveLength(1);
  });

  it('is news at once when it is worse or back, else only after a while', () => {
    let { rows, news } = after(NOTHING, [at(problem('a'))]);
    expect(news).toEqual([true]);
    const next = (finding: Finding, ms: number): boolean[] => {
      ({ rows, news } = after(rows, [at(finding)], ms));
      return news;
    };
    expect(next(problem('a'), REMIND_AFTER_MS - 1)).toEqual([false]);
    expect(next(problem('a'), REMIND_AFTER_MS)).toEqual([true]);
    const later = REMIND_AFTER_MS + QUIET_MS;
    expect(next(problem('b'), later - 1)).toEqual([false]);
    expect(next(problem('c'), later)).toEqual([true]);
    expect(next(problem('a', { severity: 'critical' }), later)).toEqual([true]);
    for (const id of ['a', 'b', 'c']) expect(next(clear('template.status', id), later)).toEqual([false]);
    expect(rows.notifications[0]?.resolvedAt).not.toBeNull();
    expect(next(problem('b'), later)).toEqual([true]);
    expect(rows.notifications).toMatchObject([{ resolvedAt: null, openCount: 1 }]);
  });

  it('tells what has no end again after a short while, and never has it open', () => {
    const pin = problem('n', {
      kind: 'whatsapp.number_security',
      topic: 'number.security',
      isLasting: false,
    });
    const first = after(NOTHING, [at(pin)]);
    expect(first.rows.notifications).toMatchObject([{ isLasting: false, openCount: 0, resolvedAt: null }]);
    expect(first.rows.states).toMatchObject([{ notificationId: null }]);
    expect(after(first.rows, [at(pin)], QUIET_MS - 1).news).toEqual([false]);
    expect(after(first.rows, [at(pin)], QUIET_MS).news).toEqual([true]);
  });

  it('moves a thing from one kind to the other', () => {
    const { rows } = after(NOTHING, [at(problem('a')), at(problem('b'))]);
    const disabled = problem('a', { kind: 'template.disabled', severity: 'critical' });
    const moved = after(rows, [at(disabled)]);
    expect(moved.rows.notifications).toMatchObject([
      { kind: 'template.rejected', openCount: 1, resolvedAt: null },
      { kind: 'template.disabled', openCount: 1 },
    ]);
    const approved = problem('a', { kind: 'template.approved', isLasting: false, severity: 'info' });
    expect(after(moved.rows, [at(approved)]).rows.notifications).toMatchObject([
      { kind: 'template.rejected' },
      { kind: 'template.disabled', resolvedAt: expect.any(Date) },
      { kind: 'template.approved', resolvedAt: null },
    ]);
  });

  it('keeps accounts and groups apart', () => {
    const { rows } = after(NOTHING, [
      at(problem('a')),
      at(problem('a'), { accountId: 'other' as AccountId }),
      at(problem('x', { group: 'x' })),
      at(problem('y', { group: 'y' })),
    ]);
    expect(rows.notifications).toHaveLength(4);
  });
});
