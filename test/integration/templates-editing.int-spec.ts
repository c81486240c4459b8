import { TEMPLATES, type Template, problem, useTemplateWorld } from '../template-world';

describe('editing a template', () => {
  const world = useTemplateWorld();
  let template: Template;
  const components = [{ type: 'BODY', text: 'Your order is on its way to you.' }];
  beforeEach(async () => {
    world.sandbox.configure({ review: { mode: 'none' } });
    template = await world.create();
  });
  const decide = (status: string) => world.decide(template, status);
  const edit = (changes: Record<string, unknown> = {}) =>
    world.client.put(`${TEMPLATES}/${template.id}`, { components, ...changes });

  it('replaces the components and goes to review again', async () => {
    await decide('APPROVED');
    const answer = await edit({ name: template.name, language: 'en_US', category: 'UTILITY' });
    expect(answer).toMatchObject({ status: 200, body: { data: { id: template.id, status: 'PENDING' } } });
    const stored = await world.client.get(`${TEMPLATES}/${template.id}`);
    expect(stored.body.data).toMatchObject({ status: 'PENDING', components });
    const sent = world.sandbox.calls({ method: 'POST', path: new RegExp(`${template.templateId}$`) });
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
    world.sandbox.setTemplateStatus({ templateId: template.templateId }, { status: 'REJECTED' });
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

  const calls = () => world.sandbox.calls({ method: 'POST', path: new RegExp(`${template.templateId}$`) });
  const counted = async (): Promise<number> => {
    const rows: unknown[] = await world.app.db.query(
      'SELECT 1 FROM whatsapp_template_edits WHERE template_id = $1',
      [template.id],
    );
    return rows.length;
  };
  const otherText = { components: [{ type: 'BODY', text: 'Another text for your order.' }] };

  it('of an approved one is taken once a day, which is told before Meta is asked', async () => {
    await decide('APPROVED');
    expect((await edit()).status).toBe(200);
    await decide('APPROVED');
    const again = await edit(otherText);
    expect(problem(again)).toMatchObject({
      status: 429,
      code: 'META_RATE_LIMITED',
      details: { limit: 'edits_per_day', allowedAt: expect.stringMatching(/Z$/) as unknown },
    });
    expect(Number(again.headers.get('retry-after'))).toBeGreaterThan(80_000);
    expect(calls()).toHaveLength(1);
    expect(await world.stored(template.id)).toMatchObject({ status: 'APPROVED', components });
  });

  it('of an approved one is taken ten times in 30 days', async () => {
    await decide('APPROVED');
    await world.app.db.query(
      `INSERT INTO whatsapp_template_edits (account_id, id, template_id, edited_at)
       SELECT account_id, gen_random_uuid(), id, now() - day * interval '2 days'
         FROM whatsapp_templates, generate_series(1, 10) AS day WHERE id = $1`,
      [template.id],
    );
    expect(problem(await edit())).toMatchObject({ status: 429, details: { limit: 'edits_per_30_days' } });
    await world.app.db.query(`UPDATE whatsapp_template_edits SET edited_at = edited_at - interval '11 days'`);
    expect((await edit()).status).toBe(200);
    expect(await counted()).toBe(10);
  });

  it('passes on a limit that only Meta knows of, and does not count what Meta refused', async () => {
    await decide('APPROVED');
    expect((await edit()).status).toBe(200);
    await decide('APPROVED');
    await world.app.db.query(
      `UPDATE whatsapp_template_edits SET edited_at = edited_at - interval '25 hours'`,
    );
    expect(problem(await edit(otherText))).toMatchObject({ status: 422, code: 'META_REJECTED' });
    expect(await counted()).toBe(1);
    expect(await world.stored(template.id)).toMatchObject({ status: 'APPROVED', components });
  });

  it('of a rejected one is not counted', async () => {
    for (const text of ['Your order is ready.', 'Your order is packed.', 'Your order is here.']) {
      await decide('REJECTED');
      expect((await edit({ components: [{ type: 'BODY', text }] })).status).toBe(200);
    }
  });

  it('is found to be done when only the answer of Meta was lost', async () => {
    await decide('APPROVED');
    world.sandbox.failNext({ method: 'POST', path: new RegExp(`${template.templateId}$`), drop: 'after' });
    expect((await edit()).status).toBe(200);
    expect(await world.stored(template.id)).toMatchObject({ status: 'PENDING', components });
  });

  it('is told what it changed', async () => {
    await decide('APPROVED');
    await edit();
    expect((await world.updates(template.name)).at(-1)).toMatchObject({
      id: template.id,
      changed: ['status'],
      previous: { status: 'APPROVED', category: 'UTILITY' },
      current: { status: 'PENDING', category: 'UTILITY' },
    });
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
