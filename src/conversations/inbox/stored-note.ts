import type { ConversationId, NoteId, UserId } from '../../database/ids';

export interface StoredNote {
  id: NoteId;
  conversationId: ConversationId;
  /** Null: the user was removed from the service for good. */
  author: { id: UserId; name: string } | null;
  text: string;
  mentions: { id: UserId; name: string }[];
  createdAt: Date;
  editedAt: Date | null;
}
