import { SEED } from '../../sandbox/world-seed';
import { ServiceWatch } from '../../src/notifications/writing/service-watch.scheduler';
import { TokenRefreshScheduler } from '../../src/meta-auth/token-refresh.scheduler';
import { eventually } from '../eventually';
import { useNotificationWorld } from '../notification-world';
import { aTemplate, TEMPLATES } from '../template-world';

describe('notifications from Meta’s webhooks', () => {
  const world = useNotificationWorld();

  const aStoredTemplate = async (): Promise<{ id: string; templateId: string; name: string }> => {
    world.sandbox.configure({ review: { mode: 'none' } });
    const created = await world.client.post(TEMPLATES, aTemplate());
    expect(created.status).toBe(201);
    const { id, templateId, name } = created.body.data as Record<string, string>;
    return { id: id ?? '', templateId: templateId ?? '', name: name ?? '' };
  };

  it('tell of a rejected template, and end when it is approved', async () => {
    const template = await aStoredTemplate();
    world.sandbox.setTemplateStatus({ templateId: template.templateId }, { status: 'REJECTED' });
    const rejected = await world.eventually('template.rejected');
    expect(rejected).toMatchObject({
      accountId: world.accountId,
      severity: 'warning',
      title: `Template ${template.name} (en_US) was rejected`,
      subjects: [{ type: 'template', id: template.id, name: `${template.name} (en_US)`, resolvedAt: null }],
      occurrences: 1,
      lasts: true,
      resolvedAt: null,
      read: false,
      payload: { templateId: template.templateId, status: 'REJECTED' },
    });
    expect(rejected.message).toMatch(/change it and submit it again/i);
    world.sandbox.setTemplateStatus({ templateId: template.templateId }, { status: 'APPROVED' });
    const resolved = await world.eventually('template.rejected', ({ resolvedAt }) => resolvedAt !== null);
    expect(resolved).toMatchObject({ id: rejected.id, openSubjectCount: 0 });
    expect(await world.eventually('template.approved')).toMatchObject({ severity: 'info', lasts: false });
    expect((await world.list('?resolved=false')).map(({ kind }) => kind)).not.toContain('template.rejected');
    expect((await world.list('?resolved=true')).map(({ id }) => id)).toContain(rejected.id);
  });

  it('tell of a restriction until when it holds, and end it then without another word of Meta’s', async () => {
    world.sandbox.playAccountUpdate({
      event: 'ACCOUNT_RESTRICTION',
      restrictions: [{ type: 'RESTRICTED_BIZ_INITIATED_MESSAGING', expiresInSeconds: 3_600 }],
    });
    const told = await world.eventually('whatsapp.account_restricted');
    expect(told).toMatchObject({
      severity: 'critical',
      subjects: [{ type: 'waba', id: SEED.wabaId }],
      endsAt: expect.any(String) as string,
    });
    expect(told.message).toMatch(/writing to people first until \d{4}-/);
    await world.app.app.get(ServiceWatch).look();
    expect((await world.list('?kind=whatsapp.account_restricted'))[0]?.resolvedAt).toBeNull();
    await world.app.db.query(`UPDATE notifications SET ends_at = now() - interval '1 second' WHERE id = $1`, [
      told.id,
    ]);
    await world.app.app.get(ServiceWatch).look();
    expect((await world.list('?kind=whatsapp.account_restricted'))[0]).toMatchObject({
      resolvedAt: expect.any(String) as string,
      openSubjectCount: 0,
      subjects: [{ resolvedAt: expect.any(String) as string }],
    });
  });

  it('tell of a disabled account, and end when Meta reinstates it', async () => {
    world.sandbox.playAccountUpdate({ event: 'DISABLED_UPDATE', banState: 'DISABLE' });
    expect(await world.eventually('whatsapp.account_disabled')).toMatchObject({
      severity: 'critical',
      title: expect.stringMatching(/^Meta disabled /) as string,
    });
    world.sandbox.playAccountUpdate({ event: 'DISABLED_UPDATE', banState: 'REINSTATE' });
    await world.eventually('whatsapp.account_disabled', ({ resolvedAt }) => resolvedAt !== null);
  });

  it('tell that the quality of a number falls, that it falls further, and that it is well again', async () => {
    await world.sync();
    world.sandbox.updatePhoneNumber({ qualityRating: 'YELLOW', silent: true });
    await world.sync();
    const yellow = await world.eventually('whatsapp.number_quality_dropped');
    expect(yellow).toMatchObject({
      severity: 'warning',
      title: expect.stringContaining(SEED.displayPhoneNumber) as string,
      subjects: [{ type: 'phone_number', id: SEED.phoneNumberId }],
    });
    await world.client.post(`/api/meta/notifications/${yellow.id}/read`, {});
    world.sandbox.updatePhoneNumber({ qualityRating: 'RED', silent: true });
    await world.sync();
    const red = await world.eventually(
      'whatsapp.number_quality_dropped',
      ({ severity }) => severity === 'critical',
    );
    expect(red).toMatchObject({ id: yellow.id, occurrences: 2, subjectCount: 1, read: false });
    world.sandbox.updatePhoneNumber({ qualityRating: 'GREEN', silent: true });
    await world.sync();
    await world.eventually('whatsapp.number_quality_dropped', ({ resolvedAt }) => resolvedAt !== null);
  });

  it('tell that a limit was lowered, of a PIN and of an alert, each in words of its own', async () => {
    world.sandbox.setMessagingLimit({ limit: 'TIER_10K' });
    await world.eventually('whatsapp.number_limit_changed');
    world.sandbox.setMessagingLimit({ limit: 'TIER_250' });
    expect(
      await world.eventually('whatsapp.number_limit_changed', ({ severity }) => severity === 'warning'),
    ).toMatchObject({ title: expect.stringMatching(/was lowered: 250 people in 24 hours$/) as string });
    expect(await world.eventually('whatsapp.account_limit_changed')).toMatchObject({ severity: 'warning' });
    world.sandbox.playAccountAlert({
      alertType: 'INCREASED_CAPABILITIES_ELIGIBILITY_FAILED',
      severity: 'CRITICAL',
    });
    expect(await world.eventually('whatsapp.account_alert')).toMatchObject({ severity: 'critical' });
    world.sandbox.playSecurity({ event: 'PIN_CHANGED' });
    expect(await world.eventually('whatsapp.number_security')).toMatchObject({
      title: expect.stringMatching(/^The two-step PIN was changed: /) as string,
      lasts: false,
    });
  });

  it('tell of a dead token, and end when somebody connects the account again', async () => {
    for (const { token } of world.sandbox.tokens()) world.sandbox.revokeToken(token, 460);
    await world.app.db.query('UPDATE meta_accounts SET next_refresh_at = now() WHERE id = $1', [
      world.accountId,
    ]);
    await world.app.app.get(TokenRefreshScheduler).runDue();
    expect(await world.eventually('account.reauth_required')).toMatchObject({
      severity: 'critical',
      message: expect.stringContaining('changed the password') as string,
      subjects: [{ type: 'account', id: world.accountId }],
    });
    await world.connect();
    await world.eventually('account.reauth_required', ({ resolvedAt }) => resolvedAt !== null);
  });

  it('are told on as events of the account, created once and updated after', async () => {
    const template = await aStoredTemplate();
    world.sandbox.setTemplateStatus({ templateId: template.templateId }, { status: 'PAUSED' });
    const paused = await world.eventually('template.paused');
    world.sandbox.setTemplateStatus({ templateId: template.templateId }, { status: 'APPROVED' });
    const told = await eventually(
      (): Promise<{ kind: string; payload: Record<string, unknown> }[]> =>
        world.app.db.query(
          `SELECT kind, payload FROM domain_events
            WHERE account_id = $1 AND kind LIKE 'notification.%' AND payload->>'notificationId' = $2 ORDER BY id`,
          [world.accountId, paused.id],
        ),
      ({ length }) => length === 2,
    );
    expect(told).toMatchObject([
      {
        kind: 'notification.created',
        payload: { notificationKind: 'template.paused', severity: 'warning', title: paused.title },
      },
      { kind: 'notification.updated', payload: { isResolved: true, isNews: false } },
    ]);
  });
});
