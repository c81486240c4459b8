import { type Socket, io } from 'socket.io-client';
import { ApiError, errorOf, isObject } from './api-error.js';
import type { LiveEventData } from './live-event-data.js';

export type { LiveEventData } from './live-event-data.js';

export type LiveEventType = keyof LiveEventData;

/** Something happened in an account that the user may see. */
export interface LiveEvent<T extends LiveEventType = LiveEventType> {
  /** The place to go on from after it. */
  eventId: string;
  /** The same that outbound webhooks carry. */
  id: string;
  type: T;
  accountId: string;
  /** ISO 8601 in UTC. */
  at: string;
  /** Its place among the events of a conversation: sort by it, not by when they came. */
  conversation: { id: string; sequence: number } | null;
  data: LiveEventData[T];
}

/** An event whose type tells what its `data` is. */
export type AnyLiveEvent = { [T in LiveEventType]: LiveEvent<T> }[LiveEventType];

/** What is told of the moment: neither kept nor repeated. */
export interface LiveSignals {
  'conversation.typing': { conversationId: string; user: { id: string; name: string }; isTyping: boolean };
  'conversation.presence': { conversationId: string; total: number; users: { id: string; name: string }[] };
  access_changed: {
    accountIds: string[];
    gained: string[];
    lost: string[];
    closedConversationIds: string[];
  };
}

/** `loggedOut`: it stays that way until `connect` is called. */
export type LiveState = 'connecting' | 'live' | 'interrupted' | 'loggedOut' | 'closed';

export interface LiveUpdatesOptions {
  baseUrl: string;
  getAccessToken: () => string | null | Promise<string | null>;
  /** As of the client: asked when the service no longer takes the token, and a minute before it ends. */
  refresh?: () => Promise<string | null>;
  /** Where to go on from: the `eventId` that `onPosition` was given last. */
  lastEventId?: string;
  onEvent?: (event: AnyLiveEvent) => void;
  onState?: (state: LiveState) => void;
  /** After each event, when its listeners are done: keep it, to go on from there after a reload. */
  onPosition?: (eventId: string) => void;
  /** What was missed cannot be told any more: fetch anew what is shown. Events that follow come as ever. */
  onResync?: (reason: string) => void;
}

type Listener = (payload: never) => void;

const SIGNALS = new Set<string>(['conversation.typing', 'conversation.presence', 'access_changed']);
const ANSWER_WITHIN_MS = 20_000;
const COME_BACK_AFTER_MS = 5_000;

/**
 * Live updates: every event once and in order, over any number of connections. It comes back by itself, with the id of the
 * last event it saw, and opens again the conversations that were open.
 */
export class LiveUpdates {
  private readonly socket: Socket;
  private readonly listeners = new Map<string, Set<Listener>>();
  private readonly opened = new Set<string>();
  private lastEventId: string | undefined;
  private hasRefreshed = false;
  private current: LiveState = 'closed';

  constructor(private readonly options: LiveUpdatesOptions) {
    this.lastEventId = options.lastEventId;
    this.socket = io(`${options.baseUrl.replace(/\/+$/, '')}/realtime`, {
      autoConnect: false,
      // Long polling would need a load balancer that keeps each client at one process.
      transports: ['websocket'],
      auth: (send) => {
        void Promise.resolve(options.getAccessToken()).then((token) => {
          send({
            token: token ?? '',
            ...(this.lastEventId === undefined ? {} : { lastEventId: this.lastEventId }),
          });
        });
      },
    });
    this.listen();
  }

  get state(): LiveState {
    return this.current;
  }

  /** Begins, or begins again after `close` or `loggedOut`. */
  connect(): void {
    this.hasRefreshed = false;
    this.enter('connecting');
    this.socket.connect();
  }

  close(): void {
    this.socket.disconnect();
    this.enter('closed');
  }

  /** @returns what takes the listener away again */
  on<T extends LiveEventType>(type: T, listener: (event: LiveEvent<T>) => void): () => void;
  on<S extends keyof LiveSignals>(signal: S, listener: (payload: LiveSignals[S]) => void): () => void;
  on(name: string, listener: Listener): () => void {
    const listeners = this.listeners.get(name) ?? new Set();
    this.listeners.set(name, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  /** Who has a conversation open learns who else has, and who is typing. */
  async openConversation(conversationId: string): Promise<void> {
    this.opened.add(conversationId);
    if (this.current === 'live') await this.ask('subscribe', { conversationIds: [conversationId] });
  }

  async closeConversation(conversationId: string): Promise<void> {
    this.opened.delete(conversationId);
    if (this.current === 'live') await this.ask('unsubscribe', { conversationIds: [conversationId] });
  }

  /** Tells the others who have the conversation open. */
  async typing(conversationId: string, isTyping = true): Promise<void> {
    await this.ask('conversation.typing', { conversationId, isTyping });
  }

  private listen(): void {
    this.socket.onAny((name: string, payload: unknown) => {
      this.take(name, payload);
    });
    this.socket.on('disconnect', (reason) => {
      if (this.current === 'loggedOut' || reason === 'io client disconnect') return;
      this.enter('interrupted');
      // What the service ended, Socket.IO leaves ended.
      if (reason === 'io server disconnect') void this.comeBack();
    });
    this.socket.on('connect_error', (error: Error & { data?: unknown }) => {
      const { code } = errorOf({ error: error.data });
      if (code === 'UNAUTHORIZED') void this.comeBack();
      else {
        this.enter('interrupted');
        // A refusal, after which Socket.IO does not try again by itself; it does where nobody answered.
        if (!this.socket.active) {
          setTimeout(
            () => {
              this.again();
            },
            2_000 + Math.random() * 3_000,
          );
        }
      }
    });
  }

  private again(): void {
    if (this.current === 'interrupted' && !this.socket.active) this.socket.connect();
  }

  /** With a new token; without one it is over until somebody logs in. */
  private async comeBack(): Promise<void> {
    let token: string | null = null;
    try {
      if (!this.hasRefreshed) token = (await this.options.refresh?.()) ?? null;
    } catch {
      if (this.current === 'closed') return;
      // Nobody answered, which says nothing about the login.
      this.enter('interrupted');
      setTimeout(() => void this.comeBack(), COME_BACK_AFTER_MS);
      return;
    }
    this.hasRefreshed = true;
    if (this.current === 'closed') return;
    if (token === null) this.enter('loggedOut');
    else this.socket.connect();
  }

  private take(name: string, payload: unknown): void {
    if (!isObject(payload)) return;
    if (name === 'ready') this.begin();
    else if (name === 'resync_required')
      this.options.onResync?.(typeof payload.reason === 'string' ? payload.reason : 'unknown');
    else if (name === 'token_expiring') void this.renew();
    else if (SIGNALS.has(name)) this.tell(name, payload);
    else if (typeof payload.id === 'string' && typeof payload.type === 'string') {
      this.options.onEvent?.(payload as unknown as AnyLiveEvent);
      this.tell(name, payload);
    }
    if (typeof payload.eventId !== 'string') return;
    this.lastEventId = payload.eventId;
    this.options.onPosition?.(payload.eventId);
  }

  private begin(): void {
    this.hasRefreshed = false;
    this.enter('live');
    const conversationIds = [...this.opened];
    // One that may not be seen any more must not keep the others from being opened.
    for (const id of conversationIds)
      this.ask('subscribe', { conversationIds: [id] }).catch(() => this.opened.delete(id));
  }

  private async renew(): Promise<void> {
    const token = await this.options.refresh?.().catch(() => null);
    if (typeof token === 'string') await this.ask('authenticate', { token }).catch(() => undefined);
  }

  private async ask(name: string, message: object): Promise<void> {
    const answer: unknown = await this.socket.timeout(ANSWER_WITHIN_MS).emitWithAck(name, message);
    const { code, message: text, details } = errorOf(answer);
    if (code !== undefined) throw new ApiError(code, text ?? code, details ?? {}, 0, null, null);
  }

  private tell(name: string, payload: unknown): void {
    for (const listener of [...(this.listeners.get(name) ?? [])]) listener(payload as never);
  }

  private enter(state: LiveState): void {
    if (state === this.current) return;
    this.current = state;
    this.options.onState?.(state);
  }
}
