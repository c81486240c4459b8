import { ValidationFailedError } from '../errors/app.error';

const DAY_MS = 86_400_000;
/** As far ahead as a message may be ordered: windows and tokens of a later day cannot be foreseen. */
export const LONGEST_AHEAD_DAYS = 60;

/**
 * When a message is to go out; null for at once. To be asked where a repeated request is recognised, and not before:
 * what was in the future when it was first asked for may have passed by now.
 * @throws ValidationFailedError for a time that has passed, is too far ahead, or is none
 */
export function sendTimeOf(sendAt: string | undefined, now: Date = new Date()): Date | null {
  if (sendAt === undefined) return null;
  const time = new Date(sendAt);
  const refuse = (rule: string, message: string) => ValidationFailedError.of('sendAt', rule, message);
  if (Number.isNaN(time.getTime())) throw refuse('isDate', 'sendAt must be a date and time that exist.');
  if (time <= now)
    throw refuse('future', 'sendAt has passed. Give a time in the future, or leave it out to send at once.');
  if (time.getTime() - now.getTime() > LONGEST_AHEAD_DAYS * DAY_MS)
    throw refuse('notTooFar', `sendAt may be ${LONGEST_AHEAD_DAYS} days ahead at most.`);
  return time;
}
