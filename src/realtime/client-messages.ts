import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { mayBeSeen } from '../conversations/visibility/visible-conversations';
import type { AccountId, ConversationId, UserId } from '../database/ids';
import { ForbiddenError, NotFoundError, RateLimitedError, UnauthorizedError } from '../errors/app.error';
import { describeProblem } from '../http/describe-problem';
import { includesRole } from '../identity/authenticated-user';
import { CredentialsService } from '../identity/credentials.service';
import { bearer } from './client-credentials';
import type { ClientView } from './client-view';
import { ConversationPresence } from './conversation-presence';
import { encodePlace } from './event-place';
import { MessageFields } from './message-fields';
import { MessageRate } from './message-rate';
import { type RealtimeClient, RealtimeClients } from './realtime-clients';
import { roomOf } from './realtime-socket';
import { ResumePoints } from './resume-points';

const MOST_OPEN = 100;

type Acknowledge = (answer: unknown) => void;
type Handler = (client: RealtimeClient, message: unknown) => Promise<object> | object;

/** What clients may ask for. Everything is acknowledged as HTTP requests are answered: in the envelope. */
@Injectable()
export class ClientMessages {
  private readonly log = new Logger('Realtime');
  private readonly handlers: Readonly<Record<string, Handler>> = {
    subscribe: (client, message) => this.subscribe(client, message),
    unsubscribe: (client, message) => this.unsubscribe(client, message),
    authenticate: (client, message) => this.authenticate(client, message),
    resume: (client, message) => this.resume(client, message),
    'conversation.typing': (client, message) => this.typing(client, message),
  };

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly credentials: CredentialsService,
    private readonly clients: RealtimeClients,
    private readonly presence: ConversationPresence,
    private readonly resumePoints: ResumePoints,
  ) {}

  attach(client: RealtimeClient): void {
    const rate = new MessageRate(Date.now());
    client.socket.onAny((name: string, ...payload: unknown[]) => {
      const last = payload.at(-1);
      const acknowledge: Acknowledge = typeof last === 'function' ? (last as Acknowledge) : () => undefined;
      const verdict = rate.take(Date.now());
      if (verdict === 'flood')
        this.clients.dismiss(client, 'RATE_LIMITED', 'You send far too many messages.');
      else if (verdict === 'refused')
        acknowledge(describeProblem(new RateLimitedError('You send too many messages. Wait a second.')).body);
      else
        void this.answer(
          client,
          name,
          typeof last === 'function' ? payload.slice(0, -1) : payload,
          acknowledge,
        );
    });
  }

  private async answer(
    client: RealtimeClient,
    name: string,
    [message]: unknown[],
    acknowledge: Acknowledge,
  ): Promise<void> {
    try {
      const handler = Object.hasOwn(this.handlers, name) ? this.handlers[name] : undefined;
      if (handler === undefined) throw new NotFoundError('There is no such message.');
      acknowledge({ success: true, data: await handler(client, message) });
    } catch (error) {
      const { status, body } = describeProblem(error);
      if (status >= 500) this.log.error({ err: error }, `The message ${name} could not be dealt with`);
      acknowledge(body);
    }
  }

  private async subscribe({ socket, view }: RealtimeClient, message: unknown): Promise<object> {
    const { accountIds, conversationIds } = subjectsOf(message);
    if (accountIds.some((id) => !view.accountIds.includes(id)))
      throw new NotFoundError('There is no such connected account.');
    const found = await this.conversations(view, conversationIds);
    if (found.length < conversationIds.length) throw new NotFoundError('There is no such conversation.');
    if (new Set([...view.conversationIds, ...conversationIds]).size > MOST_OPEN)
      throw new ForbiddenError(`At most ${MOST_OPEN} conversations can be open at once.`);
    view.follow(accountIds);
    for (const { id, accountId } of found) {
      view.open(id, accountId);
      await socket.join(roomOf(id));
      this.presence.changed(id);
    }
    return standOf(view);
  }

  private async unsubscribe({ socket, view }: RealtimeClient, message: unknown): Promise<object> {
    const { accountIds, conversationIds } = subjectsOf(message);
    view.unfollow(accountIds.filter((id) => view.accountIds.includes(id)));
    for (const id of conversationIds) {
      if (!view.close(id)) continue;
      await socket.leave(roomOf(id));
      this.presence.changed(id);
    }
    return standOf(view);
  }

  private async authenticate(client: RealtimeClient, message: unknown): Promise<object> {
    const fields = new MessageFields(message, ['token']);
    const token = fields.text('token');
    fields.check();
    const identification = await this.credentials.identify(bearer(token));
    if (identification.user.id !== client.identification.user.id)
      throw new UnauthorizedError('The access token is of another user. Connect anew.');
    this.clients.renew(client, identification);
    await this.clients.review([identification.user.id]);
    return { expiresAt: identification.expiresAt };
  }

  private async resume({ view, feed }: RealtimeClient, message: unknown): Promise<object> {
    const fields = new MessageFields(message, ['lastEventId']);
    const lastEventId = fields.text('lastEventId');
    fields.check();
    const { place, resync } = await this.resumePoints.resolve(lastEventId, view.accountIds);
    if (resync === null) feed.moveTo(place);
    else feed.resync(resync, place);
    return { resumed: resync === null, eventId: encodePlace(place) };
  }

  private async typing({ socket, view, identification }: RealtimeClient, message: unknown): Promise<object> {
    const fields = new MessageFields(message, ['conversationId', 'isTyping']);
    const conversationId = fields.id<ConversationId>('conversationId');
    const isTyping = fields.flag('isTyping', true);
    fields.check();
    if (!includesRole(view.role, 'agent')) throw new ForbiddenError('This needs the role agent.');
    if (!view.hasOpen(conversationId) && (await this.conversations(view, [conversationId])).length === 0)
      throw new NotFoundError('There is no such conversation.');
    const { id, name } = identification.user;
    this.presence.relay(socket, conversationId, 'conversation.typing', {
      conversationId,
      user: { id, name },
      isTyping,
    });
    return {};
  }

  /** Those of them that the client may see. */
  private async conversations(
    view: ClientView,
    ids: readonly ConversationId[],
  ): Promise<{ id: ConversationId; accountId: AccountId }[]> {
    if (ids.length === 0) return [];
    const rows: { id: ConversationId; account_id: AccountId; agent_id: UserId | null }[] =
      await this.database.query(
        'SELECT id, account_id, agent_id FROM conversations WHERE account_id = ANY($1) AND id = ANY($2)',
        [view.accountIds, ids],
      );
    const seen = { userId: view.userId, assignedOnly: [...view.assignedOnly] };
    return rows
      .map((row) => ({ id: row.id, accountId: row.account_id, agentId: row.agent_id }))
      .filter((row) => mayBeSeen(seen, row));
  }
}

function subjectsOf(message: unknown): { accountIds: AccountId[]; conversationIds: ConversationId[] } {
  const fields = new MessageFields(message, ['accountIds', 'conversationIds']);
  const accountIds = fields.ids<AccountId>('accountIds');
  const conversationIds = fields.ids<ConversationId>('conversationIds');
  fields.check();
  return { accountIds, conversationIds };
}

function standOf(view: ClientView): object {
  return { accountIds: view.followed, conversationIds: view.conversationIds };
}
