import type { AccountId, ContactErasureId, UserId } from '../../database/ids';

/** How far the removal of a person's data is. */
export interface StoredErasure {
  id: ContactErasureId;
  accountId: AccountId;
  status: 'running' | 'completed';
  requestedAt: Date;
  requestedBy: UserId | null;
  completedAt: Date | null;
  /** How much was removed so far, of what. */
  removed: Record<string, number>;
  /** Why the last attempt to go on failed, while it is tried again. */
  problem: string | null;
}
