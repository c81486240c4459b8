import * as fc from 'fast-check';

/**
 * What may happen in two tenants' WhatsApp, as plain data: generated, shrunk and printed by fast-check, rendered as Meta's
 * JSON by `inbox-items`, understood without any of the service’s code by `inbox-model`.
 */
export interface Trace {
  messages: SentMessage[];
  echoes: SentMessage[];
  past: PastMessage[];
  orders: Order[];
  statuses: ToldStatus[];
  edits: Edit[];
  revocations: Revocation[];
  moves: Move[];
  choices: Choice[];
  /** Fields and objects that nobody knows. */
  oddities: ('field' | 'object')[];
}

/** By which of their ids Meta names somebody. */
export type Naming = 'number' | 'id' | 'both' | 'all';

export interface Who {
  customer: number;
  /** Number and id before or after the customer changed them. */
  era: 0 | 1;
  naming: Naming;
}

export interface Body {
  type: 'text' | 'image' | 'audio' | 'reaction' | 'button' | 'hologram';
  words: string | null;
}

export interface SentMessage {
  number: number;
  who: Who;
  /** Seconds after the beginning of the trace; many are equal. */
  at: number;
  body: Body;
  /** What the delivery's list of people says; null: it lists nobody. */
  name: string | null;
  username: string | null;
  isReply: boolean;
}

export interface PastMessage {
  number: number;
  who: Who;
  at: number;
  body: Body;
  direction: 'inbound' | 'outbound';
  status: 'PENDING' | 'SENT' | 'DELIVERED' | 'READ' | 'ERROR';
  /** Which message or echo of the same number this is the past of; null: one of its own. */
  twin: number | null;
  /** Shown as a placeholder first, with its file by itself. */
  isPlaceholder: boolean;
}

/** A message that we sent: what Meta calls it is known from its answer, or only from a status that names our id. */
export interface Order {
  number: number;
  customer: number;
  words: string;
  isAnswered: boolean;
}

export interface ToldStatus {
  /** Which echo, past message or order, or one that nobody knows. */
  target: number;
  status: 'sent' | 'delivered' | 'read' | 'played' | 'failed' | 'deleted';
  at: number;
  naming: Naming;
  namesOurId: boolean;
  /** Category of the pricing, where it is told. */
  pricing: 'marketing' | 'utility' | null;
  errorCode: 131026 | 131047 | 131050;
}

export interface Edit {
  target: number;
  at: number;
  words: string;
}

export interface Revocation {
  target: number;
  at: number;
}

/** A customer goes from the old number and id to the new ones. */
export interface Move {
  number: number;
  customer: number;
  at: number;
}

export interface Choice {
  number: number;
  who: Who;
  value: 'stop' | 'resume';
  at: number;
}

export const NUMBERS = 4;
/** Nobody has connected it at first. */
export const LATE_NUMBER = 3;
/** The tenant of each number. */
export const TENANT_OF = [0, 0, 1, 1] as const;

const WORDS = ['a', 'B', 'a b', 'Zürich', '～', '😀', `😀${'long '.repeat(60)}`, `${'long '.repeat(45)}end`];

const number = fc.nat(NUMBERS - 1);
const at = fc.nat(12);
const words = fc.constantFrom(...WORDS);
const who: fc.Arbitrary<Who> = fc.record({
  customer: fc.nat(2),
  era: fc.constantFrom<0 | 1>(0, 0, 0, 1),
  naming: fc.constantFrom<Naming>('number', 'id', 'both', 'all'),
});
const body: fc.Arbitrary<Body> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ type: fc.constant('text' as const), words }) },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constantFrom<Body['type']>('image', 'audio', 'reaction', 'button', 'hologram'),
      words: fc.option(words),
    }),
  },
);
const sentMessage: fc.Arbitrary<SentMessage> = fc.record({
  number,
  who,
  at,
  body,
  name: fc.option(fc.constantFrom('Ana', 'ana', '～', '😀'), { freq: 3 }),
  username: fc.option(fc.constantFrom('@ana', '@nour')),
  isReply: fc.boolean(),
});

/** @param most how many there may be of each kind */
export function traces(most: number): fc.Arbitrary<Trace> {
  const some = <T>(item: fc.Arbitrary<T>, share = 1): fc.Arbitrary<T[]> =>
    fc.array(item, { maxLength: Math.ceil(most * share) });
  return fc.record({
    messages: some(sentMessage),
    echoes: some(sentMessage, 0.5),
    past: some(
      fc.record({
        number,
        who,
        at,
        body,
        direction: fc.constantFrom('inbound' as const, 'outbound' as const),
        status: fc.constantFrom<PastMessage['status']>('PENDING', 'SENT', 'DELIVERED', 'READ', 'ERROR'),
        twin: fc.option(fc.nat(20)),
        isPlaceholder: fc.boolean(),
      }),
      0.5,
    ),
    orders: some(
      fc.record({
        number: fc.nat(LATE_NUMBER - 1),
        customer: fc.nat(2),
        words,
        isAnswered: fc.boolean(),
      }),
      0.3,
    ),
    statuses: some(
      fc.record({
        target: fc.nat(20),
        status: fc.constantFrom<ToldStatus['status']>(
          ...(['sent', 'delivered', 'read', 'played', 'failed', 'failed', 'deleted'] as const),
        ),
        at,
        naming: fc.constantFrom<Naming>('number', 'id', 'both', 'all'),
        namesOurId: fc.boolean(),
        pricing: fc.option(fc.constantFrom('marketing' as const, 'utility' as const)),
        errorCode: fc.constantFrom<ToldStatus['errorCode']>(131026, 131047, 131050),
      }),
      1.5,
    ),
    edits: some(fc.record({ target: fc.nat(20), at, words }), 0.7),
    revocations: some(fc.record({ target: fc.nat(20), at }), 0.3),
    moves: some(fc.record({ number, customer: fc.nat(2), at }), 0.2),
    choices: some(
      fc.record({ number, who, value: fc.constantFrom('stop' as const, 'resume' as const), at }),
      0.3,
    ),
    oddities: some(fc.constantFrom('field' as const, 'object' as const), 0.2),
  });
}

/** A message that something may happen to later. */
export interface Target {
  wamid: string;
  number: number;
  customer: number;
  era: 0 | 1;
  isOutbound: boolean;
  /** The order that it is, if it is one. */
  order: number | null;
}

/** Nobody ever tells of the message itself. */
const STRANGERS: readonly Target[] = [0, LATE_NUMBER].map((of) => ({
  wamid: `wamid.stranger.${of}`,
  number: of,
  customer: 0,
  era: 0,
  isOutbound: true,
  order: null,
}));

export const messageWamid = (index: number): string => `wamid.message.${index}`;
export const echoWamid = (index: number): string => `wamid.echo.${index}`;
export const orderWamid = (index: number): string => `wamid.order.${index}`;

/** The past message with what it shares with the one that it is the past of. */
export function pastOf(trace: Trace, index: number): PastMessage & { wamid: string; isTwin: boolean } {
  const past = trace.past[index];
  if (past === undefined) throw new Error(`There is no past message ${index}.`);
  const twins = [
    ...trace.messages.map((message, at) => ({
      message,
      wamid: messageWamid(at),
      direction: 'inbound' as const,
    })),
    ...trace.echoes.map((message, at) => ({ message, wamid: echoWamid(at), direction: 'outbound' as const })),
  ].filter(({ message }) => message.number === past.number);
  const twin = past.twin === null ? undefined : twins[past.twin % Math.max(twins.length, 1)];
  if (twin === undefined) return { ...past, wamid: `wamid.past.${index}`, isTwin: false };
  const { wamid, direction, message } = twin;
  // The same message, so the same words; named by other ids of the same person perhaps.
  const { at, body, who: owner } = message;
  return {
    ...past,
    wamid,
    direction,
    at,
    body,
    who: { ...owner, naming: past.who.naming },
    isTwin: true,
  };
}

export function targetsOf(trace: Trace): Target[] {
  const of = (wamid: string, message: { number: number; who: Who }, isOutbound: boolean): Target => ({
    wamid,
    number: message.number,
    customer: message.who.customer,
    era: message.who.era,
    isOutbound,
    order: null,
  });
  return [
    ...trace.messages.map((message, index) => of(messageWamid(index), message, false)),
    ...trace.echoes.map((echo, index) => of(echoWamid(index), echo, true)),
    ...trace.past.flatMap((_, index) => {
      const past = pastOf(trace, index);
      return past.isTwin ? [] : [of(past.wamid, past, past.direction === 'outbound')];
    }),
    ...trace.orders.map(({ number: of_, customer }, order): Target => ({
      wamid: orderWamid(order),
      number: of_,
      customer,
      era: 0,
      isOutbound: true,
      order,
    })),
    ...STRANGERS,
  ];
}

/** @param isOutbound whether only messages of the business will do */
export function targetAt(trace: Trace, index: number, isOutbound = false): Target {
  const targets = targetsOf(trace).filter((target) => target.isOutbound || !isOutbound);
  const target = targets[index % targets.length];
  if (target === undefined) throw new Error('There is always a stranger.');
  return target;
}

export const waIdOf = (customer: number, era: number): string => `1650555${customer}00${era}`;
export const bsuidOf = (customer: number, era: number): string => `US.${customer}${era}5551234`;
export const parentBsuidOf = (customer: number): string => `US.ENT.${customer}5551234`;

export interface Ids {
  waId: string | null;
  bsuid: string | null;
  parentBsuid: string | null;
}

export function idsOf({ customer, era, naming }: Who): Ids {
  return {
    waId: naming === 'id' ? null : waIdOf(customer, era),
    bsuid: naming === 'number' ? null : bsuidOf(customer, era),
    parentBsuid: naming === 'all' ? parentBsuidOf(customer) : null,
  };
}
