import type { AccountId, AssetId, ContactId, ConversationId, UserId } from '../../database/ids';
import type { ConversationPlatform, PersonIdentity } from '../conversation-types';
import type { ConversationStatus } from '../stored-conversation';

/** What a team may keep with a person by a name of its own. */
export type AttributeValue = string | number | boolean;

/** Somebody as the store gives them out: a person, who may be several contacts. */
export interface StoredContact {
  /** The contact that stands for the person. */
  id: ContactId;
  accountId: AccountId;
  name: string | null;
  /** Who gave the name, where the platform did not. */
  namedBy: UserId | null;
  /** Whether the name was given by hand, by whomever. */
  isNamedByHand: boolean;
  /** What else platforms told, by our names. */
  profile: Record<string, unknown>;
  attributes: Record<string, AttributeValue>;
  note: string | null;
  /** Of all contacts of the person. */
  identities: PersonIdentity[];
  /** Further contacts that are the same person, by the decision of somebody. */
  mergedIds: ContactId[];
  /** When the profile was last read from Meta; null for those of whom messages tell all that is known. */
  profileReadAt: Date | null;
  /** Why Meta does not tell who it is. */
  profileRefusal: string | null;
  optedOutAt: Date | null;
  marketingOptedOutAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
}

/** A conversation of a person, in short. */
export interface ContactConversation {
  id: ConversationId;
  platform: ConversationPlatform;
  channel: { id: AssetId; metaId: string; name: string | null };
  status: ConversationStatus;
  agentId: UserId | null;
  lastMessageAt: Date | null;
}
