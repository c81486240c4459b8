import { CreateIdentity1795219200000 } from './migrations/1795219200000-create-identity';
import { CreateMetaAccounts1795219200001 } from './migrations/1795219200001-create-meta-accounts';
import { CreateAssets1795219200002 } from './migrations/1795219200002-create-assets';
import { CreateWebhookInbox1795219200003 } from './migrations/1795219200003-create-webhook-inbox';
import { CreateConversations1795219200004 } from './migrations/1795219200004-create-conversations';
import { CreateWhatsapp1795219200005 } from './migrations/1795219200005-create-whatsapp';
import { CreateDomainEvents1795219200006 } from './migrations/1795219200006-create-domain-events';
import { AddWebhookLanes1795305600000 } from './migrations/1795305600000-add-webhook-lanes';
import { AddOutboxRelay1795305600001 } from './migrations/1795305600001-add-outbox-relay';
import { CreateWebhookGaps1795305600003 } from './migrations/1795305600003-create-webhook-gaps';
import { CreatePages1795305600004 } from './migrations/1795305600004-create-pages';
import { KeepTimesOfFacts1795305600005 } from './migrations/1795305600005-keep-times-of-facts';
import { CreateComments1795305600006 } from './migrations/1795305600006-create-comments';
import { CreateInstagramAccounts1795305600007 } from './migrations/1795305600007-create-instagram-accounts';
import { CreateMessageMedia1795305600008 } from './migrations/1795305600008-create-message-media';
import { OrderSendsByLane1795392000000 } from './migrations/1795392000000-order-sends-by-lane';
import { CreateCampaigns1795392000001 } from './migrations/1795392000001-create-campaigns';
import { CreateMediaUploads1795392000002 } from './migrations/1795392000002-create-media-uploads';
import { ExtendWhatsappTemplates1795392000003 } from './migrations/1795392000003-extend-whatsapp-templates';
import { AddWhatsappAccountState1795392000004 } from './migrations/1795392000004-add-whatsapp-account-state';
import { CreateNotifications1795392000005 } from './migrations/1795392000005-create-notifications';
import { CreateMessageMetrics1795392000006 } from './migrations/1795392000006-create-message-metrics';
import { CreateFlowsGroupsCalls1795392000007 } from './migrations/1795392000007-create-flows-groups-calls';
import { LetStatusesWaitForSends1795478400000 } from './migrations/1795478400000-let-statuses-wait-for-sends';
import { CreateFacebookPublications1795478400001 } from './migrations/1795478400001-create-facebook-publications';
import { CreateInstagramPublications1795478400002 } from './migrations/1795478400002-create-instagram-publications';
import { CreateCommentActions1795478400003 } from './migrations/1795478400003-create-comment-actions';
import { CreateInsights1795478400004 } from './migrations/1795478400004-create-insights';
import { AddProfilesAndPageEvents1795478400005 } from './migrations/1795478400005-add-profiles-and-page-events';
import { ExtendConversations1795564800000 } from './migrations/1795564800000-extend-conversations';
import { ThreadComments1795564800001 } from './migrations/1795564800001-thread-comments';
import { CreateSearch1795564800002 } from './migrations/1795564800002-create-search';
import { ExtendContacts1795564800003 } from './migrations/1795564800003-extend-contacts';
import { CreateMessageSentiments1795564800004 } from './migrations/1795564800004-create-message-sentiments';
import { CreateSentimentBatches1795564800005 } from './migrations/1795564800005-create-sentiment-batches';
import { CreateNotificationEndpoints1795564800007 } from './migrations/1795564800007-create-notification-endpoints';
import { IndexContactNotes1795564800008 } from './migrations/1795564800008-index-contact-notes';
import { ExtendMetrics1795651200000 } from './migrations/1795651200000-extend-metrics';
import { CreateWhatsappMetaFigures1795651200001 } from './migrations/1795651200001-create-whatsapp-meta-figures';
import { CreateReports1795651200002 } from './migrations/1795651200002-create-reports';
import { SumCases1795737600000 } from './migrations/1795737600000-sum-cases';
import { CreateAuditEvents1795737600001 } from './migrations/1795737600001-create-audit-events';
import { AddTimelines1795737600002 } from './migrations/1795737600002-add-timelines';
import { LimitLogins1795737600003 } from './migrations/1795737600003-limit-logins';
import { CreateDoctor1795737600004 } from './migrations/1795737600004-create-doctor';
import { FindLockedLogins1795824000000 } from './migrations/1795824000000-find-locked-logins';
import { VersionFigureMonths1795824000010 } from './migrations/1795824000010-version-figure-months';
import { CreateCommentMetrics1795824000020 } from './migrations/1795824000020-create-comment-metrics';
import { CountStoredComments1795824000021 } from './migrations/1795824000021-count-stored-comments';
import { VersionFigureDays1795910400000 } from './migrations/1795910400000-version-figure-days';

/** In the order they run. Listed by hand: a glob would differ between sources and build. */
export const MIGRATIONS = [
  CreateIdentity1795219200000,
  CreateMetaAccounts1795219200001,
  CreateAssets1795219200002,
  CreateWebhookInbox1795219200003,
  CreateConversations1795219200004,
  CreateWhatsapp1795219200005,
  CreateDomainEvents1795219200006,
  AddWebhookLanes1795305600000,
  AddOutboxRelay1795305600001,
  CreateWebhookGaps1795305600003,
  CreatePages1795305600004,
  KeepTimesOfFacts1795305600005,
  CreateComments1795305600006,
  CreateInstagramAccounts1795305600007,
  CreateMessageMedia1795305600008,
  OrderSendsByLane1795392000000,
  CreateCampaigns1795392000001,
  CreateMediaUploads1795392000002,
  ExtendWhatsappTemplates1795392000003,
  AddWhatsappAccountState1795392000004,
  CreateNotifications1795392000005,
  CreateMessageMetrics1795392000006,
  CreateFlowsGroupsCalls1795392000007,
  LetStatusesWaitForSends1795478400000,
  CreateFacebookPublications1795478400001,
  CreateInstagramPublications1795478400002,
  CreateCommentActions1795478400003,
  CreateInsights1795478400004,
  AddProfilesAndPageEvents1795478400005,
  ExtendConversations1795564800000,
  ThreadComments1795564800001,
  CreateSearch1795564800002,
  ExtendContacts1795564800003,
  CreateMessageSentiments1795564800004,
  CreateSentimentBatches1795564800005,
  CreateNotificationEndpoints1795564800007,
  IndexContactNotes1795564800008,
  ExtendMetrics1795651200000,
  CreateWhatsappMetaFigures1795651200001,
  CreateReports1795651200002,
  SumCases1795737600000,
  CreateAuditEvents1795737600001,
  AddTimelines1795737600002,
  LimitLogins1795737600003,
  CreateDoctor1795737600004,
  FindLockedLogins1795824000000,
  VersionFigureMonths1795824000010,
  CreateCommentMetrics1795824000020,
  CountStoredComments1795824000021,
  VersionFigureDays1795910400000,
];
