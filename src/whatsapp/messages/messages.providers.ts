import { BlockedUsersApi } from './blocked-users-api';
import { BlockedUsersController } from './blocked-users.controller';
import { BlockedUsersService } from './blocked-users.service';
import { MessageAccountErrorHandler } from './message-account-error.handler';
import { MessageEchoedHandler } from './message-echoed.handler';
import { MessageEditedHandler } from './message-edited.handler';
import { MessageHistoryHandler } from './message-history.handler';
import { MessagePreferenceHandler } from './message-preference.handler';
import { MessageReceivedHandler } from './message-received.handler';
import { MessageRevokedHandler } from './message-revoked.handler';
import { MessageStatusHandler } from './message-status.handler';
import { MessageSystemHandler } from './message-system.handler';
import { MessagesController } from './messages.controller';
import { WhatsAppMessagesService } from './whatsapp-messages.service';
import { WhatsAppReplies } from './whatsapp-replies';

/** Messages as people read and receive them, as WhatsAppModule puts it together with the rest. */
export const MESSAGE_CONTROLLERS = [MessagesController, BlockedUsersController];

export const MESSAGE_PROVIDERS = [
  WhatsAppMessagesService,
  WhatsAppReplies,
  BlockedUsersApi,
  BlockedUsersService,
  MessageReceivedHandler,
  MessageEditedHandler,
  MessageRevokedHandler,
  MessageSystemHandler,
  MessageEchoedHandler,
  MessageStatusHandler,
  MessageHistoryHandler,
  MessagePreferenceHandler,
  MessageAccountErrorHandler,
];
