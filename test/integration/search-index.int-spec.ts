import fc from 'fast-check';
import { MessageStore } from '../../src/conversations/messages/message-store.service';
import { SearchIndex } from '../../src/conversations/search/search-index.service';
import { reindexSearch } from '../../src/conversations/search/reindex-search.command';
import { wordsOf } from '../../src/conversations/search/search-words';
import type { ArrivedMessage } from '../../src/conversations/conversation-types';
import { type AccountPlace, removeSearchDocuments } from '../../src/database/bounded-removal';
import { firstIdAt } from '../../src/database/ids';
import { OutboxRelay } from '../../src/domain-events/outbox-relay.service';
import type { ApiClient } from '../api-client';
import { type Tenant, aTenant, anArrivedMessage } from '../factories/conversations.factory';
import { settledSearch } from '../factories/search-index';
import { type TestApp, startTestApp } from '../test-app';

jest.setTimeout(180_000);

let app: TestApp;
let tenant: Tenant;
let client: ApiClient;

beforeAll(async () => {
  app = await startTestApp();
  const admin = await app.api.registerAdmin();
  client = app.api.as(admin);
  tenant = await aTenant(app.db);
  await app.db.query(`INSERT INTO account_members (account_id, user_id, role) VALUES ($1, $2, 'member')`, [
    tenant.accountId,
    admin.id,
  ]);
});
afterAll(() => app.close());
afterEach(() => jest.restoreAllMocks());
beforeEach(() => app.db.query('DELETE FROM contacts WHERE account_id = $1', [tenant.accountId]));

async function arrive(texts: readonly string[]): Promise<ArrivedMessage[]> {
  const messages = texts.map((text, index) =>
    anArrivedMessage(tenant, {
      text,
      at: new Date(Date.UTC(2026, index % 12, 1 + (index % 28), 9)),
      person: {
        identities: [{ kind: 'wa_id', value: `1650555${String(index % 7).padStart(4, '0')}` }],
        name: `Person ${index % 7}`,
        profile: {},
      },
    }),
  );
  await app.db.transaction((tx) => app.app.get(MessageStore).storeArrived(tx, messages));
  return messages;
}

const documents = (): Promise<unknown[]> =>
  app.db.query(
    `SELECT kind, subject_id, conversation_id, platform, at, words::text FROM search_documents
      WHERE account_id = $1 ORDER BY kind, subject_id`,
    [tenant.accountId],
  );

describe('the search index', () => {
  it('finds every message by each of its own words', async () => {
    const scripts = [
      'latin words über Straße',
      'أين الطلب رقم',
      'где мой заказ',
      'पैसे कब मिलेंगे',
      '退款 ｆｕｌｌ',
    ];
    const text = fc
      .array(fc.oneof(fc.string({ unit: 'grapheme', maxLength: 12 }), fc.constantFrom(...scripts)), {
        maxLength: 6,
      })
      .map((parts) => parts.join(' ').replaceAll('\0', ' '))
      .filter((joined) => joined.isWellFormed());
    const texts = fc.sample(text, 60);
    await arrive(texts);
    await settledSearch(app);
    const missed: string[] = [];
    for (const written of texts) {
      for (const word of new Set(wordsOf(written).map(({ start, end }) => written.slice(start, end)))) {
        // As it was typed in the message; a space says that the word has ended.
        const q = encodeURIComponent(`${word} `);
        const hits: string[] = [];
        for (let before = ''; ;) {
          const { body, status } = await client.get<{
            hits: { snippet: { text: string } }[];
            pagination: { before: string | null };
          }>(`/api/meta/conversations/search?kind=message&limit=100&q=${q}${before}`);
          expect([word, status]).toEqual([word, 200]);
          hits.push(...body.data.hits.map(({ snippet }) => snippet.text));
          if (body.data.pagination.before === null) break;
          before = `&before=${body.data.pagination.before}`;
        }
        if (!hits.some((hit) => written.includes(hit))) missed.push(`${word} in ${written}`);
      }
    }
    expect(missed).toEqual([]);
  });

  it('is made anew as it was, also when it is damaged, and when a rebuild was begun before', async () => {
    const messages = await arrive(['one parcel', 'ein Paket', 'الطلب الأول', 'call +1 650 555 1234', '']);
    await app.db.query(
      `INSERT INTO conversation_notes (account_id, id, conversation_id, text)
       SELECT account_id, gen_random_uuid(), id, 'a note' FROM conversations WHERE account_id = $1`,
      [tenant.accountId],
    );
    await app.db.transaction((tx) =>
      app.app.get(MessageStore).applyEdits(tx, [
        {
          accountId: tenant.accountId,
          assetId: tenant.assetId,
          externalId: messages[0]?.externalId ?? '',
          text: 'two parcels',
          content: {},
          at: new Date('2026-12-31T00:00:00Z'),
        },
      ]),
    );
    await settledSearch(app);
    const running = await documents();
    expect(running.length).toBeGreaterThan(10);

    const said: string[] = [];
    await app.db.query(
      `UPDATE search_documents SET words = 'wrong' WHERE account_id = $1 AND kind = 'message';`,
      [tenant.accountId],
    );
    await app.db.query(`DELETE FROM search_documents WHERE account_id = $1 AND kind = 'contact'`, [
      tenant.accountId,
    ]);
    await app.db.query(
      `INSERT INTO search_documents (account_id, kind, subject_id, at, words)
       VALUES ($1, 'message', gen_random_uuid(), now(), 'orphan')`,
      [tenant.accountId],
    );
    expect(await reindexSearch(app.env, ['--account', tenant.accountId], (line) => said.push(line))).toBe(0);
    expect(await documents()).toEqual(running);
    expect(said.at(-1)).toMatch(/^\d+ messages, comments, contacts and notes looked at$/);

    // One that was stopped half-way: its notes are there, and the next call goes on with them, unless the service is faster.
    jest.spyOn(app.app.get(SearchIndex), 'drainSome').mockResolvedValue(0);
    await app.db.query('TRUNCATE search_documents');
    await app.db.query(
      `INSERT INTO search_changes (account_id, kind, subject_ids, is_rebuild)
       SELECT account_id, 'message', ARRAY[id], true FROM messages WHERE account_id = $1`,
      [tenant.accountId],
    );
    await reindexSearch(app.env, [], () => undefined);
    expect(((await documents()) as { kind: string }[]).every(({ kind }) => kind === 'message')).toBe(true);
    await reindexSearch(app.env, [], () => undefined);
    expect(await documents()).toEqual(running);
  });

  it.each([['--account', 'me'], ['--all'], ['extra']])('refuses %s %s', async (...args) => {
    await expect(reindexSearch(app.env, args, () => undefined)).rejects.toThrow(
      'Usage: npm run search:reindex',
    );
  });

  it('ends at the same, in whatever order and however often changes are noted, by several at once', async () => {
    await arrive(Array.from({ length: 40 }, (_, index) => `message number ${index} about parcels`));
    await settledSearch(app);
    const before = await documents();
    const refs: { id: string }[] = await app.db.query('SELECT id FROM messages WHERE account_id = $1', [
      tenant.accountId,
    ]);
    for (let round = 0; round < 3; round += 1)
      for (const { id } of refs)
        await app.db.query(
          `INSERT INTO search_changes (account_id, kind, subject_ids) VALUES ($1, 'message', ARRAY[$2::uuid, gen_random_uuid()])`,
          [tenant.accountId, id],
        );
    await Promise.all([settledSearch(app), settledSearch(app), settledSearch(app)]);
    expect(await documents()).toEqual(before);
  });

  it('loses the messages of a month that is removed, a few at a time, and nothing else', async () => {
    const [from, to] = [
      firstIdAt(new Date('2025-01-01T00:00:00Z')),
      firstIdAt(new Date('2025-02-01T00:00:00Z')),
    ];
    const others = await aTenant(app.db);
    await arrive(['a message of now', 'and another']);
    // Also what went with the contacts of the test before.
    await settledSearch(app);
    const before = await documents();
    expect(before).toHaveLength(4);
    const old = Array.from({ length: 5 }, (_, index) => firstIdAt(new Date(Date.UTC(2025, 0, 1 + index))));
    const insert = (accountId: string, kind: string, id: string): Promise<unknown> =>
      app.db.query(
        `INSERT INTO search_documents (account_id, kind, subject_id, at, words) VALUES ($1, $2, $3, now(), 'old')`,
        [accountId, kind, id],
      );
    for (const { accountId } of [tenant, others])
      for (const id of old) await insert(accountId, 'message', id);
    await insert(tenant.accountId, 'contact', old[0] ?? '');
    await insert(tenant.accountId, 'message', to);
    let place: AccountPlace | null = null;
    do place = await removeSearchDocuments(app.db.manager, { from, to }, 2, place);
    while (place !== null);
    const left = await app.db.query<{ kind: string; subject_id: string }[]>(
      `SELECT kind, subject_id FROM search_documents WHERE words @@ 'old' ORDER BY kind`,
    );
    expect(left).toEqual([
      { kind: 'contact', subject_id: old[0] },
      { kind: 'message', subject_id: to },
    ]);
    await app.db.query(`DELETE FROM search_documents WHERE words @@ 'old'`);
    expect(await documents()).toEqual(before);
  });

  it('takes part in no transaction that stores a message: one that is rolled back leaves nothing to be indexed', async () => {
    await settledSearch(app);
    const message = anArrivedMessage(tenant, { text: 'never', live: false, metadata: { imported: true } });
    await expect(
      app.db.transaction(async (tx) => {
        await app.app.get(MessageStore).storeArrived(tx, [message]);
        throw new Error('rolled back');
      }),
    ).rejects.toThrow('rolled back');
    const [row]: { count: number }[] = await app.db.query(
      'SELECT count(*)::int AS count FROM search_changes',
    );
    expect(row?.count).toBe(0);
  });

  it('is told of live messages by the outbox, once, and of nothing by the transaction that takes them in', async () => {
    await arrive(['first']); // the contact is known
    await settledSearch(app);
    const noted: { kind: string }[] = await app.db.transaction(async (tx) => {
      await app.app.get(MessageStore).storeArrived(tx, [
        anArrivedMessage(tenant, {
          text: 'second',
          person: { identities: [{ kind: 'wa_id', value: '16505550000' }], name: 'Person 0', profile: {} },
          at: new Date('2026-02-01T00:00:00Z'),
        }),
      ]);
      return tx.query('SELECT kind FROM search_changes');
    });
    expect(noted).toEqual([]);
    await app.app.get(OutboxRelay).settle();
    await settledSearch(app);
    const { body } = await client.get<{ hits: unknown[] }>('/api/meta/conversations/search?q=second');
    expect(body.data.hits).toHaveLength(1);
  });
});
