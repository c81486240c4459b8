import type { AccountId, ContactId } from '../../database/ids';
import type { PersonIdentity } from '../conversation-types';

/** Somebody as the store gives them out. */
export interface StoredContact {
  id: ContactId;
  accountId: AccountId;
  name: string | null;
  /** What else platforms told, by our names. */
  profile: Record<string, unknown>;
  identities: PersonIdentity[];
  /** When the profile was last read from Meta; null for those of whom messages tell all that is known. */
  profileReadAt: Date | null;
  /** Why Meta does not tell who it is. */
  profileRefusal: string | null;
  optedOutAt: Date | null;
  marketingOptedOutAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
}
