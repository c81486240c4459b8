import { PageEventHandlers } from './page-event.handlers';
import { PageEventsController } from './page-events.controller';
import { PageHealth } from './page-health.service';
import { PageLeadWorker } from './page-lead.worker';
import { PageLeads } from './page-leads.repository';
import { PagePeopleEraser } from './page-people.eraser';
import { PagePolicies } from './page-policies.repository';
import { PageRatings } from './page-ratings.repository';
import { PageReactions } from './page-reactions.repository';

export const PAGE_CONTROLLERS = [PageEventsController];
export const PAGE_PROVIDERS = [
  PageEventHandlers,
  PageHealth,
  PageLeadWorker,
  PageLeads,
  PagePeopleEraser,
  PagePolicies,
  PageRatings,
  PageReactions,
];
