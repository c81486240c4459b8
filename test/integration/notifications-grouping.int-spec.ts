import type { AssetId } from '../../src/database/ids';
import { OutboxFailures } from '../../src/domain-events/outbox-failures.repository';
import { OutboxSubscribers } from '../../src/domain-events/outbox-subscribers';
import { OutboxRelay } from '../../src/domain-events/outbox-relay.service';
import { NotificationWriter } from '../../src/notifications/writing/notification-writer';
import {
  type Notification,
  NOTIFICATIONS,
  aQualityUpdate,
  aTemplateUpdate,
  useNotificationWorld,
} from '../notification-world';

describe('what comes together into one notification', () => {
  const world = useNotificationWorld();
  const only = async (kind: string): Promise<Notification> => {
    const found = await world.list(`?kind=${kind}`);
    expect(found).toHaveLength(1);
    return found[0]!;
  };
  const read = (id: string): Promise<unknown> => world.client.post(`${NOTIFICATIONS}/${id}/read`, {});
  const age = (hours: number): Promise<unknown> =>
    world.app.db.query(
      `UPDATE notifications SET first_at = first_at - $2 * interval '1 hour', last_at = last_at - $2 * interval '1 hour',
              news_at = news_at - $2 * interval '1 hour' WHERE account_id = $1`,
      [world.accountId, hours],
    );

  it('is hundreds of templates: one row, which says how many and lists the latest', async () => {
    await world.happen(Array.from({ length: 700 }, (_, index) => aTemplateUpdate(`t${index}`, 'DISABLED')));
    const told = await only('template.disabled');
    expect(told).toMatchObject({
      title: '700 templates were disabled',
      occurrences: 700,
      subjectCount: 700,
      openSubjectCount: 700,
    });
    expect(told.subjects).toHaveLength(20);
    await world.happen(
      Array.from({ length: 699 }, (_, index) => aTemplateUpdate(`t${index}`, 'APPROVED', 'DISABLED')),
    );
    expect(await only('template.disabled')).toMatchObject({ openSubjectCount: 1, resolvedAt: null });
    await world.happen(aTemplateUpdate('t699', 'DELETED', 'DISABLED'));
    expect(await only('template.disabled')).toMatchObject({ openSubjectCount: 0, occurrences: 700 });
    expect((await only('template.disabled')).resolvedAt).not.toBeNull();
  });

  it('is a number that goes up and down: one row, unread again when it gets worse or comes back', async () => {
    await world.happen(aQualityUpdate('GREEN', 'YELLOW'));
    const first = await only('whatsapp.number_quality_dropped');
    await read(first.id);
    await world.happen(aQualityUpdate('YELLOW', 'YELLOW'));
    expect(await only('whatsapp.number_quality_dropped')).toMatchObject({ occurrences: 2, read: true });
    await world.happen(aQualityUpdate('YELLOW', 'RED'));
    expect(await only('whatsapp.number_quality_dropped')).toMatchObject({
      severity: 'critical',
      read: false,
    });
    await read(first.id);
    await world.happen(aQualityUpdate('RED', 'YELLOW'));
    expect(await only('whatsapp.number_quality_dropped')).toMatchObject({ severity: 'warning', read: true });
    await world.happen(aQualityUpdate('YELLOW', 'GREEN'));
    expect((await only('whatsapp.number_quality_dropped')).resolvedAt).not.toBeNull();
    await world.happen(aQualityUpdate('GREEN', 'YELLOW'));
    expect(await only('whatsapp.number_quality_dropped')).toMatchObject({
      id: first.id,
      occurrences: 5,
      resolvedAt: null,
      read: false,
    });
  });

  it('is told again when it goes on for hours, and stays one as long as it goes on', async () => {
    await world.happen(aQualityUpdate('GREEN', 'YELLOW'));
    const { id } = await only('whatsapp.number_quality_dropped');
    await read(id);
    await age(72);
    await world.happen(aQualityUpdate('YELLOW', 'YELLOW'));
    expect(await only('whatsapp.number_quality_dropped')).toMatchObject({ id, occurrences: 2, read: false });
  });

  it('is another one a day later, though the old one is not over', async () => {
    await world.happen(aTemplateUpdate('one', 'REJECTED'));
    await age(25);
    await world.happen(aTemplateUpdate('two', 'REJECTED'));
    expect((await world.list('?kind=template.rejected')).map(({ title }) => title)).toEqual([
      'Template two (en) was rejected',
      'Template one (en) was rejected',
    ]);
  });

  it('changes its kind with what it is about: what was paused and is disabled now is paused no more', async () => {
    await world.happen(aTemplateUpdate('worse', 'PAUSED', 'APPROVED'));
    await world.happen(aTemplateUpdate('worse', 'DISABLED', 'PAUSED'));
    expect((await only('template.paused')).resolvedAt).not.toBeNull();
    expect(await only('template.disabled')).toMatchObject({ severity: 'critical', resolvedAt: null });
  });

  it('ends for each gap by itself', async () => {
    const from = '2026-03-01T10:00:00.000Z';
    const asset = { assetId: await anAsset(), from, until: '2026-03-01T10:30:00.000Z' };
    const gap = (gapId: string) => ({
      kind: 'webhook.gap_found' as const,
      payload: { gapId, cause: 'receiver_down' as const, repairable: true, ...asset },
    });
    await world.happen([gap('a'), gap('b')]);
    expect(await only('webhook.gap_found')).toMatchObject({ severity: 'info', openSubjectCount: 2 });
    const { assetId } = asset;
    await world.happen([
      { kind: 'webhook.gap_repaired', payload: { gapId: 'a', assetId, found: 3, stored: 1 } },
      {
        kind: 'webhook.gap_unrepaired',
        payload: { gapId: 'b', assetId, state: 'failed', note: 'It broke.' },
      },
    ]);
    expect((await only('webhook.gap_found')).resolvedAt).not.toBeNull();
    const lost = await only('webhook.gap_unrepaired');
    expect(lost).toMatchObject({
      severity: 'warning',
      message: expect.stringMatching(/^It broke\./) as string,
    });
    await world.happen({
      kind: 'webhook.gap_repaired',
      payload: { gapId: 'b', assetId, found: 0, stored: 0 },
    });
    expect((await only('webhook.gap_unrepaired')).resolvedAt).not.toBeNull();
  });

  const anAsset = async () => {
    const [row]: { id: AssetId }[] = await world.app.db.query(
      `SELECT id FROM assets WHERE account_id = $1 AND kind = 'phone_number' LIMIT 1`,
      [world.accountId],
    );
    return row!.id;
  };

  describe('however events are told', () => {
    const rewind = async (): Promise<void> => {
      await world.app.db.query(
        `UPDATE outbox_cursors SET position = 0, event_id = 'ffffffff-ffff-ffff-ffff-ffffffffffff'
          WHERE subscriber = 'notifications'`,
      );
      await world.settle();
    };
    const state = async () =>
      (await world.list('?limit=100')).map(({ kind, occurrences, openSubjectCount, resolvedAt }) => ({
        kind,
        occurrences,
        openSubjectCount,
        isResolved: resolvedAt !== null,
      }));

    it('nothing changes when all of them are told once more', async () => {
      await world.happen(
        aTemplateUpdate('back', 'REJECTED'),
        aTemplateUpdate('back', 'APPROVED', 'REJECTED'),
        aTemplateUpdate('back', 'PAUSED', 'APPROVED'),
        aQualityUpdate('GREEN', 'RED'),
      );
      const before = await state();
      expect(before.map(({ kind }) => kind).sort()).toEqual([
        'template.approved',
        'template.paused',
        'template.rejected',
        'whatsapp.number_quality_dropped',
      ]);
      await rewind();
      expect(await state()).toEqual(before);
    });

    it('one that is told late neither opens what is over nor closes what is open', async () => {
      await world.happen(aTemplateUpdate('late', 'APPROVED', 'PENDING'));
      const { handle, late } = await lateTelling([
        aTemplateUpdate('late', 'REJECTED', 'APPROVED'),
        aTemplateUpdate('late', 'PAUSED', 'APPROVED'),
      ]);
      // The newer one is told first, the older one after it.
      await handle(late[1]!);
      await handle(late[0]!);
      expect(await state()).toEqual([
        { kind: 'template.paused', occurrences: 1, openSubjectCount: 1, isResolved: false },
        { kind: 'template.approved', occurrences: 1, openSubjectCount: 0, isResolved: false },
      ]);
    });

    it('a telling that fails half-way leaves nothing, and the next one everything', async () => {
      const writer = world.app.app.get(NotificationWriter);
      const write = writer.write.bind(writer);
      const failing = jest.spyOn(writer, 'write').mockImplementationOnce(async (tx, occurrences) => {
        await write(tx, occurrences);
        throw new Error('the process died here');
      });
      await world.happen(aTemplateUpdate('unlucky', 'REJECTED'));
      expect(failing).toHaveBeenCalled();
      await world.app.db.query(`UPDATE outbox_failures SET next_attempt_at = now()`);
      await world.app.app.get(OutboxRelay).settle();
      expect(await only('template.rejected')).toMatchObject({ occurrences: 1 });
      const told: unknown[] = await world.app.db.query(
        `SELECT 1 FROM domain_events WHERE account_id = $1 AND kind LIKE 'notification.%'`,
        [world.accountId],
      );
      expect(told).toHaveLength(1);
      expect(await world.app.app.get(OutboxFailures).dead()).toEqual([]);
      failing.mockRestore();
    });

    /** Records events without telling them; what they become is told by hand, in any order. */
    async function lateTelling(events: ReturnType<typeof aTemplateUpdate>[]) {
      const subscriber = world.app.app
        .get(OutboxSubscribers)
        .all()
        .find(({ name }) => name === 'notifications')!;
      const late = await world.untold(events);
      return {
        late,
        handle: (event: (typeof late)[number]) =>
          world.app.db.transaction((tx) => subscriber.handle([event], tx)),
      };
    }
  });
});
