import { MessageStore } from '../../src/conversations/messages/message-store.service';
import type { ApiClient, TestUser } from '../api-client';
import { type Tenant, aTenant, anArrivedMessage } from '../factories/conversations.factory';
import { type TestApp, startTestApp } from '../test-app';

interface Page<Item> {
  items: Item[];
  before: string | null;
  after: string | null;
}
interface Conversation {
  id: string;
  lastMessagePreview: string;
  contact: { name: string };
}
interface Message {
  id: string;
  text: string;
  seq: number;
}

let app: TestApp;
let admin: TestUser;
let client: ApiClient;
let tenant: Tenant;

beforeAll(async () => {
  app = await startTestApp();
  admin = await app.api.registerAdmin();
});
afterAll(() => app.close());
beforeEach(async () => {
  const user = await app.api.as(admin).createUser('viewer');
  client = app.api.as(user);
  tenant = await aTenant(app.db);
  await app.db.query(`INSERT INTO account_members (account_id, user_id, role) VALUES ($1, $2, 'member')`, [
    tenant.accountId,
    user.id,
  ]);
});

/** Messages at 09:00, 09:01, …: the first `people` people in turn. */
async function arrive(count: number, people: number): Promise<void> {
  const messages = Array.from({ length: count }, (_, index) =>
    anArrivedMessage(tenant, {
      text: `message ${index}`,
      at: new Date(Date.UTC(2026, 2, 14, 9, index)),
      person: {
        identities: [{ kind: 'wa_id', value: `1650555${String(index % people).padStart(4, '0')}` }],
        name: `Person ${index % people}`,
        profile: {},
      },
    }),
  );
  await app.db.transaction((tx) => app.app.get(MessageStore).storeArrived(tx, messages));
}

async function page<Item>(path: string, key: 'conversations' | 'messages'): Promise<Page<Item>> {
  const { status, body } = await client.get(path);
  expect(status).toBe(200);
  const { before, after } = body.data.pagination as Page<Item>;
  return { items: body.data[key] as Item[], before, after };
}
const inbox = (query = '') => page<Conversation>(`/api/meta/conversations${query}`, 'conversations');

describe('the inbox', () => {
  it('shows the latest conversation first, page by page, each once', async () => {
    await arrive(7, 7);
    const seen: string[] = [];
    let next: string | null = '';
    while (next !== null) {
      const { items, before }: Page<Conversation> = await inbox(
        `?limit=3${next === '' ? '' : `&before=${next}`}`,
      );
      seen.push(...items.map(({ lastMessagePreview }) => lastMessagePreview));
      next = before;
    }
    expect(seen).toEqual([6, 5, 4, 3, 2, 1, 0].map((index) => `message ${index}`));
  });

  it('shows what has come since, without a gap', async () => {
    await arrive(2, 2);
    const { after } = await inbox();
    const messages = [2, 3, 4].map((index) =>
      anArrivedMessage(tenant, {
        text: `later ${index}`,
        at: new Date(Date.UTC(2026, 2, 14, 10, index)),
        person: { identities: [{ kind: 'wa_id', value: `1999000000${index}` }], name: null, profile: {} },
      }),
    );
    await app.db.transaction((tx) => app.app.get(MessageStore).storeArrived(tx, messages));
    const since = await inbox(`?limit=2&after=${after ?? ''}`);
    expect(since.items.map(({ lastMessagePreview }) => lastMessagePreview)).toEqual(['later 3', 'later 2']);
    const rest = await inbox(`?after=${since.after ?? ''}`);
    expect(rest.items.map(({ lastMessagePreview }) => lastMessagePreview)).toEqual(['later 4']);
    expect((await inbox(`?after=${rest.after ?? ''}`)).items).toEqual([]);
  });

  it('can be narrowed', async () => {
    await arrive(2, 2);
    await app.db.query(
      `UPDATE conversations SET status = 'closed' WHERE account_id = $1 AND last_message_preview = $2`,
      [tenant.accountId, 'message 0'],
    );
    expect((await inbox('?status=active')).items).toMatchObject([{ contact: { name: 'Person 1' } }]);
    expect((await inbox('?platform=instagram')).items).toEqual([]);
  });

  it.each([
    'before=nonsense',
    'after=e30',
    'limit=0',
    'limit=101',
    'limit=ten',
    'status=open',
    'colour=blue',
  ])('refuses ?%s', async (query) => {
    const answer = await client.get(`/api/meta/conversations?${query}`);
    expect(answer).toMatchObject({ status: 400, body: { error: { code: 'VALIDATION_FAILED' } } });
  });

  it('refuses both directions at once', async () => {
    await arrive(1, 1);
    const { after } = await inbox();
    expect((await client.get(`/api/meta/conversations?before=${after}&after=${after}`)).status).toBe(400);
  });
});

describe('a thread', () => {
  it('is read backwards and forwards, each message once and in order', async () => {
    await arrive(5, 1);
    const [conversation] = (await inbox()).items;
    const thread = (query: string) =>
      page<Message>(`/api/meta/conversations/${conversation!.id}/messages${query}`, 'messages');
    const newest = await thread('?limit=2');
    expect(newest.items.map(({ seq }) => seq)).toEqual([5, 4]);
    const older = await thread(`?limit=2&before=${newest.before}`);
    expect(older.items.map(({ seq }) => seq)).toEqual([3, 2]);
    const oldest = await thread(`?limit=2&before=${older.before}`);
    expect(oldest).toMatchObject({ items: [{ seq: 1 }], before: null });
    const forward = await thread(`?limit=3&after=${oldest.after}`);
    expect(forward.items.map(({ seq }) => seq)).toEqual([4, 3, 2]);
  });
});

describe('somebody else’s conversation', () => {
  it('is not there', async () => {
    await arrive(1, 1);
    const [conversation] = (await inbox()).items;
    const stranger = app.api.as(await app.api.as(admin).createUser('agent'));
    for (const path of ['', '/messages'])
      expect(await stranger.get(`/api/meta/conversations/${conversation!.id}${path}`)).toMatchObject({
        status: 404,
        body: { error: { code: 'NOT_FOUND' } },
      });
    expect((await stranger.get('/api/meta/conversations')).body.data.conversations).toEqual([]);
    expect((await stranger.get(`/api/meta/conversations?accountId=${tenant.accountId}`)).status).toBe(404);
    // Not even for an admin of the service.
    expect((await app.api.as(admin).get(`/api/meta/conversations/${conversation!.id}`)).status).toBe(404);
  });
});
