import { CampaignAudienceRepository } from './campaign-audience.repository';
import { CampaignControl } from './campaign-control.service';
import { CampaignExportsController } from './campaign-exports.controller';
import { CampaignFeeder } from './campaign-feeder';
import { CampaignForecast } from './campaign-forecast.service';
import { CampaignImport } from './campaign-import.service';
import { CampaignImportsRepository } from './campaign-imports.repository';
import { CampaignObstacles } from './campaign-obstacles';
import { CampaignOutcomesSubscriber } from './campaign-outcomes.subscriber';
import { CampaignPeopleEraser } from './campaign-people.eraser';
import { CampaignProgressRepository } from './campaign-progress.repository';
import { CampaignRecipientsController } from './campaign-recipients.controller';
import { CampaignRecipientsRepository } from './campaign-recipients.repository';
import { CampaignRetry } from './campaign-retry.service';
import { CampaignTemplates } from './campaign-templates';
import { CampaignWatch } from './campaign.watch';
import { CampaignsController } from './campaigns.controller';
import { CampaignsRepository } from './campaigns.repository';
import { CampaignsService } from './campaigns.service';
import { RecipientUpload } from './recipient-upload';

/** One template to many people, as WhatsAppModule puts it beside the single messages. */
export const CAMPAIGN_CONTROLLERS = [
  CampaignsController,
  CampaignRecipientsController,
  CampaignExportsController,
];

export const CAMPAIGN_PROVIDERS = [
  CampaignAudienceRepository,
  CampaignControl,
  CampaignFeeder,
  CampaignForecast,
  CampaignImport,
  CampaignImportsRepository,
  CampaignObstacles,
  CampaignOutcomesSubscriber,
  CampaignPeopleEraser,
  CampaignProgressRepository,
  CampaignRecipientsRepository,
  CampaignRetry,
  CampaignTemplates,
  CampaignWatch,
  CampaignsRepository,
  CampaignsService,
  RecipientUpload,
];
