import type { ApiClient } from '../api-client';
import { eventually } from '../eventually';
import {
  MESSENGER_MESSAGES as MESSAGES,
  aDirectText,
  directMessageWhen,
  personWrites,
  sendDirect,
  withDirectStatus,
} from '../factories/direct-sending.factory';
import { type PageOwner, aPageOwner } from '../factories/facebook-pages.factory';
import { sandboxOf } from '../factories/meta-login';
import { type TestApp, startTestApp } from '../test-app';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

describe('when people may be written to in Messenger', () => {
  let app: TestApp;
  let admin: ApiClient;
  let me: PageOwner;
  let count = 0;
  beforeAll(async () => {
    app = await startTestApp({ sandbox: true });
    admin = app.api.as(await app.api.registerAdmin());
    me = await aPageOwner(app, admin);
  });
  afterAll(() => app.close());
  beforeEach(() => {
    count += 1;
    sandboxOf(app).configure({
      statuses: { delaysMs: { sent: 40, delivered: 80, read: 120, played: 320 }, reorder: false, lose: [] },
    });
  });
  afterEach(async () => {
    // Nothing of this test may meet the faults of the next.
    await eventually(
      async (): Promise<unknown[]> =>
        app.db.query(
          `SELECT 1 FROM message_sends WHERE state = 'sending' OR (state = 'queued' AND available_at < now())`,
        ),
      (underWay) => underWay.length === 0,
    );
    sandboxOf(app).clearFaults();
  });

  const somebody = (): string => `Ana Lee ${count}`;
  const sentTo = (userId: string) => sandboxOf(app).sentDirectMessages({ to: userId });
  /** What we know of the person's last message, moved into the past. */
  const wroteBefore = async (userId: string, ms: number): Promise<void> => {
    await app.db.query(
      `UPDATE conversations SET window_expires_at = now() + interval '1 day' - $2 * interval '1 millisecond'
        WHERE account_id = $3 AND contact_id IN (SELECT contact_id FROM contact_identities WHERE value = $1)`,
      [userId, ms, me.accountId],
    );
  };
  const send = (body: Record<string, unknown>, headers?: Record<string, string>) =>
    sendDirect(me.client, MESSAGES, body, headers);

  it('of somebody who never wrote here Meta says what holds, for they may have written before', async () => {
    const stranger = await send(aDirectText('9999999999999', 'Hello'));
    expect(stranger.status).toBe(202);
    const refused = await directMessageWhen(
      me.client,
      MESSAGES,
      stranger.body.data.id,
      withDirectStatus('failed'),
    );
    expect(refused.error).not.toBeNull();
    const { userId } = sandboxOf(app).playDirectMessage({ from: somebody(), text: 'Before', silent: true });
    const earlier = await send(aDirectText(userId, 'You wrote to us'));
    await directMessageWhen(
      me.client,
      MESSAGES,
      earlier.body.data.id,
      withDirectStatus('accepted', 'sent', 'delivered', 'read'),
    );
    expect(sentTo(userId)).toHaveLength(1);
  });

  it('after 24 hours it is refused, and says until when a human may answer', async () => {
    const to = await personWrites(app, { from: somebody() });
    await wroteBefore(to, 25 * HOUR_MS);
    const answer = await send(aDirectText(to, 'Too late'));
    expect(answer).toMatchObject({
      status: 422,
      body: {
        error: {
          code: 'WINDOW_CLOSED',
          message: expect.stringContaining('HUMAN_AGENT'),
          details: { humanAgentUntil: expect.any(String), windowHours: 24 },
        },
      },
    });
    expect(sentTo(to)).toHaveLength(0);
  });

  it('a human answers after 24 hours under the tag, and no longer after 7 days', async () => {
    sandboxOf(app).configure({ messaging: { humanAgent: true } });
    const to = await personWrites(app, { from: somebody() });
    await wroteBefore(to, 25 * HOUR_MS);
    const { id } = (await send(aDirectText(to, 'Sorry for the wait', { tag: 'HUMAN_AGENT' }))).body.data;
    await directMessageWhen(
      me.client,
      MESSAGES,
      id,
      withDirectStatus('read', 'delivered', 'sent', 'accepted'),
    );
    expect(sentTo(to)).toMatchObject([{ body: { messaging_type: 'MESSAGE_TAG', tag: 'HUMAN_AGENT' } }]);

    await wroteBefore(to, 8 * DAY_MS);
    expect(await send(aDirectText(to, 'Far too late', { tag: 'HUMAN_AGENT' }))).toMatchObject({
      status: 422,
      body: { error: { code: 'WINDOW_CLOSED', details: { humanAgentUntil: null } } },
    });
  });

  it('the tag is not used where it is not needed', async () => {
    const to = await personWrites(app, { from: somebody() });
    const { id } = (await send(aDirectText(to, 'In time', { tag: 'HUMAN_AGENT' }))).body.data;
    await directMessageWhen(
      me.client,
      MESSAGES,
      id,
      withDirectStatus('read', 'delivered', 'sent', 'accepted'),
    );
    const [sent] = sentTo(to);
    expect(sent?.body).toMatchObject({ messaging_type: 'RESPONSE' });
    expect(sent?.body).not.toHaveProperty('tag');
  });

  it('an app without the feature is told that HUMAN_AGENT is what is missing', async () => {
    sandboxOf(app).configure({ messaging: { humanAgent: false } });
    const to = await personWrites(app, { from: somebody() });
    await wroteBefore(to, 25 * HOUR_MS);
    const { id } = (await send(aDirectText(to, 'May I?', { tag: 'HUMAN_AGENT' }))).body.data;
    const failed = await directMessageWhen(me.client, MESSAGES, id, withDirectStatus('failed'));
    expect(failed.error).toMatchObject({ code: 10, title: expect.stringContaining('HUMAN_AGENT') });
    sandboxOf(app).configure({ messaging: { humanAgent: true } });
  });

  it.each(['CONFIRMED_EVENT_UPDATE', 'ACCOUNT_UPDATE', 'POST_PURCHASE_UPDATE'])(
    'the dead tag %s is refused, naming what took its place',
    async (tag) => {
      const answer = await send(aDirectText('1', 'x', { messaging_type: 'MESSAGE_TAG', tag }));
      expect(answer.status).toBe(400);
      expect(answer.body.error.details.fields).toMatchObject([
        { path: 'tag', message: expect.stringMatching(/utility messages.*HUMAN_AGENT/) },
      ]);
    },
  );

  it('the window may close while a message waits: then it does not go out', async () => {
    const to = await personWrites(app, { from: somebody() });
    const sendAt = new Date(Date.now() + 1_500).toISOString();
    const { id } = (await send(aDirectText(to, 'Later', { sendAt }))).body.data;
    await wroteBefore(to, 25 * HOUR_MS);
    const failed = await directMessageWhen(me.client, MESSAGES, id, withDirectStatus('failed'));
    expect(failed.error).toMatchObject({ code: 'WINDOW_CLOSED' });
    expect(sentTo(to)).toHaveLength(0);
  });

  it('somebody who wants no messages gets none', async () => {
    const to = await personWrites(app, { from: somebody() });
    await app.db.query(
      `UPDATE contacts SET opted_out_at = now()
        WHERE id IN (SELECT contact_id FROM contact_identities WHERE value = $1)`,
      [to],
    );
    expect(await send(aDirectText(to, 'Buy!'))).toMatchObject({
      status: 422,
      body: { error: { code: 'RECIPIENT_OPTED_OUT' } },
    });
  });
});
