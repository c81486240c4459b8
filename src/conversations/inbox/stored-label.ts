import type { AccountId, LabelId } from '../../database/ids';

export interface StoredLabel {
  id: LabelId;
  accountId: AccountId;
  name: string;
  /** As `#1f9d55`. */
  color: string | null;
  createdAt: Date;
  updatedAt: Date;
}
