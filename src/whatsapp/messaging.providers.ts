import { MessageAccountErrorHandler } from './message-account-error.handler';
import { MessageEchoedHandler } from './message-echoed.handler';
import { MessageEditedHandler } from './message-edited.handler';
import { MessageHistoryHandler } from './message-history.handler';
import { MessagePreferenceHandler } from './message-preference.handler';
import { MessageReceivedHandler } from './message-received.handler';
import { MessageRevokedHandler } from './message-revoked.handler';
import { MessageStatusHandler } from './message-status.handler';
import { MessageSystemHandler } from './message-system.handler';
import { MessagesApi } from './messages-api';
import { MessagesController } from './messages.controller';
import { SendMessagePipe } from './send-message.pipe';
import { SendingLimiter } from './sending-limiter';
import { SendingTemplates } from './sending-templates';
import { SendingService } from './sending.service';
import { SendingSweeper } from './sending.sweeper';
import { SendingWorker } from './sending.worker';
import { WhatsAppMessagesService } from './whatsapp-messages.service';

/** Sending and receiving messages, as WhatsAppModule puts it together with accounts and templates. */
export const MESSAGING_CONTROLLERS = [MessagesController];

export const MESSAGING_PROVIDERS = [
  MessagesApi,
  SendMessagePipe,
  SendingLimiter,
  SendingTemplates,
  SendingService,
  SendingWorker,
  SendingSweeper,
  WhatsAppMessagesService,
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
