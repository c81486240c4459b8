import { randomUUID } from 'node:crypto';
import type { SandboxControl } from '../sandbox/control/control';
import { SEED } from '../sandbox/world-seed';
import type { ApiAnswer, ApiBody, ApiClient } from './api-client';
import { eventually } from './eventually';
import { connectedAccount, sandboxOf } from './factories/meta-login';
import { deliver } from './signed-webhook';
import { type TestApp, startTestApp } from './test-app';

export const TEMPLATES = '/api/meta/whatsapp/templates';
/** The edge of a WABA that holds its templates. */
export const LIST_EDGE = /message_templates$/;

export interface Template extends Record<string, unknown> {
  id: string;
  templateId: string;
  name: string;
  language: string;
  status: string;
  category: string;
  components: Record<string, unknown>[];
}

export interface TemplateList {
  templates: Template[];
  pagination: { total: number; limit: number; offset: number; nextOffset: number | null };
  syncedAt: string | null;
  stale: boolean;
}

/** What `template.updated` tells, as far as tests look at it. */
export interface TemplateUpdate {
  status: string;
  changed: string[];
  previous: Record<string, unknown> | null;
  current: Record<string, unknown>;
}

export const aTemplate = (changes: Record<string, unknown> = {}): Record<string, unknown> => ({
  name: `order_${randomUUID().slice(0, 8)}`,
  language: 'en_US',
  category: 'utility',
  components: [
    { type: 'header', format: 'text', text: 'Your order' },
    { type: 'BODY', text: 'Hi {{1}}, your order {{2}} left.', example: { body_text: [['Ana', '17']] } },
    { type: 'BUTTONS', buttons: [{ type: 'quick_reply', text: 'Thanks' }] },
  ],
  ...changes,
});

/** An error as tests compare it. */
export const problem = ({ status, body }: ApiAnswer<ApiBody<unknown>>) => ({
  status,
  code: body.error.code,
  details: body.error.details,
});

/** How webhooks name a template. */
export const refOf = ({ templateId, name, language }: Template) => ({
  message_template_id: Number(templateId),
  message_template_name: name,
  message_template_language: language,
});

/** The application, and before each test an agent who has connected the seeded business of the sandbox. */
export class TemplateWorld {
  app!: TestApp;
  admin!: ApiClient;
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
    this.client = this.app.api.as(await this.admin.createUser('agent'));
    this.accountId = await connectedAccount(this.app, this.client);
    await eventually(
      () => this.client.get(`/api/meta/whatsapp/account`),
      ({ body }) => body.data.subscribed === true,
    );
    await this.settle();
    this.sandbox.clearCalls();
  }

  get sandbox(): SandboxControl {
    return sandboxOf(this.app);
  }

  /** Connecting starts a sync of its own; a test that counts calls waits for its end. */
  private async settle(): Promise<void> {
    await eventually(
      async () => {
        const rows: unknown[] = await this.app.db.query(
          `SELECT 1 FROM whatsapp_business_accounts
            WHERE account_id = $1 AND templates_synced_at IS NOT NULL AND templates_sync_lease_until IS NULL`,
          [this.accountId],
        );
        return rows.length;
      },
      (count) => count === 1,
    );
  }

  async list(query = ''): Promise<TemplateList> {
    const answer = await this.client.get<TemplateList>(`${TEMPLATES}${query}`);
    expect({ status: answer.status, text: answer.text }).toMatchObject({ status: 200 });
    return answer.body.data;
  }

  async listed(name: string): Promise<Template | undefined> {
    return (await this.list(`?name=${name}`)).templates.find((template) => template.name === name);
  }

  async stored(id: string): Promise<Template> {
    return (await this.client.get<Template>(`${TEMPLATES}/${id}`)).body.data;
  }

  async create(changes: Record<string, unknown> = {}): Promise<Template> {
    const answer = await this.client.post<Template>(TEMPLATES, aTemplate(changes));
    expect({ status: answer.status, text: answer.text }).toMatchObject({ status: 201 });
    return answer.body.data;
  }

  /** A template that nobody reviews until a test says so. */
  async unreviewed(changes: Record<string, unknown> = {}): Promise<Template> {
    this.sandbox.configure({ review: { mode: 'none' } });
    return this.create(changes);
  }

  /** The reviewer's verdict, at Meta and by webhook. */
  async decide(template: Template, status: string): Promise<void> {
    this.sandbox.setTemplateStatus({ templateId: template.templateId }, { status });
    await this.tell('message_template_status_update', { ...refOf(template), event: status, reason: 'NONE' });
  }

  /** Calls that asked for the list. */
  listings(): ReturnType<SandboxControl['calls']> {
    return this.sandbox.calls({ method: 'GET', path: LIST_EDGE });
  }

  /** Calls that asked for a template to be made. */
  creations(): ReturnType<SandboxControl['calls']> {
    return this.sandbox.calls({ method: 'POST', path: LIST_EDGE });
  }

  /** What the product was told of the templates of a name. */
  async updates(name: string): Promise<TemplateUpdate[]> {
    const rows: { payload: TemplateUpdate }[] = await this.app.db.query(
      `SELECT payload FROM domain_events WHERE kind = 'template.updated' AND payload->>'name' = $1 ORDER BY id`,
      [name],
    );
    return rows.map(({ payload }) => payload);
  }

  async updatedStatuses(name: string): Promise<string[]> {
    return (await this.updates(name)).map(({ status }) => status);
  }

  /** A webhook as Meta sends it, about a template or its account. */
  async tell(
    field: string,
    value: Record<string, unknown>,
    seconds = Math.floor(Date.now() / 1000),
  ): Promise<void> {
    const body = JSON.stringify({
      object: 'whatsapp_business_account',
      entry: [{ id: SEED.wabaId, time: seconds, changes: [{ field, value }] }],
    });
    expect((await deliver(this.app.api, body)).status).toBe(200);
    await eventually(
      async () => {
        const rows: { open: string }[] = await this.app.db.query(
          `SELECT count(*) AS open FROM webhook_deliveries WHERE state = 'pending'`,
        );
        return rows[0]?.open;
      },
      (open) => open === '0',
    );
  }
}

/** Starts the application before the tests of a file, and ends it after them. */
export function useTemplateWorld(): TemplateWorld {
  const world = new TemplateWorld();
  beforeAll(() => world.start());
  afterAll(() => world.app.close());
  beforeEach(() => world.begin());
  return world;
}
