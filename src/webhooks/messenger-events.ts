import type { Known } from './meta-enum';
import type { MessagingContent } from './messenger-message-content';

/** Instagram sends its messages in Messenger's shape, so that the events of both carry the same payloads. */
export type MessagingPlatform = 'messenger' | 'instagram';

/** Page-scoped or Instagram-scoped: the same person has another id at every Page and Instagram account. */
export interface MessagingPerson {
  kind: 'psid' | 'igsid';
  value: string;
}

interface MessagingItem {
  /** Another app owns the conversation at present: to be stored, not to be answered. */
  standby: boolean;
  /** The item of `messaging[]` or `standby[]` as received, or the value of a change of that shape. */
  raw: unknown;
}

/** Of what is about a message or a conversation: who did it is good to know, not needed. */
interface MessagingAction extends MessagingItem {
  /** The one who is not the business; null where Meta names nobody. */
  person: MessagingPerson | null;
  /** Which of the two did it; null where Meta names nobody. */
  by: 'person' | 'business' | null;
}

/** What a message answers: a message, or on Instagram a story of the business. */
export interface MessagingContext {
  mid?: string;
  story?: { id?: string; url?: string };
  isSelfReply?: boolean;
}

/** What led the person here: a link with a parameter, an advertisement, a plug-in. */
export interface MessagingReferral {
  ref?: string;
  source?: Known<
    | 'SHORTLINK'
    | 'ADS'
    | 'CUSTOMER_CHAT_PLUGIN'
    | 'DISCOVER_TAB'
    | 'MESSENGER_CODE'
    | 'IGME-SOURCE-LINK'
    | 'STORY_MENTION'
  >;
  type?: Known<'OPEN_THREAD'>;
  adId?: string;
  adTitle?: string;
  photoUrl?: string;
  videoUrl?: string;
  /** The post behind the advertisement. */
  postId?: string;
  /** The page with the plug-in. */
  refererUri?: string;
  /** What the person asks about, in a shop. */
  productId?: string;
}

interface MessagingMessageBase extends MessagingItem {
  mid: string;
  /** The one at the other end, also of echoes. */
  person: MessagingPerson;
  content: MessagingContent;
  context?: MessagingContext;
}

/** A person wrote. Echoes are never among these, also those that Meta does not mark as such. */
export interface MessagingMessageReceived extends MessagingMessageBase {
  referral?: MessagingReferral;
  /** What the person said elsewhere before, such as in a plug-in on a website. */
  prior?: { source?: Known<'checkbox_plugin'>; identifier?: string };
}

/** The business wrote: we, another app, or a human in Meta's inbox. */
export interface MessagingMessageEchoed extends MessagingMessageBase {
  /**
   * The app that sent it. Ours: it answers a send of ours. Another, or none: another tool, or a human; the Page inbox
   * is `26390203743090`.
   */
  appId?: string;
  /** As given to the send. */
  metadata?: string;
  /** The business wrote to itself: `person` is the business. */
  isSelf: boolean;
}

/**
 * A message's text was changed. Instagram also sends these with `numEdit` 0 and neither person nor text; nothing was
 * edited then, and there is nothing to apply.
 */
export interface MessagingMessageEdited extends MessagingAction {
  mid: string;
  /** Null where Meta tells none: not to be mistaken for an emptied message. */
  text: string | null;
  /** 1 for the first edit. Higher is newer, whatever the order of arrival. */
  numEdit: number | null;
}

/** Somebody took a message back: what we keep of its content has to go. */
export interface MessagingMessageRevoked extends MessagingAction {
  mid: string;
}

export interface MessagingMessageReaction extends MessagingAction {
  /** The message reacted to. */
  mid: string;
  /** A reaction that replaces another comes as `react`. */
  action: Known<'react' | 'unreact'>;
  reaction?: Known<'smile' | 'angry' | 'sad' | 'wow' | 'love' | 'like' | 'dislike' | 'other'>;
  emoji?: string;
}

/** Messages of the business reached the person. At least one of `mids` and `watermark` says which. */
export interface MessengerMessageDelivered extends MessagingAction {
  mids: string[];
  /** All that was sent up to this time. */
  watermark: Date | null;
}

/** The person read messages of the business; `by` business: the business read the person's. */
export type MessagingMessageRead = MessagingAction &
  /** Messenger: all that was sent up to this time. */
  ({ upTo: 'watermark'; watermark: Date } /** Instagram: this one. */ | { upTo: 'message'; mid: string });

/** A button was pressed: one of a template, of the menu, of the greeting. */
export interface MessagingPostback extends MessagingItem {
  /** Null from older versions of the API, and in standby: the event's fingerprint has to stand for it. */
  mid: string | null;
  person: MessagingPerson;
  title?: string;
  /** As given to the button, or as the person's client made it: not to be trusted. Absent in standby. */
  payload?: string;
  referral?: MessagingReferral;
}

/** A person came back to a conversation by a link or an advertisement, without having written yet. */
export interface MessagingReferred extends MessagingAction {
  referral: MessagingReferral;
}

/** A person agreed to be written to. */
export type MessagingOptIn = MessagingAction &
  (
    | {
        type: 'plugin';
        ref?: string;
        /** Instead of a person: messages to it reach the person, who is known once one was answered. */
        userRef?: string;
      }
    | {
        /** To marketing messages on a topic, or the end of that. */
        type: 'notification_messages';
        token: string;
        title?: string;
        payload?: string;
        frequency?: Known<'DAILY' | 'WEEKLY' | 'MONTHLY'>;
        timezone?: string;
        /** Only where the person stops them or resumes them. */
        status?: Known<'STOP_NOTIFICATIONS' | 'RESUME_NOTIFICATIONS'>;
        tokenStatus?: Known<'REFRESHED' | 'NOT_REFRESHED'>;
        expiresAt?: Date;
      }
    | {
        /** To one message about what they asked for. */
        type: 'one_time_notif_req';
        token: string;
        payload?: string;
      }
    | { type: 'unknown'; metaType: string }
  );

/** Which app owns a conversation. An owner is null where nobody does. */
export type MessagingHandover = MessagingAction &
  (
    | {
        action: 'passed' | 'taken';
        previousOwnerAppId: string | null;
        newOwnerAppId: string | null;
        metadata?: string;
      }
    | { action: 'requested'; requestedOwnerAppId: string | null; metadata?: string }
    | {
        action: 'roles';
        apps: { appId: string; roles: Known<'primary_receiver' | 'secondary_receiver'>[] }[];
      }
  );

/** A person linked the Messenger account to one with the business, or took that back. */
export interface MessengerAccountLinked extends MessagingAction {
  status: Known<'linked' | 'unlinked'>;
  authorizationCode?: string;
}

/** Meta warns the Page, or stops it from sending. */
export interface MessengerPolicyEnforced extends MessagingItem {
  action: Known<'block' | 'unblock' | 'warning'>;
  reason?: string;
}

/** Something of which nothing is made yet but which is known to exist. */
export interface MessagingOther {
  /** Meta's name of it: of the field of a change, or of what an item holds, such as `game_play`. */
  field: string;
  /** The value of the change, or the whole item, as received. */
  value: unknown;
  /** The one who is not the business; null where Meta names nobody, and for changes. */
  person: MessagingPerson | null;
  by: 'person' | 'business' | null;
  standby: boolean;
}
