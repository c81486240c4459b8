import { type AccountId, type UserId, isUuid } from '../../database/ids';
import type { DomainEventKind, DomainEventMap, EventSeverity } from '../../domain-events/domain-events';
import type { NotificationKind, SubjectType } from '../notification-kinds';

/** What something happened to. */
export interface Subject {
  type: SubjectType;
  /** Meta's id of what is Meta's, ours of what is ours. */
  id: string;
  /** What people call it, where the event tells. */
  name?: string | null;
  /** Our id of a number, Page or account at Meta that it belongs to and is called after. */
  assetId?: string;
}

export interface NotificationText {
  /** What happened, in one line. */
  title: string;
  /** What it means and what to do about it. */
  message: string;
}

/** Something worth a person's attention. */
export interface Raised {
  effect: 'raise';
  kind: NotificationKind;
  /** The side of the subject that it is about: whatever comes of the same topic and subject takes its place. */
  topic: string;
  subject: Subject;
  /** Keeps apart what is of the same kind; without one, everything of the kind that happens within a day is told together. */
  group?: string;
  severity: EventSeverity;
  /** The only one who is told; without one, everybody who sees the account. */
  recipientId?: UserId;
  /** It stands until something clears it. */
  isLasting: boolean;
  /** When it is over by itself. */
  endsAt?: Date | null;
  one: (name: string) => NotificationText;
  /** Where several subjects can come together. */
  many?: (count: number) => NotificationText;
  payload: object;
}

/** What stood wrong is over. */
export interface Cleared {
  effect: 'clear';
  topic: string;
  subjectId: string;
}

export type Finding = Raised | Cleared;

/** Pure: from what happened to what people are told. Fields that an event of an older release lacks are no error. */
export type Rule<K extends DomainEventKind> = (
  payload: DomainEventMap[K],
  accountId: AccountId,
  surroundings: Surroundings,
) => Finding[];

/** What rules need to know beside the event. */
export interface Surroundings {
  /** The number, Page or Instagram account of a conversation; null where it is gone. */
  channelOf: (conversationId: string) => Subject | null;
}
export type RuleTable = { readonly [K in DomainEventKind]?: Rule<K> };

export function raise(draft: Omit<Raised, 'effect'>): Raised {
  return { effect: 'raise', ...draft };
}

export function clear(topic: string, subjectId: string): Cleared {
  return { effect: 'clear', topic, subjectId };
}

const NAMELESS: Partial<Record<SubjectType, string>> = {
  account: 'the Meta account',
  waba: 'the WhatsApp account',
  phone_number: 'the number',
  page: 'the Page',
  instagram: 'the Instagram account',
  flow: 'the flow',
  group: 'the group',
  delivery: 'the delivery',
  gap: 'something connected',
  conversation: 'a customer',
  comment: 'something connected',
  mention: 'something connected',
  instagram_publication: 'the Instagram account',
  user: 'a user',
};

export function nameOf({ type, id, name }: Subject): string {
  if (name !== undefined && name !== null && name !== '') return name;
  const noun = NAMELESS[type];
  if (noun === undefined) return id;
  // Our own ids say nothing to people.
  return isUuid(id) ? noun : `${noun} ${id}`;
}

/** The name at the beginning of a sentence. */
export function capital(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** `TEMPLATE_QUALITY` as people write it: `template quality`. */
export function inWords(metaWord: string): string {
  return metaWord.toLowerCase().replaceAll('_', ' ');
}
