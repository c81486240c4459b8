import { BUSINESS_NUMBER, contentOf } from './inbox-items';
import {
  type Body,
  type Trace,
  LATE_NUMBER,
  TENANT_OF,
  bsuidOf,
  echoWamid,
  idsOf,
  messageWamid,
  orderWamid,
  pastOf,
  targetAt,
  waIdOf,
} from './inbox-events';
import { identityOf, peopleOf } from './inbox-people';
import {
  type ConversationState,
  type MessageState,
  type TenantState,
  type TransitionState,
  ORDERS_FROM,
  compare,
  timeAt,
} from './inbox-view';

/*
 * What a trace must come to, worked out from the set of its events: nothing here has an order, keeps anything between two
 * events or shares code with the service.
 */

type Json = Record<string, unknown>;

const DAY_S = 86_400;
const PREVIEW = 200;
const STATUSES = [
  ...['received', 'queued', 'accepted', 'sent', 'failed', 'delivered', 'read', 'played'],
] as const;
const PAST_STATUSES = {
  PENDING: 'accepted',
  SENT: 'sent',
  DELIVERED: 'delivered',
  READ: 'read',
  ERROR: 'failed',
} as const;

const isSeen = (number: number, isLateConnected: boolean): boolean =>
  number !== LATE_NUMBER || isLateConnected;

interface Draft extends Omit<MessageState, 'transitions'> {
  number: number;
  identity: string;
  isLive: boolean;
  /** Since the beginning; orders come after everything else. */
  second: number;
}

/** @param isLateConnected whether somebody connected the late number in the end */
export function expectedStates(trace: Trace, isLateConnected: boolean): TenantState[] {
  return [0, 1].map((tenant) =>
    expectedState(trace, (number) => TENANT_OF[number] === tenant && isSeen(number, isLateConnected)),
  );
}

function expectedState(trace: Trace, isMine: (number: number) => boolean): TenantState {
  const drafts = draftsOf(trace, isMine);
  const known = new Map(drafts.map((draft) => [draft.id, draft]));
  const people = peopleOf(trace, isMine, known);
  const messages = drafts.map((draft) => ({ draft, state: finalMessage(trace, draft) }));
  const contactOf = (identity: string): string => people.contactOf(identity);

  const threads = grouped(messages, ({ draft }) => `${draft.number} ${contactOf(draft.identity)}`);
  return {
    contacts: people.contacts,
    conversations: [...threads.values()]
      .map((thread) => conversationOf(thread, contactOf))
      .sort((a, b) => compare(`${a.number} ${a.contact}`, `${b.number} ${b.contact}`)),
    waiting: waitingOf(trace, isMine, known),
    created: drafts
      .filter(({ isLive }) => isLive)
      .map(({ id }) => id)
      .sort(compare),
    sends: trace.orders
      .flatMap(({ number }, order) =>
        isMine(number) ? [`${order} ${known.has(orderWamid(order)) ? 'accepted' : 'sending'}`] : [],
      )
      .sort(compare),
  };
}

/** Every message once, as it was when it was written. */
function draftsOf(trace: Trace, isMine: (number: number) => boolean): Draft[] {
  const drafts = new Map<string, Draft>();
  const add = (
    id: string,
    number: number,
    second: number,
    rest: Pick<Draft, 'direction' | 'senderType' | 'type' | 'text' | 'content' | 'identity' | 'status'> &
      Partial<Draft>,
  ): void => {
    if (!isMine(number)) return;
    drafts.set(id, {
      id,
      number,
      second,
      context: null,
      metadata: {},
      error: null,
      at: timeAt(second),
      editedAt: null,
      revokedAt: null,
      isLive: true,
      ...rest,
    });
  };
  // Those of the moment after the past ones: where a message is both, it is as if there had been no past.
  for (const index of trace.past.keys()) {
    const past = pastOf(trace, index);
    const isPlaceholder = past.isPlaceholder && past.body.type === 'image';
    const isInbound = past.direction === 'inbound';
    add(past.wamid, past.number, past.at, {
      direction: past.direction,
      senderType: isInbound ? 'customer' : 'app',
      ...(isPlaceholder ? { type: 'media_placeholder', text: null, content: {} } : read(past.body)),
      identity: identityOf(idsOf(past.who)),
      context: past.body.type === 'reaction' ? { message_id: messageWamid(0) } : null,
      metadata: { imported: true, historyStatus: past.status },
      status: isInbound ? 'received' : PAST_STATUSES[past.status],
      isLive: false,
    });
  }
  const pastStatus = (wamid: string): string =>
    highest(
      [...trace.past.keys()]
        .map((index) => pastOf(trace, index))
        .filter((past) => past.wamid === wamid)
        .map(({ status }) => PAST_STATUSES[status]),
      'sent',
    );
  trace.messages.forEach((message, index) => {
    const reply = message.isReply ? { message_id: messageWamid(0), from: BUSINESS_NUMBER } : null;
    add(messageWamid(index), message.number, message.at, {
      direction: 'inbound',
      senderType: 'customer',
      ...read(message.body),
      identity: identityOf(idsOf(message.who)),
      context: message.body.type === 'reaction' ? { message_id: messageWamid(0) } : reply,
      status: 'received',
    });
  });
  trace.echoes.forEach((echo, index) => {
    add(echoWamid(index), echo.number, echo.at, {
      direction: 'outbound',
      senderType: 'app',
      ...read(echo.body),
      identity: identityOf(idsOf(echo.who)),
      context: echo.body.type === 'reaction' ? { message_id: messageWamid(0) } : null,
      status: pastStatus(echoWamid(index)),
    });
  });
  trace.moves.forEach((move, index) => {
    add(`wamid.move.${index}`, move.number, move.at, {
      direction: 'inbound',
      senderType: 'system',
      type: 'system',
      text: 'The number changed',
      content: {
        body: 'The number changed',
        type: 'user_changed_number',
        wa_id: waIdOf(move.customer, 1),
        user_id: bsuidOf(move.customer, 1),
      },
      identity: `bsuid:${bsuidOf(move.customer, 0)}`,
      status: 'received',
    });
  });
  trace.orders.forEach((order, index) => {
    const isNamed =
      order.isAnswered ||
      trace.statuses.some(
        ({ target, namesOurId, status }) =>
          namesOurId && status !== 'deleted' && targetAt(trace, target, true).order === index,
      );
    add(isNamed ? orderWamid(index) : `order ${index}`, order.number, ORDERS_FROM + index, {
      direction: 'outbound',
      senderType: 'agent',
      type: 'text',
      text: order.words,
      content: { body: order.words },
      identity: `wa_id:${waIdOf(order.customer, 0)}`,
      status: order.isAnswered ? 'accepted' : 'queued',
    });
  });
  return [...drafts.values()];
}

function read(body: Body): Pick<Draft, 'type' | 'text' | 'content'> {
  const content = contentOf(body)[body.type] as Json;
  const hasWords = body.type !== 'audio' && body.type !== 'hologram';
  return { type: body.type, text: hasWords ? body.words : null, content };
}

/** With what was told of it afterwards. */
function finalMessage(trace: Trace, draft: Draft): MessageState {
  const { number: _n, identity: _i, isLive, second: _s, ...state } = draft;
  const transitions = transitionsOf(trace, draft);
  const status = highest(
    transitions.map((transition) => transition.status),
    state.status,
  );
  const final: MessageState = {
    ...state,
    status,
    error: status === 'failed' ? (transitions.find((told) => told.status === 'failed')?.error ?? null) : null,
    transitions,
  };
  const revocations = trace.revocations.filter(({ target }) => targetAt(trace, target).wamid === draft.id);
  if (revocations.length > 0) {
    const at = Math.min(...revocations.map((revocation) => revocation.at));
    return { ...final, text: null, content: {}, revokedAt: timeAt(at) };
  }
  const versions = new Map<number, { text: string | null; content: Json }>();
  const tell = (at: number, text: string | null, content: Json): void => {
    const other = versions.get(at);
    if (other === undefined || compare(text ?? '', other.text ?? '') > 0) versions.set(at, { text, content });
  };
  for (const edit of trace.edits)
    if (targetAt(trace, edit.target).wamid === draft.id) tell(edit.at, edit.words, { body: edit.words });
  // The file of a placeholder comes by itself, as another version of it.
  if (!isLive && draft.type === 'media_placeholder')
    for (const index of trace.past.keys()) {
      const past = pastOf(trace, index);
      if (past.wamid === draft.id)
        tell(past.at, past.body.words, { type: 'image', ...read(past.body).content });
    }
  const told = [...versions].sort(([a], [b]) => a - b);
  const last = told.at(-1);
  if (last === undefined) return final;
  return {
    ...final,
    ...last[1],
    editedAt: timeAt(last[0]),
    metadata: {
      ...final.metadata,
      edits: [
        { at: null, text: draft.text, content: draft.content },
        ...told.slice(0, -1).map(([at, version]) => ({ at: timeAt(at), ...version })),
      ],
    },
  };
}

/** Each status once, with its earliest time; of facts told differently the greater one. */
function transitionsOf(trace: Trace, draft: Draft): TransitionState[] {
  const told = trace.statuses.filter(
    ({ target, status }) => status !== 'deleted' && targetAt(trace, target, true).wamid === draft.id,
  );
  const byStatus = grouped(told, ({ status }) => status);
  const transitions = [...byStatus].map(([status, same]): TransitionState => {
    const categories = same
      .flatMap(({ pricing }) => pricing ?? [])
      .sort(compare)
      .reverse();
    return {
      status,
      at: timeAt(Math.min(...same.map(({ at }) => at))),
      error: status === 'failed' ? Math.max(...same.map(({ errorCode }) => errorCode)) : null,
      details:
        categories[0] === undefined
          ? {}
          : { pricing: { billable: true, pricing_model: 'PMP', category: categories[0] } },
    };
  });
  return transitions.sort((a, b) => compare(a.status, b.status));
}

function conversationOf(
  thread: { draft: Draft; state: MessageState }[],
  contactOf: (identity: string) => string,
): ConversationState {
  const [first] = thread;
  if (first === undefined) throw new Error('A conversation has at least one message.');
  const end = Math.max(...thread.map(({ draft }) => draft.second));
  const texts = thread
    .filter(({ draft }) => draft.second === end)
    .flatMap(({ state }) => state.text ?? [])
    .sort(compare);
  const fromCustomer = thread.filter(({ draft }) => draft.isLive && draft.senderType === 'customer');
  const inboundAt = Math.max(...fromCustomer.map(({ draft }) => draft.second));
  const last = texts.at(-1);
  return {
    number: first.draft.number,
    contact: contactOf(first.draft.identity),
    unread: fromCustomer.length,
    lastSeq: thread.length,
    seqs: thread.map((_, index) => index + 1),
    lastMessageAt: timeAt(end),
    preview: last === undefined ? null : Array.from(last).slice(0, PREVIEW).join(''),
    lastInboundAt: fromCustomer.length === 0 ? null : timeAt(inboundAt),
    windowExpiresAt: fromCustomer.length === 0 ? null : timeAt(inboundAt + DAY_S),
    messages: thread.map(({ state }) => state).sort((a, b) => compare(a.id, b.id)),
  };
}

function waitingOf(
  trace: Trace,
  isMine: (number: number) => boolean,
  known: ReadonlyMap<string, Draft>,
): string[] {
  const waiting = new Set<string>();
  const wait = (target: { number: number; wamid: string }, what: string): void => {
    if (isMine(target.number) && !known.has(target.wamid)) waiting.add(`${target.wamid} ${what}`);
  };
  for (const { target, status } of trace.statuses)
    if (status !== 'deleted') wait(targetAt(trace, target, true), status);
  for (const { target, at } of trace.edits) wait(targetAt(trace, target), `edit ${timeAt(at)}`);
  for (const { target, at } of trace.revocations) wait(targetAt(trace, target), `revocation ${timeAt(at)}`);
  return [...waiting].sort(compare);
}

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}

function highest(told: readonly string[], least: string): string {
  return [...told, least].reduce((a, b) => (rank(b) > rank(a) ? b : a));
}

function rank(status: string): number {
  return STATUSES.findIndex((known) => known === status);
}
