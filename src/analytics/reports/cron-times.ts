import { Cron } from 'croner';
import { ValidationFailedError } from '../../errors/app.error';

/** Times that were missed longer ago are not looked at one by one. */
const LONGEST_LOOK_BACK_MS = 40 * 86_400_000;
const FIELD = 'cron';

/**
 * The times of a cron expression with five fields (minute, hour, day of the month, month, day of the week) by the clocks of a
 * time zone. A time that clocks skip is made up for right after the change; one that comes twice counts the first time, unless
 * the hours are all of them (`*`) or every few of them, which go by what time has passed.
 */
export class CronTimes {
  private readonly cron: Cron;

  /** @throws ValidationFailedError for an expression that is none, that never comes, or that comes more often than once an hour */
  constructor(expression: string, timeZone: string) {
    const [minute = '', ...others] = expression.trim().split(/\s+/);
    if (others.length !== 4)
      throw refused(
        'five',
        'cron must have five fields, as `0 8 * * 1`: minute, hour, day of the month, month, day of the week.',
      );
    if (!/^\d{1,2}$/.test(minute))
      throw refused(
        'hourly',
        'The first field of cron must be one minute: a report comes once an hour at most.',
      );
    try {
      this.cron = new Cron(expression.trim(), {
        timezone: timeZone,
        paused: true,
        mode: '5-part',
        fixedTimeRule: 'no-wildcard',
      });
    } catch (error) {
      const reason =
        error instanceof Error ? error.message.replace(/^CronPattern: /, '') : 'It cannot be read.';
      throw refused('cron', `cron cannot be read: ${reason}`);
    }
  }

  /** @throws ValidationFailedError for one whose day never comes, as the 30th of February */
  after(instant: Date): Date {
    const next = this.cron.nextRun(instant);
    if (next === null) throw refused('never', 'The day that cron names never comes.');
    return next;
  }

  next(count: number, after: Date): Date[] {
    return this.cron.nextRuns(count, after);
  }

  /** The last one up to now, of those that begin with `first`. */
  lastOf(first: Date, now: Date): Date {
    let last = first;
    const earliest = now.getTime() - LONGEST_LOOK_BACK_MS;
    let next = first.getTime() < earliest ? this.after(new Date(earliest)) : this.after(first);
    while (next <= now) {
      last = next;
      next = this.after(next);
    }
    return last;
  }
}

function refused(rule: string, message: string): ValidationFailedError {
  return ValidationFailedError.of(FIELD, rule, message);
}
