import { randomUUID } from 'node:crypto';
import { SEED } from '../../sandbox/world-seed';
import { TEMPLATES, type Template, refOf, useTemplateWorld } from '../template-world';

describe('webhooks about templates', () => {
  const world = useTemplateWorld();
  let template: Template;
  beforeEach(async () => {
    world.sandbox.configure({ review: { mode: 'none' } });
    template = await world.create();
  });
  const status = (event: string, more: Record<string, unknown> = {}, seconds?: number) =>
    world.tell(
      'message_template_status_update',
      { ...refOf(template), event, reason: 'NONE', ...more },
      seconds,
    );
  const stored = async () => (await world.client.get<Template>(`${TEMPLATES}/${template.id}`)).body.data;

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
    expect(await world.updatedStatuses(template.name)).toEqual(['APPROVED']);
  });

  it('do not undo newer ones when they come late', async () => {
    await status('PAUSED', { other_info: { title: 'FIRST_PAUSE' } }, 1_763_700_200);
    await status('APPROVED', {}, 1_763_700_100);
    expect(await stored()).toMatchObject({ status: 'PAUSED', statusDetails: { title: 'FIRST_PAUSE' } });
    expect(await world.updatedStatuses(template.name)).toEqual(['PAUSED']);
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

  it.each([
    ['FLAGGED', 'PENDING'],
    ['UNARCHIVED', 'PENDING'],
    ['SOMETHING_NEW', 'SOMETHING_NEW'],
  ])('%s has the list read again, which knows better than %s', async (event, expected) => {
    await status(event);
    expect(await stored()).toMatchObject({ status: expected });
    world.sandbox.clearCalls();
    await world.list();
    expect(world.listings()).toHaveLength(1);
    expect(await stored()).toMatchObject({ status: 'PENDING' });
  });

  it('take out a deleted template', async () => {
    await status('DELETED', { reason: null });
    expect((await world.client.get(`${TEMPLATES}/${template.id}`)).status).toBe(404);
    expect(await world.updatedStatuses(template.name)).toEqual(['DELETED']);
  });

  it('make known a template that was made elsewhere', async () => {
    const name = `elsewhere_${randomUUID().slice(0, 8)}`;
    await world.tell('message_template_status_update', {
      event: 'APPROVED',
      message_template_id: 77_123,
      message_template_name: name,
      message_template_language: 'en-US',
      message_template_category: 'MARKETING',
      reason: 'NONE',
    });
    const rows: Record<string, unknown>[] = await world.app.db.query(
      'SELECT template_id, language, status, category FROM whatsapp_templates WHERE name = $1',
      [name],
    );
    expect(rows).toEqual([
      { template_id: '77123', language: 'en_US', status: 'APPROVED', category: 'MARKETING' },
    ]);
    expect(await world.updatedStatuses(name)).toEqual(['APPROVED']);
  });

  it('leave one alone that bears the same name under another id', async () => {
    await world.tell('message_template_status_update', {
      ...refOf(template),
      message_template_id: 5,
      event: 'DISABLED',
      reason: 'NONE',
    });
    expect(await stored()).toMatchObject({ status: 'PENDING', templateId: template.templateId });
  });

  it('bring quality, category and texts', async () => {
    await world.tell('message_template_quality_update', {
      ...refOf(template),
      previous_quality_score: 'UNKNOWN',
      new_quality_score: 'YELLOW',
    });
    await world.tell('template_category_update', {
      ...refOf(template),
      new_category: 'UTILITY',
      correct_category: 'MARKETING',
      category_update_timestamp: 1_800_000_000,
    });
    expect(await stored()).toMatchObject({
      qualityScore: 'YELLOW',
      category: 'UTILITY',
      correctCategory: 'MARKETING',
      categoryChangesAt: '2027-01-15T08:00:00.000Z',
    });
    await world.tell('template_category_update', {
      ...refOf(template),
      previous_category: 'UTILITY',
      new_category: 'MARKETING',
    });
    await world.tell('message_template_components_update', {
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
    const facts = { status: 'PENDING', qualityScore: 'UNKNOWN', category: 'UTILITY', correctCategory: null };
    const [quality, announced, done, texts, ...more] = await world.updates(template.name);
    expect(quality).toMatchObject({
      changed: ['qualityScore'],
      previous: { qualityScore: null },
      current: { ...facts, qualityScore: 'YELLOW' },
    });
    expect(announced).toMatchObject({
      changed: ['correctCategory'],
      current: { correctCategory: 'MARKETING' },
    });
    expect(done).toMatchObject({
      changed: ['category', 'correctCategory'],
      previous: { category: 'UTILITY', correctCategory: 'MARKETING' },
      current: { category: 'MARKETING', correctCategory: null },
    });
    expect(texts).toMatchObject({ changed: ['components'], id: template.id });
    expect(more).toEqual([]);
  });

  it('change numbers and accounts', async () => {
    const number = { display_phone_number: SEED.displayPhoneNumber.replace(/\D/g, '') };
    await world.tell('phone_number_quality_update', {
      ...number,
      event: 'THROUGHPUT_UPGRADE',
      current_limit: 'TIER_UNLIMITED',
    });
    await world.tell('phone_number_name_update', {
      ...number,
      decision: 'APPROVED',
      requested_verified_name: 'Lucky Shrub Ltd',
      rejection_reason: null,
    });
    await world.tell('account_update', { event: 'DISABLED_UPDATE', ban_info: { waba_ban_state: 'DISABLE' } });
    await world.tell('account_alerts', {
      entity_type: 'BUSINESS',
      entity_id: '1',
      alert_info: {
        alert_severity: 'WARNING',
        alert_status: 'ACTIVE',
        alert_type: 'NEW_SORT',
        alert_description: 'x',
      },
    });
    const account = await world.client.get('/api/meta/whatsapp/account');
    expect(account.body.data).toMatchObject({
      messagingLimit: 'TIER_UNLIMITED',
      throughput: 'HIGH',
      displayName: 'Lucky Shrub Ltd',
      accountStatus: 'DISABLED',
    });
    const told: { field: string }[] = await world.app.db.query(
      `SELECT kind || ':' || (payload->>'field') AS field FROM domain_events
        WHERE account_id = $1 AND kind LIKE 'whatsapp.%' ORDER BY id`,
      [world.accountId],
    );
    expect(told.map(({ field }) => field)).toEqual([
      'whatsapp.phone_number.updated:quality',
      'whatsapp.phone_number.updated:name',
      'whatsapp.account.updated:account_update',
      'whatsapp.account.updated:account_alerts',
    ]);
  });
});
