import { SendingTemplates } from '../templates/sending-templates';
import { FileFallbackSubscriber } from './file-fallback.subscriber';
import { LastMomentCheck } from './last-moment-check';
import { MessagesApi } from './messages-api';
import { SendMessagePipe } from './send-message.pipe';
import { SendingCall } from './sending-call';
import { SendingNumbers } from './sending-numbers';
import { SendingService } from './sending.service';
import { WhatsAppSendingChannel } from './whatsapp-sending.channel';

/** Taking orders to send, and WhatsApp's part in carrying them out, as WhatsAppModule puts it together with the rest. */
export const SENDING_PROVIDERS = [
  FileFallbackSubscriber,
  LastMomentCheck,
  MessagesApi,
  SendMessagePipe,
  SendingCall,
  SendingNumbers,
  SendingService,
  SendingTemplates,
  WhatsAppSendingChannel,
];
