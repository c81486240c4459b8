import { SEED } from '../../sandbox/world-seed';
import { LIST_EDGE, TEMPLATES, problem, useTemplateWorld } from '../template-world';

const DAY_S = 86_400;
const ANALYTICS = /template_analytics$/;

describe('what can be done with templates besides', () => {
  const world = useTemplateWorld();
  /** Meta's answer to the next call, where the sandbox has none of its own. */
  const answerNext = (method: string, path: RegExp, body: unknown): void => {
    world.sandbox.failNext({
      method,
      path,
      status: 200,
      contentType: 'application/json',
      body: JSON.stringify(body),
    });
  };
  const point = (templateId: string, day: number, counts: Record<string, unknown>) => ({
    template_id: templateId,
    start: 1_763_596_800 + day * DAY_S,
    end: 1_763_596_800 + (day + 1) * DAY_S,
    ...counts,
  });

  it('figures: by day and in all, over all pages, with clicks and cost', async () => {
    const template = await world.unreviewed();
    const { templateId } = template;
    const clicked = [{ type: 'quick_reply_button', button_content: 'Thanks', count: 2 }];
    const page = (points: unknown[], more: object = {}) => ({
      data: [{ granularity: 'DAILY', product_type: 'cloud_api', data_points: points }],
      paging: { cursors: { after: 'MQ' }, ...more },
    });
    const next = { next: 'https://graph.facebook.com/v26.0/x?access_token=secret&after=MQ' };
    answerNext(
      'GET',
      ANALYTICS,
      page([point(templateId, 1, { sent: 10, delivered: 8, read: 2, clicked })], next),
    );
    const cost = [
      { type: 'amount_spent', value: 0.5 },
      { type: 'cost_per_delivered', value: 0.06 },
    ];
    answerNext(
      'GET',
      ANALYTICS,
      page([
        point(templateId, 0, { sent: 6, delivered: 4, read: 1, clicked, cost }),
        point('5', 0, { sent: 1 }),
      ]),
    );
    const answer = await world.client.get(`${TEMPLATES}/${template.id}/analytics`);
    expect(answer).toMatchObject({ status: 200 });
    expect(answer.body.data.templates).toMatchObject([
      {
        id: template.id,
        templateId,
        total: {
          sent: 16,
          delivered: 12,
          read: 3,
          clicked: [{ type: 'quick_reply_button', button: 'Thanks', count: 4 }],
          cost: [{ type: 'amount_spent', value: 0.5 }],
        },
        deliveryRate: 0.75,
        readRate: 0.25,
        days: [
          { start: '2025-11-20T00:00:00.000Z', end: '2025-11-21T00:00:00.000Z', sent: 6 },
          { start: '2025-11-21T00:00:00.000Z', sent: 10 },
        ],
      },
    ]);
    expect(world.sandbox.calls({ method: 'GET', path: ANALYTICS })[0]).toMatchObject({
      path: expect.stringContaining(SEED.wabaId) as unknown,
      query: { granularity: 'DAILY', template_ids: `["${templateId}"]` },
    });
  });

  it('figures: of several, by our ids and Meta’s', async () => {
    const one = await world.unreviewed();
    const two = await world.create();
    answerNext('GET', ANALYTICS, { data: [] });
    const answer = await world.client.get(
      `${TEMPLATES}/analytics?ids=${one.id},${two.templateId}&start=${new Date(Date.now() - 864e5).toISOString()}`,
    );
    expect(answer.body.data.templates).toMatchObject([
      { id: one.id, total: { sent: 0 }, readRate: null, days: [] },
      { id: two.id },
    ]);
  });

  it('figures: have to be switched on first, which can be done here', async () => {
    const template = await world.unreviewed();
    world.sandbox.failNext({ method: 'GET', path: ANALYTICS, code: 200007, message: 'Not enabled.' });
    expect(problem(await world.client.get(`${TEMPLATES}/${template.id}/analytics`))).toMatchObject({
      status: 409,
      code: 'CONFLICT',
      details: { reason: 'insights_disabled', wabaId: SEED.wabaId },
    });
    answerNext('POST', new RegExp(`/${SEED.wabaId}$`), { id: SEED.wabaId });
    expect(await world.client.post(`${TEMPLATES}/analytics/enable`, {})).toMatchObject({
      status: 200,
      body: { data: { wabaId: SEED.wabaId, enabled: true } },
    });
  });

  it.each([
    ['ids=17a', 'ids'],
    ['', 'ids'],
    [`ids=${Array.from({ length: 11 }, (_, index) => index + 1).join()}`, 'ids'],
    ['ids=1&start=yesterday', 'start'],
  ])('figures: are refused with ?%s', async (query, path) => {
    expect(problem(await world.client.get(`${TEMPLATES}/analytics?${query}`))).toMatchObject({
      status: 400,
      details: { fields: expect.arrayContaining([expect.objectContaining({ path })]) as unknown },
    });
  });

  it.each([
    ['start=2020-01-01', 'lookBack'],
    [`start=${new Date(Date.now() + 864e5).toISOString()}`, 'beforeEnd'],
  ])('figures: are not asked for with %s', async (query, rule) => {
    const template = await world.unreviewed();
    expect(problem(await world.client.get(`${TEMPLATES}/${template.id}/analytics?${query}`))).toMatchObject({
      status: 400,
      details: { fields: [{ path: 'start', rule }] },
    });
  });

  it('comparison: says after which one fewer people blocked the business', async () => {
    const one = await world.unreviewed();
    const two = await world.create();
    answerNext('GET', /compare$/, {
      data: [
        {
          metric: 'BLOCK_RATE',
          type: 'RELATIVE',
          order_by_relative_metric: [two.templateId, one.templateId],
        },
        {
          metric: 'MESSAGE_SENDS',
          type: 'NUMBER_VALUES',
          number_values: [
            { key: one.templateId, value: 1200 },
            { key: two.templateId, value: 1900 },
          ],
        },
        {
          metric: 'TOP_BLOCK_REASON',
          type: 'STRING_VALUES',
          string_values: [{ key: one.templateId, value: 'NO_LONGER_NEEDED' }],
        },
      ],
    });
    const answer = await world.client.get(`${TEMPLATES}/${one.id}/compare?with=${two.id}&days=7`);
    expect(answer.body.data.templates).toMatchObject([
      { id: one.id, sent: 1200, topBlockReason: 'NO_LONGER_NEEDED', blockRateRank: 2 },
      { id: two.id, sent: 1900, topBlockReason: null, blockRateRank: 1 },
    ]);
    const { query } = world.sandbox.calls({ method: 'GET', path: /compare$/ })[0] ?? {};
    expect(Number(query?.end) - Number(query?.start)).toBe(7 * DAY_S);
    expect(problem(await world.client.get(`${TEMPLATES}/${one.id}/compare?with=${one.id}`))).toMatchObject({
      status: 400,
    });
    expect(
      problem(await world.client.get(`${TEMPLATES}/${one.id}/compare?with=${two.id}&days=8`)),
    ).toMatchObject({
      status: 400,
    });
  });

  it('pause: is ended, or Meta’s reason told', async () => {
    const template = await world.unreviewed();
    await world.decide(template, 'PAUSED');
    const path = `${TEMPLATES}/${template.id}/unpause`;
    expect(await world.client.post(path)).toMatchObject({
      status: 200,
      body: { data: { id: template.id, status: 'APPROVED' } },
    });
    expect((await world.updates(template.name)).at(-1)).toMatchObject({
      previous: { status: 'PAUSED' },
      current: { status: 'APPROVED' },
    });
    expect(problem(await world.client.post(path))).toMatchObject({
      status: 409,
      code: 'CONFLICT',
      details: { reason: 'The template is not paused.' },
    });
  });

  it('archive: goes to Meta, and what Meta has afterwards is stored', async () => {
    const template = await world.unreviewed();
    answerNext('POST', /message_templates\/archive$/, { success: true });
    world.sandbox.setTemplateStatus({ templateId: template.templateId }, { status: 'ARCHIVED' });
    const answer = await world.client.post(`${TEMPLATES}/${template.id}/archive`);
    expect(answer).toMatchObject({ status: 200, body: { data: { status: 'ARCHIVED' } } });
    expect(world.sandbox.calls({ method: 'POST', path: /archive$/ })[0]?.body).toMatchObject({
      hsm_ids: template.templateId,
    });
    world.sandbox.failNext({ method: 'POST', path: /unarchive$/, code: 100, message: 'Unsupported.' });
    expect(problem(await world.client.post(`${TEMPLATES}/${template.id}/unarchive`))).toMatchObject({
      status: 422,
      code: 'META_REJECTED',
    });
  });

  it('migration: tells what was copied and why not', async () => {
    const failed_templates = { '17': 'Incorrect category' };
    answerNext('POST', /migrate_message_templates$/, { migrated_templates: ['1', 2], failed_templates });
    const answer = await world.client.post(`${TEMPLATES}/migrate`, { sourceWabaId: '99', page: 0 });
    expect(answer.body.data).toEqual({
      migrated: ['1', '2'],
      failed: [{ templateId: '17', reason: 'Incorrect category' }],
    });
    expect(world.sandbox.calls({ method: 'POST', path: /migrate/ })[0]?.body).toMatchObject({
      source_waba_id: '99',
      page_number: 0,
    });
    world.sandbox.clearCalls();
    await world.list();
    expect(world.listings()).toHaveLength(1);
    expect(
      problem(await world.client.post(`${TEMPLATES}/migrate`, { sourceWabaId: SEED.wabaId })),
    ).toMatchObject({ status: 400 });
  });

  it('authentication: is made in many languages with one call', async () => {
    const name = 'login_code';
    const data = [
      { id: '901', status: 'APPROVED', language: 'en_US' },
      { id: '902', status: 'PENDING', language: 'ar' },
    ];
    answerNext('POST', /upsert_message_templates$/, { data });
    answerNext('GET', LIST_EDGE, {
      data: [...data, { id: '903', status: 'APPROVED', language: 'de', name: 'login_code_old' }].map(
        (item) => ({
          name,
          category: 'AUTHENTICATION',
          components: [{ type: 'BODY', text: '*{{1}}* is your verification code.' }],
          ...item,
        }),
      ),
    });
    const answer = await world.client.post(`${TEMPLATES}/authentication`, {
      name,
      languages: ['en_US', 'ar'],
      otpType: 'copy_code',
      addSecurityRecommendation: true,
      codeExpirationMinutes: 10,
    });
    expect(answer).toMatchObject({
      status: 200,
      body: {
        data: {
          templates: [
            { name, language: 'ar', status: 'PENDING', templateId: '902' },
            { name, language: 'en_US', status: 'APPROVED', templateId: '901' },
          ],
        },
      },
    });
    expect(world.sandbox.calls({ method: 'POST', path: /upsert/ })[0]?.body).toMatchObject({
      category: 'AUTHENTICATION',
      languages: ['en_US', 'ar'],
      components: [
        { type: 'BODY', add_security_recommendation: true },
        { type: 'FOOTER', code_expiration_minutes: 10 },
        { type: 'BUTTONS', buttons: [{ type: 'OTP', otp_type: 'COPY_CODE' }] },
      ],
    });
    expect(
      problem(
        await world.client.post(`${TEMPLATES}/authentication`, {
          name,
          languages: ['en'],
          otpType: 'ONE_TAP',
        }),
      ),
    ).toMatchObject({ status: 422, code: 'TEMPLATE_INVALID' });
  });

  it('all of it is not for those whose template it is not', async () => {
    const template = await world.unreviewed();
    const stranger = world.app.api.as(await world.admin.createUser('agent'));
    const path = `${TEMPLATES}/${template.id}`;
    for (const answer of [
      await stranger.get(`${path}/analytics`),
      await stranger.get(`${path}/compare?with=${template.id}`),
      await stranger.post(`${path}/unpause`),
      await stranger.post(`${path}/archive`),
    ])
      expect(answer.status).toBe(404);
  });
});
