import type { AssetRef } from '../assets/assets.service';
import type { InstagramComment, InstagramMention, InstagramStoryInsights } from './instagram-events';
import type {
  MessagingHandover,
  MessagingMessageEchoed,
  MessagingMessageEdited,
  MessagingMessageReaction,
  MessagingMessageRead,
  MessagingMessageReceived,
  MessagingMessageRevoked,
  MessagingOptIn,
  MessagingOther,
  MessagingPostback,
  MessagingReferred,
  MessengerAccountLinked,
  MessengerMessageDelivered,
  MessengerPolicyEnforced,
} from './messenger-events';
import type { Known } from './meta-enum';
import type {
  PageCommentChanged,
  PageLead,
  PageLikeChanged,
  PageMention,
  PageOther,
  PagePostChanged,
  PageRating,
  PageReactionChanged,
} from './page-events';
import type {
  WhatsAppAccountAlert,
  WhatsAppAccountReviewed,
  WhatsAppAccountUpdated,
  WhatsAppBusinessCapability,
  WhatsAppBusinessUsernameUpdated,
  WhatsAppFlowEvent,
  WhatsAppPartnerSolution,
  WhatsAppPaymentConfigurationUpdated,
  WhatsAppPhoneNumberName,
  WhatsAppPhoneNumberQuality,
  WhatsAppSecurityEvent,
  WhatsAppTemplateCategory,
  WhatsAppTemplateComponents,
  WhatsAppTemplateQuality,
  WhatsAppTemplateStatus,
} from './whatsapp-account-events';
import type {
  WhatsAppAccountError,
  WhatsAppCall,
  WhatsAppCallStatus,
  WhatsAppContactSynced,
  WhatsAppGroupUpdated,
  WhatsAppHistory,
  WhatsAppMessageEchoed,
  WhatsAppMessageEdited,
  WhatsAppMessageReceived,
  WhatsAppMessageRevoked,
  WhatsAppMessageStatus,
  WhatsAppMessageSystem,
  WhatsAppOther,
  WhatsAppUserPreference,
} from './whatsapp-events';

/** Somebody granted a permission to the app, or took it back. */
export interface PermissionsChanged {
  /** The app-scoped id of the person; `0` in tests sent from Meta's dashboard. */
  metaUserId: string;
  /** Name of the permission, or `connected` for the app as a whole. */
  permission: string;
  /** `changed`: the subscription sends no values, so only the name of what changed is known. */
  verb: Known<'granted' | 'revoked' | 'changed'>;
  /** What the permission was given for (Pages, WABAs …), where Meta names it. */
  targetIds: string[];
}

/** Every kind of event with what it carries: types the union, the handlers and the registry at once. */
export interface WebhookEventMap {
  'whatsapp.message.received': WhatsAppMessageReceived;
  'whatsapp.message.edited': WhatsAppMessageEdited;
  'whatsapp.message.revoked': WhatsAppMessageRevoked;
  'whatsapp.message.system': WhatsAppMessageSystem;
  'whatsapp.message.echoed': WhatsAppMessageEchoed;
  'whatsapp.message.status': WhatsAppMessageStatus;
  'whatsapp.history': WhatsAppHistory;
  'whatsapp.contact.synced': WhatsAppContactSynced;
  'whatsapp.user.preference': WhatsAppUserPreference;
  'whatsapp.call': WhatsAppCall;
  'whatsapp.call.status': WhatsAppCallStatus;
  'whatsapp.group.updated': WhatsAppGroupUpdated;
  'whatsapp.template.status': WhatsAppTemplateStatus;
  'whatsapp.template.quality': WhatsAppTemplateQuality;
  'whatsapp.template.category': WhatsAppTemplateCategory;
  'whatsapp.template.components': WhatsAppTemplateComponents;
  'whatsapp.phone_number.quality': WhatsAppPhoneNumberQuality;
  'whatsapp.phone_number.name': WhatsAppPhoneNumberName;
  'whatsapp.account.error': WhatsAppAccountError;
  'whatsapp.account.updated': WhatsAppAccountUpdated;
  'whatsapp.account.alert': WhatsAppAccountAlert;
  'whatsapp.account.reviewed': WhatsAppAccountReviewed;
  'whatsapp.business.capability': WhatsAppBusinessCapability;
  'whatsapp.business_username.updated': WhatsAppBusinessUsernameUpdated;
  'whatsapp.payment_configuration.updated': WhatsAppPaymentConfigurationUpdated;
  'whatsapp.partner_solution': WhatsAppPartnerSolution;
  'whatsapp.security': WhatsAppSecurityEvent;
  'whatsapp.flow': WhatsAppFlowEvent;
  'whatsapp.other': WhatsAppOther;
  'messenger.message.received': MessagingMessageReceived;
  'messenger.message.echoed': MessagingMessageEchoed;
  'messenger.message.edited': MessagingMessageEdited;
  'messenger.message.revoked': MessagingMessageRevoked;
  'messenger.message.reaction': MessagingMessageReaction;
  'messenger.message.delivered': MessengerMessageDelivered;
  'messenger.message.read': MessagingMessageRead;
  'messenger.postback': MessagingPostback;
  'messenger.referral': MessagingReferred;
  'messenger.optin': MessagingOptIn;
  'messenger.handover': MessagingHandover;
  'messenger.account_linking': MessengerAccountLinked;
  'messenger.policy_enforcement': MessengerPolicyEnforced;
  'messenger.other': MessagingOther;
  'instagram.message.received': MessagingMessageReceived;
  'instagram.message.echoed': MessagingMessageEchoed;
  'instagram.message.edited': MessagingMessageEdited;
  'instagram.message.revoked': MessagingMessageRevoked;
  'instagram.message.reaction': MessagingMessageReaction;
  'instagram.message.read': MessagingMessageRead;
  'instagram.postback': MessagingPostback;
  'instagram.referral': MessagingReferred;
  'instagram.optin': MessagingOptIn;
  'instagram.handover': MessagingHandover;
  'instagram.comment': InstagramComment;
  'instagram.mention': InstagramMention;
  'instagram.story_insights': InstagramStoryInsights;
  'instagram.other': MessagingOther;
  'page.post': PagePostChanged;
  'page.comment': PageCommentChanged;
  'page.reaction': PageReactionChanged;
  'page.like': PageLikeChanged;
  'page.mention': PageMention;
  'page.rating': PageRating;
  'page.lead': PageLead;
  'page.other': PageOther;
  'permissions.changed': PermissionsChanged;
}

export type WebhookEventKind = keyof WebhookEventMap;

export type WebhookEvent<K extends WebhookEventKind = WebhookEventKind> = {
  [P in K]: {
    kind: P;
    /** When it happened at Meta; where Meta gives no usable time, when the entry was made or the delivery came in. */
    occurredAt: Date;
    /** What routes the event to its owner; null for events of the app itself (permissions). */
    asset: AssetRef | null;
    /** The WABA of a phone number, when known: a number added a moment ago may be unknown while its WABA is not. */
    parent: AssetRef | null;
    payload: WebhookEventMap[P];
  };
}[K];

/** A piece of a delivery that no event could be made of. It is kept and counted, never thrown away. */
export interface UnrecognizedItem {
  /** Meta's name of the object, such as `page`; empty where the delivery names none. */
  object: string;
  field: string | null;
  /** What was wrong and where, such as `messages[3]: id is missing`. */
  reason: string;
  raw: unknown;
}

export interface ParsedDelivery {
  object: string;
  /** In the order in which the delivery holds them. */
  events: WebhookEvent[];
  unrecognized: UnrecognizedItem[];
}
