import { LIST_EDGE, TEMPLATES, problem, refOf, useTemplateWorld } from '../template-world';

describe('deleting templates', () => {
  const world = useTemplateWorld();

  it('takes one language only', async () => {
    const english = await world.create();
    const arabic = await world.create({ name: english.name, language: 'ar' });
    const answer = await world.client.delete(`${TEMPLATES}/${english.id}`);
    expect(answer).toMatchObject({ status: 200, body: { data: { id: english.id, status: 'DELETED' } } });
    expect((await world.client.get(`${TEMPLATES}/${english.id}`)).status).toBe(404);
    expect((await world.client.get(`${TEMPLATES}/${arabic.id}`)).status).toBe(200);
    expect(world.sandbox.calls({ method: 'DELETE', path: LIST_EDGE })[0]?.query).toMatchObject({
      hsm_id: english.templateId,
      name: english.name,
    });
    // Meta's notice of the deletion does not bring it back, nor does the next list.
    await world.tell('message_template_status_update', {
      ...refOf(english),
      event: 'PENDING_DELETION',
      reason: null,
    });
    await world.list('?refresh=true');
    expect((await world.client.get(`${TEMPLATES}/${english.id}`)).status).toBe(404);
    expect((await world.list(`?name=${english.name}`)).templates.map(({ language }) => language)).toEqual([
      'ar',
    ]);
  });

  it('is done when Meta has it no more', async () => {
    const template = await world.create();
    world.sandbox.failNext({ method: 'DELETE', path: LIST_EDGE, code: 100, subcode: 2593002 });
    expect((await world.client.delete(`${TEMPLATES}/${template.id}`)).status).toBe(200);
    expect((await world.client.get(`${TEMPLATES}/${template.id}`)).status).toBe(404);
  });

  it('is refused for a disabled one, and undone by a refusal of Meta', async () => {
    world.sandbox.configure({ review: { mode: 'none' } });
    const template = await world.create();
    world.sandbox.failNext({ method: 'DELETE', path: LIST_EDGE, code: 100, message: 'No.' });
    expect(problem(await world.client.delete(`${TEMPLATES}/${template.id}`))).toMatchObject({ status: 422 });
    expect((await world.client.get(`${TEMPLATES}/${template.id}`)).status).toBe(200);
    await world.tell('message_template_status_update', {
      ...refOf(template),
      event: 'DISABLED',
      reason: 'NONE',
    });
    expect(problem(await world.client.delete(`${TEMPLATES}/${template.id}`))).toMatchObject({
      status: 409,
      code: 'CONFLICT',
    });
  });

  it('goes by Meta’s id as by ours, and does nothing the second time', async () => {
    const template = await world.unreviewed();
    const first = await world.client.delete(`${TEMPLATES}/${template.templateId}`);
    expect(first).toMatchObject({ status: 200, body: { data: { id: template.id, status: 'DELETED' } } });
    expect(await world.client.delete(`${TEMPLATES}/${template.id}`)).toMatchObject({
      status: 200,
      body: { data: first.body.data },
    });
    expect(world.sandbox.calls({ method: 'DELETE', path: LIST_EDGE })).toHaveLength(1);
    expect(await world.updates(template.name)).toMatchObject([
      { changed: ['status'], previous: { status: 'PENDING' }, current: { status: 'DELETED' } },
    ]);
  });

  it('takes all languages of a name', async () => {
    const english = await world.unreviewed();
    const arabic = await world.create({ name: english.name, language: 'ar' });
    const other = await world.create();
    const answer = await world.client.delete(`${TEMPLATES}?name=${english.name}`);
    expect(answer.status).toBe(200);
    expect(answer.body.data).toMatchObject({
      name: english.name,
      deleted: [
        { id: arabic.id, templateId: arabic.templateId, language: 'ar' },
        { id: english.id, templateId: english.templateId, language: 'en_US' },
      ],
      nameBlockedUntil: expect.stringMatching(/Z$/) as unknown,
    });
    expect(world.sandbox.calls({ method: 'DELETE', path: LIST_EDGE })[0]?.query).not.toHaveProperty('hsm_id');
    const names = (await world.list('?refresh=true&limit=100')).templates.map(({ name }) => name);
    expect(names).not.toContain(english.name);
    expect(names).toContain(other.name);
  });

  it('of a name says so when nobody knows it, and asks for the name', async () => {
    expect(problem(await world.client.delete(`${TEMPLATES}?name=never_seen`))).toMatchObject({
      status: 404,
      code: 'NOT_FOUND',
    });
    expect(problem(await world.client.delete(TEMPLATES))).toMatchObject({
      status: 400,
      details: { fields: [{ path: 'name' }] },
    });
  });

  it('of a name is refused when one language is disabled', async () => {
    const english = await world.unreviewed();
    const arabic = await world.create({ name: english.name, language: 'ar' });
    await world.decide(arabic, 'DISABLED');
    expect(problem(await world.client.delete(`${TEMPLATES}?name=${english.name}`))).toMatchObject({
      status: 409,
      code: 'CONFLICT',
      details: { languages: ['ar'] },
    });
    expect((await world.client.get(`${TEMPLATES}/${english.id}`)).status).toBe(200);
  });

  it('blocks the name only once no language of it is left', async () => {
    const english = await world.unreviewed();
    const arabic = await world.create({ name: english.name, language: 'ar' });
    const first = await world.client.delete(`${TEMPLATES}/${english.id}`);
    expect(first.body.data).toMatchObject({ nameBlockedUntil: null });
    const second = await world.client.delete(`${TEMPLATES}/${arabic.id}`);
    expect(second.body.data.nameBlockedUntil).toMatch(/Z$/);
  });
});
