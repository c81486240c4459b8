import { newId } from '../../src/database/ids';
import type { ApiAnswer, ApiClient, TestUser } from '../api-client';
import { eventually } from '../eventually';
import {
  CONTACTS,
  type Workspace,
  aWorkspace,
  arrive,
  contactIdOf,
  written,
} from '../factories/contacts.factory';
import { type TestApp, startTestApp } from '../test-app';

jest.setTimeout(120_000);

type Json = Record<string, unknown>;
interface Place {
  conversation: string;
  contact: string;
  message: string;
  file: string;
}

const CONVERSATIONS = '/api/meta/conversations';
const NUMBERS = { mine: '16505550001', theirs: '16505550002', nobodys: '16505550003' } as const;
type Whose = keyof typeof NUMBERS;

let app: TestApp;
let admin: ApiClient;
let shop: Workspace;
let other: Workspace;
let users: Record<'all' | 'mine' | 'theirs', TestUser>;
let places: Record<Whose, Place>;

beforeAll(async () => {
  app = await startTestApp();
  admin = app.api.as(await app.api.registerAdmin());
  shop = await aWorkspace(app, admin);
  other = await aWorkspace(app, admin);
  users = {
    all: await admin.createUser('agent'),
    mine: await admin.createUser('agent'),
    theirs: await admin.createUser('agent'),
  };
  await shared(users.all, {});
  await shared(users.mine, { sees: 'assigned' });
  await shared(users.theirs, { role: 'member', sees: 'assigned' });
  for (const [whose, value] of Object.entries(NUMBERS))
    await arrive(
      app,
      written(shop, ['wa_id', value], {
        text: `marzipan ${whose}`,
        person: { identities: [{ kind: 'wa_id', value }], name: `Person ${whose}`, profile: {} },
      }),
    );
  places = {
    mine: await placeOf('mine'),
    theirs: await placeOf('theirs'),
    nobodys: await placeOf('nobodys'),
  };
  for (const whose of ['mine', 'theirs'] as const) {
    const answer = await shop.client.patch(`${CONVERSATIONS}/${places[whose].conversation}`, {
      assigneeId: users[whose].id,
    });
    expect([answer.status, answer.text]).toEqual([200, expect.anything()]);
  }
});
afterAll(() => app.close());

const as = (who: keyof typeof users): ApiClient => app.api.as(users[who]);
async function shared(user: TestUser, body: Json): Promise<void> {
  const answer = await shop.client.put<{ members: { userId: string; sees: string }[] }>(
    `/api/meta/auth/accounts/${shop.accountId}/members/${user.id}`,
    body,
  );
  expect([answer.status, answer.text]).toEqual([200, expect.anything()]);
  expect(answer.body.data.members.find(({ userId }) => userId === user.id)?.sees).toBe(body.sees ?? 'all');
}
async function placeOf(whose: Whose): Promise<Place> {
  const contact = await contactIdOf(app, shop, NUMBERS[whose]);
  const [row]: { id: string; conversation_id: string }[] = await app.db.query(
    'SELECT id, conversation_id FROM messages WHERE account_id = $1 AND contact_id = $2',
    [shop.accountId, contact],
  );
  const file = newId();
  await app.db.query(
    `INSERT INTO message_media (account_id, id, message_id, asset_id, media_id, storage_key, state, mime_type)
     VALUES ($1, $2, $3, $4, '1', $5, 'failed', 'image/png')`,
    [shop.accountId, file, row?.id, shop.assetId, `visibility/${file}`],
  );
  return { contact, file, message: row?.id ?? '', conversation: row?.conversation_id ?? '' };
}

/** What a list shows, by whose conversation it is. */
async function listed(client: ApiClient, path: string, idsOf: (data: Json) => unknown[]): Promise<Whose[]> {
  const answer = await client.get(path);
  expect([path, answer.status, answer.text]).toEqual([path, 200, expect.anything()]);
  const ids = idsOf(answer.body.data);
  return (Object.keys(NUMBERS) as Whose[]).filter((whose) =>
    Object.values(places[whose]).some((id) => ids.includes(id)),
  );
}
const pick =
  (list: string, key = 'id') =>
  (data: Json): unknown[] =>
    (data[list] as Json[]).map((item) => item[key]);

const LISTS: readonly [string, () => string, (data: Json) => unknown[]][] = [
  ['conversations', () => CONVERSATIONS, pick('conversations')],
  ['conversations of a status', () => `${CONVERSATIONS}?status=active`, pick('conversations')],
  ['contacts', () => CONTACTS, pick('contacts')],
  ['contacts by name', () => `${CONTACTS}?q=person`, pick('contacts')],
  ['messages', () => `/api/meta/whatsapp/messages?accountId=${shop.accountId}`, pick('messages')],
];

const THINGS: readonly [string, (client: ApiClient, place: Place) => Promise<ApiAnswer>][] = [
  ['a conversation', (client, { conversation }) => client.get(`${CONVERSATIONS}/${conversation}`)],
  ['its messages', (client, { conversation }) => client.get(`${CONVERSATIONS}/${conversation}/messages`)],
  ['its notes', (client, { conversation }) => client.get(`${CONVERSATIONS}/${conversation}/notes`)],
  ['a message', (client, { message }) => client.get(`/api/meta/whatsapp/messages/${message}`)],
  ['a file', (client, { file }) => client.get(`/api/meta/media/${file}`)],
  ['a contact', (client, { contact }) => client.get(`${CONTACTS}/${contact}`)],
  ['a contact’s merges', (client, { contact }) => client.get(`${CONTACTS}/${contact}/merges`)],
];

const ACTS: typeof THINGS = [
  [
    'change a conversation',
    (client, { conversation }) => client.patch(`${CONVERSATIONS}/${conversation}`, { priority: 'high' }),
  ],
  ['mark as read', (client, { conversation }) => client.post(`${CONVERSATIONS}/${conversation}/read`, {})],
  [
    'write a note',
    (client, { conversation }) => client.post(`${CONVERSATIONS}/${conversation}/notes`, { text: 'x' }),
  ],
  ['change a contact', (client, { contact }) => client.patch(`${CONTACTS}/${contact}`, { note: 'x' })],
];

describe('members of an account who see what is assigned to them', () => {
  it.each(LISTS)('find in lists of %s what is theirs or nobody’s', async (_, path, idsOf) => {
    expect(await listed(shop.client, path(), idsOf)).toEqual(['mine', 'theirs', 'nobodys']);
    expect(await listed(as('all'), path(), idsOf)).toEqual(['mine', 'theirs', 'nobodys']);
    expect(await listed(as('mine'), path(), idsOf)).toEqual(['mine', 'nobodys']);
    expect(await listed(as('theirs'), path(), idsOf)).toEqual(['theirs', 'nobodys']);
  });

  it('find by search what is theirs or nobody’s', async () => {
    const hits = async (client: ApiClient): Promise<number> => {
      const answer = await client.get<{ hits: unknown[] }>(`${CONVERSATIONS}/search?q=marzipan`);
      expect([answer.status, answer.text]).toEqual([200, expect.anything()]);
      return answer.body.data.hits.length;
    };
    await eventually(
      () => hits(shop.client),
      (count) => count === 3,
      { timeoutMs: 30_000 },
    );
    expect([await hits(as('all')), await hits(as('mine')), await hits(as('theirs'))]).toEqual([3, 2, 2]);
    expect(await hits(other.client)).toBe(0);
  });

  it.each(THINGS)('read %s only where it is theirs or nobody’s', async (_, read) => {
    const statuses = (client: ApiClient): Promise<number[]> =>
      Promise.all(Object.values(places).map(async (place) => (await read(client, place)).status));
    expect(await statuses(shop.client)).toEqual([200, 200, 200]);
    expect(await statuses(as('all'))).toEqual([200, 200, 200]);
    expect(await statuses(as('mine'))).toEqual([200, 404, 200]);
    expect(await statuses(as('theirs'))).toEqual([404, 200, 200]);
    expect(await statuses(other.client)).toEqual([404, 404, 404]);
  });

  it.each(ACTS)('cannot %s of somebody else’s', async (_, act) => {
    const { status, text } = await act(as('mine'), places.theirs);
    expect([status, text]).toEqual([404, expect.anything()]);
    expect((await act(other.client, places.mine)).status).toBe(404);
    const own = await act(as('mine'), places.mine);
    expect([own.status < 300, own.text]).toEqual([true, expect.anything()]);
  });

  it('cannot answer, merge, have removed or have handed out somebody else’s', async () => {
    const [mine, theirs] = [places.mine.contact, places.theirs.contact];
    for (const answer of [
      await as('mine').post(`${CONTACTS}/${mine}/merge`, { contactId: theirs }),
      await as('mine').post(`${CONTACTS}/${theirs}/merge`, { contactId: mine }),
      await as('mine').delete(`${CONTACTS}/${theirs}`),
      await as('mine').post(`${CONTACTS}/${theirs}/export`),
      await as('mine').post(`${CONVERSATIONS}/${places.theirs.conversation}/messages`, {
        type: 'text',
        text: { body: 'x' },
      }),
    ])
      expect([answer.status, answer.body.error.code]).toEqual([404, 'NOT_FOUND']);
  });

  it('see of a person with several conversations those that they may see', async () => {
    const merged = await shop.client.post(`${CONTACTS}/${places.mine.contact}/merge`, {
      contactId: places.theirs.contact,
    });
    expect(merged.status).toBe(200);
    const seen = async (client: ApiClient): Promise<unknown[]> => {
      const answer = await client.get<{ conversations: Json[] }>(`${CONTACTS}/${places.mine.contact}`);
      return answer.body.data.conversations.map(({ id }) => id);
    };
    expect(await seen(as('mine'))).toEqual([places.mine.conversation]);
    expect(await seen(as('theirs'))).toEqual([places.theirs.conversation]);
    expect(await seen(as('all'))).toHaveLength(2);
    const [merge] = (await shop.client.get<{ merges: Json[] }>(`${CONTACTS}/${places.mine.contact}/merges`))
      .body.data.merges;
    await shop.client.post(`${CONTACTS}/${places.mine.contact}/merges/${String(merge?.id)}/undo`);
  });

  it('see more, or less, from the moment it is changed', async () => {
    await shared(users.theirs, { sees: 'all' });
    expect((await as('theirs').get(`${CONVERSATIONS}/${places.mine.conversation}`)).status).toBe(200);
    await shared(users.theirs, { sees: 'assigned' });
    expect((await as('theirs').get(`${CONVERSATIONS}/${places.mine.conversation}`)).status).toBe(404);
    // Left out, it stays; an owner sees all.
    const members = await shop.client.put<{ members: Json[] }>(
      `/api/meta/auth/accounts/${shop.accountId}/members/${users.theirs.id}`,
      { role: 'member' },
    );
    expect(members.body.data.members.find(({ userId }) => userId === users.theirs.id)).toMatchObject({
      sees: 'assigned',
    });
    const refused = await shop.client.put(
      `/api/meta/auth/accounts/${shop.accountId}/members/${users.theirs.id}`,
      { sees: 'some' },
    );
    expect(refused.status).toBe(400);
  });
});
