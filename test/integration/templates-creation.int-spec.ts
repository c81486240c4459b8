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
        findings: expect.arrayContaining([
          expect.objectContaining({
            ruleId: 'footer.too_long',
            severity: 'error',
            fix: expect.any(String) as unknown,
          }),
        ]) as unknown,
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

  const losesAnswer = () => {
    world.sandbox.failNext({ method: 'POST', path: LIST_EDGE, drop: 'after' });
  };
  const post = (template: Record<string, unknown>, key?: string) =>
    (key === undefined ? world.client : world.client.with({ 'idempotency-key': key })).post<Template>(
      TEMPLATES,
      template,
    );

  it('is found at Meta when only the answer was lost', async () => {
    const template = aTemplate();
    losesAnswer();
    const answer = await post(template);
    expect(answer).toMatchObject({ status: 201, body: { data: { status: 'PENDING' } } });
    expect(await world.listed(String(template.name))).toMatchObject({ id: answer.body.data.id });
    expect(world.creations()).toHaveLength(1);
  });

  it.each([undefined, 'a-key'])(
    'whose outcome nobody could learn is not done twice when it is asked for again (key: %s)',
    async (key) => {
      const template = aTemplate();
      losesAnswer();
      world.sandbox.failNext({ method: 'GET', path: LIST_EDGE, status: 503, times: 10 });
      expect(problem(await post(template, key))).toMatchObject({ status: 503, code: 'META_UNAVAILABLE' });
      world.sandbox.clearFaults();
      const again = await post(template, key);
      expect(again.status).toBe(201);
      expect(world.creations()).toHaveLength(1);
      expect(await world.listed(String(template.name))).toMatchObject({ id: again.body.data.id });
    },
  );

  it('is asked for again when it turns out that Meta did not do it', async () => {
    const template = aTemplate();
    world.sandbox.failNext({ method: 'POST', path: LIST_EDGE, delayMs: 5_000, status: 502 });
    expect((await post(template)).status).toBe(503);
    expect((await post(template)).status).toBe(201);
    expect(world.creations()).toHaveLength(2);
  });

  it('is healed when the process died between Meta’s answer and ours', async () => {
    const template = aTemplate();
    const created = await post(template, 'died');
    // As it stood before the answer was stored.
    await world.app.db.query('DELETE FROM whatsapp_templates WHERE id = $1', [created.body.data.id]);
    await world.app.db.query(
      `UPDATE whatsapp_template_creations SET state = 'calling', answer = NULL, lease_until = now() WHERE idempotency_key = 'died'`,
    );
    const again = await post(template, 'died');
    expect(again).toMatchObject({
      status: 201,
      body: { data: { templateId: created.body.data.templateId } },
    });
    expect(world.creations()).toHaveLength(1);
  });

  it('is not mistaken for another template of the same name', async () => {
    const existing = await world.unreviewed();
    losesAnswer();
    const components = [{ type: 'BODY', text: 'Quite another text for your order.' }];
    world.sandbox.failNext({ method: 'POST', path: LIST_EDGE, delayMs: 5_000, status: 502 });
    const answer = await post(aTemplate({ name: existing.name, components }));
    expect([422, 503]).toContain(answer.status);
    expect(await world.stored(existing.id)).toMatchObject({ templateId: existing.templateId });
  });

  it('answers the same again for the same key, and refuses the key for another template', async () => {
    const template = aTemplate();
    const first = await post(template, 'once');
    const second = await post(template, 'once');
    expect(second).toMatchObject({ status: 201, body: first.body });
    expect(world.creations()).toHaveLength(1);
    expect(problem(await post(aTemplate(), 'once'))).toMatchObject({
      status: 409,
      code: 'IDEMPOTENCY_CONFLICT',
    });
  });

  it('is done once for two requests that come at once with one key', async () => {
    const template = aTemplate();
    world.sandbox.failNext({ method: 'POST', path: LIST_EDGE, delayMs: 300 });
    const answers = await Promise.all([post(template, 'twice'), post(template, 'twice')]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
    expect(world.creations()).toHaveLength(1);
  });

  it('gives the key back when Meta refuses', async () => {
    world.sandbox.failNext({ method: 'POST', path: LIST_EDGE, code: 100, message: 'No.' });
    const template = aTemplate();
    expect((await post(template, 'free')).status).toBe(422);
    expect((await post(template, 'free')).status).toBe(201);
  });

  it('is refused before Meta is asked when 100 were made within the hour', async () => {
    await world.app.db.query(
      `INSERT INTO whatsapp_template_creations
         (account_id, id, waba_id, name, language, request_digest, state, lease_until, created_at)
       SELECT account_id, gen_random_uuid(), id, 'n' || n, 'en', '\\x00', 'created', now(), now() - interval '10 minutes'
         FROM whatsapp_business_accounts, generate_series(1, 100) AS n WHERE account_id = $1`,
      [world.accountId],
    );
    const answer = await post(aTemplate());
    expect(problem(answer)).toMatchObject({
      status: 429,
      code: 'META_RATE_LIMITED',
      details: { limit: 'creations_per_hour', allowedAt: expect.stringMatching(/Z$/) as unknown },
    });
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(2_900);
    expect(world.creations()).toEqual([]);
  });

  it('is refused before Meta is asked while the name of an approved template is blocked', async () => {
    const template = await world.unreviewed();
    await world.decide(template, 'APPROVED');
    expect((await world.client.delete(`${TEMPLATES}/${template.id}`)).status).toBe(200);
    const again = await post(aTemplate({ name: template.name }));
    expect(problem(again)).toMatchObject({
      status: 409,
      code: 'CONFLICT',
      details: { reason: 'name_blocked', blockedUntil: expect.stringMatching(/Z$/) as unknown },
    });
    expect(world.creations()).toHaveLength(1);
  });

  it('says until when a name is blocked that only Meta refuses', async () => {
    const template = await world.unreviewed();
    await world.client.delete(`${TEMPLATES}/${template.id}`);
    const again = await post(aTemplate({ name: template.name }));
    expect(problem(again)).toMatchObject({
      status: 422,
      code: 'META_REJECTED',
      details: { meta: { subcode: 2388023 }, blockedUntil: expect.stringMatching(/Z$/) as unknown },
    });
  });

  it('is refused when Meta says that the account has as many templates as it may', async () => {
    await world.app.db.query(
      `INSERT INTO whatsapp_templates (account_id, id, waba_id, template_id, name, language, category, status)
       SELECT account_id, gen_random_uuid(), id, 't' || n, 'many_' || n, 'en', 'UTILITY', 'APPROVED'
         FROM whatsapp_business_accounts, generate_series(1, 250) AS n WHERE account_id = $1`,
      [world.accountId],
    );
    world.sandbox.failNext({
      method: 'GET',
      path: LIST_EDGE,
      status: 200,
      contentType: 'application/json',
      body: '{"data":[],"summary":{"message_template_count":250,"message_template_limit":250}}',
    });
    expect(problem(await post(aTemplate()))).toMatchObject({
      status: 409,
      details: { reason: 'template_limit', count: 250, limit: 250 },
    });
    // There is room after all.
    expect((await post(aTemplate())).status).toBe(201);
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
