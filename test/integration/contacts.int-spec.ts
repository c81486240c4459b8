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
import { type TestApp, startTestApp } from '../test-app';

interface PageView {
  contacts: ContactView[];
  pagination: { before: string | null; after: string | null };
}

let app: TestApp;
let admin: ApiClient;
let shop: Workspace;
let other: Workspace;

beforeAll(async () => {
  app = await startTestApp();
  admin = app.api.as(await app.api.registerAdmin());
});
afterAll(() => app.close());
beforeEach(async () => {
  shop = await aWorkspace(app, admin);
  other = await aWorkspace(app, admin);
});

const named = (name: string, kind: 'wa_id' | 'psid' | 'igsid', value: string, at = '2026-03-14T09:00:00Z') =>
  written(shop, [kind, value], {
    person: { identities: [{ kind, value }], name, profile: {} },
    at: new Date(at),
  });

async function list(query = '', client = shop.client): Promise<PageView> {
  const answer = await client.get<PageView>(`${CONTACTS}${query}`);
  expect([answer.status, answer.text]).toEqual([200, expect.anything()]);
  return answer.body.data;
}
const names = ({ contacts }: PageView): (string | null)[] => contacts.map(({ name }) => name);
const events = (kind: string): Promise<{ payload: Record<string, unknown> }[]> =>
  app.db.query('SELECT payload FROM domain_events WHERE account_id = $1 AND kind = $2 ORDER BY id', [
    shop.accountId,
    kind,
  ]);

describe('the list of people', () => {
  beforeEach(async () => {
    for (const [name, kind, value] of [
      ['Ana', 'wa_id', '16505550001'],
      ['Ben', 'wa_id', '16505550002'],
      ['Cem', 'psid', '7001'],
      ['Dan_1', 'igsid', '9001'],
      ['dana', 'wa_id', '4915100000'],
    ] as const)
      await arrive(app, named(name, kind, value));
    await arrive(app, written(other, ['wa_id', '16505550001']));
  });

  it('has who became known last first, page by page, each once, in both directions', async () => {
    const seen: PageView[] = [await list('?limit=2')];
    for (let page = seen[0]; page?.pagination.before != null && seen.length < 9; page = seen.at(-1))
      seen.push(await list(`?limit=2&before=${page.pagination.before}`));
    expect(seen.flatMap(names)).toEqual(['dana', 'Dan_1', 'Cem', 'Ben', 'Ana']);
    const older = await list('?limit=1&before=' + (seen[1]?.pagination.before ?? ''));
    expect(names(older)).toEqual(['Ana']);
    expect(names(await list(`?limit=2&after=${older.pagination.after ?? ''}`))).toEqual(['Cem', 'Ben']);
  });

  it.each([
    ['platform=messenger', ['Cem']],
    ['platform=whatsapp&limit=2', ['dana', 'Ben']],
    ['identity=igsid', ['Dan_1']],
    ['platform=messenger&identity=wa_id', []],
    ['q=dan', ['dana', 'Dan_1']],
    ['q=D_N', []],
    ['q=%25', []],
    ['q=%2B1 650-555', ['Ben', 'Ana']],
    ['q=0049151', ['dana']],
    ['q=7001&platform=messenger', ['Cem']],
    ['q=7001&platform=instagram', []],
    ['optedOut=false&q=a', ['Ana']],
  ])('is narrowed by %s', async (query, expected) => {
    expect(names(await list(`?${query}`))).toEqual(expected);
  });

  it('has people who opted out, of whatever', async () => {
    for (const [value, body] of [
      ['16505550001', { optedOut: true }],
      ['7001', { marketingOptedOut: true }],
    ] as const)
      await shop.client.patch(`${CONTACTS}/${await contactIdOf(app, shop, value)}`, body);
    expect(names(await list('?optedOut=true'))).toEqual(['Cem', 'Ana']);
    expect(names(await list('?optedOut=false'))).toEqual(['dana', 'Dan_1', 'Ben']);
  });

  it('is that of one account where one is named, and of nobody else', async () => {
    expect((await list(`?accountId=${shop.accountId}`)).contacts).toHaveLength(5);
    expect((await list('', other.client)).contacts).toHaveLength(1);
    const stranger = await other.client.get(`${CONTACTS}?accountId=${shop.accountId}`);
    expect([stranger.status, stranger.body.error.code]).toEqual([404, 'ACCOUNT_NOT_FOUND']);
  });

  it.each(['before=x', 'limit=0', 'platform=sms', 'identity=email', 'optedOut=maybe', 'q=', 'page=2'])(
    'is refused for %s',
    async (query) => {
      expect((await shop.client.get(`${CONTACTS}?${query}`)).status).toBe(400);
    },
  );
});

describe('what a team says of a person', () => {
  let id: string;
  beforeEach(async () => {
    await arrive(app, named('Ana', 'wa_id', '16505550001'));
    id = await contactIdOf(app, shop, '16505550001');
  });
  const change = async (body: unknown): Promise<ContactView> => {
    const answer = await shop.client.patch<ContactView>(`${CONTACTS}/${id}`, body);
    expect([answer.status, answer.text]).toEqual([200, expect.anything()]);
    return answer.body.data;
  };

  it('is kept: a name stays whatever the platform tells later, until it is taken back', async () => {
    expect(await change({ name: '  Ana of the bakery ' })).toMatchObject({
      name: 'Ana of the bakery',
      namedBy: shop.user.id,
    });
    await arrive(app, named('Ana Maria', 'wa_id', '16505550001', '2027-01-01T00:00:00Z'));
    expect((await contactOf(shop.client, id)).name).toBe('Ana of the bakery');
    expect(names(await list('?q=ana of'))).toEqual(['Ana of the bakery']);
    expect(await change({ name: 'Ana B.' })).toMatchObject({ name: 'Ana B.' });
    expect(await change({ name: null })).toMatchObject({ name: 'Ana', namedBy: null });
    await arrive(app, named('Ana Maria', 'wa_id', '16505550001', '2027-01-02T00:00:00Z'));
    expect((await contactOf(shop.client, id)).name).toBe('Ana Maria');
  });

  it('has attributes key by key, and a note', async () => {
    await change({ attributes: { tier: 'gold', orders: 12, vip: true }, note: 'Calls in the evening.' });
    expect(await change({ attributes: { tier: null, city: 'Berlin' } })).toMatchObject({
      attributes: { orders: 12, vip: true, city: 'Berlin' },
      note: 'Calls in the evening.',
    });
    expect((await change({ note: null })).note).toBeNull();
  });

  it('is told of once for each change, and not where nothing changed', async () => {
    await change({ note: 'x', optedOut: true });
    await change({ note: 'x', optedOut: true });
    expect((await events('contact.updated')).map(({ payload }) => payload)).toEqual([
      { contactId: id, change: 'edited', changed: ['optedOut', 'note'] },
    ]);
  });

  it('about marketing counts like the person’s own choice: the later one holds', async () => {
    await change({ marketingOptedOut: true });
    const { identities } = await contactOf(shop.client, id);
    const person = {
      identities: identities as { kind: 'wa_id'; value: string }[],
      name: null,
      profile: {},
    };
    const choose = (at: Date): Promise<void> =>
      app.db.transaction((tx) =>
        app.app
          .get(ContactsService)
          .recordMarketingChoices(tx, [{ accountId: shop.accountId, person, optedOut: false, at }]),
      );
    await choose(new Date(Date.now() - 60_000));
    expect((await contactOf(shop.client, id)).marketingOptedOutAt).not.toBeNull();
    await choose(new Date(Date.now() + 60_000));
    expect((await contactOf(shop.client, id)).marketingOptedOutAt).toBeNull();
  });

  it.each([
    [{ name: '' }],
    [{ name: 'x'.repeat(201) }],
    [{ name: 7 }],
    [{ optedOut: null }],
    [{ optedOut: 'yes' }],
    [{ attributes: null }],
    [{ attributes: ['x'] }],
    [{ attributes: { a: { b: 1 } } }],
    [{ attributes: { a: 'x'.repeat(1_001) } }],
    [{ note: 'x'.repeat(4_001) }],
    [{ identities: [] }],
    [{ personId: 'x' }],
  ])('is refused as %#', async (body) => {
    const answer = await shop.client.patch(`${CONTACTS}/${id}`, body);
    expect([answer.status, answer.body.error.code]).toEqual([400, 'VALIDATION_FAILED']);
  });

  it('cannot be more than a hundred attributes', async () => {
    const many = (from: number, count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${from + index}`, index]));
    await change({ attributes: many(0, 60) });
    const answer = await shop.client.patch(`${CONTACTS}/${id}`, { attributes: many(60, 60) });
    expect([answer.status, answer.body.error.code]).toEqual([400, 'VALIDATION_FAILED']);
    expect(Object.keys((await contactOf(shop.client, id)).attributes)).toHaveLength(60);
  });

  it('is nobody else’s business', async () => {
    for (const answer of [
      await other.client.get(`${CONTACTS}/${id}`),
      await other.client.patch(`${CONTACTS}/${id}`, { name: 'Eve' }),
    ])
      expect([answer.status, answer.body.error.code]).toEqual([404, 'NOT_FOUND']);
    const viewer = app.api.as(await admin.createUser('viewer'));
    expect((await viewer.patch(`${CONTACTS}/${id}`, { name: 'Eve' })).status).toBe(403);
    expect((await contactOf(shop.client, id)).name).toBe('Ana');
  });
});
