import { SEED } from '../../sandbox/world-seed';
import type { ApiClient } from '../api-client';
import { eventually } from '../eventually';
import {
  MESSENGER_MESSAGES as MESSAGES,
  type DirectMessageView,
  aDirectText,
  directMessageWhen,
  personWrites,
  sendDirect,
  withDirectStatus,
} from '../factories/direct-sending.factory';
import {
  PAGES,
  PAGE_SCOPES,
  type PageOwner,
  aPageOwner,
  allProcessed,
  pagesAccount,
} from '../factories/facebook-pages.factory';
import { sandboxOf } from '../factories/meta-login';
import { type TestApp, startTestApp } from '../test-app';

const LEFT = ['accepted', 'sent', 'delivered', 'read'];
const SENDS = /\/messages$/;

describe('what Meta refuses in Messenger', () => {
  let app: TestApp;
  let admin: ApiClient;
  let me: PageOwner;
  let to: string;
  let name: string;
  let count = 0;
  beforeAll(async () => {
    app = await startTestApp({ sandbox: true });
    admin = app.api.as(await app.api.registerAdmin());
    me = await aPageOwner(app, admin);
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    count += 1;
    name = `Ben Ray ${count}`;
    to = await personWrites(app, { from: name });
    sandboxOf(app).clearCalls();
  });
  afterEach(async () => {
    sandboxOf(app).clearFaults();
    await eventually(
      async (): Promise<unknown[]> =>
        app.db.query(`SELECT 1 FROM message_sends WHERE state IN ('queued', 'sending')`),
      (underWay) => underWay.length === 0,
    );
  });

  const send = async (text: string): Promise<string> => {
    const answer = await sendDirect(me.client, MESSAGES, aDirectText(to, text));
    if (answer.status !== 202) throw new Error(`Sending answered ${answer.text}`);
    return answer.body.data.id;
  };
  const when = (id: string, ...statuses: string[]): Promise<DirectMessageView> =>
    directMessageWhen(me.client, MESSAGES, id, withDirectStatus(...statuses));
  const calls = () => sandboxOf(app).calls({ path: SENDS });
  const sent = () => sandboxOf(app).sentDirectMessages({ to });
  const pageStatus = async (): Promise<string | undefined> => {
    const rows: { status: string }[] = await app.db.query('SELECT status FROM facebook_pages WHERE id = $1', [
      me.assetId,
    ]);
    return rows[0]?.status;
  };

  it('a limit is waited for, and says nothing of the message', async () => {
    sandboxOf(app).failNext({ path: '/messages$', code: 613, times: 2, headers: { 'retry-after': '0' } });
    const id = await send('After a while');
    expect(await when(id, ...LEFT)).toMatchObject({ error: null });
    expect(sent()).toHaveLength(1);
    expect(calls()).toHaveLength(3);
  });

  it('trouble of Meta’s own is tried again until it is over', async () => {
    sandboxOf(app).failNext({ path: '/messages$', code: 2, times: 2 });
    const id = await send('Again and again');
    await when(id, ...LEFT);
    expect(sent()).toHaveLength(1);
  });

  it('an answer that is not Meta’s leaves the outcome unknown, and nothing is sent again', async () => {
    sandboxOf(app).failNext({ path: '/messages$', status: 502 });
    const id = await send('Who knows');
    const lost = await when(id, 'unknown');
    expect(lost.error).toMatchObject({ code: 'META_UNAVAILABLE' });
    expect(calls()).toHaveLength(1);
  });

  it('somebody who cannot be reached is told as that', async () => {
    sandboxOf(app).directPerson({ from: name, isUnavailable: true });
    const { error } = await when(await send('Hello?'), 'failed');
    expect(error).toMatchObject({
      code: 551,
      title: 'The person cannot be reached',
      details: expect.stringContaining('Subcode 1545041'),
    });
    expect(calls()).toHaveLength(1);
  });

  it('somebody who is gone is told as that', async () => {
    sandboxOf(app).directPerson({ from: name, isGone: true });
    const { error } = await when(await send('Hello?'), 'failed');
    expect(error).toMatchObject({ code: 100, title: 'There is no such person here' });
  });

  it('Meta’s own clock decides when it has closed the window', async () => {
    sandboxOf(app).closeDirectWindow({ from: name });
    const { error } = await when(await send('In time, as we think'), 'failed');
    expect(error).toMatchObject({ code: 10, title: 'The time for an answer is over' });
  });

  it('a restricted Page is told as that, and stays connected', async () => {
    sandboxOf(app).updatePage(SEED.pageId, { isRestricted: true });
    const { error } = await when(await send('May we?'), 'failed');
    sandboxOf(app).updatePage(SEED.pageId, { isRestricted: false });
    expect(error).toMatchObject({ code: 10, title: 'Meta has restricted the Page' });
    expect(await pageStatus()).toBe('connected');
  });

  it('typing and seen are shown at once, and are no messages', async () => {
    const act = (sender_action: string) =>
      sendDirect(me.client, MESSAGES, { recipient: { id: to }, sender_action });
    expect(await act('typing_on')).toMatchObject({
      status: 202,
      body: { data: { id: null, status: 'done' } },
    });
    const [conversation] = sandboxOf(app).directConversations({ userId: to });
    expect(conversation).toMatchObject({ isTyping: true, unread: 1 });
    await act('mark_seen');
    expect(sandboxOf(app).directConversations({ userId: to })).toMatchObject([{ unread: 0 }]);
    const unread: { unread_count: number }[] = await app.db.query(
      `SELECT unread_count FROM conversations WHERE contact_id IN
         (SELECT contact_id FROM contact_identities WHERE value = $1)`,
      [to],
    );
    expect(unread).toEqual([{ unread_count: 0 }]);
    expect(sent()).toHaveLength(0);
    expect((await act('react')).status).toBe(400);
  });

  it('a person’s message is marked as seen by our id of it', async () => {
    const listed = await me.client.get<{ messages: DirectMessageView[] }>(
      `${MESSAGES}?direction=inbound&limit=1`,
    );
    const [message] = listed.body.data.messages;
    expect(message).toMatchObject({ from: to, direction: 'inbound' });
    expect(await me.client.post(`${MESSAGES}/${message?.id ?? ''}/read`, { typing: true })).toMatchObject({
      status: 200,
      body: { data: { id: message?.id, typing: true } },
    });
    expect(sandboxOf(app).directConversations({ userId: to })).toMatchObject([{ unread: 0, isTyping: true }]);
    const ours = await send('Ours');
    await when(ours, ...LEFT);
    expect((await me.client.post(`${MESSAGES}/${ours}/read`, {})).status).toBe(400);
  });

  it('what people see before they write is set, read and taken away', async () => {
    const path = '/api/meta/facebook/messenger-profile';
    const profile = {
      get_started: { payload: 'GET_STARTED' },
      greeting: [{ locale: 'default', text: 'Hello {{user_first_name}}!' }],
    };
    expect(await me.client.put(path, profile)).toMatchObject({ status: 200, body: { data: { profile } } });
    expect(await me.client.get(`${path}?fields=get_started`)).toMatchObject({
      body: { data: { profile: { get_started: { payload: 'GET_STARTED' } } } },
    });
    const left = await me.client.delete<{ profile: object }>(`${path}?fields=greeting`);
    expect(left.status).toBe(200);
    expect(left.body.data.profile).not.toHaveProperty('greeting');
    expect((await me.client.delete(path)).status).toBe(400);
    expect((await me.client.delete(`${path}?fields=`)).status).toBe(400);
    expect((await me.client.put(path, {})).status).toBe(400);
    // Not taken for one that was left out.
    expect((await me.client.put(path, { ...profile, pageId: null })).status).toBe(400);
    const ofInstagram = { ice_breakers: [{ call_to_actions: [{ question: 'Open?', payload: 'OPEN' }] }] };
    expect(
      await me.client.put('/api/meta/instagram/messenger-profile', { ...ofInstagram, igAccountId: null }),
    ).toMatchObject({ status: 400, body: { error: { code: 'VALIDATION_FAILED' } } });
    expect((await me.client.put(path, { greeting: [{ locale: 'English', text: 'x' }] })).status).toBe(400);
  });

  it('a conversation is passed on, taken back, and who has it is known', async () => {
    const threads = '/api/meta/facebook/threads';
    const body = { recipient: { id: to } };
    expect(
      await me.client.post(`${threads}/pass`, { ...body, target_app_id: '263902037430900' }),
    ).toMatchObject({ status: 200, body: { data: { done: true } } });
    const warned = await sendDirect(me.client, MESSAGES, aDirectText(to, 'Still there?'));
    expect(warned.body.data.warnings).toMatchObject([{ code: 'THREAD_NOT_OURS' }]);
    await when(warned.body.data.id, 'failed');
    expect(await me.client.post(`${threads}/take`, body)).toMatchObject({ status: 200 });
    const again = await sendDirect(me.client, MESSAGES, aDirectText(to, 'Ours again'));
    expect(again.body.data.warnings).toEqual([]);
    await when(again.body.data.id, ...LEFT);
    expect((await me.client.post(`${threads}/pass`, body)).status).toBe(400);
  });

  it('a dead token of the Page is renewed and the message goes out once', async () => {
    const page = sandboxOf(app)
      .tokens()
      .filter(({ kind }) => kind === 'PAGE');
    for (const { token } of page) sandboxOf(app).revokeToken(token, 460);
    const id = await send('With a new token');
    await when(id, ...LEFT);
    expect(sent()).toHaveLength(1);
    expect(await pageStatus()).toBe('connected');
  });

  it('without any working token the Page is marked, and further orders are refused at once', async () => {
    for (const { token } of sandboxOf(app).tokens()) sandboxOf(app).revokeToken(token, 460);
    const { error } = await when(await send('To nobody'), 'failed');
    expect(error).toMatchObject({ code: 'META_REAUTH_REQUIRED' });
    expect(await pageStatus()).toBe('reauth_required');
    expect(await sendDirect(me.client, MESSAGES, aDirectText(to, 'Again'))).toMatchObject({
      status: 424,
      body: { error: { code: 'META_REAUTH_REQUIRED' } },
    });
  });

  it('a permission that was not granted is named before anything is queued', async () => {
    const client = app.api.as(await admin.createUser('agent'));
    await pagesAccount(app, client, { scopes: PAGE_SCOPES, personId: undefined } as never);
    await allProcessed(app);
    const accounts = await client.get<{ accounts: { id: string }[] }>('/api/meta/auth/accounts');
    const accountId = accounts.body.data.accounts[0]?.id ?? '';
    const connected = await client.post(`${PAGES}/${SEED.secondPageId}/connect`, {});
    expect(connected.status).toBe(200);
    await app.db.query(
      `UPDATE meta_accounts SET permissions = (SELECT jsonb_agg(p) FROM jsonb_array_elements(permissions) p
                                                WHERE p <> '"pages_messaging"') WHERE id = $1`,
      [accountId],
    );
    expect(await sendDirect(client, MESSAGES, aDirectText('123', 'x'))).toMatchObject({
      status: 424,
      body: {
        error: { code: 'META_REAUTH_REQUIRED', details: { missingPermission: 'pages_messaging' } },
      },
    });
  });
});
