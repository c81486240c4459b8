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
});
