import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import { setTimeout as pause } from 'node:timers/promises';
import { AppConfig } from '../config/app-config';
import { RateLimitedError, UnauthorizedError } from '../errors/app.error';
import { describeProblem } from '../http/describe-problem';
import { type ProxyTrust, clientAddress, trustIn } from '../http/trusted-proxies';
import { AccessReview } from '../identity/access-review.service';
import { CredentialsService, type Identification } from '../identity/credentials.service';
import { RateLimits } from '../rate-limits/rate-limits';
import { credentialsOf, textOf } from './client-credentials';
import { ClientFeed } from './client-feed';
import { ClientMessages } from './client-messages';
import { ClientView } from './client-view';
import { ConversationPresence } from './conversation-presence';
import { EventLog } from './event-log.repository';
import { encodePlace } from './event-place';
import { EventTail } from './event-tail';
import { RealtimeClients } from './realtime-clients';
import type { RealtimeNamespace, RealtimeSocket } from './realtime-socket';
import { type ResumePoint, ResumePoints } from './resume-points';
import { TellableEvents } from './tellable-events';
import { Turns } from './turns';

/** How many clients that are behind read the database at once: the others of the process need it too. */
const READERS_AT_ONCE = 4;
const LONGEST_GOODBYE_MS = 2_000;

interface Admission {
  identification: Identification;
  view: ClientView;
  start: ResumePoint;
}

/** Lets clients in, tells them what they missed, and sees them off. */
@Injectable()
export class RealtimeConnections implements BeforeApplicationShutdown {
  private readonly log = new Logger('Realtime');
  private readonly turns = new Turns(READERS_AT_ONCE);
  private readonly admissions = new WeakMap<RealtimeSocket, Admission>();
  private readonly isTrusted: ProxyTrust;
  private isClosing = false;

  constructor(
    private readonly credentials: CredentialsService,
    private readonly accessReview: AccessReview,
    private readonly resumePoints: ResumePoints,
    private readonly clients: RealtimeClients,
    private readonly messages: ClientMessages,
    private readonly presence: ConversationPresence,
    private readonly tail: EventTail,
    private readonly eventLog: EventLog,
    private readonly tellable: TellableEvents,
    private readonly config: AppConfig,
    private readonly limits: RateLimits,
  ) {
    this.isTrusted = trustIn(config.env.TRUSTED_PROXIES);
  }

  serve(namespace: RealtimeNamespace): void {
    this.presence.serve(namespace);
    namespace.use((socket, next) => {
      this.admit(socket).then(
        () => {
          next();
        },
        (error: unknown) => {
          next(this.refusal(error));
        },
      );
    });
    namespace.on('connection', (socket) => {
      this.welcome(socket);
    });
  }

  /** Clients are told to come back, which they do by themselves: to another process. */
  async beforeApplicationShutdown(): Promise<void> {
    this.isClosing = true;
    const leaving = this.clients.all();
    for (const { socket } of leaving) {
      socket.emit('closing', {
        code: 'SERVER_CLOSING',
        message: 'The service is shutting down. Connect again.',
        reconnect: true,
      });
      // Not the socket's own disconnect: after that a client stays away.
      socket.conn.close();
    }
    for (const end = Date.now() + LONGEST_GOODBYE_MS; this.clients.size > 0 && Date.now() < end;)
      await pause(20);
    for (const { socket } of this.clients.all()) socket.conn.close(true);
  }

  private async admit(socket: RealtimeSocket): Promise<void> {
    if (this.isClosing) throw new RateLimitedError('The service is shutting down. Connect again.');
    const { auth } = socket.handshake;
    // One connection may be used to try many credentials.
    await this.limits.countConnection(clientAddress(socket.request, this.isTrusted));
    const identification = await this.credentials.identify(credentialsOf(socket));
    forgetSecrets(socket);
    const { user, loginId, apiKeyId } = identification;
    if (this.clients.countOf(user.id) >= this.config.env.REALTIME_CONNECTIONS_PER_USER)
      throw new RateLimitedError('You have too many connections open. Close one of them.');
    const [access] = await this.accessReview.review([{ userId: user.id, loginId, apiKeyId }]);
    if (access === undefined || access === null)
      throw new UnauthorizedError('Your access has ended. Log in again.');
    const lastEventId = textOf(auth.lastEventId);
    const start = await this.resumePoints.resolve(lastEventId, access.accountIds);
    socket.data.person = { id: user.id, name: user.name };
    this.admissions.set(socket, { identification, view: new ClientView(user.id, access), start });
  }

  private welcome(socket: RealtimeSocket): void {
    const admission = this.admissions.get(socket);
    if (admission === undefined) throw new Error('A socket was connected that was not admitted.');
    const { identification, view, start } = admission;
    const { tail, eventLog: log, tellable, turns } = this;
    const feed = new ClientFeed(socket, view, start.place, { tail, log, tellable, turns });
    const client = { socket, identification, view, feed };
    socket.on('disconnecting', () => {
      for (const id of view.conversationIds) this.presence.changed(id);
    });
    socket.on('disconnect', () => {
      this.clients.remove(client);
    });
    socket.emit('ready', {
      eventId: encodePlace(start.place),
      userId: identification.user.id,
      role: view.role,
      accountIds: view.accountIds,
      expiresAt: identification.expiresAt,
    });
    this.messages.attach(client);
    this.clients.add(client);
    if (start.resync !== null) feed.resync(start.resync, start.place);
    feed.kick();
    tail.wake();
  }

  /** As the client gets it: `message` of the error, and `data` with what the envelope of an HTTP answer holds. */
  private refusal(thrown: unknown): Error {
    const { status, body } = describeProblem(thrown);
    if (status >= 500) this.log.error({ err: thrown }, 'A client could not be let in');
    return Object.assign(new Error(body.error.message), { data: body.error });
  }
}

/** Socket.IO's processes tell each other of a socket with all that it came with. */
function forgetSecrets({ handshake }: RealtimeSocket): void {
  handshake.auth = {};
  for (const name of ['authorization', 'x-api-key', 'cookie'])
    Reflect.deleteProperty(handshake.headers, name);
}
