import { TemplateActionsApi } from './template-actions-api';
import { TemplateActionsController } from './template-actions.controller';
import { TemplateActions } from './template-actions.service';
import { TemplateApi } from './template-api';
import {
  TemplateCategoryHandler,
  TemplateComponentsHandler,
  TemplateQualityHandler,
} from './template-change.handlers';
import { TemplateCreation } from './template-creation.service';
import { TemplateCreationsRepository } from './template-creations.repository';
import { TemplateDeletion } from './template-deletion.service';
import { TemplateDraftsController } from './template-drafts.controller';
import { TemplateEditing } from './template-editing.service';
import { TemplateEditsRepository } from './template-edits.repository';
import { TemplateEventsRepository } from './template-events.repository';
import { TemplateInsightsApi } from './template-insights-api';
import { TemplateInsightsController } from './template-insights.controller';
import { TemplateInsights } from './template-insights.service';
import { TemplateNamesRepository } from './template-names.repository';
import { TemplateSamplesController } from './template-samples.controller';
import { TemplateSamples } from './template-samples.service';
import { TemplateStatusHandler } from './template-status.handler';
import { TemplateSyncProcessor } from './template-sync.processor';
import { TemplateSyncRepository } from './template-sync.repository';
import { TemplateSyncService } from './template-sync.service';
import { TemplateWritesRepository } from './template-writes.repository';
import { TemplatesController } from './templates.controller';
import { TemplatesRepository } from './templates.repository';
import { TemplatesService } from './templates.service';

/** Message templates, as WhatsAppModule puts them together with the rest. */
export const TEMPLATE_CONTROLLERS = [
  TemplatesController,
  TemplateDraftsController,
  TemplateSamplesController,
  TemplateInsightsController,
  TemplateActionsController,
];

export const TEMPLATE_PROVIDERS = [
  TemplateActions,
  TemplateActionsApi,
  TemplateApi,
  TemplateCategoryHandler,
  TemplateComponentsHandler,
  TemplateCreation,
  TemplateCreationsRepository,
  TemplateDeletion,
  TemplateEditing,
  TemplateEditsRepository,
  TemplateEventsRepository,
  TemplateInsights,
  TemplateInsightsApi,
  TemplateNamesRepository,
  TemplateQualityHandler,
  TemplateSamples,
  TemplateStatusHandler,
  TemplateSyncProcessor,
  TemplateSyncRepository,
  TemplateSyncService,
  TemplateWritesRepository,
  TemplatesRepository,
  TemplatesService,
];
