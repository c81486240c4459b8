import { type Socket, io } from 'socket.io-client';
import { eventually } from './eventually';

/** As clients see an event. */
export interface SeenEvent {
  eventId: string;
  id: string;
  type: string;
  accountId: string;
  at: string;
  conversation: { id: string; sequence: number } | null;
  data: Record<string, unknown>;
}

export interface ConnectError extends Error {
  data?: { code: string; message: string };
}

/** What a client hears that is no event of the log. */
export interface SeenSignal {
  name: string;
  payload: Record<string, unknown>;
}

export interface EnvelopeAnswer {
  success: boolean;
  data: Record<string, unknown>;
  error: { code: string; message: string };
}

const SIGNALS = new Set([
  'ready',
  'resync_required',
  'closing',
  'token_expiring',
  'access_changed',
  'position',
  'conversation.typing',
  'conversation.presence',
]);

export interface FollowOptions {
  auth?: Record<string, unknown>;
  transports?: ('polling' | 'websocket')[];
  headers?: Record<string, string>;
  /** Of the address; `/realtime` unless told otherwise. */
  namespace?: string;
  path?: string;
}

/** A browser: it keeps the id of the last event over any number of connections, to whichever process. */
export class Follower {
  readonly events: SeenEvent[] = [];
  readonly signals: SeenSignal[] = [];
  readonly disconnects: string[] = [];
  lastEventId: string | undefined;
  private current: Socket | undefined;

  constructor(private readonly token: string) {}

  get socket(): Socket {
    if (this.current === undefined) throw new Error('It never connected.');
    return this.current;
  }

  get isConnected(): boolean {
    return this.current?.connected === true;
  }

  /** Resolves once the service has said `ready`; rejects with what it says instead. */
  async connect(url: string, options: FollowOptions = {}): Promise<SeenSignal> {
    this.drop();
    const socket = io(url + (options.namespace ?? '/realtime'), {
      auth: { token: this.token, lastEventId: this.lastEventId, ...options.auth },
      transports: options.transports ?? ['websocket'],
      reconnection: false,
      forceNew: true,
      ...(options.headers === undefined ? {} : { extraHeaders: options.headers }),
      ...(options.path === undefined ? {} : { path: options.path }),
    });
    this.current = socket;
    socket.onAny((name: string, payload: unknown) => {
      this.note(name, payload as Record<string, unknown>);
    });
    socket.on('disconnect', (reason) => this.disconnects.push(reason));
    const before = this.signals.length;
    await new Promise<void>((resolve, reject) => {
      socket.once('connect_error', reject);
      socket.once('ready', () => {
        resolve();
      });
    });
    return this.signals.slice(before).find(({ name }) => name === 'ready')!;
  }

  /** The line is cut; what arrives after that is not seen. */
  drop(): void {
    this.current?.offAny();
    this.current?.disconnect();
  }

  async ask(name: string, message: unknown): Promise<EnvelopeAnswer> {
    return (await this.socket.timeout(20_000).emitWithAck(name, message)) as EnvelopeAnswer;
  }

  async until(count: number, timeoutMs = 30_000): Promise<SeenEvent[]> {
    return eventually(
      () => this.events,
      ({ length }) => length >= count,
      { timeoutMs },
    ).catch(() => {
      throw new Error(`It saw ${this.events.length} events of ${count}.`);
    });
  }

  async signal(name: string, timeoutMs = 30_000): Promise<Record<string, unknown>> {
    const found = await eventually(
      () => this.signals.find((each) => each.name === name),
      (each) => each !== undefined,
      { timeoutMs },
    );
    return found!.payload;
  }

  private note(name: string, payload: Record<string, unknown>): void {
    if (typeof payload.eventId === 'string') this.lastEventId = payload.eventId;
    if (SIGNALS.has(name)) this.signals.push({ name, payload });
    else this.events.push(payload as unknown as SeenEvent);
  }
}
