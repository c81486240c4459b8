import { SendingTemplates } from '../templates/sending-templates';
import { FileFallbackSubscriber } from './file-fallback.subscriber';
import { LastMomentCheck } from './last-moment-check';
import { MessagesApi } from './messages-api';
import { SendMessagePipe } from './send-message.pipe';
import { SendResults } from './send-results';
import { SendingCall } from './sending-call';
import { SendingDispatcher } from './sending-dispatcher';
import { SendingNumbers } from './sending-numbers';
import { SendingPace } from './sending-pace';
import { SendingWaker } from './sending-waker';
import { SendingService } from './sending.service';
import { SendingSweeper } from './sending.sweeper';

/** Taking orders to send and carrying them out, as WhatsAppModule puts it together with the rest. */
export const SENDING_PROVIDERS = [
  FileFallbackSubscriber,
  LastMomentCheck,
  MessagesApi,
  SendMessagePipe,
  SendResults,
  SendingCall,
  SendingDispatcher,
  SendingNumbers,
  SendingPace,
  SendingService,
  SendingSweeper,
  SendingTemplates,
  SendingWaker,
];
