import { ContactsService } from '../../src/conversations/contacts/contacts.service';
import type { ApiClient } from '../api-client';
import {
  CONTACTS,
  type ContactView,
  type Workspace,
  aWorkspace,
  arrive,
  contactIdOf,
  contactOf,
  written,
} from '../factories/contacts.factory';
import { personTables } from '../factories/person-tables';
import { type TestApp, startTestApp } from '../test-app';

interface MergeView {
  id: string;
  state: string;
  contact: { id: string; name: string | null };
  merged: { id: string; name: string | null; identities: { value: string }[] };
  mergedBy: string | null;
}

const PHONE = '16505550001';
const PSID = '7001';
const IGSID = '9001';

let app: TestApp;
let admin: ApiClient;
let shop: Workspace;
let other: Workspace;
let ana: string;
let onPage: string;
let onInstagram: string;

beforeAll(async () => {
  app = await startTestApp();
  admin = app.api.as(await app.api.registerAdmin());
});
afterAll(() => app.close());
beforeEach(async () => {
  shop = await aWorkspace(app, admin);
  other = await aWorkspace(app, admin);
  await arrive(
    app,
    ...(
      [
        ['wa_id', PHONE, 'Ana'],
        ['psid', PSID, 'Ana M.'],
        ['igsid', IGSID, 'ana_m'],
      ] as const
    ).map(([kind, value, name]) =>
      written(shop, [kind, value], { person: { identities: [{ kind, value }], name, profile: {} } }),
    ),
  );
  [ana, onPage, onInstagram] = [
    await contactIdOf(app, shop, PHONE),
    await contactIdOf(app, shop, PSID),
    await contactIdOf(app, shop, IGSID),
  ];
});

const merge = (id: string, body: unknown, client = shop.client) =>
  client.post<ContactView>(`${CONTACTS}/${id}/merge`, body);
const undo = (id: string, mergeId: string, client = shop.client) =>
  client.post<ContactView>(`${CONTACTS}/${id}/merges/${mergeId}/undo`);
async function mergesOf(id: string): Promise<MergeView[]> {
  const answer = await shop.client.get<{ merges: MergeView[] }>(`${CONTACTS}/${id}/merges`);
  expect(answer.status).toBe(200);
  return answer.body.data.merges;
}
async function merged(id: string, ...contactIds: string[]): Promise<MergeView[]> {
  const answer = await merge(id, { contactIds });
  expect([answer.status, answer.text]).toEqual([200, expect.anything()]);
  return mergesOf(id);
}
const inbox = async () => {
  const answer = await shop.client.get<{
    conversations: {
      id: string;
      platform: string;
      contact: { id: string; name: string; identities: unknown[] };
    }[];
  }>('/api/meta/conversations');
  return answer.body.data.conversations;
};

describe('contacts that somebody says are one person', () => {
  it('are shown as one, with the conversations of all, each of which stays by itself', async () => {
    const before = await inbox();
    const answer = await merge(ana, { contactIds: [onPage, onInstagram] });
    expect(answer.body.data).toMatchObject({
      id: ana,
      name: 'Ana',
      mergedIds: [onPage, onInstagram].sort(),
      identities: [
        { kind: 'igsid', value: IGSID },
        { kind: 'psid', value: PSID },
        { kind: 'wa_id', value: PHONE },
      ],
    });
    expect(answer.body.data.conversations.map(({ platform }) => platform).sort()).toEqual([
      'instagram',
      'messenger',
      'whatsapp',
    ]);
    const list = await shop.client.get<{ contacts: ContactView[] }>(CONTACTS);
    expect(list.body.data.contacts.map(({ id }) => id)).toEqual([ana]);
    for (const query of ['platform=instagram', 'identity=psid', `q=${IGSID}`, 'q=ana_m'])
      expect(
        (await shop.client.get<{ contacts: ContactView[] }>(`${CONTACTS}?${query}`)).body.data.contacts.map(
          ({ id }) => id,
        ),
      ).toEqual([ana]);
    const after = await inbox();
    expect(after.map(({ id }) => id).sort()).toEqual(before.map(({ id }) => id).sort());
    for (const { contact, platform } of after) {
      expect(contact).toMatchObject({ id: ana, name: 'Ana' });
      // What is answered goes to the one that wrote.
      expect([platform, contact.identities.length]).toEqual([platform, 1]);
    }
    // By an old address, too.
    expect((await contactOf(shop.client, onPage)).id).toBe(ana);
    const found = await shop.client.get<{ conversations: unknown[] }>(
      `/api/meta/conversations?contactId=${ana}`,
    );
    expect(found.body.data.conversations).toHaveLength(3);
  });

  it('are two again when it is undone, as if nothing had been', async () => {
    const before = await personTables(app, shop);
    const [second, first] = await merged(ana, onPage).then(() => merged(ana, onInstagram));
    expect((await undo(ana, first?.id ?? '')).body.data).toMatchObject({ id: ana, mergedIds: [onInstagram] });
    expect((await undo(ana, second?.id ?? '')).body.data).toMatchObject({ id: ana, mergedIds: [] });
    expect(await personTables(app, shop)).toEqual(before);
    expect((await mergesOf(onPage)).map(({ state }) => state)).toEqual(['undone']);
  });

  it('get what is written meanwhile each by itself, and keep it afterwards', async () => {
    const [done] = await merged(ana, onPage);
    await arrive(app, written(shop, ['psid', PSID], { text: 'still me' }), written(shop, ['wa_id', PHONE]));
    await undo(ana, done?.id ?? '');
    const texts = async (contactId: string): Promise<string[]> => {
      const { conversations } = await contactOf(shop.client, contactId);
      expect(conversations).toHaveLength(1);
      const answer = await shop.client.get<{ messages: { text: string }[] }>(
        `/api/meta/conversations/${conversations[0]?.id}/messages`,
      );
      return answer.body.data.messages.map(({ text }) => text).sort();
    };
    expect(await texts(onPage)).toEqual(['Hello', 'still me']);
    expect(await texts(ana)).toEqual(['Hello', 'Hello']);
  });

  it('may be two numbers that write to the same number of ours: two conversations, each with its own window', async () => {
    await arrive(app, written(shop, ['wa_id', '16505550002'], { at: new Date('2026-03-15T09:00:00Z') }));
    await merged(ana, await contactIdOf(app, shop, '16505550002'));
    await arrive(app, written(shop, ['wa_id', '16505550002']), written(shop, ['wa_id', PHONE]));
    const { conversations } = await contactOf(shop.client, ana);
    expect(conversations.map(({ platform }) => platform)).toEqual(['whatsapp', 'whatsapp']);
  });

  it('want no messages as all of them where one of them wants none', async () => {
    const standing = (value: string) =>
      app.app.get(ContactsService).standingOf(shop.accountId, shop.assetId, {
        identities: [{ kind: 'wa_id', value }],
        name: null,
        profile: {},
      });
    await shop.client.patch(`${CONTACTS}/${onPage}`, { optedOut: true });
    expect((await standing(PHONE)).optedOutAt).toBeNull();
    const [done] = await merged(ana, onPage);
    expect((await standing(PHONE)).optedOutAt).not.toBeNull();
    expect((await contactOf(shop.client, ana)).optedOutAt).not.toBeNull();
    await undo(ana, done?.id ?? '');
    expect((await standing(PHONE)).optedOutAt).toBeNull();
    // Said of the person, it holds for all of them, also afterwards.
    const [again] = await merged(ana, onPage);
    await shop.client.patch(`${CONTACTS}/${ana}`, { optedOut: false, marketingOptedOut: true });
    await undo(ana, again?.id ?? '');
    expect(await contactOf(shop.client, onPage)).toMatchObject({
      optedOutAt: null,
      marketingOptedOutAt: expect.any(String) as unknown,
    });
  });

  it('cannot be separated once a message has named both', async () => {
    await arrive(app, written(shop, ['wa_id', '16505550002']));
    const second = await contactIdOf(app, shop, '16505550002');
    const [done] = await merged(ana, second);
    await merged(second, onPage);
    await arrive(
      app,
      written(shop, ['wa_id', PHONE], {
        person: {
          identities: [
            { kind: 'wa_id', value: PHONE },
            { kind: 'wa_id', value: '16505550002' },
          ],
          name: null,
          profile: {},
        },
      }),
    );
    expect(await contactOf(shop.client, ana)).toMatchObject({ id: ana, mergedIds: [onPage] });
    const refused = await undo(ana, done?.id ?? '');
    expect([refused.status, refused.body.error.code, refused.body.error.details]).toEqual([
      409,
      'CONFLICT',
      { reason: 'proven' },
    ]);
    const states = (await mergesOf(ana)).map(({ id, state }) => [id === done?.id, state]);
    expect(states).toEqual([
      [false, 'merged'],
      [true, 'proven'],
    ]);
    const [page] = await mergesOf(ana);
    expect((await undo(ana, page?.id ?? '')).body.data).toMatchObject({ id: ana, mergedIds: [] });
  });

  it('keep what was decided when a message proves that one of them is somebody known before', async () => {
    await arrive(app, written(shop, ['bsuid', 'US.1']));
    const late = await contactIdOf(app, shop, 'US.1');
    // The late one stands for both; then it turns out to be Ana, who was there before it.
    const [done] = await merged(late, onInstagram);
    await arrive(
      app,
      written(shop, ['wa_id', PHONE], {
        person: {
          identities: [
            { kind: 'wa_id', value: PHONE },
            { kind: 'bsuid', value: 'US.1' },
          ],
          name: null,
          profile: {},
        },
      }),
    );
    expect(await contactOf(shop.client, onInstagram)).toMatchObject({ id: ana, mergedIds: [onInstagram] });
    expect((await undo(ana, done?.id ?? '')).body.data.mergedIds).toEqual([]);
    expect((await contactOf(shop.client, onInstagram)).id).toBe(onInstagram);
  });

  it('are told of, and merged once, however often it is said', async () => {
    await merged(ana, onPage);
    const [again, ...rest] = await merged(ana, onPage, onInstagram);
    expect(again?.merged.id).toBe(onInstagram);
    expect(rest).toMatchObject([{ merged: { id: onPage, name: 'Ana M.' }, mergedBy: shop.user.id }]);
    await merged(onInstagram, ana);
    const [first] = rest;
    await undo(ana, first?.id ?? '');
    await undo(ana, first?.id ?? '');
    expect(
      await app.db.query(
        `SELECT payload ->> 'change' AS change, payload ->> 'contactId' AS id FROM domain_events
          WHERE account_id = $1 AND kind = 'contact.updated' ORDER BY created_at, id`,
        [shop.accountId],
      ),
    ).toEqual([
      { change: 'merged', id: ana },
      { change: 'merged', id: ana },
      ...[ana, onPage].sort().map((id) => ({ change: 'separated', id })),
    ]);
  });

  it('are refused where they are not two contacts of one account of the user', async () => {
    await arrive(app, written(other, ['wa_id', PHONE]));
    const theirs = await contactIdOf(app, other, PHONE);
    for (const [answer, status] of [
      [await merge(ana, { contactId: theirs }), 404],
      [await merge(theirs, { contactId: ana }), 404],
      [await merge(ana, { contactId: onPage }, other.client), 404],
      [await merge(ana, { contactId: ana }), 400],
      [await merge(ana, {}), 400],
      [await merge(ana, { contactId: onPage, contactIds: [onPage] }), 400],
      [await merge(ana, { contactIds: [] }), 400],
      [await merge(ana, { contactIds: ['x'] }), 400],
      [await other.client.get(`${CONTACTS}/${ana}/merges`), 404],
    ] as const)
      expect([answer.status, answer.text]).toEqual([status, expect.anything()]);
    const [done] = await merged(ana, onPage);
    expect((await undo(ana, done?.id ?? '', other.client)).status).toBe(404);
    expect((await undo(onInstagram, done?.id ?? '')).status).toBe(404);
    expect((await contactOf(shop.client, ana)).mergedIds).toEqual([onPage]);
  });
});
