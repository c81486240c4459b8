import type { ApiClient } from '../api-client';
import { NotificationRetention } from '../../src/notifications/writing/notification-retention.scheduler';
import { ServiceWatch } from '../../src/notifications/writing/service-watch.scheduler';
import { NOTIFICATIONS, aTemplateUpdate, useNotificationWorld } from '../notification-world';

describe('notifications and the service itself', () => {
  const world = useNotificationWorld();
  const look = () => world.app.app.get(ServiceWatch).look();
  const KIND = 'service.subscriber_failing';
  const failing = (count: number): Promise<unknown> =>
    world.app.db.query(
      `INSERT INTO outbox_failures (account_id, event_id, subscriber, position, error, state, attempts, next_attempt_at)
       SELECT $1, id, 'analytics', 1, 'TypeError: no', 'dead', 12, now() FROM domain_events WHERE account_id = $1 LIMIT $2`,
      [world.accountId, count],
    );
  afterEach(async () => {
    await world.app.db.query('DELETE FROM outbox_failures');
    await world.app.db.query('TRUNCATE notifications CASCADE');
  });

  it('tell admins what a part of it has given up on, once as long as it does not grow, until it is mended', async () => {
    const agent: ApiClient = world.app.api.as(await world.admin.createUser('agent'));
    await world.happen(aTemplateUpdate('x', 'REJECTED'), aTemplateUpdate('y', 'REJECTED'));
    await failing(1);
    await Promise.all([look(), look()]);
    await look();
    const [told] = await world.list(`?kind=${KIND}`, world.admin);
    expect(told).toMatchObject({
      accountId: null,
      severity: 'critical',
      title: '“analytics” has given up on an event',
      occurrences: 1,
      resolvedAt: null,
      read: false,
      payload: { subscriber: 'analytics', error: 'TypeError: no' },
    });
    expect(await world.list(`?kind=${KIND}`, agent)).toEqual([]);
    expect((await agent.get(`${NOTIFICATIONS}/${told!.id}`)).status).toBe(404);
    expect((await world.admin.post(`${NOTIFICATIONS}/${told!.id}/read`, {})).status).toBe(200);
    expect(await world.unread(world.admin)).toBe(0);
    await world.app.db.query('DELETE FROM outbox_failures');
    await failing(2);
    await look();
    expect((await world.list(`?kind=${KIND}`, world.admin))[0]).toMatchObject({
      id: told!.id,
      title: '“analytics” has given up on 2 events',
      occurrences: 2,
    });
    await world.app.db.query('DELETE FROM outbox_failures');
    await look();
    await look();
    const [over] = await world.list(`?kind=${KIND}`, world.admin);
    expect(over!.resolvedAt).not.toBeNull();
  });

  it('tell admins of deliveries that are dead', async () => {
    world.sandbox.playSecurity({ event: 'PIN_CHANGED' });
    await world.eventually('whatsapp.number_security');
    await world.app.db.query(
      `UPDATE webhook_deliveries SET state = 'dead' WHERE id = (SELECT id FROM webhook_deliveries LIMIT 1)`,
    );
    await look();
    expect(await world.list('?kind=service.deliveries_dead', world.admin)).toMatchObject([
      { severity: 'critical', resolvedAt: null },
    ]);
    await world.app.db.query(`UPDATE webhook_deliveries SET state = 'processed' WHERE state = 'dead'`);
    await look();
    const [over] = await world.list('?kind=service.deliveries_dead', world.admin);
    expect(over!.resolvedAt).not.toBeNull();
  });

  describe('what is kept', () => {
    const retention = () => world.app.app.get(NotificationRetention);
    const age = (days: number, condition = 'true'): Promise<unknown> =>
      world.app.db.query(
        `UPDATE notifications SET first_at = first_at - $1 * interval '1 day', last_at = last_at - $1 * interval '1 day'
          WHERE ${condition}`,
        [days],
      );
    const kinds = async () => (await world.list('?limit=100')).map(({ kind }) => kind).sort();

    it('is what is younger than the setting, and what is still wrong that nobody has read', async () => {
      await world.happen(
        aTemplateUpdate('over', 'REJECTED'),
        aTemplateUpdate('over', 'DELETED', 'REJECTED'),
        aTemplateUpdate('unread', 'PAUSED'),
        aTemplateUpdate('read', 'DISABLED'),
        aTemplateUpdate('happened', 'APPROVED', 'PENDING'),
      );
      const disabled = await world.eventually('template.disabled');
      await world.client.post(`${NOTIFICATIONS}/${disabled.id}/read`, {});
      await age(179);
      await retention().remove(new Date());
      expect(await kinds()).toHaveLength(4);
      await age(2);
      await retention().remove(new Date(), 1);
      expect(await kinds()).toEqual(['template.paused']);
      const left: unknown[] = await world.app.db.query(
        'SELECT 1 FROM notification_subjects UNION ALL SELECT 1 FROM notification_reads',
      );
      expect(left).toHaveLength(1);
      await world.client.post(`${NOTIFICATIONS}/read-all`, {});
      await retention().remove(new Date());
      expect(await kinds()).toEqual([]);
    });

    it('forgets up to which event a thing was known, when no event can be told so late any more', async () => {
      await world.happen(aTemplateUpdate('known', 'DELETED', 'APPROVED'), aTemplateUpdate('open', 'PAUSED'));
      const known = async (): Promise<string[]> => {
        const rows: { subject_id: string }[] = await world.app.db.query(
          `SELECT subject_id FROM notification_states WHERE account_id = $1 AND topic = 'template.status' ORDER BY 1`,
          [world.accountId],
        );
        return rows.map(({ subject_id }) => subject_id);
      };
      expect(await known()).toEqual(['id of known', 'id of open']);
      await retention().remove(new Date(Date.now() + 31 * 86_400_000));
      expect(await known()).toEqual(['id of open']);
    });
  });
});
