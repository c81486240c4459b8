import type { ContactId, ContactMergeId, UserId } from '../../database/ids';
import type { PersonIdentity } from '../conversation-types';

/** A decision that two contacts are one person, and what became of it. */
export interface StoredMerge {
  id: ContactMergeId;
  /** Both as they stood for themselves. */
  contact: MergedSide;
  merged: MergedSide;
  mergedAt: Date;
  mergedBy: UserId | null;
  endedAt: Date | null;
  endedBy: UserId | null;
  endedHow: 'undone' | 'proven' | null;
}

export interface MergedSide {
  id: ContactId;
  name: string | null;
  identities: PersonIdentity[];
}
