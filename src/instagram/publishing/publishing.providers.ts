import { InstagramAccountScope } from '../accounts/account-scope';
import { ContainerWork } from './container-work';
import { MediaApi } from './media-api';
import { InstagramMediaController } from './media.controller';
import { InstagramMediaService } from './media.service';
import { PublicationClaims } from './publication-claims';
import { PublicationEndings } from './publication-endings';
import { PublicationFiles } from './publication-files';
import { PublicationReconciler } from './publication-reconciler';
import { PublicationRunner } from './publication-runner';
import { InstagramPublicationsController } from './publications.controller';
import { PublicationsRepository } from './publications.repository';
import { PublicationsService } from './publications.service';
import { PublishingApi } from './publishing-api';
import { InstagramPublishingWorker } from './publishing.worker';

/** What is on Instagram accounts, and what is published there, as InstagramModule puts it beside the rest. */
export const PUBLISHING_CONTROLLERS = [InstagramMediaController, InstagramPublicationsController];

export const PUBLISHING_PROVIDERS = [
  ContainerWork,
  InstagramAccountScope,
  InstagramMediaService,
  InstagramPublishingWorker,
  MediaApi,
  PublicationClaims,
  PublicationEndings,
  PublicationFiles,
  PublicationReconciler,
  PublicationRunner,
  PublicationsRepository,
  PublicationsService,
  PublishingApi,
];
