import { Logger } from '@nestjs/common';
import { AppError } from '../errors/app.error';
import { GraphRateLimitedError, GraphUnavailableError } from '../graph-client/graph.error';
import { within } from '../queue/within';
import { type Finding, about } from './finding';

/** One thing that the doctor looks at. It changes nothing, here or at Meta. */
export interface Check {
  name: string;
  /** What it is about, in words. */
  subject: string;
  /** It may throw: what cannot be seen is `unknown`. */
  look(): Promise<Finding[]>;
}

/** With this one check of many late, the whole is still told within half a minute. */
const LONGEST_CHECK_MS = 12_000;

/** Runs them all at once, each for so long at most. It never throws. */
export async function runChecks(
  checks: readonly Check[],
  longestMs: number = LONGEST_CHECK_MS,
): Promise<Finding[]> {
  const results = await Promise.all(checks.map((check) => runCheck(check, longestMs)));
  return results.flat();
}

async function runCheck(check: Check, longestMs: number): Promise<Finding[]> {
  const finding = about(check.name, check.subject);
  const look = check.look().catch((error: unknown) => [
    finding({
      severity: 'unknown',
      title: 'Could not be looked at',
      explanation: reasonOf(error),
      fix: 'Run the doctor again in a minute; if it stays so, the log says more.',
    }),
  ]);
  const found = await within(longestMs, look);
  return (
    found ?? [
      finding({
        severity: 'unknown',
        title: 'Could not be looked at in time',
        explanation: `It took longer than ${Math.round(longestMs / 1_000)} s, and was given up.`,
        fix: 'Run the doctor again; if it stays so, whatever it asks is slow or does not answer.',
      }),
    ]
  );
}

/** A sentence for people. Errors that are none of ours may hold anything, and go to the log alone. */
export function reasonOf(error: unknown): string {
  if (error instanceof GraphUnavailableError || error instanceof GraphRateLimitedError)
    return `Meta could not be asked: ${error.message}`;
  if (error instanceof AppError) return error.message;
  new Logger('Doctor').warn({ err: error }, 'A check of the doctor failed');
  return 'The check failed for a reason on our side; the log has it.';
}
