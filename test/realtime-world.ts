import { randomBytes } from 'node:crypto';
import { Outbox } from '../src/domain-events/outbox';
import { RealtimeClients } from '../src/realtime/realtime-clients';
import type { ApiClient, TestUser } from './api-client';
import { type Tenant, aTenant } from './factories/conversations.factory';
import { aTemplateEvent } from './factories/outbox.factory';
import { Follower } from './realtime-follower';
import { type TestApp, startTestApp } from './test-app';
import { type TestDatabase, createTestDatabase } from './test-database';

/** One or more processes of the service on one database and Redis, with tenants whose events can be followed. */
export class RealtimeWorld {
  apps: TestApp[] = [];
  admin!: ApiClient;
  private readonly followers: Follower[] = [];
  private database!: TestDatabase;

  get app(): TestApp {
    const [first] = this.apps;
    if (first === undefined) throw new Error('Nothing was started.');
    return first;
  }

  async start(processes = 1, env: Readonly<Record<string, string>> = {}): Promise<void> {
    this.database = await createTestDatabase();
    const prefix = `test-${randomBytes(6).toString('hex')}`;
    for (let index = 0; index < processes; index += 1)
      this.apps.push(await startTestApp({ database: this.database, env: { REDIS_PREFIX: prefix, ...env } }));
    this.admin = this.app.api.as(await this.app.api.registerAdmin());
  }

  async close(): Promise<void> {
    for (const follower of this.followers) follower.drop();
    for (const app of this.apps.reverse()) await app.close();
    await this.database.drop();
  }

  async userOf(
    tenants: readonly Tenant[],
    role: 'admin' | 'agent' | 'viewer' = 'agent',
    sees: 'all' | 'assigned' = 'all',
  ): Promise<TestUser> {
    const user = await this.admin.createUser(role);
    for (const { accountId } of tenants)
      await this.app.db.query(
        `INSERT INTO account_members (account_id, user_id, role, sees) VALUES ($1, $2, 'member', $3)`,
        [accountId, user.id, sees],
      );
    return user;
  }

  async tenant(): Promise<Tenant> {
    return aTenant(this.app.db);
  }

  follower({ accessToken }: Pick<TestUser, 'accessToken'>): Follower {
    const follower = new Follower(accessToken);
    this.followers.push(follower);
    return follower;
  }

  /** Events that are told apart by their names, in one transaction. */
  async happen(tenant: Pick<Tenant, 'accountId'>, ...names: string[]): Promise<void> {
    const outbox = this.app.app.get(Outbox);
    await this.app.db.transaction((tx) =>
      outbox.record(
        tx,
        names.map((name) => aTemplateEvent(tenant, name)),
      ),
    );
  }

  connected(): number {
    return this.apps.reduce((sum, { app }) => sum + app.get(RealtimeClients).size, 0);
  }
}

/** The names that `happen` was given, as a client saw them. */
export function namesOf(follower: Pick<Follower, 'events'>): unknown[] {
  return follower.events.filter(({ type }) => type === 'template.updated').map(({ data }) => data.name);
}

export function numbered(count: number, word = 'event'): string[] {
  return Array.from({ length: count }, (_, index) => `${word}-${index}`);
}
