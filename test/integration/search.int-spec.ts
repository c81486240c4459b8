import { MessageStore } from '../../src/conversations/messages/message-store.service';
import { SearchIndex } from '../../src/conversations/search/search-index.service';
import type { ArrivedMessage } from '../../src/conversations/conversation-types';
import type { ApiClient, TestUser } from '../api-client';
import { type Tenant, aTenant, anArrivedMessage } from '../factories/conversations.factory';
import { settledSearch } from '../factories/search-index';
import { type TestApp, startTestApp } from '../test-app';

jest.setTimeout(120_000);

interface Hit {
  kind: string;
  at: string;
  conversation: { id: string; contact: { name: string } | null } | null;
  message: { id: string } | null;
  contact: { id: string; name: string } | null;
  snippet: { field: string; text: string; highlights: { start: number; end: number }[] };
}

let app: TestApp;
let admin: TestUser;

beforeAll(async () => {
  app = await startTestApp();
  admin = await app.api.registerAdmin();
});
afterAll(() => app.close());

describe('search', () => {
  let tenant: Tenant;
  let client: ApiClient;
  let minute = 0;

  beforeEach(async () => {
    tenant = await aTenant(app.db);
    const user = await app.api.as(admin).createUser('viewer');
    client = app.api.as(user);
    await app.db.query(`INSERT INTO account_members (account_id, user_id, role) VALUES ($1, $2, 'member')`, [
      tenant.accountId,
      user.id,
    ]);
  });

  async function say(text: string, changes: Partial<ArrivedMessage> = {}): Promise<ArrivedMessage> {
    minute += 1;
    const message = anArrivedMessage(tenant, {
      text,
      content: { body: text },
      at: new Date(Date.UTC(2026, 2, 14, 9, minute)),
      ...changes,
    });
    await app.db.transaction((tx) => app.app.get(MessageStore).storeArrived(tx, [message]));
    return message;
  }

  async function hits(q: string, query = '', by = client): Promise<Hit[]> {
    const { status, body, text } = await by.get<{ hits: Hit[] }>(
      `/api/meta/conversations/search?q=${encodeURIComponent(q)}${query}`,
    );
    if (status !== 200) throw new Error(`Searching ${q} answered ${status}: ${text}`);
    return body.data.hits;
  }
  const found = async (q: string, query = ''): Promise<string[]> =>
    (await hits(q, `&kind=message${query}`)).map(({ snippet }) => snippet.text);

  it('finds messages by their words, the newest first, page by page', async () => {
    for (let index = 0; index < 5; index += 1) await say(`parcel ${index} is late`);
    await say('nothing to see here');
    await settledSearch(app);
    expect(await found('parcel')).toEqual([4, 3, 2, 1, 0].map((index) => `parcel ${index} is late`));
    const seen: string[] = [];
    let before = '';
    for (let page = 0; page < 5; page += 1) {
      const { body } = await client.get<{ hits: Hit[]; pagination: { before: string | null } }>(
        `/api/meta/conversations/search?q=parcel&kind=message&limit=2${before}`,
      );
      seen.push(...body.data.hits.map(({ snippet }) => snippet.text));
      if (body.data.pagination.before === null) break;
      before = `&before=${body.data.pagination.before}`;
    }
    expect(seen).toEqual([4, 3, 2, 1, 0].map((index) => `parcel ${index} is late`));
  });

  it.each([
    ['another form of an English word', 'I ordered two running shoes last week', 'shoe orders'],
    ['a French one', 'Bonjour, je voudrais savoir où sont mes commandes', 'commande'],
    ['a Spanish one', 'Hola, gracias, ¿dónde están los pedidos que hice ayer?', 'pedido'],
    ['a German one', 'Ich habe meine Bestellungen noch nicht erhalten', 'Bestellung'],
    ['a Russian one', 'Здравствуйте, где мои заказы', 'заказ'],
    ['no accents', 'Un café crème à emporter', 'cafe creme'],
    ['accents', 'cafe creme', 'CAFÉ CRÈME'],
    ['an Arabic word without the article', 'أين الكتاب الذي طلبته', 'كتاب'],
    ['an Arabic word with it', 'أريد كتاب جديد', 'الكتاب'],
    ['and with more before it', 'شكرا على المساعدة وبالتوفيق', 'توفيق'],
    ['vowel signs', 'مرحبا أين طلبي', 'مَرْحَبًا'],
    ['another alef and ta marbuta', 'إلى مدرسة الأمل', 'الي مدرسه الامل'],
    ['Arabic digits', 'رقم الطلب ٤٧١١', '4711'],
    ['Latin digits', 'order 4711', '٤٧١١'],
    ['the beginning of the last word', 'Where is my invoice?', 'my inv'],
    ['the beginning of an Arabic word', 'أين الفاتورة', 'فاتو'],
    ['a part of an address', 'write to jane.doe@example.com', 'jane.doe@exa'],
    ['characters without spaces', '我要退款谢谢', '退款'],
    ['a phone number in another spelling', 'call me: +49 (0) 171 123-4567', '0171 1234567'],
    ['the end of a phone number', 'call me: +49 171 1234567', '4567'],
    ['the end of one that begins with zeros', 'call me: +49 171 1230045', '0045'],
    ['several words in any order', 'the red shoes are too small', 'small red'],
  ])('finds by %s', async (_, text, q) => {
    await say(text);
    await say('something entirely different / شيء آخر');
    await settledSearch(app);
    expect(await found(q)).toEqual([text]);
  });

  it.each([
    ['words that are not all there', 'red shoes', 'red boots'],
    ['words in quotation marks that are not side by side', 'red and small shoes', '"red shoes"'],
    ['other forms of words in quotation marks', 'red shoes', '"red shoe"'],
    ['the beginning of a word that is not the last', 'invoice paid', 'inv paid'],
    ['the beginning of a word with a space after it', 'invoice', 'inv '],
    ['three digits', 'call +49 171 1234567', '567'],
    ['a part of a word', 'unhappy', 'happy'],
  ])('does not find by %s', async (_, text, q) => {
    await say(text);
    await settledSearch(app);
    expect(await found(q)).toEqual([]);
  });

  it('finds phrases as they are', async () => {
    await say('please send the blue shirt');
    await settledSearch(app);
    expect(await found('"send the blue"')).toHaveLength(1);
    expect(await found('shirt „the blue“')).toHaveLength(1);
  });

  it('says where the words stand, in the text as it was written', async () => {
    await say(`${'x '.repeat(200)}Où est la Crème brûlée que j’ai commandée ? ${'y '.repeat(200)}`);
    await settledSearch(app);
    const [hit] = await hits('creme commande', '&kind=message');
    const { text, highlights } = hit?.snippet ?? { text: '', highlights: [] };
    expect(highlights.map(({ start, end }) => text.slice(start, end))).toEqual(['Crème', 'commandée']);
    expect(text.length).toBeLessThanOrEqual(220);
    expect(hit?.snippet).toMatchObject({ field: 'text', isCutBefore: true, isCutAfter: true });
  });

  it('finds people by name, username and any end of their number, however it is written', async () => {
    await say('hello', {
      person: {
        identities: [{ kind: 'wa_id', value: '491711234567' }],
        name: 'Zoë Müller-Østby',
        profile: { username: 'zoe.tea_99' },
      },
    });
    await say('hello', {
      person: { identities: [{ kind: 'wa_id', value: '16505551234' }], name: 'أحمد عبد الله', profile: {} },
    });
    await settledSearch(app);
    const names = async (q: string): Promise<string[]> =>
      (await hits(q, '&kind=contact')).map(({ contact }) => contact?.name ?? '');
    for (const q of ['zoe', 'Müller', 'ostb', '@zoe.tea_99', '4567', '0171 123 45 67', '+49 171 1234567'])
      expect([q, await names(q)]).toEqual([q, ['Zoë Müller-Østby']]);
    for (const q of ['احمد', 'عبدالله', 'الله', '(650) 555-1234', '٥٥٥١٢٣٤'])
      expect([q, await names(q)]).toEqual([q, q === 'عبدالله' ? [] : ['أحمد عبد الله']]);
    const [hit] = await hits('5551234', '&kind=contact');
    expect(hit?.snippet).toMatchObject({
      field: 'phone',
      text: '+16505551234',
      highlights: [{ start: 0, end: 12 }],
    });
  });

  it('follows new names', async () => {
    const person = { identities: [{ kind: 'wa_id' as const, value: '16505550000' }], profile: {} };
    await say('one', { person: { ...person, name: 'Former' } });
    await settledSearch(app);
    expect(await hits('Former', '&kind=contact')).toHaveLength(1);
    await say('two', { person: { ...person, name: 'Latter' } });
    await settledSearch(app);
    expect(await hits('Former', '&kind=contact')).toEqual([]);
    expect(await hits('Latter', '&kind=contact')).toHaveLength(1);
  });

  it('finds notes of the team', async () => {
    await say('hello');
    await app.db.query(
      `INSERT INTO conversation_notes (account_id, id, conversation_id, text)
       SELECT account_id, gen_random_uuid(), id, 'Promised a refund by Friday' FROM conversations WHERE account_id = $1`,
      [tenant.accountId],
    );
    await settledSearch(app);
    expect(await hits('refunds')).toMatchObject([
      { kind: 'note', snippet: { text: 'Promised a refund by Friday' } },
    ]);
  });

  it('forgets what was edited, taken back and deleted', async () => {
    const { externalId } = await say('the first wording');
    const gone = await say('the second secret');
    await settledSearch(app);
    const key = { accountId: tenant.accountId, assetId: tenant.assetId };
    await app.db.transaction(async (tx) => {
      const store = app.app.get(MessageStore);
      const at = new Date('2026-03-15T09:00:00Z');
      await store.applyEdits(tx, [{ ...key, externalId, text: 'another wording', content: {}, at }]);
      await store.applyRevocations(tx, [{ ...key, externalId: gone.externalId, at }]);
    });
    expect(await found('secret')).toEqual([]); // at once: what is shown is read from the messages themselves
    await settledSearch(app);
    expect(await found('first')).toEqual([]);
    expect(await found('another')).toEqual(['another wording']);
    await app.db.query('DELETE FROM messages WHERE account_id = $1', [tenant.accountId]);
    await settledSearch(app);
    expect(await found('another')).toEqual([]);
    const left: unknown[] = await app.db.query(
      `SELECT * FROM search_documents WHERE account_id = $1 AND kind = 'message'`,
      [tenant.accountId],
    );
    expect(left).toEqual([]);
  });

  it('forgets conversations and people in the transaction that is told to', async () => {
    await say('a secret');
    await settledSearch(app);
    const [{ conversation }] = (await hits('secret')) as [Hit];
    const [person] = (await hits('Ana', '&kind=contact')) as [Hit];
    await app.db.transaction((tx) =>
      app.app.get(SearchIndex, { strict: false }).forget(tx, {
        accountId: tenant.accountId,
        conversationIds: [conversation?.id as never],
        contactIds: [person.contact?.id as never],
      }),
    );
    expect(await hits('secret')).toEqual([]);
    expect(await hits('Ana')).toEqual([]);
  });

  it('finds imported messages, of which nobody is told', async () => {
    await say('from the old phone', { live: false, metadata: { imported: true } });
    await settledSearch(app);
    expect(await found('old phone')).toEqual(['from the old phone']);
  });

  it('can be narrowed by kind, platform and time', async () => {
    await say('a matter', { at: new Date('2026-01-10T12:00:00Z') });
    await say('a matter', { at: new Date('2026-03-10T12:00:00Z') });
    await settledSearch(app);
    expect(await hits('matter', '&from=2026-02-01')).toHaveLength(1);
    expect(await hits('matter', '&until=2026-02-01T00:00:00Z')).toHaveLength(1);
    expect(await hits('matter', '&from=2026-01-01&until=2026-04-01')).toHaveLength(2);
    expect(await hits('matter', '&platform=whatsapp')).toHaveLength(2);
    expect(await hits('matter', '&platform=instagram')).toEqual([]);
    expect(await hits('matter', '&kind=note')).toEqual([]);
  });

  it('narrows the list of conversations', async () => {
    const from = (value: string, name: string) => ({
      person: { identities: [{ kind: 'wa_id' as const, value }], name, profile: {} },
    });
    await say('a parcel', from('16505550001', 'Bea'));
    await say('thanks', from('16505550001', 'Bea'));
    await say('good morning', from('16505550002', 'Parcel Service'));
    await say('good night', from('16505550003', 'Cid'));
    await settledSearch(app);
    const { body } = await client.get<{ conversations: { contact: { name: string } }[] }>(
      '/api/meta/conversations?q=parcel',
    );
    expect(body.data.conversations.map(({ contact }) => contact.name)).toEqual(['Parcel Service', 'Bea']);
    const narrowed = await client.get<{ conversations: unknown[] }>(
      '/api/meta/conversations?q=parcel&status=closed',
    );
    expect(narrowed.body.data.conversations).toEqual([]);
  });

  it('shows nobody what is not theirs', async () => {
    await say('a common secret');
    const stranger = await aTenant(app.db);
    const message = anArrivedMessage(stranger, { text: 'a common secret', content: {} });
    await app.db.transaction((tx) => app.app.get(MessageStore).storeArrived(tx, [message]));
    await settledSearch(app);
    expect(await hits('secret')).toHaveLength(1);
    expect(await hits('Ana')).toHaveLength(1);
    const nobody = app.api.as(await app.api.as(admin).createUser('admin'));
    expect(await hits('secret', '', nobody)).toEqual([]);
    const answer = await client.get(
      `/api/meta/conversations/search?q=secret&accountId=${stranger.accountId}`,
    );
    expect(answer).toMatchObject({ status: 404, body: { error: { code: 'ACCOUNT_NOT_FOUND' } } });
  });

  it('shows those who see what is assigned no more than that', async () => {
    await say('a secret');
    await settledSearch(app);
    const [{ conversation }] = (await hits('secret')) as [Hit];
    await app.db.query(`UPDATE account_members SET sees = 'assigned' WHERE account_id = $1`, [
      tenant.accountId,
    ]);
    expect(await hits('secret')).toHaveLength(1); // nobody's
    await app.db.query('UPDATE conversations SET agent_id = $2 WHERE id = $1', [
      conversation?.id,
      tenant.userId,
    ]);
    expect(await hits('secret')).toEqual([]);
    expect(await hits('Ana')).toEqual([]);
  });
});
