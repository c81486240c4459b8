import { SEED } from '../../sandbox/world-seed';
import type { ApiClient } from '../api-client';
import { eventually } from '../eventually';
import { aCampaign, addPeople, campaign, people } from '../factories/campaigns.factory';
import { CONTACTS, contactIdOf } from '../factories/contacts.factory';
import type { Tenant } from '../factories/conversations.factory';
import { sandboxOf } from '../factories/meta-login';
import {
  CUSTOMER,
  type Messenger,
  aMessenger,
  aText,
  customerWrites,
  messageWhen,
  sent,
  withStatus,
} from '../factories/messaging.factory';
import { type TestApp, startTestApp } from '../test-app';

jest.setTimeout(120_000);

describe('what a person wants, where WhatsApp messages are sent', () => {
  let app: TestApp;
  let admin: ApiClient;
  let me: Messenger;
  let tenant: Pick<Tenant, 'accountId'>;
  beforeAll(async () => {
    app = await startTestApp({ sandbox: true });
    admin = app.api.as(await app.api.registerAdmin());
    me = await aMessenger(app, admin);
    tenant = { accountId: me.accountId as Tenant['accountId'] };
    await customerWrites(app);
  });
  afterAll(() => app.close());

  const ana = () => contactIdOf(app, tenant, CUSTOMER.slice(1));
  const leave = (id: string): Promise<unknown> =>
    app.db.query('UPDATE message_sends SET available_at = now() WHERE message_id = $1', [id]);

  it('counts at the last moment: a message that was ordered before does not go out any more', async () => {
    const id = await sent(
      me.client,
      aText('soon', { sendAt: new Date(Date.now() + 3_600_000).toISOString() }),
    );
    const calls = (): number =>
      sandboxOf(app).calls({ method: 'POST', path: new RegExp(`/${SEED.phoneNumberId}/messages$`) }).length;
    const before = calls();
    expect((await me.client.patch(`${CONTACTS}/${await ana()}`, { optedOut: true })).status).toBe(200);
    await leave(id);
    const failed = await messageWhen(me.client, id, withStatus('failed'), 30_000);
    expect(failed.error?.code).toBe('RECIPIENT_OPTED_OUT');
    expect(calls()).toBe(before);
    const refused = await me.client.post('/api/meta/whatsapp/messages', aText('now'));
    expect([refused.status, refused.body.error.code]).toEqual([422, 'RECIPIENT_OPTED_OUT']);
    await me.client.patch(`${CONTACTS}/${await ana()}`, { optedOut: false });
    await messageWhen(
      me.client,
      await sent(me.client, aText('again')),
      withStatus('sent', 'delivered'),
      30_000,
    );
  });

  it('counts for all numbers of a person: opted out as one, nothing goes to the other', async () => {
    await customerWrites(app, { from: { phone: '+16505558888' } });
    const second = await contactIdOf(app, tenant, '16505558888');
    const id = await sent(
      me.client,
      aText('soon', { sendAt: new Date(Date.now() + 3_600_000).toISOString() }),
    );
    await me.client.patch(`${CONTACTS}/${second}`, { optedOut: true });
    await me.client.post(`${CONTACTS}/${await ana()}/merge`, { contactId: second });
    await leave(id);
    const failed = await messageWhen(me.client, id, withStatus('failed'), 30_000);
    expect(failed.error?.code).toBe('RECIPIENT_OPTED_OUT');
    await me.client.patch(`${CONTACTS}/${second}`, { optedOut: false });
  });

  it('to be removed keeps campaigns’ figures, and leaves nobody to be written to', async () => {
    const [number = '', other = ''] = people(2);
    await customerWrites(app, { from: { phone: number } });
    const id = await aCampaign(me.client);
    await addPeople(me.client, id, [number, other]);
    const answer = await me.client.delete<{ erasureId: string }>(
      `${CONTACTS}/${await contactIdOf(app, tenant, number.slice(1))}`,
    );
    expect(answer.status).toBe(202);
    await eventually(
      () =>
        me.client.get<{ status: string; removed: Record<string, number> }>(
          `${CONTACTS}/erasures/${answer.body.data.erasureId}`,
        ),
      ({ body }) => body.data.status === 'completed',
      { timeoutMs: 60_000 },
    );
    const rows: unknown[] = await app.db.query(
      'SELECT recipient, parameters, state, reason_code FROM campaign_recipients WHERE campaign_id = $1 ORDER BY line',
      [id],
    );
    expect(rows).toEqual([
      { recipient: 'erased', parameters: {}, state: 'skipped', reason_code: 'erased' },
      expect.objectContaining({ recipient: other.slice(1), state: 'pending' }),
    ]);
    expect((await campaign(me.client, id)).progress.counts).toMatchObject({
      total: 2,
      pending: 1,
      skipped: 1,
    });
    const [stored]: { count: number }[] = await app.db.query(
      `SELECT count(*)::int AS count FROM webhook_deliveries WHERE position(convert_to($1, 'UTF8') IN body) > 0`,
      [number.slice(1)],
    );
    expect(stored?.count).toBe(0);
  });
});
