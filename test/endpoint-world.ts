import {
  type AccountId,
  type ContactId,
  type ConversationId,
  type MessageId,
  newId,
} from '../src/database/ids';
import { Outbox } from '../src/domain-events/outbox';
import { OutboxRelay } from '../src/domain-events/outbox-relay.service';
import type { ApiClient, TestUser } from './api-client';
import { eventually } from './eventually';
import { connectedAccount, sandboxOf } from './factories/meta-login';
import { ALLOWED_ADDRESS } from './hostile-server';
import { type Happening, aTemplateUpdate } from './notification-world';
import { type TestApp, type TestAppOptions, startTestApp } from './test-app';
import { WebhookReceiver } from './webhook-receiver';

export const ENDPOINTS = '/api/meta/notifications/endpoints';

export interface Endpoint extends Record<string, unknown> {
  id: string;
  url: string;
  secret: string;
  state: string;
  stateReason: string | null;
  health: {
    failures: number;
    failingSince: string | null;
    nextProbeAt: string | null;
    lastError: string | null;
  };
}

export interface Delivery extends Record<string, unknown> {
  id: string;
  messageId: string;
  eventId: string;
  type: string;
  state: string;
  attempts: number;
  nextAttemptAt: string | null;
  lastStatus: number | null;
  lastError: string | null;
}

/** The application, a customer's system that is told of events, and before each test an owner of a connected account. */
export class EndpointWorld {
  app!: TestApp;
  admin!: ApiClient;
  user!: TestUser;
  client!: ApiClient;
  accountId!: AccountId;
  readonly receiver = new WebhookReceiver();

  async start(env: TestAppOptions['env'] = {}): Promise<void> {
    this.app = await startTestApp({
      sandbox: true,
      env: {
        META_TIMEOUT_MS: '1500',
        OUTBOUND_ALLOW_HTTP: 'true',
        OUTBOUND_ALLOWED_ADDRESSES: ALLOWED_ADDRESS,
        ENDPOINT_TIMEOUT_MS: '1500',
        ...env,
      },
    });
    await this.receiver.start();
    this.admin = this.app.api.as(await this.app.api.registerAdmin());
  }

  async begin(): Promise<void> {
    // What is left of the test before is neither sent nor in the way.
    await this.app.db.query(`UPDATE notification_endpoints SET state = 'removed', secret = NULL`);
    await this.app.db.query('UPDATE assets SET released_at = now()');
    sandboxOf(this.app).reset();
    this.receiver.received.length = 0;
    this.receiver.answers.clear();
    this.user = await this.admin.createUser('agent');
    this.client = this.app.api.as(this.user);
    this.accountId = (await connectedAccount(this.app, this.client)) as AccountId;
    await this.settle();
  }

  async close(): Promise<void> {
    await this.app.close();
    await this.receiver.close();
  }

  async add(path: string, body: Record<string, unknown> = {}, client = this.client): Promise<Endpoint> {
    const answer = await client.post<Endpoint>(ENDPOINTS, {
      url: this.receiver.url(path),
      eventTypes: ['*'],
      ...body,
    });
    expect({ status: answer.status, text: answer.text }).toMatchObject({ status: 201 });
    return answer.body.data;
  }

  async get({ id }: { id: string }): Promise<Endpoint> {
    return (await this.client.get<Endpoint>(`${ENDPOINTS}/${id}`)).body.data;
  }

  async deliveries({ id }: { id: string }, query = ''): Promise<Delivery[]> {
    const answer = await this.client.get<{ deliveries: Delivery[] }>(`${ENDPOINTS}/${id}/deliveries${query}`);
    expect({ status: answer.status, text: answer.text }).toMatchObject({ status: 200 });
    return answer.body.data.deliveries;
  }

  /** Its only delivery, once it is as wanted. */
  async delivery(endpoint: { id: string }, isWanted: (delivery: Delivery) => boolean): Promise<Delivery> {
    const [found] = await eventually(
      () => this.deliveries(endpoint),
      ([first]) => first !== undefined && isWanted(first),
      { timeoutMs: 30_000 },
    );
    if (found === undefined) throw new Error('There is no delivery.');
    return found;
  }

  /** What was received under a path, once there is so much. */
  async received(path: string, count: number) {
    return eventually(
      () => this.receiver.at(path),
      (all) => all.length >= count,
      { timeoutMs: 30_000 },
    );
  }

  /** What has been committed by now has been told. */
  async settle(): Promise<void> {
    await this.app.app.get(OutboxRelay).settle();
  }

  /** Records events of the account, each in a transaction of its own, and has them told. */
  async happen(
    ...events: (Happening & { conversation?: { id: ConversationId; seq: string } })[]
  ): Promise<void> {
    for (const event of events)
      await this.app.db.transaction((tx) =>
        this.app.app.get(Outbox).record(tx, [{ ...event, accountId: this.accountId }]),
      );
    await this.settle();
  }

  /** Something that belongs to no conversation. */
  async happenOnce(): Promise<void> {
    await this.happen(aTemplateUpdate('order', 'REJECTED'));
  }

  /** What waits for its time need not: as if that time had passed. */
  async makeDue({ id }: { id: string }): Promise<void> {
    await this.app.db.query(
      `UPDATE notification_deliveries SET due_at = now()
        WHERE endpoint_id = $1 AND state = 'pending' AND tries > 0 AND due_at > now() AND claimed_until IS NULL`,
      [id],
    );
    await this.app.db.query(
      `UPDATE notification_endpoints SET due_at = now(), not_before = NULL,
              probe_at = CASE WHEN probe_at IS NOT NULL THEN now() END WHERE id = $1`,
      [id],
    );
  }
}

export function useEndpointWorld(env: TestAppOptions['env'] = {}): EndpointWorld {
  const world = new EndpointWorld();
  beforeAll(() => world.start(env));
  afterAll(() => world.close());
  beforeEach(() => world.begin());
  return world;
}

/** A message of a conversation, of which nothing but the event is there. */
export function aMessageIn(
  id: ConversationId,
  sequence: number,
): Happening & { conversation: { id: ConversationId; seq: string } } {
  return {
    kind: 'message.created',
    payload: { messageId: newId<MessageId>(), conversationId: id, contactId: null as ContactId | null },
    conversation: { id, seq: String(sequence) },
  };
}
