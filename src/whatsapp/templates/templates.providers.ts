import { TemplateApi } from './template-api';
import {
  TemplateCategoryHandler,
  TemplateComponentsHandler,
  TemplateQualityHandler,
} from './template-change.handlers';
import { TemplateEventsRepository } from './template-events.repository';
import { TemplateStatusHandler } from './template-status.handler';
import { TemplateSyncProcessor } from './template-sync.processor';
import { TemplateSyncRepository } from './template-sync.repository';
import { TemplateSyncService } from './template-sync.service';
import { TemplatesController } from './templates.controller';
import { TemplatesRepository } from './templates.repository';
import { TemplatesService } from './templates.service';

/** Message templates, as WhatsAppModule puts them together with the rest. */
export const TEMPLATE_CONTROLLERS = [TemplatesController];

export const TEMPLATE_PROVIDERS = [
  TemplateApi,
  TemplateCategoryHandler,
  TemplateComponentsHandler,
  TemplateEventsRepository,
  TemplateQualityHandler,
  TemplateStatusHandler,
  TemplateSyncProcessor,
  TemplateSyncRepository,
  TemplateSyncService,
  TemplatesRepository,
  TemplatesService,
];
