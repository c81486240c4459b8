import { aPdf, aPng, uploaded } from '../factories/media-files';
import { TEMPLATES, type Template, aTemplate, problem, useTemplateWorld } from '../template-world';

const BODY = { type: 'BODY', text: 'Thank you, your order is on its way to you.' };
const withHeader = (header: Record<string, unknown>) =>
  aTemplate({ components: [{ type: 'HEADER', format: 'IMAGE', ...header }, BODY] });

describe('samples for media headers', () => {
  const world = useTemplateWorld();
  const sessions = () => world.sandbox.calls({ method: 'POST', path: /\/uploads$/ });
  const pieces = () => world.sandbox.calls({ method: 'POST', path: /^\/upload:/ });
  const HANDLE = expect.stringMatching(/^4::/) as unknown;

  it('that were uploaded here are handed to Meta with the template', async () => {
    const sampleMediaId = await uploaded(world.client, aPng(), 'image/png');
    const answer = await world.client.post<Template>(TEMPLATES, withHeader({ sampleMediaId }));
    expect(answer).toMatchObject({ status: 201 });
    expect(world.creations()[0]?.body).toMatchObject({
      components: [{ type: 'HEADER', format: 'IMAGE', example: { header_handle: [HANDLE] } }, BODY],
    });
    expect(JSON.stringify(world.creations()[0]?.body)).not.toContain('sampleMediaId');
    expect(sessions()[0]?.query).toMatchObject({ file_type: 'image/png', file_length: '20000' });
    const stored = await world.stored(answer.body.data.id);
    expect(stored.components[0]).toEqual({
      type: 'HEADER',
      format: 'IMAGE',
      example: { header_handle: [HANDLE] },
    });
  });

  it('go on where a broken upload stopped', async () => {
    const sampleMediaId = await uploaded(world.client, aPng(), 'image/png');
    world.sandbox.failNext({ method: 'POST', path: /^\/upload:/, keepBytes: 7_000 });
    expect((await world.client.post(TEMPLATES, withHeader({ sampleMediaId }))).status).toBe(201);
    expect(pieces().length).toBe(2);
    expect(sessions()).toHaveLength(1);
  });

  it('that stand in several cards are handed over once', async () => {
    const sampleMediaId = await uploaded(world.client, aPng(), 'image/png');
    const card = {
      components: [
        { type: 'HEADER', format: 'IMAGE', sampleMediaId },
        { type: 'BODY', text: 'A rare succulent.' },
        { type: 'BUTTONS', buttons: [{ type: 'QUICK_REPLY', text: 'Show me' }] },
      ],
    };
    const components = [BODY, { type: 'CAROUSEL', cards: [card, card] }];
    const answer = await world.client.post(TEMPLATES, aTemplate({ category: 'MARKETING', components }));
    expect(answer).toMatchObject({ status: 201 });
    expect(sessions()).toHaveLength(1);
  });

  it('have the type of the header', async () => {
    const sampleMediaId = await uploaded(world.client, aPdf(), 'application/pdf');
    expect(problem(await world.client.post(TEMPLATES, withHeader({ sampleMediaId })))).toMatchObject({
      status: 400,
      details: { fields: [{ path: 'components.0.sampleMediaId', rule: 'sampleType' }] },
    });
    expect(
      (await world.client.post(TEMPLATES, withHeader({ format: 'DOCUMENT', sampleMediaId }))).status,
    ).toBe(201);
    expect(world.creations()).toHaveLength(1);
  });

  it('of others are not there', async () => {
    const other = world.sandbox.createTenant({ name: 'Other', displayPhoneNumber: '+1 555-300-0000' });
    expect(other.wabaId).toMatch(/^\d+$/);
    const sampleMediaId = '0199f3a2-7c1e-7b52-9d6b-3f1f8f4f2a10';
    expect(problem(await world.client.post(TEMPLATES, withHeader({ sampleMediaId })))).toMatchObject({
      status: 400,
      details: { fields: [{ path: 'components.0.sampleMediaId', rule: 'isKnown' }] },
    });
  });

  it('are handed over by themselves, by name or as a form', async () => {
    const mediaId = await uploaded(world.client, aPng(), 'image/png');
    const named = await world.client.post(`${TEMPLATES}/samples`, { mediaId });
    expect(named).toMatchObject({ status: 201, body: { data: { mediaId, handle: HANDLE } } });

    const form = new FormData();
    form.set('file', new Blob([new Uint8Array(aPng())], { type: 'image/png' }), 'plant.png');
    const sent = await world.client.raw<{ handle: string }>(`${TEMPLATES}/samples`, {
      method: 'POST',
      body: form,
    });
    expect(sent).toMatchObject({ status: 201, body: { data: { handle: HANDLE } } });
    const header = { example: { header_handle: [sent.body.data.handle] } };
    expect((await world.client.post(TEMPLATES, withHeader(header))).status).toBe(201);
  });

  it.each([
    ['nothing', {}, 'mediaId'],
    ['no id', { mediaId: '17' }, 'mediaId'],
  ])('are refused with %s', async (_name, body, path) => {
    expect(problem(await world.client.post(`${TEMPLATES}/samples`, body))).toMatchObject({
      status: 400,
      details: { fields: expect.arrayContaining([expect.objectContaining({ path })]) as unknown },
    });
  });
});
