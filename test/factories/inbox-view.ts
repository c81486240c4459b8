import { BEGINNING } from './inbox-items';

/*
 * The tables of one tenant as the model foretells and the test reads them: without our ids, every list in one order.
 */

type Json = Record<string, unknown>;

export interface ContactState {
  /** `kind:value`, sorted. */
  identities: string[];
  name: string | null;
  profile: Json;
  optedOutAt: string | null;
  choiceAt: string | null;
}

export interface TransitionState {
  status: string;
  at: string;
  error: number | null;
  details: Json;
}

export interface MessageState {
  /** Meta's id, or which order it is while nobody knows that. */
  id: string;
  direction: string;
  senderType: string;
  type: string;
  text: string | null;
  content: Json;
  context: Json | null;
  metadata: Json;
  status: string;
  error: number | null;
  at: string;
  editedAt: string | null;
  revokedAt: string | null;
  transitions: TransitionState[];
}

export interface ConversationState {
  number: number;
  /** The first of the contact's identities. */
  contact: string;
  unread: number;
  lastSeq: number;
  seqs: number[];
  lastMessageAt: string;
  preview: string | null;
  lastInboundAt: string | null;
  windowExpiresAt: string | null;
  messages: MessageState[];
}

export interface TenantState {
  contacts: ContactState[];
  conversations: ConversationState[];
  /** `wamid status` and `wamid kind` of what waits for messages that nobody knows. */
  waiting: string[];
  /** Messages that subscribers are told of, once each. */
  created: string[];
  sends: string[];
}

export const TIME_OF_ORDER = 'the time of an order';

/** By the bytes of UTF-8. */
export function compare(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** Orders are given today, one after the other; all else happened before. */
export const ORDERS_FROM = 1_000_000_000;

export const timeAt = (second: number): string =>
  second >= ORDERS_FROM ? TIME_OF_ORDER : new Date((BEGINNING + second) * 1000).toISOString();
