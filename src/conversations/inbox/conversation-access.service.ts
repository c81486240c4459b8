import { Injectable } from '@nestjs/common';
import { NotFoundError } from '../../errors/app.error';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { type ConversationKey, ConversationsService, NO_SUCH_CONVERSATION } from '../conversations.service';
import type { StoredConversation } from '../stored-conversation';
import { ConversationVisibility } from '../visibility/conversation-visibility';
import { type View, mayBeSeen } from '../visibility/visible-conversations';

/** A conversation that a user asks for by its id. Whatever may not be seen is answered as if it were not there. */
@Injectable()
export class ConversationAccess {
  constructor(
    private readonly visibility: ConversationVisibility,
    private readonly conversations: ConversationsService,
  ) {}

  /** @throws NotFoundError */
  async get(user: AuthenticatedUser, id: string): Promise<StoredConversation> {
    return (await this.require(user, id)).conversation;
  }

  /** @throws NotFoundError */
  async require(
    user: AuthenticatedUser,
    id: string,
  ): Promise<{ conversation: StoredConversation; key: ConversationKey; view: View }> {
    const view = await this.visibility.of(user);
    const conversation = await this.conversations.get(view.accountIds, id, user.id);
    if (!mayBeSeen(view, conversation)) throw new NotFoundError(NO_SUCH_CONVERSATION);
    return { conversation, key: { accountId: conversation.accountId, id: conversation.id }, view };
  }
}
