import { randomUUID } from 'node:crypto';
import { SEED } from '../../sandbox/world-seed';
import type { AccountId } from '../../src/database/ids';
import { TemplateSyncService } from '../../src/whatsapp/templates/template-sync.service';
import { connectedAccount } from '../factories/meta-login';
import { LIST_EDGE, TEMPLATES, problem, refOf, useTemplateWorld } from '../template-world';

describe('WhatsApp templates', () => {
  const world = useTemplateWorld();
  const makeStale = () =>
    world.app.db.query(
      `UPDATE whatsapp_business_accounts SET templates_synced_at = now() - interval '61 minutes'`,
    );

  describe('list', () => {
    it('has the shape of the specification', async () => {
      const data = await world.list();
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
      world.sandbox.configure({ review: { mode: 'none' } });
      const pages = pagesOf(130);
      world.sandbox.failNext({ method: 'GET', path: LIST_EDGE, ...pages.first });
      world.sandbox.failNext({ method: 'GET', path: LIST_EDGE, ...pages.second });
      const first = await world.list('?refresh=true&limit=100');
      expect(first.pagination).toEqual({ total: 130, limit: 100, offset: 0, nextOffset: 100 });
      const second = await world.list('?limit=100&offset=100');
      expect(second.pagination).toEqual({ total: 130, limit: 100, offset: 100, nextOffset: null });
      const names = [...first.templates, ...second.templates].map(({ name }) => name);
      expect(new Set(names).size).toBe(130);
    });

    it('is filtered by the words of the specification and by those of Meta, in any case', async () => {
      world.sandbox.configure({ review: { mode: 'none' } });
      const pending = await world.create();
      const rejected = await world.create({ category: 'MARKETING', language: 'ar' });
      await world.tell('message_template_status_update', {
        ...refOf(rejected),
        event: 'REJECTED',
        reason: 'SCAM',
      });
      const names = async (query: string) => (await world.list(query)).templates.map(({ name }) => name);

      expect(await names('?status=in_review')).toEqual([pending.name]);
      expect(await names('?status=PENDING')).toEqual([pending.name]);
      expect(await names('?status=Rejected')).toEqual([rejected.name]);
      expect(await names('?status=approved')).not.toContain(pending.name);
      expect(await names('?category=marketing&status=rejected')).toEqual([rejected.name]);
      expect(await names('?language=ar')).toEqual([rejected.name]);
      expect(await names(`?name=${pending.name.slice(0, 9)}`)).toEqual([pending.name]);
      expect(await names('?name=%25')).toEqual([]);
      expect(await names('?status=new_at_meta')).toEqual([]);
    });

    it('finds templates by Meta’s id as by ours, and by words that are new at Meta', async () => {
      const template = await world.unreviewed();
      await world.tell('message_template_status_update', {
        ...refOf(template),
        event: 'ON_HOLD',
        reason: null,
      });
      const byMetaId = await world.client.get(`${TEMPLATES}/${template.templateId}`);
      expect(byMetaId.body.data).toMatchObject({ id: template.id, status: 'ON_HOLD' });
      const rows: unknown[] = await world.app.db.query(
        `SELECT 1 FROM whatsapp_templates WHERE status = 'ON_HOLD'`,
      );
      expect(rows).toHaveLength(1);
    });

    it('shows where the sample of a media header can be looked at', async () => {
      const template = await world.unreviewed();
      const url = 'https://scontent.whatsapp.example/v/sample.png';
      const item = {
        id: template.templateId,
        name: template.name,
        language: 'en_US',
        status: 'APPROVED',
        category: 'UTILITY',
        components: [{ type: 'HEADER', format: 'IMAGE', example: { header_handle: [url] } }],
      };
      world.sandbox.failNext({
        method: 'GET',
        path: LIST_EDGE,
        status: 200,
        contentType: 'application/json',
        body: JSON.stringify({ data: [item] }),
      });
      const [found] = (await world.list('?refresh=true')).templates;
      expect(found).toMatchObject({ id: template.id, sampleUrl: url });
    });

    it.each([
      ['status=two%20words', 'status'],
      ['category=two%20words', 'category'],
      ['limit=0', 'limit'],
      ['limit=101', 'limit'],
      ['limit=ten', 'limit'],
      ['offset=-1', 'offset'],
      ['refresh=perhaps', 'refresh'],
      ['wabaId=x', 'wabaId'],
      ['colour=blue', 'colour'],
    ])('refuses ?%s', async (query, path) => {
      expect(problem(await world.client.get(`${TEMPLATES}?${query}`))).toMatchObject({
        status: 400,
        code: 'VALIDATION_FAILED',
        details: { fields: expect.arrayContaining([expect.objectContaining({ path })]) },
      });
    });

    it('asks Meta again after an hour or on demand, and not before', async () => {
      await world.list();
      await world.list();
      expect(world.listings()).toHaveLength(0);
      await world.list('?refresh=true');
      expect(world.listings()).toHaveLength(1);
      await makeStale();
      await world.list();
      expect(world.listings()).toHaveLength(2);
    });

    it('asks Meta once for many who want it at the same time', async () => {
      await makeStale();
      await Promise.all(Array.from({ length: 8 }, () => world.list()));
      expect(world.listings()).toHaveLength(1);
    });

    it('leaves out what is gone at Meta, but only once the whole list was read', async () => {
      world.sandbox.configure({ review: { mode: 'none' } });
      const template = await world.create();
      const empty = { status: 200, contentType: 'application/json', body: '{"data":[]}' };
      const broken = {
        ...empty,
        body: JSON.stringify({
          data: [],
          paging: { cursors: { after: 'QQ' }, next: 'https://graph.facebook.com/x?after=QQ' },
        }),
      };
      world.sandbox.failNext({ method: 'GET', path: LIST_EDGE, ...broken });
      world.sandbox.failNext({ method: 'GET', path: LIST_EDGE, code: 100, message: 'No.' });
      expect((await world.client.get(`${TEMPLATES}?refresh=true`)).status).toBe(422);
      expect(await world.listed(template.name)).toBeDefined();

      world.sandbox.failNext({ method: 'GET', path: LIST_EDGE, ...empty });
      expect((await world.list('?refresh=true')).pagination.total).toBe(0);
      // What Meta lists again is the same template as before.
      await world.list('?refresh=true');
      expect(await world.listed(template.name)).toMatchObject({ id: template.id });
    });

    it('gets along with a field that this Graph version does not have', async () => {
      world.sandbox.failNext({
        method: 'GET',
        path: LIST_EDGE,
        code: 100,
        message:
          '(#100) Tried accessing nonexisting field (correct_category) on node type (WhatsAppMessageTemplate)',
      });
      expect((await world.list('?refresh=true')).templates).not.toHaveLength(0);
      expect(world.listings().map(({ query }) => query.fields?.includes('correct_category'))).toEqual([
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
      world.sandbox.failNext({ method: 'GET', path: LIST_EDGE, times: 100, ...fault });
      await makeStale();
      expect(await world.list()).toMatchObject({ stale: true, templates: [expect.objectContaining({})] });
      // Who asks for Meta's own list is told that there is none.
      const forced = await world.client.get(`${TEMPLATES}?refresh=true`);
      expect([429, 503]).toContain(forced.status);
      expect(forced.headers.get('retry-after')).toMatch(/^\d+$/);
      world.sandbox.clearFaults();
      expect(await world.list()).toMatchObject({ stale: false });
    });

    it('says so when Meta does not answer and nothing is stored', async () => {
      await world.app.db.query('DELETE FROM whatsapp_templates');
      world.sandbox.failNext({ method: 'GET', path: LIST_EDGE, times: 100, status: 503 });
      expect(problem(await world.client.get(`${TEMPLATES}?refresh=true`))).toMatchObject({
        status: 503,
        code: 'META_UNAVAILABLE',
      });
    });

    it('says so when somebody has to connect again', async () => {
      world.sandbox.failNext({ method: 'GET', path: LIST_EDGE, code: 190, subcode: 463 });
      expect(problem(await world.client.get(`${TEMPLATES}?refresh=true`))).toMatchObject({
        status: 424,
        code: 'META_REAUTH_REQUIRED',
      });
    });

    it('wants to know which WABA when there are several', async () => {
      const { id } = world.sandbox.createWaba({ name: 'Second', ownerBusinessId: SEED.businessId });
      await connectedAccount(world.app, world.client);
      await world.client.post('/api/meta/whatsapp/account/sync', {});
      expect(problem(await world.client.get(TEMPLATES))).toMatchObject({
        status: 409,
        code: 'ACCOUNT_AMBIGUOUS',
        details: { parameter: 'wabaId' },
      });
      expect((await world.list(`?wabaId=${id}`)).templates).toEqual([]);
    });
  });

  it('does not show, edit or delete those of others', async () => {
    const template = await world.create();
    const other = world.sandbox.createTenant({ name: 'Other', displayPhoneNumber: '+1 555-300-0000' });
    const stranger = world.app.api.as(await world.admin.createUser('agent'));
    await connectedAccount(world.app, stranger, { personId: other.personId });
    const path = `${TEMPLATES}/${template.id}`;
    expect((await stranger.get(path)).status).toBe(404);
    expect((await stranger.put(path, { components: [{ type: 'BODY', text: 'Mine now.' }] })).status).toBe(
      404,
    );
    expect((await stranger.delete(path)).status).toBe(404);
    expect((await world.client.get(path)).status).toBe(200);
    expect((await world.client.get(`${TEMPLATES}/${randomUUID()}`)).status).toBe(404);
    expect(problem(await world.client.get(`${TEMPLATES}/x17`))).toMatchObject({
      status: 400,
      code: 'VALIDATION_FAILED',
    });
  });

  it('take over the sync of a process that died', async () => {
    await world.app.db.query(
      `UPDATE whatsapp_business_accounts
          SET templates_synced_at = NULL, templates_sync_lease_until = now() + interval '400 milliseconds'`,
    );
    await world.app.app.get(TemplateSyncService).syncIfStale(world.accountId as AccountId, SEED.wabaId);
    expect(world.listings()).toHaveLength(1);
    expect(await world.list()).toMatchObject({ stale: false });
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
