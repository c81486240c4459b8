import type { ApiClient } from '../api-client';
import { eventually } from '../eventually';
import {
  CONTACTS,
  type Workspace,
  aMember,
  aWorkspace,
  arrive,
  contactIdOf,
  written,
} from '../factories/contacts.factory';
import { newId } from '../../src/database/ids';
import { type TestApp, startTestApp } from '../test-app';

jest.setTimeout(120_000);

interface Exported {
  contactId: string;
  contacts: { id: string; name: string; identities: { value: string }[]; note: string | null }[];
  conversations: {
    id: string;
    notes: { text: string }[];
    messages: { text: string; files: { url: string }[] }[];
  }[];
  groupMessages: { text: string }[];
  comments: unknown[];
  campaigns: unknown[];
  calls: unknown[];
}

const PHONE = '16505550001';

let app: TestApp;
let admin: ApiClient;
let shop: Workspace;
let other: Workspace;
let id: string;

beforeAll(async () => {
  app = await startTestApp();
  admin = app.api.as(await app.api.registerAdmin());
});
afterAll(() => app.close());
beforeEach(async () => {
  shop = await aWorkspace(app, admin);
  other = await aWorkspace(app, admin);
  await arrive(app, hers('first'));
  id = await contactIdOf(app, shop, PHONE);
});

const hers = (text: string, of = shop) =>
  written(of, ['wa_id', PHONE], {
    text,
    person: { identities: [{ kind: 'wa_id', value: PHONE }], name: 'Ana', profile: {} },
  });
async function exported(client = shop.client): Promise<Exported> {
  const response = await client.response(`${CONTACTS}/${id}/export`, { method: 'POST' });
  expect([response.status, response.headers.get('content-type')]).toEqual([
    200,
    'application/json; charset=utf-8',
  ]);
  expect(response.headers.get('content-disposition')).toContain(`contact-${id}.json`);
  return (await response.json()) as Exported;
}

describe('handing out everything there is of a person', () => {
  it('has every message, note, group and file of all contacts that were merged, and nothing of others', async () => {
    await arrive(
      app,
      // More than are read at once.
      ...Array.from({ length: 450 }, (_, index) => hers(`message ${index}`)),
      written(shop, ['psid', '7001'], { text: 'on Messenger' }),
      written(shop, ['wa_id', '16505550002'], { text: 'his' }),
      written(shop, ['wa_id', PHONE], { groupId: 'g-1', text: 'to all' }),
      written(shop, ['wa_id', '16505550002'], { groupId: 'g-1', text: 'to all, by him' }),
      written(shop, ['wa_id', PHONE], { groupId: 'g-2', text: 'to others' }),
      hers('theirs', other),
    );
    const onPage = await contactIdOf(app, shop, '7001');
    await shop.client.post(`${CONTACTS}/${id}/merge`, { contactId: onPage });
    await shop.client.patch(`${CONTACTS}/${id}`, { note: 'A note.' });
    const [message]: { id: string; conversation_id: string }[] = await app.db.query(
      `SELECT id, conversation_id FROM messages WHERE account_id = $1 AND message_text = 'first'`,
      [shop.accountId],
    );
    const file = newId();
    await app.db.query(
      `INSERT INTO message_media (account_id, id, message_id, asset_id, media_id, storage_key, state)
       VALUES ($1, $2, $3, $4, '1', $5, 'stored')`,
      [shop.accountId, file, message?.id, shop.assetId, `export/${file}`],
    );
    await app.db.query(
      `INSERT INTO conversation_notes (account_id, id, conversation_id, author_id, text) VALUES ($1, $2, $3, $4, 'Calls back.')`,
      [shop.accountId, newId(), message?.conversation_id, shop.user.id],
    );
    const all = await exported();
    expect(all).toMatchObject({
      contactId: id,
      contacts: [
        { id, name: 'Ana', note: 'A note.', identities: [{ value: PHONE }] },
        { id: onPage, identities: [{ value: '7001' }] },
      ],
      comments: [],
      calls: [],
      campaigns: [],
    });
    const texts = all.conversations.flatMap(({ messages }) => messages.map(({ text }) => text));
    expect(texts.sort()).toEqual(
      ['first', 'on Messenger', ...Array.from({ length: 450 }, (_, index) => `message ${index}`)].sort(),
    );
    expect(all.groupMessages.map(({ text }) => text).sort()).toEqual(['to all', 'to others']);
    expect(all.conversations.flatMap(({ notes }) => notes)).toMatchObject([{ text: 'Calls back.' }]);
    expect(all.conversations.flatMap(({ messages }) => messages.flatMap(({ files }) => files))).toMatchObject(
      [{ url: `/api/meta/media/${file}/content` }],
    );
  });

  it('is read from one moment: what comes meanwhile is not half in it, and whoever goes away holds nothing up', async () => {
    await arrive(app, ...Array.from({ length: 900 }, (_, index) => hers(`message ${index}`)));
    const gone = new AbortController();
    const response = await shop.client.response(`${CONTACTS}/${id}/export`, {
      method: 'POST',
      signal: gone.signal,
    });
    const reader = response.body?.getReader();
    await reader?.read();
    gone.abort();
    await reader?.cancel().catch(() => undefined);
    const open = async (): Promise<number> => {
      const [row]: { count: number }[] = await app.db.query(
        `SELECT count(*)::int AS count FROM pg_stat_activity
          WHERE datname = current_database() AND state LIKE 'idle in transaction%'`,
      );
      return row?.count ?? 0;
    };
    await eventually(open, (count) => count === 0, { timeoutMs: 30_000 });
    for (let round = 0; round < 4; round += 1)
      expect((await exported()).conversations[0]?.messages).toHaveLength(901);
  });

  it('is for owners, and admins who are members', async () => {
    const [member, boss] = [await admin.createUser('agent'), await admin.createUser('admin')];
    await aMember(app, shop, member);
    await aMember(app, shop, boss);
    const statusFor = async (client: ApiClient): Promise<number> =>
      (await client.response(`${CONTACTS}/${id}/export`, { method: 'POST' })).status;
    expect(await statusFor(app.api.as(boss))).toBe(200);
    expect(await statusFor(app.api.as(member))).toBe(403);
    expect(await statusFor(other.client)).toBe(404);
    expect(await statusFor(admin)).toBe(404);
  });
});
