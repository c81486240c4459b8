import { randomUUID } from 'node:crypto';
import { firstIdAt, newId } from '../../src/database/ids';
import type { ApiClient } from '../api-client';
import {
  CUSTOMER,
  MESSAGES,
  type Messenger,
  aMessenger,
  aText,
  customerWrites,
  helloWorld,
  messageWhen,
  sent,
  withStatus,
} from '../factories/messaging.factory';
import { sandboxOf } from '../factories/meta-login';
import { type TestApp, startTestApp } from '../test-app';

interface Listed {
  id: string;
  type: string;
  status: string;
  direction: string;
  from: string | null;
  to: string | null;
  phoneNumberId: string;
  content: Record<string, unknown>;
}

interface Page {
  messages: Listed[];
  pagination: { limit: number; before: string | null; after: string | null };
}

describe('the list of WhatsApp messages', () => {
  let app: TestApp;
  let admin: ApiClient;
  let me: Messenger;
  let received: string;
  let answered: string;
  let template: string;
  beforeAll(async () => {
    app = await startTestApp({ sandbox: true });
    admin = app.api.as(await app.api.registerAdmin());
    me = await aMessenger(app, admin);
    received = await customerWrites(app, { from: CUSTOMER, type: 'text', content: { body: 'Hello' } });
    answered = await sent(me.client, aText('Good morning'));
    await messageWhen(me.client, answered, withStatus('read'));
    template = await sent(me.client, helloWorld());
    await messageWhen(me.client, template, withStatus('read'));
  });
  afterAll(() => app.close());

  const list = async (query: Record<string, string> = {}, client = me.client): Promise<Page> => {
    const answer = await client.get<Page>(`${MESSAGES}?${new URLSearchParams(query).toString()}`);
    if (answer.status !== 200) throw new Error(`The list answered ${answer.text}`);
    return answer.body.data;
  };
  const idsOf = async (query: Record<string, string>): Promise<string[]> =>
    (await list(query)).messages.map(({ id }) => id);

  it('holds what was sent and received, newest first, with both ends', async () => {
    const { messages, pagination } = await list();
    expect(messages.map(({ id }) => id)).toEqual([template, answered, received]);
    expect(messages[0]).toMatchObject({
      type: 'template',
      direction: 'outbound',
      from: '+15550783881',
      to: CUSTOMER,
      phoneNumberId: me.phoneNumberId,
      content: { kind: 'template', name: 'hello_world' },
    });
    expect(messages[2]).toMatchObject({ direction: 'inbound', from: CUSTOMER, content: { kind: 'text' } });
    expect(pagination).toMatchObject({ limit: 25, before: null });
  });

  it('is gone through page by page, to older ones and back', async () => {
    const first = await list({ limit: '2' });
    const second = await list({ limit: '2', before: first.pagination.before ?? '' });
    expect(second.messages.map(({ id }) => id)).toEqual([received]);
    expect(second.pagination.before).toBeNull();
    const back = await list({ limit: '1', after: second.pagination.after ?? '' });
    expect(back.messages.map(({ id }) => id)).toEqual([answered]);
    const newest = await list({ after: first.pagination.after ?? '' });
    expect(newest.messages).toEqual([]);
  });

  it.each([
    ['direction', { direction: 'inbound' }, () => [received]],
    ['status', { status: 'read', direction: 'outbound' }, () => [template, answered]],
    ['type', { type: 'text' }, () => [answered, received]],
    ['template', { templateName: 'hello_world' }, () => [template]],
    ['a template that was never sent', { templateName: 'good_bye' }, () => []],
    ['a state that none has', { status: 'failed' }, () => []],
    ['a time before all', { to: '2020-01-01T00:00:00Z' }, () => []],
    ['a time after all', { from: '2099-01-01T00:00:00Z' }, () => []],
    [
      'a time around all',
      { from: '2020-01-01T00:00:00Z', to: '2099-01-01T00:00:00Z' },
      () => [template, answered, received],
    ],
  ])('is filtered by %s', async (_, query, wanted) => {
    expect(await idsOf(query as unknown as Record<string, string>)).toEqual(wanted());
  });

  it('is filtered by the number', async () => {
    expect(await idsOf({ phoneNumberId: me.phoneNumberId })).toHaveLength(3);
    const answer = await me.client.get(`${MESSAGES}?phoneNumberId=999`);
    expect(answer).toMatchObject({ status: 404, body: { error: { code: 'NOT_FOUND' } } });
  });

  it('goes on behind many messages that are not looked for', async () => {
    const [at] = await app.db.query<{ conversation_id: string; asset_id: string }[]>(
      'SELECT conversation_id, asset_id FROM messages WHERE id = $1',
      [received],
    );
    // More than one page looks at, and all of them older than those of this test; the oldest is what is looked for.
    await app.db.query(
      `INSERT INTO messages (account_id, id, conversation_id, asset_id, platform, direction, sender_type, type, content,
                             status, seq, "timestamp")
       SELECT $1, ($4 || lpad(to_hex(n), 12, '0'))::uuid, $2, $3, 'whatsapp', 'inbound', 'customer',
              CASE n WHEN 1 THEN 'order' ELSE 'text' END, '{"body": "old"}', 'received', n, now()
         FROM generate_series(1, 20100) AS n`,
      [
        me.accountId,
        at?.conversation_id,
        at?.asset_id,
        `${firstIdAt(beginningOfMonth()).slice(0, 13)}-7000-8000-`,
      ],
    );
    let page = await list({ type: 'order' });
    expect(page.messages).toEqual([]);
    let pages = 1;
    while (page.pagination.before !== null && page.messages.length === 0) {
      page = await list({ type: 'order', before: page.pagination.before });
      pages += 1;
    }
    expect(pages).toBe(2);
    expect(page.messages).toHaveLength(1);
    expect(page.pagination.before).toBeNull();
  });

  it.each([
    ['limit=0', 'limit'],
    ['status=lost', 'status'],
    ['from=yesterday', 'from'],
    ['before=abc', 'before'],
    ['direction=sideways', 'direction'],
    ['colour=red', 'colour'],
  ])('refuses %s', async (query, path) => {
    const answer = await me.client.get(`${MESSAGES}?${query}`);
    expect(answer.status).toBe(400);
    expect(answer.body.error.details).toMatchObject({ fields: [{ path }] });
  });

  it('shows nobody else’s messages', async () => {
    const other = app.api.as(await admin.createUser('agent'));
    expect((await other.get(MESSAGES)).body.error.code).toBe('ACCOUNT_NOT_FOUND');
    const named = await other.get(`${MESSAGES}?accountId=${me.accountId}`);
    expect(named).toMatchObject({ status: 404 });
    expect((await other.delete(`${MESSAGES}/${answered}`)).status).toBe(404);
  });

  describe('of messages that wait', () => {
    const inTwoHours = () => new Date(Date.now() + 2 * 3_600_000).toISOString();

    it('shows when they go out; one that is taken back is never sent', async () => {
      const sendAt = inTwoHours();
      const id = await sent(me.client, aText('Later', { sendAt }));
      expect((await list({ scheduled: 'true' })).messages).toMatchObject([{ id, status: 'queued', sendAt }]);
      expect((await me.client.get(`${MESSAGES}/${id}`)).body.data).toMatchObject({ sendAt });

      const cancelled = await me.client.delete(`${MESSAGES}/${id}`);
      expect(cancelled).toMatchObject({ status: 200, body: { data: { id, status: 'failed' } } });
      expect((await me.client.get(`${MESSAGES}/${id}`)).body.data).toMatchObject({
        status: 'failed',
        error: { code: 'CANCELLED' },
        sendAt: null,
      });
      expect((await list({ scheduled: 'true' })).messages).toEqual([]);
      expect(await me.client.delete(`${MESSAGES}/${id}`)).toMatchObject({ status: 200 });
      expect(
        sandboxOf(app)
          .sentMessages({ to: CUSTOMER })
          .filter(({ body }) => JSON.stringify(body).includes('Later')),
      ).toEqual([]);
    });

    it('tells that one which has left cannot be taken back', async () => {
      const answer = await me.client.delete(`${MESSAGES}/${answered}`);
      expect(answer).toMatchObject({
        status: 409,
        body: { error: { code: 'CONFLICT', details: { status: 'read' } } },
      });
      expect((await me.client.delete(`${MESSAGES}/${received}`)).status).toBe(409);
      expect((await me.client.delete(`${MESSAGES}/${randomUUID()}`)).status).toBe(404);
      const viewer = app.api.as(await admin.createUser('viewer'));
      expect((await viewer.delete(`${MESSAGES}/${newId()}`)).status).toBe(403);
    });
  });
});

function beginningOfMonth(): Date {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1));
}
