import { InstagramBodyPipe } from './instagram-body.pipe';
import { InstagramMediaSource } from './instagram-media.source';
import { InstagramMessagesController } from './instagram-messages.controller';
import { InstagramMessagingHouse } from './instagram-messaging.house';
import { InstagramNaming } from './instagram-naming';
import { InstagramReplies } from './instagram-replies';
import { InstagramMessagingSettingsController } from './instagram-settings.controller';

export const MESSAGING_CONTROLLERS = [InstagramMessagesController, InstagramMessagingSettingsController];

/** Writing to people on Instagram, as InstagramModule puts it beside the accounts. */
export const MESSAGING_PROVIDERS = [
  InstagramBodyPipe,
  InstagramMediaSource,
  InstagramMessagingHouse,
  InstagramNaming,
  InstagramReplies,
];
