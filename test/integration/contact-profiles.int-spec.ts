import { SEED } from '../../sandbox/world-seed';
import type { ApiClient } from '../api-client';
import { eventually } from '../eventually';
import { type PageOwner, aPageOwner, delivered } from '../factories/facebook-pages.factory';
import { type InstagramOwner, anInstagramOwner } from '../factories/instagram-accounts.factory';
import { sandboxOf } from '../factories/meta-login';
import {
  anInstagramDelivery,
  anInstagramItem,
  aMessengerItem,
  aPageDelivery,
} from '../factories/messenger-delivery';
import { type TestApp, startTestApp } from '../test-app';

type Json = Record<string, unknown>;

interface ContactView {
  id: string;
  name: string | null;
  username: string | null;
  pictureUrl: string | null;
  profile: Json;
  profileReadAt: string | null;
  profileRefusal: string | null;
}

describe('who people on Messenger and Instagram are', () => {
  let app: TestApp;
  let admin: ApiClient;
  let me: PageOwner;
  let shop: InstagramOwner;
  let count = 0;
  beforeAll(async () => {
    app = await startTestApp({ sandbox: true, env: { META_TIMEOUT_MS: '2000' } });
    admin = app.api.as(await app.api.registerAdmin());
    me = await aPageOwner(app, admin);
    shop = await anInstagramOwner(app, admin);
  });
  afterAll(() => app.close());
  beforeEach(() => {
    sandboxOf(app).clearFaults();
    sandboxOf(app).clearCalls();
  });

  const onMessenger = (change: Json = {}) =>
    sandboxOf(app).directPerson({
      pageId: SEED.pageId,
      from: { name: `Mary Tea ${(count += 1)}` },
      ...change,
    });
  const onInstagram = (change: Json = {}) =>
    sandboxOf(app).directPerson({
      instagramId: SEED.instagramId,
      from: { name: `Tom Tea ${(count += 1)}`, username: `tom.tea.${count}` },
      ...change,
    });
  const writes = (psid: string, mid = `m.${(count += 1)}`): Promise<void> =>
    delivered(
      app,
      aPageDelivery({
        id: SEED.pageId,
        messaging: [
          aMessengerItem({
            sender: { id: psid },
            recipient: { id: SEED.pageId },
            message: { mid, text: 'Hi' },
          }),
        ],
      }),
    );
  const writesOnInstagram = (igsid: string): Promise<void> =>
    delivered(
      app,
      anInstagramDelivery({
        id: SEED.instagramId,
        messaging: [
          anInstagramItem({
            sender: { id: igsid },
            recipient: { id: SEED.instagramId },
            message: { mid: `i.${(count += 1)}`, text: 'Hi' },
          }),
        ],
      }),
    );
  const asked = (id: string): number =>
    sandboxOf(app).calls({ method: 'GET', path: new RegExp(`^/${id}$`) }).length;
  const profile = async (id: string): Promise<Json | undefined> => {
    const rows: Json[] = await app.db.query('SELECT * FROM contact_profiles WHERE person = $1', [id]);
    return rows[0];
  };
  const contact = async (owner: { client: ApiClient }, id: string, query = ''): Promise<ContactView> => {
    const rows: { contact_id: string }[] = await app.db.query(
      'SELECT contact_id FROM contact_identities WHERE value = $1',
      [id],
    );
    const answer = await owner.client.get<ContactView>(`/api/meta/contacts/${rows[0]?.contact_id}${query}`);
    expect(answer.status).toBe(200);
    return answer.body.data;
  };

  it('is read after their first message, once, and stands with contact and conversation', async () => {
    const { id, name } = onMessenger();
    await writes(id);
    await eventually(
      () => contact(me, id),
      ({ profileReadAt }) => profileReadAt !== null,
    );
    expect(await contact(me, id)).toMatchObject({
      name,
      pictureUrl: expect.stringMatching(/^https?:/) as unknown,
      profileRefusal: null,
    });
    const inbox = await me.client.get<{
      conversations: { contact: { name: string; pictureUrl: string | null } }[];
    }>('/api/meta/conversations?platform=messenger');
    expect(inbox.body.data.conversations.map(({ contact: other }) => other)).toContainEqual(
      expect.objectContaining({ name, pictureUrl: expect.stringMatching(/^https?:/) as unknown }),
    );
    const reads = asked(id);
    await writes(id);
    await writes(id);
    expect(await profile(id)).toMatchObject({ next_read_at: null });
    expect(asked(id)).toBe(reads);
  });

  it('has more to it on Instagram: user name, followers, who follows whom', async () => {
    const { id } = onInstagram({ hasConsented: true });
    await writesOnInstagram(id);
    const found = await eventually(
      () => contact(shop, id),
      ({ profileReadAt }) => profileReadAt !== null,
    );
    expect(found).toMatchObject({
      username: expect.stringContaining('tom.tea') as unknown,
      profile: {
        follower_count: expect.any(Number) as unknown,
        is_user_follow_business: expect.any(Boolean) as unknown,
      },
    });
  });

  it('is waited for by no message: with Meta away the message is there, and the name comes later', async () => {
    const { id, name } = onMessenger();
    sandboxOf(app).failNext({ path: `^/${id}$`, status: 500, times: 1_000 });
    await writes(id, `early.${id}`);
    expect(
      await app.db.query('SELECT 1 AS one FROM messages WHERE external_id = $1', [`early.${id}`]),
    ).toEqual([{ one: 1 }]);
    await eventually(
      () => profile(id),
      (row) => Number(row?.attempts) > 0 && (row?.next_read_at as Date) > new Date(),
    );
    expect((await contact(me, id)).name).toBeNull();
    sandboxOf(app).clearFaults();
    await app.db.query('UPDATE contact_profiles SET next_read_at = now() WHERE person = $1', [id]);
    await eventually(
      () => contact(me, id),
      (found) => found.name === name,
    );
  });

  it.each([
    ['has not consented', { hasConsented: false }, 'consented'],
    ['is gone', { isGone: true }, 'nobody'],
  ])(
    'stays open where the person %s, and Meta is not asked again for each message',
    async (_, change, words) => {
      const { id } = onInstagram(change);
      await writesOnInstagram(id);
      await eventually(
        () => profile(id),
        (row) => row?.state === 'refused',
      );
      expect((await contact(shop, id)).profileRefusal).toContain(words);
      const reads = asked(id);
      await writesOnInstagram(id);
      expect(await profile(id)).toMatchObject({ state: 'refused', next_read_at: null });
      // A week later they may have changed their mind.
      await app.db.query(
        `UPDATE contact_profiles SET read_at = now() - interval '8 days' WHERE person = $1`,
        [id],
      );
      sandboxOf(app).directPerson({
        instagramId: SEED.instagramId,
        from: { id },
        hasConsented: true,
        isGone: false,
      });
      await writesOnInstagram(id);
      await eventually(
        () => profile(id),
        (row) => row?.state === 'read',
      );
      expect(asked(id)).toBe(reads + 1);
      expect((await contact(shop, id)).profileRefusal).toBeNull();
      // Nothing of this is about the account's own token.
      expect(await app.db.query(`SELECT 1 FROM meta_accounts WHERE status <> 'active'`)).toEqual([]);
    },
  );

  it('waits, for all of the Page, when Meta wants fewer calls, and uses up no attempt', async () => {
    const [first, second] = [onMessenger(), onMessenger()];
    sandboxOf(app).failNext({ path: `^/${first.id}$`, code: 32, times: 1 });
    await app.db.query('UPDATE contact_profiles SET next_read_at = NULL');
    await app.db.query(
      `INSERT INTO contact_profiles (account_id, asset_id, person_kind, person, next_read_at)
       VALUES ($1, $2, 'psid', $3, now() + interval '10 seconds')`,
      [me.accountId, me.assetId, second.id],
    );
    await writes(first.id);
    await eventually(
      () => profile(first.id),
      // The lease of who reads it is shorter.
      (row) => (row?.next_read_at as Date) > new Date(Date.now() + 4 * 60_000),
    );
    expect(await profile(first.id)).toMatchObject({ attempts: 0, state: 'wanted' });
    await eventually(
      () => profile(second.id),
      (row) => (row?.next_read_at as Date) > new Date(Date.now() + 4 * 60_000),
    );
    await app.db.query('UPDATE contact_profiles SET next_read_at = NULL');
  });

  it('is read again where somebody asks for it, not more than once a minute', async () => {
    const { id } = onMessenger();
    await writes(id);
    await eventually(
      () => contact(me, id),
      ({ profileReadAt }) => profileReadAt !== null,
    );
    const reads = asked(id);
    await contact(me, id, '?refresh=true');
    expect(asked(id)).toBe(reads);
    await app.db.query(`UPDATE contact_profiles SET read_at = now() - interval '1 hour' WHERE person = $1`, [
      id,
    ]);
    await app.db.query(
      `UPDATE contacts SET profile = profile || '{"picture_url": "https://old.example"}'
      WHERE id = (SELECT contact_id FROM contact_identities WHERE value = $1)`,
      [id],
    );
    expect((await contact(me, id, '?refresh=true')).pictureUrl).not.toBe('https://old.example');
    expect(asked(id)).toBe(reads + 1);
    // What is stored is better than nothing.
    await app.db.query(`UPDATE contact_profiles SET read_at = now() - interval '1 hour' WHERE person = $1`, [
      id,
    ]);
    sandboxOf(app).failNext({ path: `^/${id}$`, status: 503, times: 1_000 });
    expect((await contact(me, id, '?refresh=true')).pictureUrl).toMatch(/^https?:/);
  });

  it('nobody is told of somebody else’s contacts', async () => {
    const { id } = onMessenger();
    await writes(id);
    const rows: { contact_id: string }[] = await app.db.query(
      'SELECT contact_id FROM contact_identities WHERE value = $1',
      [id],
    );
    const stranger = app.api.as(await admin.createUser('admin'));
    expect((await stranger.get(`/api/meta/contacts/${rows[0]?.contact_id}`)).status).toBe(404);
    expect((await me.client.get('/api/meta/contacts/x')).status).toBe(400);
    expect((await me.client.get(`/api/meta/contacts/${rows[0]?.contact_id}?refresh=maybe`)).status).toBe(400);
  });
});
