import { SEED } from '../sandbox/world-seed';
import type { SandboxControl } from '../sandbox/control/control';
import { type AccountId, newId } from '../src/database/ids';
import type { DomainEvent, DomainEventKind } from '../src/domain-events/domain-events';
import { Outbox } from '../src/domain-events/outbox';
import { OutboxRelay } from '../src/domain-events/outbox-relay.service';
import type { DeliveredEvent } from '../src/domain-events/outbox-subscribers';
import type { ApiClient, TestUser } from './api-client';
import { eventually } from './eventually';
import { connectedAccount, sandboxOf } from './factories/meta-login';
import { type TestApp, startTestApp } from './test-app';

export type Happening = { [K in DomainEventKind]: Omit<DomainEvent<K>, 'accountId'> }[DomainEventKind];

export const NOTIFICATIONS = '/api/meta/notifications';

export interface Notification extends Record<string, unknown> {
  id: string;
  accountId: string | null;
  kind: string;
  severity: string;
  title: string;
  message: string;
  subjects: { type: string; id: string; name: string | null; resolvedAt: string | null }[];
  subjectCount: number;
  openSubjectCount: number;
  occurrences: number;
  resolvedAt: string | null;
  read: boolean;
  place: string;
}

export interface NotificationPage {
  notifications: Notification[];
  pagination: { limit: number; before: string | null; after: string | null };
}

const CONFIGURATION = {
  verifyToken: 'notification-token',
  fields: {
    messages: true,
    message_template_status_update: true,
    account_update: true,
    account_alerts: true,
    phone_number_quality_update: true,
    phone_number_name_update: true,
    business_capability_update: true,
    security: true,
  },
};

/** The application with Meta's webhooks coming in, and before each test an agent who has connected the seeded business. */
export class NotificationWorld {
  app!: TestApp;
  admin!: ApiClient;
  user!: TestUser;
  client!: ApiClient;
  accountId!: string;

  async start(): Promise<void> {
    this.app = await startTestApp({ sandbox: true, env: { META_TIMEOUT_MS: '1500' } });
    this.admin = this.app.api.as(await this.app.api.registerAdmin());
  }

  async begin(): Promise<void> {
    await this.app.db.query('UPDATE assets SET released_at = now()');
    this.sandbox.reset();
    this.sandbox.clearFaults();
    this.user = await this.admin.createUser('admin');
    this.client = this.app.api.as(this.user);
    await this.connect();
    // Meta's question may take the application longer to answer, at the first time, than Meta waits.
    await eventually(
      () => this.client.post('/api/meta/webhook/configure', CONFIGURATION),
      ({ body }) => body.data.status === 'active',
    );
    await eventually(
      () => this.client.get('/api/meta/whatsapp/account'),
      ({ body }) => body.data.subscribed === true,
    );
  }

  async connect(): Promise<void> {
    this.accountId = await connectedAccount(this.app, this.client);
  }

  get sandbox(): SandboxControl {
    return sandboxOf(this.app);
  }

  async page(query = '', client = this.client): Promise<NotificationPage> {
    const answer = await client.get<NotificationPage>(`${NOTIFICATIONS}${query}`);
    expect({ status: answer.status, text: answer.text }).toMatchObject({ status: 200 });
    return answer.body.data;
  }

  async list(query = '', client = this.client): Promise<Notification[]> {
    return (await this.page(query, client)).notifications;
  }

  /** The newest of a kind, once it is as wanted. */
  async eventually(
    kind: string,
    isWanted: (notification: Notification) => boolean = () => true,
    client = this.client,
  ): Promise<Notification> {
    const found = await eventually(
      async () => (await this.list(`?kind=${kind}`, client))[0],
      (notification) => notification !== undefined && isWanted(notification),
    );
    if (found === undefined) throw new Error(`There is no ${kind}`);
    return found;
  }

  async unread(client = this.client): Promise<number> {
    return (await client.get<{ total: number }>(`${NOTIFICATIONS}/unread-count`)).body.data.total;
  }

  /** What has been committed by now has been told. */
  async settle(): Promise<void> {
    await this.app.app.get(OutboxRelay).settle();
  }

  /** Records events of the account, as its parts would, and has them told. */
  async happen(...events: (Happening | Happening[])[]): Promise<void> {
    const { app, accountId } = this;
    for (const together of events)
      await app.db.transaction((tx) =>
        app.app.get(Outbox).record(
          tx,
          [together].flat().map((event) => ({ ...event, accountId: accountId as AccountId })),
        ),
      );
    await this.settle();
  }

  /** Events as the relay would tell them, which it does not: each in a batch of its own, in this order. */
  async untold(events: readonly Happening[]): Promise<DeliveredEvent[]> {
    const [row]: { last_position: string }[] = await this.app.db.query(
      'SELECT last_position FROM outbox_sequence',
    );
    return events.map(
      (event, index) =>
        ({
          ...event,
          id: newId(),
          accountId: this.accountId,
          conversation: null,
          createdAt: new Date(),
          position: String(BigInt(row?.last_position ?? 0) + BigInt(index + 1)),
        }) as DeliveredEvent,
    );
  }

  /** Meta reads the number out when asked: some things no webhook tells. */
  async sync(): Promise<void> {
    expect((await this.client.post('/api/meta/whatsapp/account/sync', {})).status).toBe(200);
  }

  get numberId(): string {
    return SEED.phoneNumberId;
  }
}

/** What is told of a template whose status changed. */
export function aTemplateUpdate(
  name: string,
  status: string,
  previous: string | null = 'PENDING',
): Happening & { kind: 'template.updated' } {
  const facts = { category: 'UTILITY', correctCategory: null, qualityScore: null };
  return {
    kind: 'template.updated',
    payload: {
      templateId: '1',
      id: `id of ${name}`,
      name,
      language: 'en',
      status,
      changed: ['status'],
      previous: previous === null ? null : { status: previous, ...facts },
      current: { status, ...facts },
    },
  };
}

/** What is told of a number whose quality changed. */
export function aQualityUpdate(previous: string, current: string): Happening {
  const severity = current === 'RED' ? 'critical' : current === 'YELLOW' ? 'warning' : 'info';
  return {
    kind: 'whatsapp.phone_number.updated',
    payload: {
      wabaId: '1',
      phoneNumberId: SEED.phoneNumberId,
      field: 'read',
      what: 'qualityRating',
      previous,
      current,
      severity,
    },
  };
}

export function useNotificationWorld(): NotificationWorld {
  const world = new NotificationWorld();
  beforeAll(() => world.start());
  afterAll(() => world.app.close());
  beforeEach(() => world.begin());
  return world;
}
