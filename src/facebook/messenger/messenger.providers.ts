import { MessengerBodyPipe } from './messenger-body.pipe';
import { MessengerMediaSource } from './messenger-media.source';
import { MessengerReplies } from './messenger-replies';
import { MessengerMessagesController } from './messenger-messages.controller';
import { MessengerSettingsController } from './messenger-settings.controller';
import { MessengerHouse } from './messenger.house';

export const MESSENGER_CONTROLLERS = [MessengerMessagesController, MessengerSettingsController];

/** Writing to people in Messenger, as FacebookModule puts it beside the Pages. */
export const MESSENGER_PROVIDERS = [
  MessengerBodyPipe,
  MessengerHouse,
  MessengerMediaSource,
  MessengerReplies,
];
