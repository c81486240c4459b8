import { TEMPLATES, type Template, problem, useTemplateWorld } from '../template-world';

describe('editing a template', () => {
  const world = useTemplateWorld();
  let template: Template;
  const components = [{ type: 'BODY', text: 'Your order is on its way to you.' }];
  beforeEach(async () => {
    world.sandbox.configure({ review: { mode: 'none' } });
    template = await world.create();
  });
  const decide = async (status: string) => {
    world.sandbox.setTemplateStatus({ templateId: template.templateId }, { status });
    await world.tell('message_template_status_update', { ...refOf(template), event: status, reason: 'NONE' });
  };
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

  it("passes on Meta's daily limit and leaves what is stored", async () => {
    await decide('APPROVED');
    expect((await edit()).status).toBe(200);
    await decide('APPROVED');
    const again = await edit({ components: [{ type: 'BODY', text: 'Another text.' }] });
    expect(problem(again)).toMatchObject({ status: 422, code: 'META_REJECTED' });
    const stored = await world.client.get(`${TEMPLATES}/${template.id}`);
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
