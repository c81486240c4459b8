import { randomUUID } from 'node:crypto';
import { SEED } from '../../sandbox/world-seed';
import type { AccountId } from '../../src/database/ids';
import { TemplateSyncService } from '../../src/whatsapp/templates/template-sync.service';
import type { ApiAnswer, ApiBody, ApiClient } from '../api-client';
import { eventually } from '../eventually';
import { connectedAccount, sandboxOf } from '../factories/meta-login';
import { deliver } from '../signed-webhook';
import { type TestApp, startTestApp } from '../test-app';

const TEMPLATES = '/api/meta/whatsapp/templates';
const LIST_EDGE = /message_templates$/;

interface Template extends Record<string, unknown> {
  id: string;
  templateId: string;
  name: string;
  language: string;
  status: string;
  category: string;
  components: Record<string, unknown>[];
}
interface TemplateList {
  templates: Template[];
  pagination: { total: number; limit: number; offset: number; nextOffset: number | null };
  syncedAt: string | null;
  stale: boolean;
}

const aTemplate = (changes: Record<string, unknown> = {}): Record<string, unknown> => ({
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

const problem = ({ status, body }: ApiAnswer<ApiBody<unknown>>) => ({
  status,
  code: body.error.code,
  details: body.error.details,
});

describe('WhatsApp templates', () => {
  let app: TestApp;
  let admin: ApiClient;
  let client: ApiClient;
  let accountId: string;
  beforeAll(async () => {
    app = await startTestApp({ sandbox: true, env: { META_TIMEOUT_MS: '1500' } });
    admin = app.api.as(await app.api.registerAdmin());
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    await app.db.query('UPDATE assets SET released_at = now()');
    sandbox().reset();
    sandbox().clearFaults();
    client = app.api.as(await admin.createUser('agent'));
    accountId = await connectedAccount(app, client);
    await eventually(
      () => client.get(`/api/meta/whatsapp/account`),
      ({ body }) => body.data.subscribed === true,
    );
    await settle();
    sandbox().clearCalls();
  });

  const sandbox = () => sandboxOf(app);
  /** Connecting starts a sync of its own; a test that counts calls waits for its end. */
  const settle = () =>
    eventually(
      async () => {
        const rows: unknown[] = await app.db.query(
          `SELECT 1 FROM whatsapp_business_accounts
            WHERE account_id = $1 AND templates_synced_at IS NOT NULL AND templates_sync_lease_until IS NULL`,
          [accountId],
        );
        return rows.length;
      },
      (count) => count === 1,
    );
  const list = async (query = ''): Promise<TemplateList> => {
    const answer = await client.get<TemplateList>(`${TEMPLATES}${query}`);
    expect(answer.status).toBe(200);
    return answer.body.data;
  };
  const listed = async (name: string): Promise<Template | undefined> =>
    (await list(`?name=${name}`)).templates.find((template) => template.name === name);
  const create = async (changes: Record<string, unknown> = {}): Promise<Template> => {
    const answer = await client.post<Template>(TEMPLATES, aTemplate(changes));
    expect({ status: answer.status, text: answer.text }).toMatchObject({ status: 201 });
    return answer.body.data;
  };
  const makeStale = () =>
    app.db.query(`UPDATE whatsapp_business_accounts SET templates_synced_at = now() - interval '61 minutes'`);
  const listings = () => sandbox().calls({ method: 'GET', path: LIST_EDGE });
  const updates = async (name: string): Promise<string[]> => {
    const rows: { status: string }[] = await app.db.query(
      `SELECT payload->>'status' AS status FROM domain_events
        WHERE kind = 'template.updated' AND payload->>'name' = $1 ORDER BY id`,
      [name],
    );
    return rows.map(({ status }) => status);
  };
  /** A webhook as Meta sends it, about a template. */
  const tell = async (
    field: string,
    value: Record<string, unknown>,
    seconds = Math.floor(Date.now() / 1000),
  ): Promise<void> => {
    const change = { field, value };
    const body = JSON.stringify({
      object: 'whatsapp_business_account',
      entry: [{ id: SEED.wabaId, time: seconds, changes: [change] }],
    });
    expect((await deliver(app.api, body)).status).toBe(200);
    await eventually(
      async () => {
        const rows: { open: string }[] = await app.db.query(
          `SELECT count(*) AS open FROM webhook_deliveries WHERE state = 'pending'`,
        );
        return rows[0]?.open;
      },
      (open) => open === '0',
    );
  };
  const refOf = ({ templateId, name, language }: Template) => ({
    message_template_id: Number(templateId),
    message_template_name: name,
    message_template_language: language,
  });

  describe('list', () => {
    it('has the shape of the specification', async () => {
      const data = await list();
      expect(data.pagination).toEqual({
        total: data.templates.length,
        limit: 10,
        offset: 0,
        nextOffset: null,
      });
      expect(data.templates[0]).toMatchObject({
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        templateId: SEED.templateId,
        name: expect.any(String),
        language: expect.any(String),
        category: expect.any(String),
        status: 'APPROVED',
        components: expect.arrayContaining([
          expect.objectContaining({ type: 'BODY', text: expect.any(String) }),
        ]),
        createdAt: expect.stringMatching(/Z$/),
        updatedAt: expect.stringMatching(/Z$/),
      });
      expect(data).toMatchObject({ stale: false, syncedAt: expect.any(String) });
    });

    it('reads all pages of Meta and is paged itself', async () => {
      sandbox().configure({ review: { mode: 'none' } });
      const pages = pagesOf(130);
      sandbox().failNext({ method: 'GET', path: LIST_EDGE, ...pages.first });
      sandbox().failNext({ method: 'GET', path: LIST_EDGE, ...pages.second });
      const first = await list('?refresh=true&limit=100');
      expect(first.pagination).toEqual({ total: 130, limit: 100, offset: 0, nextOffset: 100 });
      const second = await list('?limit=100&offset=100');
      expect(second.pagination).toEqual({ total: 130, limit: 100, offset: 100, nextOffset: null });
      const names = [...first.templates, ...second.templates].map(({ name }) => name);
      expect(new Set(names).size).toBe(130);
    });

    it('is filtered by the words of the specification and by those of Meta, in any case', async () => {
      sandbox().configure({ review: { mode: 'none' } });
      const pending = await create();
      const rejected = await create({ category: 'MARKETING', language: 'ar' });
      await tell('message_template_status_update', { ...refOf(rejected), event: 'REJECTED', reason: 'SCAM' });
      const names = async (query: string) => (await list(query)).templates.map(({ name }) => name);

      expect(await names('?status=in_review')).toEqual([pending.name]);
      expect(await names('?status=PENDING')).toEqual([pending.name]);
      expect(await names('?status=Rejected')).toEqual([rejected.name]);
      expect(await names('?status=approved')).not.toContain(pending.name);
      expect(await names('?category=marketing&status=rejected')).toEqual([rejected.name]);
      expect(await names('?language=ar')).toEqual([rejected.name]);
      expect(await names(`?name=${pending.name.slice(0, 9)}`)).toEqual([pending.name]);
      expect(await names('?name=%25')).toEqual([]);
    });

    it.each([
      ['status=blue', 'status'],
      ['category=fun', 'category'],
      ['limit=0', 'limit'],
      ['limit=101', 'limit'],
      ['limit=ten', 'limit'],
      ['offset=-1', 'offset'],
      ['refresh=perhaps', 'refresh'],
      ['wabaId=x', 'wabaId'],
      ['colour=blue', 'colour'],
    ])('refuses ?%s', async (query, path) => {
      expect(problem(await client.get(`${TEMPLATES}?${query}`))).toMatchObject({
        status: 400,
        code: 'VALIDATION_FAILED',
        details: { fields: expect.arrayContaining([expect.objectContaining({ path })]) },
      });
    });

    it('asks Meta again after an hour or on demand, and not before', async () => {
      await list();
      await list();
      expect(listings()).toHaveLength(0);
      await list('?refresh=true');
      expect(listings()).toHaveLength(1);
      await makeStale();
      await list();
      expect(listings()).toHaveLength(2);
    });

    it('asks Meta once for many who want it at the same time', async () => {
      await makeStale();
      await Promise.all(Array.from({ length: 8 }, () => list()));
      expect(listings()).toHaveLength(1);
    });

    it('leaves out what is gone at Meta, but only once the whole list was read', async () => {
      sandbox().configure({ review: { mode: 'none' } });
      const template = await create();
      const empty = { status: 200, contentType: 'application/json', body: '{"data":[]}' };
      const broken = {
        ...empty,
        body: JSON.stringify({
          data: [],
          paging: { cursors: { after: 'QQ' }, next: 'https://graph.facebook.com/x?after=QQ' },
        }),
      };
      sandbox().failNext({ method: 'GET', path: LIST_EDGE, ...broken });
      sandbox().failNext({ method: 'GET', path: LIST_EDGE, code: 100, message: 'No.' });
      expect((await client.get(`${TEMPLATES}?refresh=true`)).status).toBe(422);
      expect(await listed(template.name)).toBeDefined();

      sandbox().failNext({ method: 'GET', path: LIST_EDGE, ...empty });
      expect((await list('?refresh=true')).pagination.total).toBe(0);
      // What Meta lists again is the same template as before.
      await list('?refresh=true');
      expect(await listed(template.name)).toMatchObject({ id: template.id });
    });

    it('gets along with a field that this Graph version does not have', async () => {
      sandbox().failNext({
        method: 'GET',
        path: LIST_EDGE,
        code: 100,
        message:
          '(#100) Tried accessing nonexisting field (correct_category) on node type (WhatsAppMessageTemplate)',
      });
      expect((await list('?refresh=true')).templates).not.toHaveLength(0);
      expect(listings().map(({ query }) => query.fields?.includes('correct_category'))).toEqual([
        true,
        false,
      ]);
    });

    it.each([
      ['HTML', { status: 502 }],
      ['a 5xx', { code: 2 }],
      ['its limit', { code: 80008 }],
      ['nothing in time', { delayMs: 30_000 }],
    ])('answers with what is stored when Meta answers with %s', async (_name, fault) => {
      sandbox().failNext({ method: 'GET', path: LIST_EDGE, times: 100, ...fault });
      await makeStale();
      expect(await list()).toMatchObject({ stale: true, templates: [expect.objectContaining({})] });
      // Who asks for Meta's own list is told that there is none.
      const forced = await client.get(`${TEMPLATES}?refresh=true`);
      expect([429, 503]).toContain(forced.status);
      expect(forced.headers.get('retry-after')).toMatch(/^\d+$/);
      sandbox().clearFaults();
      expect(await list()).toMatchObject({ stale: false });
    });

    it('says so when Meta does not answer and nothing is stored', async () => {
      await app.db.query('DELETE FROM whatsapp_templates');
      sandbox().failNext({ method: 'GET', path: LIST_EDGE, times: 100, status: 503 });
      expect(problem(await client.get(`${TEMPLATES}?refresh=true`))).toMatchObject({
        status: 503,
        code: 'META_UNAVAILABLE',
      });
    });

    it('says so when somebody has to connect again', async () => {
      sandbox().failNext({ method: 'GET', path: LIST_EDGE, code: 190, subcode: 463 });
      expect(problem(await client.get(`${TEMPLATES}?refresh=true`))).toMatchObject({
        status: 424,
        code: 'META_REAUTH_REQUIRED',
      });
    });

    it('wants to know which WABA when there are several', async () => {
      const { id } = sandbox().createWaba({ name: 'Second', ownerBusinessId: SEED.businessId });
      await connectedAccount(app, client);
      await client.post('/api/meta/whatsapp/account/sync', {});
      expect(problem(await client.get(TEMPLATES))).toMatchObject({
        status: 409,
        code: 'ACCOUNT_AMBIGUOUS',
        details: { parameter: 'wabaId' },
      });
      expect((await list(`?wabaId=${id}`)).templates).toEqual([]);
    });
  });

  describe('creation', () => {
    it('answers with what Meta answered, and the verdict follows', async () => {
      const verifyToken = 'verify-me';
      const configured = await client.post('/api/meta/webhook/configure', {
        verifyToken,
        fields: { message_template_status_update: true },
      });
      expect(configured.body.data).toMatchObject({ status: 'active' });
      const answer = await client.post<Template>(TEMPLATES, aTemplate());
      expect(answer.status).toBe(201);
      expect(answer.body.data).toMatchObject({
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        templateId: expect.stringMatching(/^\d+$/),
        status: 'PENDING',
        createdAt: expect.stringMatching(/Z$/),
      });
      const { id, name } = answer.body.data;
      const template = await eventually(
        () => listed(name),
        (found) => found?.status === 'APPROVED',
      );
      expect(template).toMatchObject({
        id,
        category: 'UTILITY',
        components: [{ type: 'HEADER' }, { type: 'BODY' }, {}],
      });
      const sent = sandbox().calls({ method: 'POST', path: LIST_EDGE })[0]?.body;
      expect(sent).toMatchObject({
        category: 'UTILITY',
        components: [
          { type: 'HEADER', format: 'TEXT' },
          { type: 'BODY' },
          { buttons: [{ type: 'QUICK_REPLY' }] },
        ],
      });
      expect(await updates(name)).toEqual(['APPROVED']);
    });

    it.each<[string, Record<string, unknown>, string]>([
      ['a name in capitals', { name: 'Order Update' }, 'name'],
      ['no name', { name: undefined }, 'name'],
      ['a language that is none', { language: 'English' }, 'language'],
      ['an unknown category', { category: 'FUN' }, 'category'],
      ['no components', { components: [] }, 'components'],
      ['components that are none', { components: 'BODY' }, 'components'],
      ['an unknown component', { components: [{ type: 'TAIL' }] }, 'components.0.type'],
      ['an unknown field', { colour: 'green' }, 'colour'],
      [
        'an unknown field of a component',
        { components: [{ type: 'BODY', txet: 'Hi' }] },
        'components.0.txet',
      ],
    ])('refuses %s as malformed', async (_name, changes, path) => {
      expect(problem(await client.post(TEMPLATES, aTemplate(changes)))).toMatchObject({
        status: 400,
        code: 'VALIDATION_FAILED',
        details: { fields: expect.arrayContaining([expect.objectContaining({ path })]) },
      });
    });

    it("refuses what breaks Meta's rules, without asking Meta", async () => {
      const components = [
        { type: 'BODY', text: '{{1}} your order' },
        { type: 'FOOTER', text: 'x'.repeat(61) },
      ];
      const answer = await client.post(TEMPLATES, aTemplate({ components }));
      expect(problem(answer)).toMatchObject({
        status: 422,
        code: 'TEMPLATE_INVALID',
        details: {
          problems: [
            { path: 'components.0.text', rule: 'body.variable_first' },
            { path: 'components.0.example', rule: 'body.example_missing' },
            { path: 'components.1.text', rule: 'footer.too_long' },
          ],
        },
      });
      expect(sandbox().calls({ method: 'POST', path: LIST_EDGE })).toEqual([]);
    });

    it('stores nothing when Meta refuses', async () => {
      const template = aTemplate();
      expect((await client.post(TEMPLATES, template)).status).toBe(201);
      const again = await client.post(TEMPLATES, template);
      expect(problem(again)).toMatchObject({
        status: 422,
        code: 'META_REJECTED',
        details: { meta: { code: 100, subcode: 2388024 } },
      });
      const rows: unknown[] = await app.db.query('SELECT 1 FROM whatsapp_templates WHERE name = $1', [
        template.name,
      ]);
      expect(rows).toHaveLength(1);
    });

    it('finds a template whose answer was lost', async () => {
      const template = aTemplate();
      sandbox().failNext({ method: 'POST', path: LIST_EDGE, drop: 'after' });
      expect(problem(await client.post(TEMPLATES, template))).toMatchObject({ status: 503 });
      expect(await listed(String(template.name))).toMatchObject({ language: 'en_US' });
    });

    it('is completed when the verdict was faster than the answer', async () => {
      sandbox().configure({ review: { mode: 'none' } });
      const template = aTemplate();
      const templateId = '9007199254740993123';
      sandbox().failNext({
        method: 'POST',
        path: LIST_EDGE,
        status: 200,
        delayMs: 700,
        contentType: 'application/json',
        body: `{"id":${templateId},"status":"PENDING","category":"MARKETING"}`,
      });
      const creating = client.post<Template>(TEMPLATES, template);
      await eventually(
        () => sandbox().calls({ method: 'POST', path: LIST_EDGE }),
        (calls) => calls.length === 1,
      );
      const value = `{"event":"APPROVED","message_template_id":${templateId},"message_template_name":"${String(template.name)}","message_template_language":"en_US","reason":"NONE"}`;
      const body = `{"object":"whatsapp_business_account","entry":[{"id":"${SEED.wabaId}","time":1763700000,"changes":[{"field":"message_template_status_update","value":${value}}]}]}`;
      expect((await deliver(app.api, body)).status).toBe(200);
      await eventually(
        () => updates(String(template.name)),
        (told) => told.length === 1,
      );
      const created = await creating;
      expect(created.body.data).toMatchObject({ templateId, status: 'PENDING', category: 'MARKETING' });
      const stored = await client.get<Template>(`${TEMPLATES}/${created.body.data.id}`);
      expect(stored.body.data).toMatchObject({ templateId, status: 'APPROVED', category: 'MARKETING' });
      expect(stored.body.data.components).toHaveLength(3);
    });

    it('is not for viewers', async () => {
      const viewer = app.api.as(await admin.createUser('viewer'));
      expect(problem(await viewer.post(TEMPLATES, aTemplate()))).toMatchObject({
        status: 403,
        code: 'FORBIDDEN',
      });
    });
  });

  describe('webhooks', () => {
    let template: Template;
    beforeEach(async () => {
      sandbox().configure({ review: { mode: 'none' } });
      template = await create();
    });
    const status = (event: string, more: Record<string, unknown> = {}, seconds?: number) =>
      tell('message_template_status_update', { ...refOf(template), event, reason: 'NONE', ...more }, seconds);
    const stored = async () => (await client.get<Template>(`${TEMPLATES}/${template.id}`)).body.data;

    it('show why a template was rejected', async () => {
      await status('REJECTED', {
        reason: 'INVALID_FORMAT',
        rejection_info: {
          reason: 'Parameters stand side by side.',
          recommendation: 'Put words between them.',
        },
      });
      expect(await stored()).toMatchObject({
        status: 'REJECTED',
        rejectedReason: 'INVALID_FORMAT',
        statusDetails: {
          description: 'Parameters stand side by side.',
          recommendation: 'Put words between them.',
        },
      });
    });

    it('are told once, however often Meta repeats them', async () => {
      const seconds = Math.floor(Date.now() / 1000);
      await status('APPROVED', {}, seconds);
      await status('APPROVED', { other_info: {} }, seconds);
      expect(await updates(template.name)).toEqual(['APPROVED']);
    });

    it('do not undo newer ones when they come late', async () => {
      await status('PAUSED', { other_info: { title: 'FIRST_PAUSE' } }, 1_763_700_200);
      await status('APPROVED', {}, 1_763_700_100);
      expect(await stored()).toMatchObject({ status: 'PAUSED', statusDetails: { title: 'FIRST_PAUSE' } });
      expect(await updates(template.name)).toEqual(['PAUSED']);
    });

    it.each([
      ['DISABLED', 'DISABLED'],
      ['IN_APPEAL', 'IN_APPEAL'],
      ['PENDING_DELETION', 'PENDING_DELETION'],
      ['ARCHIVED', 'ARCHIVED'],
      ['REINSTATED', 'APPROVED'],
    ])('%s leads to the status %s', async (event, expected) => {
      await status(event);
      expect(await stored()).toMatchObject({ status: expected });
    });

    it.each(['FLAGGED', 'UNARCHIVED', 'SOMETHING_NEW'])('%s has the list read again', async (event) => {
      await status(event);
      expect(await stored()).toMatchObject({ status: 'PENDING' });
      sandbox().clearCalls();
      await list();
      expect(listings()).toHaveLength(1);
    });

    it('take out a deleted template', async () => {
      await status('DELETED', { reason: null });
      expect((await client.get(`${TEMPLATES}/${template.id}`)).status).toBe(404);
      expect(await updates(template.name)).toEqual(['DELETED']);
    });

    it('make known a template that was made elsewhere', async () => {
      const name = `elsewhere_${randomUUID().slice(0, 8)}`;
      await tell('message_template_status_update', {
        event: 'APPROVED',
        message_template_id: 77_123,
        message_template_name: name,
        message_template_language: 'en-US',
        message_template_category: 'MARKETING',
        reason: 'NONE',
      });
      const rows: Record<string, unknown>[] = await app.db.query(
        'SELECT template_id, language, status, category FROM whatsapp_templates WHERE name = $1',
        [name],
      );
      expect(rows).toEqual([
        { template_id: '77123', language: 'en_US', status: 'APPROVED', category: 'MARKETING' },
      ]);
      expect(await updates(name)).toEqual(['APPROVED']);
    });

    it('leave one alone that bears the same name under another id', async () => {
      await tell('message_template_status_update', {
        ...refOf(template),
        message_template_id: 5,
        event: 'DISABLED',
        reason: 'NONE',
      });
      expect(await stored()).toMatchObject({ status: 'PENDING', templateId: template.templateId });
    });

    it('bring quality, category and texts', async () => {
      await tell('message_template_quality_update', {
        ...refOf(template),
        previous_quality_score: 'UNKNOWN',
        new_quality_score: 'YELLOW',
      });
      await tell('template_category_update', {
        ...refOf(template),
        new_category: 'UTILITY',
        correct_category: 'MARKETING',
        category_update_timestamp: 1_800_000_000,
      });
      expect(await stored()).toMatchObject({
        qualityScore: 'YELLOW',
        category: 'UTILITY',
        correctCategory: 'MARKETING',
      });
      await tell('template_category_update', {
        ...refOf(template),
        previous_category: 'UTILITY',
        new_category: 'MARKETING',
      });
      await tell('message_template_components_update', {
        ...refOf(template),
        message_template_title: 'Changed',
        message_template_element: 'Hello {{1}}, order {{2}} is here.',
        message_template_footer: 'Lucky Shrub',
      });
      expect(await stored()).toMatchObject({
        category: 'MARKETING',
        previousCategory: 'UTILITY',
        correctCategory: null,
        components: [
          { type: 'HEADER', format: 'TEXT', text: 'Changed' },
          { type: 'BODY', text: 'Hello {{1}}, order {{2}} is here.', example: expect.anything() },
          { type: 'BUTTONS' },
          { type: 'FOOTER', text: 'Lucky Shrub' },
        ],
      });
      expect((await updates(template.name)).length).toBe(4);
    });

    it('change numbers and accounts', async () => {
      const number = { display_phone_number: SEED.displayPhoneNumber.replace(/\D/g, '') };
      await tell('phone_number_quality_update', {
        ...number,
        event: 'THROUGHPUT_UPGRADE',
        current_limit: 'TIER_UNLIMITED',
      });
      await tell('phone_number_name_update', {
        ...number,
        decision: 'APPROVED',
        requested_verified_name: 'Lucky Shrub Ltd',
        rejection_reason: null,
      });
      await tell('account_update', { event: 'DISABLED_UPDATE', ban_info: { waba_ban_state: 'DISABLE' } });
      await tell('account_alerts', {
        entity_type: 'BUSINESS',
        entity_id: '1',
        alert_info: {
          alert_severity: 'WARNING',
          alert_status: 'ACTIVE',
          alert_type: 'NEW_SORT',
          alert_description: 'x',
        },
      });
      const account = await client.get('/api/meta/whatsapp/account');
      expect(account.body.data).toMatchObject({
        messagingLimit: 'TIER_UNLIMITED',
        throughput: 'HIGH',
        displayName: 'Lucky Shrub Ltd',
        accountStatus: 'DISABLED',
      });
      const told: { field: string }[] = await app.db.query(
        `SELECT kind || ':' || (payload->>'field') AS field FROM domain_events
          WHERE account_id = $1 AND kind LIKE 'whatsapp.%' ORDER BY id`,
        [accountId],
      );
      expect(told.map(({ field }) => field)).toEqual([
        'whatsapp.phone_number.updated:quality',
        'whatsapp.phone_number.updated:name',
        'whatsapp.account.updated:account_update',
        'whatsapp.account.updated:account_alerts',
      ]);
    });
  });

  describe('editing', () => {
    let template: Template;
    const components = [{ type: 'BODY', text: 'Your order is on its way to you.' }];
    beforeEach(async () => {
      sandbox().configure({ review: { mode: 'none' } });
      template = await create();
    });
    const decide = async (status: string) => {
      sandbox().setTemplateStatus({ templateId: template.templateId }, { status });
      await tell('message_template_status_update', { ...refOf(template), event: status, reason: 'NONE' });
    };
    const edit = (changes: Record<string, unknown> = {}) =>
      client.put(`${TEMPLATES}/${template.id}`, { components, ...changes });

    it('replaces the components and goes to review again', async () => {
      await decide('APPROVED');
      const answer = await edit({ name: template.name, language: 'en_US', category: 'UTILITY' });
      expect(answer).toMatchObject({ status: 200, body: { data: { id: template.id, status: 'PENDING' } } });
      const stored = await client.get(`${TEMPLATES}/${template.id}`);
      expect(stored.body.data).toMatchObject({ status: 'PENDING', components });
      const sent = sandbox().calls({ method: 'POST', path: new RegExp(`${template.templateId}$`) });
      expect(
        sent.map(({ body }) => Object.keys(body as object).filter((key) => key !== 'appsecret_proof')),
      ).toEqual([['components']]);
    });

    it('is refused while Meta reviews, which is asked before saying so', async () => {
      expect(problem(await edit())).toMatchObject({
        status: 409,
        code: 'CONFLICT',
        details: { status: 'PENDING' },
      });
      // The verdict whose webhook never came.
      sandbox().setTemplateStatus({ templateId: template.templateId }, { status: 'REJECTED' });
      expect((await edit()).status).toBe(200);
    });

    it('keeps name and language, and the category of an approved one', async () => {
      await decide('APPROVED');
      expect(problem(await edit({ name: 'another_name' }))).toMatchObject({
        status: 400,
        details: { fields: [{ path: 'name', rule: 'immutable' }] },
      });
      expect(problem(await edit({ language: 'ar' }))).toMatchObject({ status: 400 });
      expect(problem(await edit({ category: 'MARKETING' }))).toMatchObject({
        status: 422,
        code: 'TEMPLATE_INVALID',
        details: { problems: [{ rule: 'category.fixed_when_approved' }] },
      });
      await decide('REJECTED');
      expect((await edit({ category: 'MARKETING' })).status).toBe(200);
    });

    it("passes on Meta's daily limit and leaves what is stored", async () => {
      await decide('APPROVED');
      expect((await edit()).status).toBe(200);
      await decide('APPROVED');
      const again = await edit({ components: [{ type: 'BODY', text: 'Another text.' }] });
      expect(problem(again)).toMatchObject({ status: 422, code: 'META_REJECTED' });
      const stored = await client.get(`${TEMPLATES}/${template.id}`);
      expect(stored.body.data).toMatchObject({ status: 'APPROVED', components });
    });

    it('is checked by the same rules as creation', async () => {
      await decide('APPROVED');
      expect(problem(await edit({ components: [{ type: 'BODY', text: '' }] }))).toMatchObject({
        status: 422,
        code: 'TEMPLATE_INVALID',
      });
      expect(problem(await edit({ components: undefined }))).toMatchObject({ status: 400 });
    });
  });

  describe('deletion', () => {
    it('takes one language only', async () => {
      const english = await create();
      const arabic = await create({ name: english.name, language: 'ar' });
      const answer = await client.delete(`${TEMPLATES}/${english.id}`);
      expect(answer).toMatchObject({ status: 200, body: { data: { id: english.id, status: 'DELETED' } } });
      expect((await client.get(`${TEMPLATES}/${english.id}`)).status).toBe(404);
      expect((await client.get(`${TEMPLATES}/${arabic.id}`)).status).toBe(200);
      expect(sandbox().calls({ method: 'DELETE', path: LIST_EDGE })[0]?.query).toMatchObject({
        hsm_id: english.templateId,
        name: english.name,
      });
      // Meta's notice of the deletion does not bring it back, nor does the next list.
      await tell('message_template_status_update', {
        ...refOf(english),
        event: 'PENDING_DELETION',
        reason: null,
      });
      await list('?refresh=true');
      expect((await client.get(`${TEMPLATES}/${english.id}`)).status).toBe(404);
      expect((await list(`?name=${english.name}`)).templates.map(({ language }) => language)).toEqual(['ar']);
    });

    it('is done when Meta has it no more', async () => {
      const template = await create();
      sandbox().failNext({ method: 'DELETE', path: LIST_EDGE, code: 100, subcode: 2593002 });
      expect((await client.delete(`${TEMPLATES}/${template.id}`)).status).toBe(200);
      expect((await client.get(`${TEMPLATES}/${template.id}`)).status).toBe(404);
    });

    it('is refused for a disabled one, and undone by a refusal of Meta', async () => {
      sandbox().configure({ review: { mode: 'none' } });
      const template = await create();
      sandbox().failNext({ method: 'DELETE', path: LIST_EDGE, code: 100, message: 'No.' });
      expect(problem(await client.delete(`${TEMPLATES}/${template.id}`))).toMatchObject({ status: 422 });
      expect((await client.get(`${TEMPLATES}/${template.id}`)).status).toBe(200);
      await tell('message_template_status_update', { ...refOf(template), event: 'DISABLED', reason: 'NONE' });
      expect(problem(await client.delete(`${TEMPLATES}/${template.id}`))).toMatchObject({
        status: 409,
        code: 'CONFLICT',
      });
    });
  });

  it('does not show, edit or delete those of others', async () => {
    const template = await create();
    const other = sandbox().createTenant({ name: 'Other', displayPhoneNumber: '+1 555-300-0000' });
    const stranger = app.api.as(await admin.createUser('agent'));
    await connectedAccount(app, stranger, { personId: other.personId });
    const path = `${TEMPLATES}/${template.id}`;
    expect((await stranger.get(path)).status).toBe(404);
    expect((await stranger.put(path, { components: [{ type: 'BODY', text: 'Mine now.' }] })).status).toBe(
      404,
    );
    expect((await stranger.delete(path)).status).toBe(404);
    expect((await client.get(path)).status).toBe(200);
    expect((await client.get(`${TEMPLATES}/${randomUUID()}`)).status).toBe(404);
    expect(problem(await client.get(`${TEMPLATES}/17`))).toMatchObject({
      status: 400,
      code: 'VALIDATION_FAILED',
    });
  });

  it('take over the sync of a process that died', async () => {
    await app.db.query(
      `UPDATE whatsapp_business_accounts
          SET templates_synced_at = NULL, templates_sync_lease_until = now() + interval '400 milliseconds'`,
    );
    await app.app.get(TemplateSyncService).syncIfStale(accountId as AccountId, SEED.wabaId);
    expect(listings()).toHaveLength(1);
    expect(await list()).toMatchObject({ stale: false });
  });
});

/** Two pages of Meta's list, as answers for the sandbox to give. */
function pagesOf(count: number): Record<'first' | 'second', Record<string, unknown>> {
  const data = Array.from({ length: count }, (_, index) => ({
    id: String(1_000_000 + index),
    name: `bulk_${index}`,
    language: 'en_US',
    status: 'APPROVED',
    category: 'UTILITY',
    components: [{ type: 'BODY', text: 'Hello' }],
  }));
  const page = (items: unknown[], more: Record<string, unknown>) => ({
    status: 200,
    contentType: 'application/json',
    body: JSON.stringify({ data: items, paging: { cursors: { after: 'MQ' }, ...more } }),
  });
  return {
    first: page(data.slice(0, 100), {
      next: 'https://graph.facebook.com/v26.0/x?access_token=secret&after=MQ',
    }),
    second: page(data.slice(100), {}),
  };
}
