import type { AccountId, ConversationId } from '../database/ids';
import type { DomainEventKind } from '../domain-events/domain-events';

/**
 * What others can be told of, by the name under which they are told: browsers over Socket.IO, customers' endpoints by
 * webhook. A name never changes its meaning; new ones may come at any time.
 */
export const PUBLIC_EVENT_TYPES = {
  'message.created': 'A message was received or written',
  'message.updated': 'A message was edited or taken back, or its file can be had now',
  'message.status': 'A sent message was accepted, delivered, read, …, or failed',
  'message.sentiment': 'The sentiment of a message is known, or was corrected',
  'sentiment.alert': 'A customer is very unhappy: somebody should look at the conversation',
  'sentiment.recovered': 'The customer is no longer very unhappy, or somebody looked at it',
  'conversation.updated': 'A conversation was opened, closed, snoozed, read, labelled, or otherwise changed',
  'conversation.assigned': 'A conversation was given to somebody, or to nobody',
  'conversation.note_added': 'Somebody of the team wrote a note',
  'contact.updated': 'What is known of a person changed, or two people turned out to be one',
  'contact.erased': 'Everything about a person was erased',
  'comment.created': 'Somebody commented on a post of a Page or a media of an Instagram account',
  'comment.updated': 'A comment was edited, hidden or shown again',
  'comment.removed': 'A comment is gone at Meta, and its content here',
  'comment.replied': 'The business answered a comment',
  'comment.reply_failed': 'An answer to a comment turned out not to have been given',
  'mention.created': 'Somebody named the Page or Instagram account',
  'page.lead_received': 'Somebody filled in a form under an advertisement',
  'page.rated': 'Somebody recommended the Page or advised against it, or took that back',
  'page.reactions_changed': 'Reactions to a post or comment, or likes of the Page, changed',
  'post.published': 'A post of a Page, or a media of an Instagram account, can be seen now',
  'post.scheduled': 'A post is going to be published at a given time',
  'post.updated': 'The text of a post is another one now',
  'post.removed': 'A post was deleted, or its publishing cancelled',
  'post.failed': 'A post or media was not published',
  'post.unknown': 'Whether a post or media was published is being found out',
  'campaign.progress': 'How many recipients of a campaign are in which state; at most about once a second',
  'campaign.paused': 'A campaign was paused, by somebody or by itself',
  'campaign.resumed': 'A campaign goes on',
  'campaign.cancelled': 'A campaign was cancelled',
  'campaign.completed': 'A campaign is completed',
  'template.updated': 'Status, category, quality or text of a template changed',
  'report.completed': 'A report of analytics can be downloaded',
  'report.failed': 'A report of analytics could not be made',
  'report.schedule_stopped': 'A schedule of reports has nobody any more on whose access it could run',
  'notification.created': 'There is something worth a person’s attention',
  'notification.updated': 'It happened again, got worse, or is over',
  'account.connected': 'A Meta account was connected',
  'account.reauth_required': 'A Meta account has to be connected again',
  'account.disconnected': 'A Meta account was disconnected',
  'account.token_refreshed': 'The connection of a Meta account was renewed',
  'account.token_expiring': 'The connection of a Meta account ends soon',
  'account.members_changed': 'Somebody was given access to a connected account, or lost it',
  'asset.adopted': 'Meta named something new, which was added to the account',
  'whatsapp.account.updated': 'Something of a WhatsApp Business Account changed',
  'whatsapp.phone_number.updated': 'Something of a number changed: quality, limit, name, status',
  'whatsapp.onboarding.step': 'A step after Embedded Signup is done, or failed',
  'whatsapp.flow.updated': 'The status of a flow changed, or Meta warns about it',
  'whatsapp.group.updated': 'Something about a group changed',
  'whatsapp.call.offered': 'Somebody calls the business',
  'whatsapp.call.updated': 'A call rings, was taken or refused',
  'whatsapp.call.ended': 'A call is over',
  'facebook.page.updated': 'A connected Page works otherwise than before',
  'instagram.account.updated': 'A connected Instagram account works otherwise than before',
  'webhook.gap_found': 'Events of Meta’s may have been missed',
  'webhook.gap_repaired': 'What was missed has been read',
  'webhook.gap_unrepaired': 'What was missed cannot be read',
  'endpoint.failing': 'An endpoint of yours does not take what it is sent',
  'endpoint.disabled': 'An endpoint of yours is not called any more',
  'endpoint.recovered': 'An endpoint of yours works again',
} as const;

export type PublicEventType = keyof typeof PUBLIC_EVENT_TYPES;

export const PUBLIC_EVENT_TYPE_NAMES = Object.keys(PUBLIC_EVENT_TYPES) as PublicEventType[];

/** An event as outside parties see it. */
export interface PublicEvent {
  /** The domain event's UUIDv7: the same however often it is told. */
  id: string;
  type: PublicEventType;
  accountId: AccountId;
  at: Date;
  /** Its place among the events of a conversation, where it is about one: receivers sort by it and see gaps. */
  conversation: { id: ConversationId; sequence: number } | null;
  /** Made for JSON. Holds no secret. */
  data: Record<string, unknown>;
}

/** What has another name outside, or is told to nobody (null). All else is told under its own name. */
export const RENAMED = {
  'message.media_stored': 'message.updated',
  'facebook.post.published': 'post.published',
  'facebook.post.scheduled': 'post.scheduled',
  'facebook.post.unknown': 'post.unknown',
  'facebook.post.failed': 'post.failed',
  'facebook.post.updated': 'post.updated',
  'facebook.post.removed': 'post.removed',
  'instagram.media.published': 'post.published',
  'instagram.media.failed': 'post.failed',
  'instagram.media.unknown': 'post.unknown',
  // Whenever Meta is asked for figures: too many to be told of, and nobody acts on one.
  'insights.updated': null,
  // Its reason may quote the inside of this service. People are told by a notification.
  'webhook.delivery_dead': null,
} as const satisfies Partial<Record<DomainEventKind, PublicEventType | null>>;

/** @returns null for what is told to nobody outside */
export function publicTypeOf(kind: DomainEventKind): PublicEventType | null {
  // A new kind does not compile until it is decided here, or above, what outside parties are told of it.
  return isRenamed(kind) ? RENAMED[kind] : kind;
}

function isRenamed(kind: DomainEventKind): kind is keyof typeof RENAMED {
  return Object.hasOwn(RENAMED, kind);
}

export function isPublicEventType(name: string): name is PublicEventType {
  return Object.hasOwn(PUBLIC_EVENT_TYPES, name);
}

/** The domain events that are told outside. */
export const PUBLISHED_KINDS: DomainEventKind[] = [
  // Some types stand for others' events only; that their names are no kinds harms nobody who looks for kinds.
  ...new Set([...PUBLIC_EVENT_TYPE_NAMES, ...(Object.keys(RENAMED) as DomainEventKind[])]),
].filter((kind): kind is DomainEventKind => publicTypeOf(kind as DomainEventKind) !== null);
