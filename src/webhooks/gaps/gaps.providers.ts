import { AccountChecksRepository } from './account-checks.repository';
import { AppSubscriptionCheck } from './app-subscription.check';
import { BackfillRegistry } from './backfill.registry';
import { GapRepairService } from './gap-repair.service';
import { GapRepairWorker } from './gap-repair.worker';
import { GapRepairsRepository } from './gap-repairs.repository';
import { ReceptionWatch } from './reception-watch';
import { SubscriptionCheckScheduler } from './subscription-check.scheduler';
import { SubscriptionCheckService } from './subscription-check.service';
import { SubscriptionChecksRepository } from './subscription-checks.repository';
import { SubscriptionReportService } from './subscription-report.service';
import { WebhookGapsController } from './webhook-gaps.controller';
import { WebhookGapsRepository } from './webhook-gaps.repository';
import { WebhookGapsService } from './webhook-gaps.service';
import { WebhookSubscriptionsController } from './webhook-subscriptions.controller';

/** Noticing that events were missed, and having them again. Part of `WebhooksModule`. */
export const GAP_CONTROLLERS = [WebhookGapsController, WebhookSubscriptionsController];

export const GAP_PROVIDERS = [
  AccountChecksRepository,
  AppSubscriptionCheck,
  BackfillRegistry,
  GapRepairService,
  GapRepairWorker,
  GapRepairsRepository,
  ReceptionWatch,
  SubscriptionCheckScheduler,
  SubscriptionCheckService,
  SubscriptionChecksRepository,
  SubscriptionReportService,
  WebhookGapsRepository,
  WebhookGapsService,
];
