import { SEED } from '../../sandbox/world-seed';
import { eventually } from '../eventually';
import { deliver } from '../signed-webhook';
import { LIST_EDGE, TEMPLATES, type Template, aTemplate, problem, useTemplateWorld } from '../template-world';

describe('creating a template', () => {
  const world = useTemplateWorld();

  it('answers with what Meta answered, and the verdict follows', async () => {
    const verifyToken = 'verify-me';
    const configured = await world.client.post('/api/meta/webhook/configure', {
      verifyToken,
      fields: { message_template_status_update: true },
    });
    expect(configured.body.data).toMatchObject({ status: 'active' });
    const answer = await world.client.post<Template>(TEMPLATES, aTemplate());
    expect(answer.status).toBe(201);
    expect(answer.body.data).toMatchObject({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      templateId: expect.stringMatching(/^\d+$/),
      status: 'PENDING',
      createdAt: expect.stringMatching(/Z$/),
    });
    const { id, name } = answer.body.data;
    const template = await eventually(
      () => world.listed(name),
      (found) => found?.status === 'APPROVED',
    );
    expect(template).toMatchObject({
      id,
      category: 'UTILITY',
      components: [{ type: 'HEADER' }, { type: 'BODY' }, {}],
    });
    const sent = world.sandbox.calls({ method: 'POST', path: LIST_EDGE })[0]?.body;
    expect(sent).toMatchObject({
      category: 'UTILITY',
      components: [
        { type: 'HEADER', format: 'TEXT' },
        { type: 'BODY' },
        { buttons: [{ type: 'QUICK_REPLY' }] },
      ],
    });
    expect(await world.updatedStatuses(name)).toEqual(['APPROVED']);
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
    ['an unknown field of a component', { components: [{ type: 'BODY', txet: 'Hi' }] }, 'components.0.txet'],
  ])('refuses %s as malformed', async (_name, changes, path) => {
    expect(problem(await world.client.post(TEMPLATES, aTemplate(changes)))).toMatchObject({
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
    const answer = await world.client.post(TEMPLATES, aTemplate({ components }));
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
    expect(world.sandbox.calls({ method: 'POST', path: LIST_EDGE })).toEqual([]);
  });

  it('stores nothing when Meta refuses', async () => {
    const template = aTemplate();
    expect((await world.client.post(TEMPLATES, template)).status).toBe(201);
    const again = await world.client.post(TEMPLATES, template);
    expect(problem(again)).toMatchObject({
      status: 422,
      code: 'META_REJECTED',
      details: { meta: { code: 100, subcode: 2388024 } },
    });
    const rows: unknown[] = await world.app.db.query('SELECT 1 FROM whatsapp_templates WHERE name = $1', [
      template.name,
    ]);
    expect(rows).toHaveLength(1);
  });

  it('finds a template whose answer was lost', async () => {
    const template = aTemplate();
    world.sandbox.failNext({ method: 'POST', path: LIST_EDGE, drop: 'after' });
    expect(problem(await world.client.post(TEMPLATES, template))).toMatchObject({ status: 503 });
    expect(await world.listed(String(template.name))).toMatchObject({ language: 'en_US' });
  });

  it('is completed when the verdict was faster than the answer', async () => {
    world.sandbox.configure({ review: { mode: 'none' } });
    const template = aTemplate();
    const templateId = '9007199254740993123';
    world.sandbox.failNext({
      method: 'POST',
      path: LIST_EDGE,
      status: 200,
      delayMs: 700,
      contentType: 'application/json',
      body: `{"id":${templateId},"status":"PENDING","category":"MARKETING"}`,
    });
    const creating = world.client.post<Template>(TEMPLATES, template);
    await eventually(
      () => world.sandbox.calls({ method: 'POST', path: LIST_EDGE }),
      (calls) => calls.length === 1,
    );
    const value = `{"event":"APPROVED","message_template_id":${templateId},"message_template_name":"${String(template.name)}","message_template_language":"en_US","reason":"NONE"}`;
    const body = `{"object":"whatsapp_business_account","entry":[{"id":"${SEED.wabaId}","time":1763700000,"changes":[{"field":"message_template_status_update","value":${value}}]}]}`;
    expect((await deliver(world.app.api, body)).status).toBe(200);
    await eventually(
      () => world.updatedStatuses(String(template.name)),
      (told) => told.length === 1,
    );
    const created = await creating;
    expect(created.body.data).toMatchObject({ templateId, status: 'PENDING', category: 'MARKETING' });
    const stored = await world.client.get<Template>(`${TEMPLATES}/${created.body.data.id}`);
    expect(stored.body.data).toMatchObject({ templateId, status: 'APPROVED', category: 'MARKETING' });
    expect(stored.body.data.components).toHaveLength(3);
  });

  it('is not for viewers', async () => {
    const viewer = world.app.api.as(await world.admin.createUser('viewer'));
    expect(problem(await viewer.post(TEMPLATES, aTemplate()))).toMatchObject({
      status: 403,
      code: 'FORBIDDEN',
    });
  });
});
