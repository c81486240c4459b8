import type { AccountId } from '../database/ids';
import type { Finding, FindingSeverity } from './finding';

export interface DoctorReport {
  /** Null for the whole service. */
  accountId: AccountId | null;
  startedAt: Date;
  tookMs: number;
  /** The worst of the findings. */
  verdict: FindingSeverity;
  /** The worst first. */
  findings: Finding[];
}
