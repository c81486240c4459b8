import { explainGraphCode } from '../../graph-client/graph-error-codes';
import type { PauseReason } from '../entities/campaign.entity';

/** Meta keeps marketing from people who get much of it, or for an experiment: no fault of the number, but a sign. */
const LIMITED_CODES: readonly string[] = ['131049', '130472'];
/** Wishes of people, and of ours. */
const NO_FAILURES: readonly string[] = ['131050', 'RECIPIENT_OPTED_OUT', 'CAMPAIGN_CANCELLED'];
/** A test number's list of recipients: the next person may be on it. */
const OF_ONE_PERSON: readonly string[] = ['131030'];
/** What every further message would meet, too, although Meta calls it a refusal of one. */
const OF_ALL: readonly string[] = ['131048', '132001', 'META_REAUTH_REQUIRED', 'TEMPLATE_INVALID'];

/** Less than this says nothing of the share of marketing that is held back. */
const LEAST_LIMITED = 20;

export function isLimited(code: string | null): boolean {
  return code !== null && LIMITED_CODES.includes(code);
}

/** Whether a failed message counts towards a pause. */
export function countsAsFailure(code: string | null): boolean {
  return !isLimited(code) && (code === null || !NO_FAILURES.includes(code));
}

/** Whether the next message would fail for the same reason. */
export function stopsEverything(code: string | null): boolean {
  if (code === null || OF_ONE_PERSON.includes(code)) return false;
  if (OF_ALL.includes(code)) return true;
  const rule = /^\d+$/.test(code) ? explainGraphCode(Number(code)) : null;
  return rule !== null && (rule.class === 'configuration' || rule.class === 'reauth');
}

export interface RecentOutcomes {
  recent: number;
  recent_failed: number;
  recent_limited: number;
  stop_error: { code: string; title: string | null } | null;
}

export interface PauseThresholds {
  /** So many failures, when they are at least half of what happened of late. */
  failures: number;
  /** Percent of the messages of late that Meta held back. */
  limitedPercent: number;
}

/** Why a campaign should not go on, by what became of its messages; null when nothing speaks against it. */
export function verdictOn(outcomes: RecentOutcomes, thresholds: PauseThresholds): PauseReason | null {
  const { recent, recent_failed: failed, recent_limited: limited, stop_error: stop } = outcomes;
  if (stop !== null) {
    const rule = /^\d+$/.test(stop.code) ? explainGraphCode(Number(stop.code)) : null;
    const cause = rule?.cause ?? stop.title ?? 'Every further message would fail, too.';
    const action = rule?.action ?? 'Resume once that is settled.';
    const code = stop.code === '131048' ? 'spam_limited' : 'sending_refused';
    return { code, message: `${cause} ${action} (${stop.code})` };
  }
  if (limited >= LEAST_LIMITED && limited * 100 >= thresholds.limitedPercent * recent)
    return {
      code: 'marketing_limited',
      message: `Meta has held back ${limited} of the last ${recent} messages: these people get too much marketing at present. Wait at least a day.`,
    };
  if (failed >= thresholds.failures && failed * 2 >= recent)
    return {
      code: 'many_failures',
      message: `${failed} of the last ${recent} messages failed. See the reasons of the recipients before you resume.`,
    };
  return null;
}
