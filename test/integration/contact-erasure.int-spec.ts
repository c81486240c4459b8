import { CommentStore } from '../../src/conversations/comments/comment-store.service';
import { SendLedger } from '../../src/conversations/sends/send-ledger.service';
import type { MessageId } from '../../src/database/ids';
import { newId } from '../../src/database/ids';
import { CaseCounting } from '../../src/analytics/counting/case-counting.service';
import { MetricsRebuild } from '../../src/analytics/counting/metrics-rebuild.service';
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
import { aSendOrder } from '../factories/conversations.factory';
import { delivered } from '../factories/facebook-pages.factory';
import { aMessengerItem, aPageDelivery } from '../factories/messenger-delivery';
import { tracesOf } from '../factories/person-traces';
import { type TestApp, startTestApp } from '../test-app';

jest.setTimeout(180_000);

interface ErasureView {
  erasureId: string;
  status: string;
  removed: Record<string, number>;
  completedAt: string | null;
}

/** What nothing may hold any more; nothing else in the tests has any of it. */
const SECRETS = ['16505558431', '700184310001', 'Zdenka', 'sasquatch', 'marzipan'];
const [PHONE = '', PSID = ''] = SECRETS;

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

const erase = (id: string, client = shop.client) =>
  client.raw<ErasureView>(`${CONTACTS}/${id}`, { method: 'DELETE' });
async function erased(id: string): Promise<ErasureView> {
  const answer = await erase(id);
  expect([answer.status, answer.text]).toEqual([202, expect.anything()]);
  const { erasureId } = answer.body.data;
  return eventually(
    async () => (await shop.client.get<ErasureView>(`${CONTACTS}/erasures/${erasureId}`)).body.data,
    ({ status }) => status === 'completed',
    { timeoutMs: 60_000 },
  );
}
const metaIdOf = async (assetId: string): Promise<string> => {
  const rows: { meta_id: string }[] = await app.db.query('SELECT meta_id FROM assets WHERE id = $1', [
    assetId,
  ]);
  return rows[0]?.meta_id ?? '';
};
const messagesOf = (of: Workspace): Promise<{ message_text: string }[]> =>
  app.db.query('SELECT message_text FROM messages WHERE account_id = $1 ORDER BY id', [of.accountId]);
const byPhone = (text: string, at: string, of = shop) =>
  written(of, ['wa_id', PHONE], {
    text,
    content: { body: text },
    person: { identities: [{ kind: 'wa_id', value: PHONE }], name: 'Zdenka', profile: {} },
    at: new Date(at),
  });

/** Everything that there can be of a person, of two contacts that were merged. */
async function muchOf(): Promise<string> {
  await arrive(app, byPhone('a sasquatch', '2026-03-14T09:00:00Z'));
  const id = await contactIdOf(app, shop, PHONE);
  const pageId = await metaIdOf(shop.assets.messenger);
  const item = { recipient: { id: pageId } };
  await delivered(
    app,
    aPageDelivery({
      id: pageId,
      messaging: [
        aMessengerItem({ ...item, sender: { id: PSID }, message: { mid: 'm.hers', text: 'some marzipan' } }),
        aMessengerItem({ ...item, sender: { id: '7002' }, message: { mid: 'm.his', text: 'his own' } }),
      ],
    }),
  );
  await shop.client.post(`${CONTACTS}/${id}/merge`, { contactId: await contactIdOf(app, shop, PSID) });
  await shop.client.patch(`${CONTACTS}/${id}`, { note: 'likes marzipan', attributes: { likes: 'marzipan' } });
  const [conversation]: { id: string }[] = await app.db.query(
    'SELECT id FROM conversations WHERE account_id = $1 AND contact_id = $2',
    [shop.accountId, id],
  );
  await app.db.query(
    `INSERT INTO conversation_notes (account_id, id, conversation_id, author_id, text) VALUES ($1, $2, $3, $4, 'sasquatch')`,
    [shop.accountId, newId(), conversation?.id, shop.user.id],
  );
  await app.db.query(
    `INSERT INTO message_media (account_id, id, message_id, asset_id, media_id, storage_key, state)
     SELECT account_id, $2, id, asset_id, '1', 'erased/' || id, 'stored' FROM messages
      WHERE account_id = $1 AND contact_id = $3`,
    [shop.accountId, newId(), id],
  );
  const group = written(shop, ['wa_id', PHONE], {
    groupId: 'group-1',
    text: 'marzipan for all',
    content: {},
  });
  await arrive(app, group, written(shop, ['wa_id', '16505550002'], { groupId: 'group-1', text: 'thanks' }));
  await app.db.transaction((tx) =>
    app.app.get(CommentStore).storeArrived(tx, [
      {
        accountId: shop.accountId,
        assetId: shop.assets.messenger,
        platform: 'facebook',
        externalId: 'c.1',
        postExternalId: 'p.1',
        parentExternalId: null,
        author: { id: PSID, name: 'Zdenka', username: null },
        byBusiness: false,
        text: 'marzipan!',
        attachment: null,
        at: new Date('2026-03-14T09:00:00Z'),
        asOf: new Date('2026-03-14T09:00:00Z'),
        isHidden: null,
        metadata: {},
      },
    ]),
  );
  await app.db.query(
    `INSERT INTO whatsapp_calls (account_id, id, phone_number_id, direction, wa_id, name, state)
     SELECT $1, $2, id, 'USER_INITIATED', $4, 'Zdenka', 'ended' FROM whatsapp_phone_numbers WHERE account_id = $1 AND id = $3`,
    [shop.accountId, newId(), shop.assetId, PHONE],
  );
  return id;
}

describe('removing everything there is of a person', () => {
  it('leaves no trace of them in any table, and everything of others as it was', async () => {
    await arrive(app, byPhone('theirs: a sasquatch', '2026-03-14T09:00:00Z', other));
    const id = await muchOf();
    await eventually(
      () => tracesOf(app, shop, SECRETS),
      (found) => found.includes('search_documents') || found.length > 5,
    );
    expect((await tracesOf(app, shop, SECRETS)).length).toBeGreaterThan(5);
    const result = await erased(id);
    expect(result.removed).toMatchObject({ messages: 2, groupMessages: 1, comments: 1, contacts: 2 });
    // The search index and the outbox follow a moment later.
    await eventually(
      () => tracesOf(app, shop, SECRETS),
      (found) => found.length === 0,
      { timeoutMs: 30_000 },
    );
    expect((await messagesOf(shop)).map((row) => row.message_text)).toEqual(['his own', null, 'thanks']);
    expect(await messagesOf(other)).toHaveLength(1);
    const [file]: { count: number }[] = await app.db.query(
      `SELECT count(*)::int AS count FROM media_removals WHERE storage_key LIKE 'erased/%'`,
    );
    expect(file?.count).toBeLessThanOrEqual(1);
    expect((await shop.client.get(`${CONTACTS}/${id}`)).status).toBe(404);
    expect((await erase(id)).status).toBe(404);
    expect(
      await app.db.query(
        `SELECT payload ->> 'contactId' AS id FROM domain_events WHERE account_id = $1 AND kind = 'contact.erased'`,
        [shop.accountId],
      ),
    ).toContainEqual({ id });
  });

  it('does not bring back with a replay what they did before; later they are somebody new', async () => {
    const id = await muchOf();
    await erased(id);
    const before = (await messagesOf(shop)).length;
    // The delivery itself has nothing of the person any more, and another one that says the same has no effect.
    await app.db.query(`UPDATE webhook_deliveries SET state = 'pending', next_attempt_at = now()`);
    await arrive(app, byPhone('a sasquatch', '2026-03-14T09:00:00Z'));
    const pageId = await metaIdOf(shop.assets.messenger);
    await delivered(
      app,
      aPageDelivery({
        id: pageId,
        messaging: [
          aMessengerItem({
            sender: { id: PSID },
            recipient: { id: pageId },
            timestamp: Date.parse('2026-03-14T09:00:00Z'),
            message: { mid: 'm.again', text: 'some marzipan' },
          }),
        ],
      }),
    );
    expect(await messagesOf(shop)).toHaveLength(before);
    await arrive(app, byPhone('hello again', new Date(Date.now() + 60_000).toISOString()));
    const later = await contactIdOf(app, shop, PHONE);
    expect(later).not.toBe(id);
    expect((await shop.client.get(`${CONTACTS}/${later}`)).body.data).toMatchObject({
      name: 'Zdenka',
      note: null,
    });
  });

  it('keeps the figures, also when they are counted again', async () => {
    await arrive(
      app,
      byPhone('a sasquatch', '2026-03-14T09:00:00Z'),
      written(shop, ['wa_id', '16505550002']),
    );
    const received = async (): Promise<number> => {
      const [row]: { sum: number }[] = await app.db.query(
        `SELECT coalesce(sum(received), 0)::int AS sum FROM message_metrics WHERE account_id = $1 AND dimension = 'account'
            AND grain = 'day'`,
        [shop.accountId],
      );
      return row?.sum ?? 0;
    };
    await eventually(received, (sum) => sum === 2);
    await erased(await contactIdOf(app, shop, PHONE));
    expect(await received()).toBe(2);
    await new MetricsRebuild(app.db, new CaseCounting()).run({ accountId: shop.accountId });
    expect(await received()).toBe(2);
  });

  it('takes back what waits to be sent to them, and waits for what is under way', async () => {
    const order = (text: string) =>
      app.db.transaction((tx) =>
        app.app.get(SendLedger).order(
          tx,
          aSendOrder(shop, {
            text,
            person: { identities: [{ kind: 'wa_id', value: PHONE }], name: null, profile: {} },
            sendAt: new Date(Date.now() + 3_600_000),
          }),
        ),
      );
    const waiting = await order('later');
    const underWay = await order('now');
    await app.db.query(
      `UPDATE message_sends SET state = 'sending', started_at = now() WHERE account_id = $1 AND message_id = $2`,
      [shop.accountId, underWay.messageId],
    );
    const answer = await erase(await contactIdOf(app, shop, PHONE));
    await eventually(
      () => messagesOf(shop),
      (rows) => rows.length === 1,
    );
    const status = await app.db.query(
      `SELECT payload ->> 'status' AS status, payload -> 'error' ->> 'code' AS code FROM domain_events
        WHERE account_id = $1 AND kind = 'message.status' AND payload ->> 'messageId' = $2`,
      [shop.accountId, waiting.messageId satisfies MessageId],
    );
    expect(status).toEqual([{ status: 'failed', code: 'CANCELLED' }]);
    const { erasureId } = answer.body.data;
    const get = async () =>
      (await shop.client.get<ErasureView>(`${CONTACTS}/erasures/${erasureId}`)).body.data;
    expect((await get()).status).toBe('running');
    expect((await shop.client.get(`/api/meta/conversations/${underWay.conversationId}`)).status).toBe(404);
    // The same again is the same erasure.
    expect((await erase(underWay.contactId ?? '')).body.data.erasureId).toBe(erasureId);
    await app.db.query(
      `UPDATE message_sends SET state = 'accepted', finished_at = now() WHERE account_id = $1 AND message_id = $2`,
      [shop.accountId, underWay.messageId],
    );
    await app.db.query('UPDATE contact_erasures SET next_run_at = now() WHERE id = $1', [erasureId]);
    await eventually(get, ({ status: state }) => state === 'completed', { timeoutMs: 30_000 });
    expect(await messagesOf(shop)).toEqual([]);
  });

  it('is for owners, and admins who are members', async () => {
    await arrive(app, byPhone('Hi', '2026-03-14T09:00:00Z'));
    const id = await contactIdOf(app, shop, PHONE);
    const [member, boss, stranger] = [
      await admin.createUser('agent'),
      await admin.createUser('admin'),
      await admin.createUser('admin'),
    ];
    await aMember(app, shop, member);
    await aMember(app, shop, boss);
    expect((await erase(id, app.api.as(member))).body.error.code).toBe('FORBIDDEN');
    expect((await erase(id, app.api.as(stranger))).status).toBe(404);
    expect((await erase(id, other.client)).status).toBe(404);
    const answer = await erase(id, app.api.as(boss));
    expect(answer.status).toBe(202);
    const path = `${CONTACTS}/erasures/${answer.body.data.erasureId}`;
    expect((await app.api.as(member).get(path)).status).toBe(200);
    expect((await other.client.get(path)).status).toBe(404);
    // Nothing of them is shown from that moment on.
    expect((await shop.client.get(`${CONTACTS}/${id}`)).status).toBe(404);
  });
});
