import { SEED } from '../../sandbox/world-seed';
import { DirectOptIns } from '../../src/conversations/direct/direct-opt-ins';
import type { AccountId } from '../../src/database/ids';
import type { ApiClient } from '../api-client';
import { eventually } from '../eventually';
import { type PageOwner, type PageView, aPageOwner, delivered } from '../factories/facebook-pages.factory';
import { ITEM_TIME, aMessengerItem, aPageDelivery } from '../factories/messenger-delivery';
import { TEST_APP_ID, type TestApp, startTestApp } from '../test-app';

type Json = Record<string, unknown>;

interface ThreadView {
  ownerAppId: string | null;
  isOurs: boolean | null;
  requestedByAppId: string | null;
  referral: Json | null;
  isAccountLinked: boolean | null;
}

const OTHER_APP = '26390203743090';

describe('what is told of a conversation beside its messages', () => {
  let app: TestApp;
  let me: PageOwner;
  let admin: ApiClient;
  let psid = '';
  let people = 0;
  beforeAll(async () => {
    app = await startTestApp({ sandbox: true });
    admin = app.api.as(await app.api.registerAdmin());
    me = await aPageOwner(app, admin);
  });
  afterAll(() => app.close());
  beforeEach(() => {
    psid = `80000000${String((people += 1)).padStart(6, '0')}`;
  });

  const byPerson = (at: number, parts: Json): Json =>
    aMessengerItem({
      sender: { id: psid },
      recipient: { id: SEED.pageId },
      timestamp: ITEM_TIME + at,
      ...parts,
    });
  const message = (at: number, mid = `m${at}.${psid}`): Json =>
    byPerson(at, { message: { mid, text: 'Hi' } });
  const post = (messaging: Json[], standby: Json[] = []): Promise<void> =>
    delivered(
      app,
      aPageDelivery({
        id: SEED.pageId,
        ...(messaging.length > 0 && { messaging }),
        ...(standby.length > 0 && { standby }),
      }),
    );
  const passed = (at: number, to: string, from?: string): Json =>
    byPerson(at, {
      pass_thread_control: {
        new_owner_app_id: to,
        ...(from && { previous_owner_app_id: from }),
        metadata: 'x',
      },
    });
  const thread = async (): Promise<ThreadView> => {
    const inbox = await me.client.get<{
      conversations: { id: string; contact: { identities: { value: string }[] }; thread: ThreadView }[];
    }>('/api/meta/conversations?platform=messenger&limit=100');
    const mine = inbox.body.data.conversations.find(({ contact }) =>
      contact.identities.some(({ value }) => value === psid),
    );
    const one = await me.client.get<{ thread: ThreadView }>(`/api/meta/conversations/${mine?.id}`);
    expect(one.body.data.thread).toEqual(mine?.thread);
    return one.body.data.thread;
  };

  it('is nothing, as long as nothing was told', async () => {
    await post([message(1)]);
    expect(await thread()).toMatchObject({
      ownerAppId: null,
      isOurs: null,
      requestedByAppId: null,
      referral: null,
      isAccountLinked: null,
    });
  });

  it('which app owns it, whatever the order in which it is told', async () => {
    const steps = [message(1), passed(10, OTHER_APP, TEST_APP_ID), passed(20, TEST_APP_ID, OTHER_APP)];
    for (const order of [
      [0, 1, 2],
      [2, 1, 0],
      [1, 2, 0],
    ]) {
      const [before, after] = [psid, `${psid.slice(0, -1)}${order.join('')}`];
      psid = after;
      const mine = JSON.parse(JSON.stringify(steps).replaceAll(before, after)) as Json[];
      for (const index of order) await post([mine[index]!]);
      expect(await thread()).toMatchObject({ ownerAppId: TEST_APP_ID, isOurs: true });
      psid = before;
    }
  });

  it('is not ours once it was passed on or taken, and is again when the person’s events come to us', async () => {
    await post([message(1), passed(10, OTHER_APP)]);
    expect(await thread()).toMatchObject({ ownerAppId: OTHER_APP, isOurs: false });
    await post([message(20)]);
    expect(await thread()).toMatchObject({ isOurs: true });
    // Only the app that loses it is told, and not by whom it was taken.
    await post([byPerson(30, { take_thread_control: { previous_owner_app_id: TEST_APP_ID, metadata: '' } })]);
    expect(await thread()).toMatchObject({ ownerAppId: null, isOurs: false });
  });

  it('is not ours while its messages come in standby; they are stored, marked, and nothing is answered', async () => {
    await post([], [message(1)]);
    expect(await thread()).toMatchObject({ isOurs: false });
    expect(
      await app.db.query(`SELECT metadata FROM messages WHERE external_id = $1`, [`m1.${psid}`]),
    ).toEqual([{ metadata: { standby: true } }]);
    expect(await app.db.query('SELECT 1 FROM message_sends')).toEqual([]);
  });

  it('who asks for it, until it was passed on', async () => {
    await post([
      message(1),
      byPerson(10, { request_thread_control: { requested_owner_app_id: OTHER_APP, metadata: '' } }),
    ]);
    expect(await thread()).toMatchObject({ requestedByAppId: OTHER_APP });
    await post([passed(20, OTHER_APP)]);
    expect(await thread()).toMatchObject({ requestedByAppId: null, ownerAppId: OTHER_APP });
  });

  it('the advertisement by which the person last came, be it told with a message, a button or alone', async () => {
    const ad = { source: 'ADS', type: 'OPEN_THREAD', ad_id: '6045246247433' };
    await post([
      byPerson(10, { message: { mid: `r.${psid}`, text: 'Hi', referral: { ...ad, ref: 'first' } } }),
    ]);
    expect(await thread()).toMatchObject({ referral: { ad_id: '6045246247433', ref: 'first' } });
    await post([byPerson(30, { referral: { ...ad, ref: 'third', ads_context_data: { ad_title: 'Teas' } } })]);
    await post([
      byPerson(20, { postback: { mid: `p.${psid}`, payload: 'X', referral: { ...ad, ref: 'second' } } }),
    ]);
    expect(await thread()).toMatchObject({ referral: { ref: 'third', ad_title: 'Teas' } });
  });

  it('whether the person has linked accounts, which opens no window and is not unread', async () => {
    await post([byPerson(1, { account_linking: { status: 'linked', authorization_code: 'code-1' } })]);
    expect(await thread()).toMatchObject({ isAccountLinked: true });
    await post([byPerson(2, { account_linking: { status: 'unlinked' } })]);
    expect(await thread()).toMatchObject({ isAccountLinked: false });
    const rows: unknown[] = await app.db.query(
      `SELECT v.unread_count, v.window_expires_at FROM conversations v JOIN contact_identities i
           ON i.account_id = v.account_id AND i.contact_id = v.contact_id WHERE i.value = $1`,
      [psid],
    );
    expect(rows).toEqual([{ unread_count: 0, window_expires_at: null }]);
  });

  it('answers to surveys, orders and whatever else Meta knows have their place in the conversation', async () => {
    const feedback = {
      feedback_screens: [{ screen_id: 0, questions: { q1: { type: 'csat', payload: '5' } } }],
    };
    await post([byPerson(1, { messaging_feedback: feedback }), byPerson(2, { optout: { type: 'x' } })]);
    expect(
      await app.db.query(
        `SELECT type, sender_type, content FROM messages WHERE sender_id = $1 ORDER BY "timestamp"`,
        [psid],
      ),
    ).toEqual([
      { type: 'messaging_feedback', sender_type: 'system', content: feedback },
      { type: 'optout', sender_type: 'system', content: { type: 'x' } },
    ]);
  });

  describe('agreements to be written to', () => {
    const topic = (at: number, parts: Json = {}): Json =>
      byPerson(at, {
        optin: {
          type: 'notification_messages',
          notification_messages_token: `token-of-${psid}`,
          title: 'New teas',
          payload: 'TEAS',
          notification_messages_frequency: 'WEEKLY',
          token_expiry_timestamp: ITEM_TIME + 86_400_000,
          ...parts,
        },
      });
    const optIns = async (): Promise<
      { id: string; personId: string; status: string | null; title: string }[]
    > => {
      const answer = await me.client.get<{ optIns: { id: string; personId: string }[] }>(
        `/api/meta/facebook/pages/${SEED.pageId}/opt-ins`,
      );
      expect(answer.status).toBe(200);
      return answer.body.data.optIns.filter(({ personId }) => personId === psid) as never;
    };

    it('keep their token where only sending finds it: not in the database, not in answers', async () => {
      await post([topic(1)]);
      const [optIn] = await optIns();
      expect(optIn).toMatchObject({
        kind: 'notification_messages',
        personId: psid,
        title: 'New teas',
        frequency: 'WEEKLY',
      });
      expect(JSON.stringify(optIn)).not.toContain('token-of-');
      const everything: { text: string }[] = await app.db.query(
        `SELECT (SELECT coalesce(string_agg(to_jsonb(o)::text, ''), '') FROM message_opt_ins o) ||
                (SELECT coalesce(string_agg(to_jsonb(m)::text, ''), '') FROM messages m) AS text`,
      );
      expect(everything[0]?.text).toContain('New teas');
      expect(everything[0]?.text).not.toContain('token-of-');
      const kept = app.app.get(DirectOptIns, { strict: false });
      expect(await kept.tokenOf(me.accountId as AccountId, optIn!.id)).toBe(`token-of-${psid}`);
    });

    it('are one for each token, with the latest of what the person chose', async () => {
      const stop = topic(20, { notification_messages_status: 'STOP NOTIFICATIONS' });
      await post([stop]);
      await post([topic(10), topic(10)]);
      expect(await optIns()).toMatchObject([{ status: 'STOP_NOTIFICATIONS' }]);
      await post([topic(30, { notification_messages_status: 'RESUME NOTIFICATIONS' })]);
      expect(await optIns()).toMatchObject([{ status: 'RESUME_NOTIFICATIONS' }]);
      const kept = app.app.get(DirectOptIns, { strict: false });
      const [one] = await optIns();
      expect(await kept.tokenOf(me.accountId as AccountId, one!.id)).toBe(`token-of-${psid}`);
    });
  });

  it('that Meta blocks the Page is shown with it and told, and that it is over, too', async () => {
    const policy = (at: number, action: string): Json => ({
      recipient: { id: SEED.pageId },
      timestamp: ITEM_TIME + at,
      'policy-enforcement': { action, reason: 'The bot broke the rules.' },
    });
    const page = async (): Promise<PageView & Json> => {
      const list = await me.client.get<{ pages: (PageView & Json)[] }>('/api/meta/facebook/pages');
      return list.body.data.pages.find(({ pageId }) => pageId === SEED.pageId)!;
    };
    const notices = async (): Promise<{ kind: string; severity: string; resolvedAt: string | null }[]> => {
      const list = await me.client.get<{
        notifications: { kind: string; severity: string; resolvedAt: string | null }[];
      }>('/api/meta/notifications');
      return list.body.data.notifications.filter(({ kind }) => kind === 'page.policy');
    };
    await post([policy(10, 'block')]);
    await post([policy(5, 'warning'), policy(10, 'block')]);
    expect(await page()).toMatchObject({ policyAction: 'block', policyReason: 'The bot broke the rules.' });
    expect(await eventually(notices, (found) => found.length > 0)).toMatchObject([
      { severity: 'critical', resolvedAt: null },
    ]);
    await post([policy(20, 'unblock')]);
    expect(await page()).toMatchObject({ policyAction: 'unblock' });
    await eventually(notices, ([first]) => first?.resolvedAt != null);
  });

  it('the roles of the apps that share the Page’s conversations are the Page’s', async () => {
    const roles = (at: number, held: string[]): Json => byPerson(at, { app_roles: { [TEST_APP_ID]: held } });
    await post([roles(10, ['primary_receiver'])]);
    await post([roles(5, ['secondary_receiver'])]);
    const list = await me.client.get<{ pages: (PageView & Json)[] }>('/api/meta/facebook/pages');
    expect(list.body.data.pages.find(({ pageId }) => pageId === SEED.pageId)).toMatchObject({
      appRoles: { [TEST_APP_ID]: ['primary_receiver'] },
    });
  });
});
