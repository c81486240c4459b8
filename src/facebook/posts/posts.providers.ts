import { PostHandler } from './post.handler';
import { PostScope } from './post-scope';
import { PostsApi } from './posts-api';
import { PostsController } from './posts.controller';
import { PostsService } from './posts.service';
import { PublicationFollowUp } from './publication-follow-up';
import { PublicationPreparer } from './publication-preparer';
import { PublicationRunner } from './publication-runner';
import { PublicationSearch } from './publication-search';
import { PublicationSettlement } from './publication-settlement';
import { PublicationTelling } from './publication-telling';
import { PublicationWorker } from './publication.worker';
import { PublicationsController } from './publications.controller';
import { PublicationsRepository } from './publications.repository';
import { PublicationsService } from './publications.service';
import { PublishingApi } from './publishing-api';
import { UploadedFiles } from './uploaded-files';

/** Posts, as FacebookModule puts them together with the rest. */
export const POST_CONTROLLERS = [PostsController, PublicationsController];

export const POST_PROVIDERS = [
  PostHandler,
  PostScope,
  PostsApi,
  PostsService,
  PublicationFollowUp,
  PublicationPreparer,
  PublicationRunner,
  PublicationSearch,
  PublicationSettlement,
  PublicationTelling,
  PublicationWorker,
  PublicationsRepository,
  PublicationsService,
  PublishingApi,
  UploadedFiles,
];
