import { MessagesApi } from './messages-api';
import { SendMessagePipe } from './send-message.pipe';
import { SendingLimiter } from './sending-limiter';
import { SendingTemplates } from '../templates/sending-templates';
import { SendingService } from './sending.service';
import { SendingWorker } from './sending.worker';
import { SendingSweeper } from './sending.sweeper';

/** Taking orders to send and carrying them out, as WhatsAppModule puts it together with the rest. */
export const SENDING_PROVIDERS = [
  MessagesApi,
  SendMessagePipe,
  SendingLimiter,
  SendingTemplates,
  SendingService,
  SendingWorker,
  SendingSweeper,
];
