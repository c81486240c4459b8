import type { AccountId } from '../../database/ids';

/** A walk over what is stored, to have it read. */
export interface StoredScan {
  id: string;
  accountId: AccountId;
  state: 'running' | 'completed' | 'cancelled';
  since: Date;
  lookedAt: number;
  queued: number;
  createdAt: Date;
  updatedAt: Date;
}
