import type { AccountId, UserId } from '../../database/ids';
import type { RelativeRange } from './relative-range';
import type { ReportFormat, ReportProblem, ReportWish } from './stored-report';

/** What can be changed of a schedule. */
export interface ScheduleDraft {
  title: string;
  wish: ReportWish;
  format: ReportFormat;
  range: RelativeRange;
  cron: string;
  timeZone: string;
  recipientIds: readonly UserId[];
  /** Null: it is switched off. */
  nextRunAt: Date | null;
}

export interface StoredSchedule extends Omit<ScheduleDraft, 'recipientIds'> {
  accountId: AccountId;
  id: string;
  /** On whose access it runs. */
  responsibleId: UserId;
  recipientIds: UserId[];
  isEnabled: boolean;
  stopped: ReportProblem | null;
  lastRunAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
}
