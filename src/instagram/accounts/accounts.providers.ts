import { InstagramHealth } from './instagram-health.service';
import { MentionHandler } from './mention.handler';
import { MentionWorker } from './mention.worker';
import { InstagramMentionsController } from './mentions.controller';

export const ACCOUNT_CONTROLLERS = [InstagramMentionsController];
export const ACCOUNT_PROVIDERS = [InstagramHealth, MentionHandler, MentionWorker];
