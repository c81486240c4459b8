import type { AssetKind } from '../assets/entities/asset.entity';
import type {
  AccountId,
  AssetId,
  CampaignId,
  CommentActionId,
  CommentId,
  ContactId,
  ConversationId,
  DeliveryId,
  InstagramPublicationId,
  MessageId,
  NoteId,
  UserId,
} from '../database/ids';

/** What an event means for sending: `critical` ends or endangers it, `warning` may become that. */
export type EventSeverity = 'info' | 'warning' | 'critical';

/** One of several things that stand otherwise than before. */
export interface WhatsAppFurtherChange {
  what: string;
  previous: string | null;
  current: string | null;
  severity: EventSeverity;
}

/** Something of a WhatsApp account or number stands otherwise than before. */
export interface WhatsAppStateChange {
  wabaId: string;
  /** Where it was learnt: Meta's webhook field or part of it, else `read`, `sending`, `registration`. */
  field: string;
  /** The most important of what changed: `status`, `qualityRating`, `messagingLimit`, `throughput`, `nameStatus`, …. */
  what: string;
  previous: string | null;
  current: string | null;
  severity: EventSeverity;
}

/** What Meta decides about a template, in its own words. */
export interface TemplateFacts {
  status: string;
  category: string;
  /** Announced: the category that Meta is going to move it to. */
  correctCategory: string | null;
  qualityScore: string | null;
}

/** A call as it stands; `callId` is Meta's, `id` ours. */
export interface CallFacts {
  id: string;
  callId: string;
  /** Meta's id of the business's number. */
  phoneNumberId: string;
  direction: 'USER_INITIATED' | 'BUSINESS_INITIATED';
  state: string;
}

/** How something that is connected works. `ok` where nothing is wrong. */
export interface ChannelHealthChange {
  assetId: AssetId;
  name: string;
  previous: string;
  current: string;
  reason: string | null;
  severity: EventSeverity;
}

/** What was ordered to be published on Instagram; `publicationId` is ours. */
export interface InstagramPublicationFacts {
  publicationId: InstagramPublicationId;
  /** The Instagram account. */
  assetId: AssetId;
  /** As `reel`. */
  publicationKind: string;
}

/** A notification as it stands. */
export interface NotificationNews {
  notificationId: string;
  /** As `template.rejected`. */
  notificationKind: string;
  severity: EventSeverity;
  title: string;
  occurrences: number;
  isResolved: boolean;
  /** It is for this user alone, and to be shown to nobody else; null: for everybody who sees the account. */
  recipientId?: UserId | null;
}

/** An outbound webhook of an account. */
export interface EndpointFacts {
  endpointId: string;
  /** Of its address, which may hold secrets further on. */
  host: string;
}

/** Figures of an account as a file, asked for once or by a schedule. */
export interface ReportFacts {
  reportId: string;
  title: string;
  scheduleId: string | null;
  recipientIds: UserId[];
}

/** A post of a Page. */
export interface FacebookPostFacts {
  /** Ours, of what was published from here; null for a post that was made elsewhere. */
  publicationId: string | null;
  assetId: AssetId;
  /** Meta's id of the Page. */
  pageId: string;
  /** Meta's; null while there is none. */
  postId: string | null;
  /** What people recognise it by: how its text begins, or what it shows. */
  title: string;
}

/** An answer of ours to a comment. */
export interface CommentActionFacts {
  actionId: CommentActionId;
  kind: 'comment' | 'reply' | 'private_reply';
  commentId: CommentId | null;
  /** The Page or Instagram account. */
  assetId: AssetId;
}

/** What this product tells others of after a commit: browsers, customers' endpoints, analytics. */
export interface DomainEventMap {
  'account.connected': { accountId: AccountId };
  /** The token stopped working or lost a permission; a person has to connect again. */
  'account.reauth_required': { reason: string; missingPermissions: string[] };
  'account.disconnected': { reason: 'user' | 'deauthorized' | 'data_deletion' };
  /** `isWell`: Meta said that the connection works again and that nothing is missing of what it had lost. */
  'account.token_refreshed': { expiresAt: string | null; isWell?: boolean };
  /** The token ends soon and could not be renewed so far: once for each end, about a week before it. */
  'account.token_expiring': { expiresAt: string };
  /** These users were given access to the account, lost it, or see more or less of it than before. */
  'account.members_changed': { userIds: UserId[] };
  /** A webhook named something of Meta's that nobody had brought in; it went to the owner of what it belongs to. */
  'asset.adopted': { kind: AssetKind; metaId: string };
  'message.created': { messageId: MessageId; conversationId: ConversationId; contactId: ContactId | null };
  /** `error` for `failed` and `unknown`: Meta's code, or one of ours, and what it is called. */
  'message.status': {
    messageId: MessageId;
    conversationId: ConversationId;
    status: string;
    error?: { code: number | string; title: string | null };
  };
  /** A message's content became another one, by an edit or by the file of an imported one, or was taken back. */
  'message.updated': {
    messageId: MessageId;
    conversationId: ConversationId;
    change: 'edited' | 'revoked';
    /** It is part of an imported history: nobody is waiting to be told. */
    imported: boolean;
  };
  /** The file of a message can be had from here now. */
  'message.media_stored': { messageId: MessageId; conversationId: ConversationId; mediaId: string };
  /** `changed`: fields of the conversation as the REST API calls them; left out where it may be anything. */
  'conversation.updated': { conversationId: ConversationId; changed?: string[] };
  /** `agentId` null: it is nobody's now. `actorId` null: it happened by itself, as when the agent lost access. */
  'conversation.assigned': {
    conversationId: ConversationId;
    previousAgentId: UserId | null;
    agentId: UserId | null;
    actorId: UserId | null;
  };
  'conversation.note_added': {
    conversationId: ConversationId;
    noteId: NoteId;
    authorId: UserId;
    mentionedUserIds: UserId[];
  };
  /** What somebody wrote was read. `language` is ISO 639-1; `model` says who read it, null where a person put it right. */
  'message.sentiment': {
    messageId: MessageId;
    conversationId: ConversationId;
    label: 'positive' | 'neutral' | 'negative';
    confidence: number;
    language: string | null;
    model: string | null;
  };
  /**
   * A customer is angry: told once, until it is better again. `reason`: one message that is certainly negative, or several in
   * a row. `score` is the conversation's, from -1 to 1; `confidence` the message's.
   */
  'sentiment.alert': {
    conversationId: ConversationId;
    messageId: MessageId;
    score: number;
    confidence: number;
    reason: 'strong' | 'repeated';
  };
  /** What was told by `sentiment.alert` is over. */
  'sentiment.recovered': { conversationId: ConversationId; reason: 'calm' | 'closed' | 'gone' };
  /**
   * What is known of a person is other than it was (by hand; `changed` says what), or several contacts were made one
   * person, or were separated again: `contactId` is the one that stands for the person.
   */
  'contact.updated': {
    contactId: ContactId;
    change: 'edited' | 'merged' | 'separated';
    changed?: string[];
  };
  /** Everything of the person is gone. */
  'contact.erased': { contactId: ContactId };
  /** Under a post of a Page or a media of an Instagram account (`assetId`). */
  'comment.created': { commentId: CommentId; assetId: AssetId };
  /** Its text, attachment or author changed, or it was hidden or shown again. */
  'comment.updated': { commentId: CommentId; assetId: AssetId };
  /** It was taken back, by whoever; its content is gone here, too. */
  'comment.removed': { commentId: CommentId; assetId: AssetId };
  /** We answered it in public or in private, or wrote under the post itself (`commentId` is null then). */
  'comment.replied': CommentActionFacts & {
    /** Our comment; null for a private reply. */
    replyId: CommentId | null;
    /** Of a private reply: where it stands in the inbox. */
    message: { messageId: MessageId; conversationId: ConversationId } | null;
  };
  /** An answer whose outcome was open turned out not to have been given. */
  'comment.reply_failed': CommentActionFacts & { error: { code: number | string; message: string | null } };
  /** It can be seen on the Page now. */
  'facebook.post.published': FacebookPostFacts & { permalinkUrl: string | null };
  /** Meta has it and publishes it then; also when it was moved to another time. */
  'facebook.post.scheduled': FacebookPostFacts & { scheduledAt: string };
  /** Whether Meta published it is being found out; it must not be posted again meanwhile. */
  'facebook.post.unknown': FacebookPostFacts & { since: string };
  /** `isLate`: whoever ordered it had an answer already, and does not know. */
  'facebook.post.failed': FacebookPostFacts & {
    error: { code: string; message: string };
    isLate: boolean;
  };
  /** Its text is another one now. */
  'facebook.post.updated': FacebookPostFacts;
  /** Deleted, or its publishing cancelled, here or elsewhere. */
  'facebook.post.removed': FacebookPostFacts;
  /** Meta's own figures of something are other than they were. `objectId` is Meta's id, `kind` what it is of. */
  'insights.updated': {
    assetId: AssetId;
    kind: 'page' | 'post' | 'ig_account' | 'ig_media';
    objectId: string;
  };
  /**
   * A connected Page works otherwise than before. `what`: `access` (its token, the person's role or tasks), `policy` (Meta
   * blocks or warns it). `current`: `ok`, or what is wrong in a word; `reason`: the same for people.
   */
  'facebook.page.updated': ChannelHealthChange & { pageId: string; what: 'access' | 'policy' };
  /** The same of a connected Instagram account. */
  'instagram.account.updated': ChannelHealthChange & { igAccountId: string; what: 'access' };
  /** Somebody filled in a form under an advertisement of the Page, and its answers are here. */
  'page.lead_received': { leadId: string; assetId: AssetId; formId: string | null };
  /** Somebody recommended the Page or advised against it, changed that, or took it back. */
  'page.rated': { ratingId: string; assetId: AssetId; recommendation: string | null; isRemoved: boolean };
  /** Reactions to one post or comment (`targetId`, Meta's id), or likes of the Page itself (null), changed. */
  'page.reactions_changed': { assetId: AssetId; targetId: string | null };
  /** Somebody named the Page or Instagram account in a post or comment of theirs. */
  'mention.created': { mentionId: string; assetId: AssetId };
  /** At most about once a second for each campaign, with how many recipients are in each state at present. */
  'campaign.progress': { campaignId: CampaignId; state: string; counts: Record<string, number> };
  /** `automatic`: nobody asked for it; somebody has to deal with the reason before it can go on. */
  'campaign.paused': {
    campaignId: CampaignId;
    name: string;
    automatic: boolean;
    reason: { code: string; message: string };
  };
  /** Somebody let it go on. */
  'campaign.resumed': { campaignId: CampaignId; name: string };
  'campaign.cancelled': { campaignId: CampaignId; name: string };
  /** `counts`: how many recipients ended in which state. */
  'campaign.completed': { campaignId: CampaignId; name: string; counts?: Record<string, number> };
  /** `templateId` is Meta's, `id` ours; `previous` is null for one that was not known before. */
  'template.updated': {
    templateId: string;
    name: string;
    language: string;
    status: string;
    id?: string;
    changed?: ('status' | 'category' | 'correctCategory' | 'qualityScore' | 'components')[];
    previous?: TemplateFacts | null;
    current?: TemplateFacts;
  };
  /** A delivery with events of this account failed every time and is parked; it can be replayed. */
  'webhook.delivery_dead': { deliveryId: DeliveryId; error: string };
  'whatsapp.account.updated': WhatsAppStateChange & {
    /** Meta's word for it, as `DISABLED_UPDATE`. */
    event: string | null;
    /** Set where it is about one number of the account. */
    phoneNumberId: string | null;
    /** What is forbidden from now on, the longest first; empty where the event speaks of no restriction. */
    restrictions: { type: string; expiresAt: string | null }[];
  };
  /** `others`: what changed beside it, the most important first. */
  'whatsapp.phone_number.updated': WhatsAppStateChange & {
    phoneNumberId: string;
    others?: WhatsAppFurtherChange[];
  };
  /** A step after Embedded Signup is done, or failed for good: somebody has to do something about it. */
  'whatsapp.onboarding.step': {
    onboardingId: string;
    wabaId: string;
    phoneNumberId: string | null;
    step: string;
    state: 'done' | 'failed';
    error: { code: string; message: string } | null;
  };
  /** A flow's status, or an alarm of Meta's about it. `flowId` is Meta's, `id` ours. */
  'whatsapp.flow.updated': {
    id: string;
    flowId: string;
    wabaId: string;
    name: string;
    /** Meta's word, as `FLOW_STATUS_CHANGE`, `ENDPOINT_LATENCY`. */
    event: string;
    previous: string | null;
    status: string;
    severity: EventSeverity;
  };
  /** `type` is Meta's word, as `group_create`; `groupId` is Meta's, null until it has one. */
  'whatsapp.group.updated': { id: string; groupId: string | null; phoneNumberId: string; type: string };
  /** Somebody calls the business: the offer can be read with the call, and waits half a minute to a minute. */
  'whatsapp.call.offered': CallFacts;
  /** It rings, was taken or refused, or the answer to our offer is there. */
  'whatsapp.call.updated': CallFacts;
  'whatsapp.call.ended': CallFacts & { outcome: string; durationSeconds: number | null };
  /** On an Instagram account (`assetId`). `mediaId` is Meta's; null where it is there, and not known as which media. */
  'instagram.media.published': InstagramPublicationFacts & {
    mediaId: string | null;
    permalink: string | null;
  };
  /** It was not published, and somebody has to do something about it. */
  'instagram.media.failed': InstagramPublicationFacts & {
    /** How the caption begins. */
    caption: string | null;
    error: { code: string; message: string; advice: string };
  };
  /** Meta was told to publish it, and for some while nobody has been able to find out whether it did. */
  'instagram.media.unknown': InstagramPublicationFacts & { caption: string | null };
  /** Events of an asset may have been missed. `repairable`: what Meta still has of them will be read. Times are ISO 8601. */
  'webhook.gap_found': {
    gapId: string;
    assetId: AssetId;
    cause: 'receiver_down' | 'unsubscribed';
    from: string;
    until: string;
    repairable: boolean;
  };
  /** What Meta still had of a gap was read; `stored` of the `found` had been missing here. */
  'webhook.gap_repaired': { gapId: string; assetId: AssetId; found: number; stored: number };
  /** What was missed in a gap cannot be read from Meta, or reading it was given up. `note` says why, for people. */
  'webhook.gap_unrepaired': {
    gapId: string;
    assetId: AssetId;
    state: 'not_repairable' | 'failed';
    note: string | null;
  };
  /** Nothing that was sent to an outbound webhook has arrived for a while; it is still being tried. `host` is that of its address. */
  'endpoint.failing': EndpointFacts & { since: string; error: string };
  /** An outbound webhook is told nothing any more until somebody switches it on again. */
  'endpoint.disabled': EndpointFacts & { reason: 'failing' | 'gone'; error: string };
  /** It works again, was switched on again, or is no more: nothing is wrong with it any longer. */
  'endpoint.recovered': EndpointFacts;
  /** A report can be downloaded. `recipientIds`: who is to be told, of those who have access. */
  'report.completed': ReportFacts & { format: string; rows: number; expiresAt: string };
  'report.failed': ReportFacts & { error: { code: string; message: string } };
  /** Nobody's access carries it any more: somebody has to take it over. */
  'report.schedule_stopped': {
    scheduleId: string;
    title: string;
    reason: { code: string; message: string };
  };
  /** Something worth a person's attention. Who has it muted is not to be disturbed by it. */
  'notification.created': NotificationNews;
  /** It happened again, got worse, is over, …; `isNews` when it counts as unread again. */
  'notification.updated': NotificationNews & { isNews: boolean };
}

export type DomainEventKind = keyof DomainEventMap;

export type DomainEvent<K extends DomainEventKind = DomainEventKind> = {
  [P in K]: {
    kind: P;
    accountId: AccountId;
    payload: DomainEventMap[P];
    /**
     * Same for the same occurrence, however often its webhook is processed: it is told once. Left out where the change
     * itself cannot happen twice.
     */
    fingerprint?: Buffer;
    /** Set for what happens in a conversation: the place in its order. */
    conversation?: { id: ConversationId; seq: string };
  };
}[K];
