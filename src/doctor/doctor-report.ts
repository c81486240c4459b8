import type { AccountId } from '../database/ids';
import type { Finding, Verdict } from './finding';

export interface DoctorReport {
  /** Null for the whole service. */
  accountId: AccountId | null;
  startedAt: Date;
  tookMs: number;
  /** The worst of the findings. */
  verdict: Verdict;
  /** The worst first. */
  findings: Finding[];
}
