import { SEED } from '../../sandbox/world-seed';
import { TokenCipher } from '../../src/crypto/token-cipher';
import type { AccountId } from '../../src/database/ids';
import { TokenReencryption } from '../../src/meta-auth/token-reencryption.service';
import { SubscriptionCheckService } from '../../src/webhooks/gaps/subscription-check.service';
import { WebhookSubscriberRegistry } from '../../src/webhooks/webhook-subscriber.registry';
import type { ApiAnswer, ApiBody, ApiClient } from '../api-client';
import { eventually } from '../eventually';
import { PAGES, type PageView, pagesAccount } from '../factories/facebook-pages.factory';
import { sandboxOf } from '../factories/meta-login';
import { type TestApp, startTestApp } from '../test-app';

const problem = ({ status, body }: ApiAnswer<ApiBody<unknown>>) => ({
  status,
  code: body.error.code,
  details: body.error.details,
});

describe('Facebook Pages', () => {
  let app: TestApp;
  let admin: ApiClient;
  let client: ApiClient;
  beforeAll(async () => {
    app = await startTestApp({ sandbox: true, env: { META_TIMEOUT_MS: '2000' } });
    admin = app.api.as(await app.api.registerAdmin());
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    client = app.api.as(await admin.createUser('agent'));
    await app.db.query('DELETE FROM assets');
    sandboxOf(app).reset();
    sandboxOf(app).clearFaults();
    sandboxOf(app).clearCalls();
  });

  const list = async (who: ApiClient = client, query = ''): Promise<PageView[]> => {
    const answer = await who.get<{ pages: PageView[] }>(`${PAGES}${query}`);
    expect(answer.status).toBe(200);
    return answer.body.data.pages;
  };
  const pageNamed = async (pageId: string, who: ApiClient = client): Promise<PageView> =>
    (await list(who)).find((page) => page.pageId === pageId)!;
  const connectPage = async (
    pageId: string = SEED.pageId,
    who: ApiClient = client,
  ): Promise<ApiAnswer<ApiBody<PageView>>> => who.post<PageView>(`${PAGES}/${pageId}/connect`);
  const storedToken = async (pageId: string = SEED.pageId): Promise<string | null> => {
    const rows: { access_token: string }[] = await app.db.query(
      'SELECT access_token FROM facebook_pages WHERE page_id = $1 AND access_token IS NOT NULL',
      [pageId],
    );
    expect(rows.length).toBeLessThan(2);
    return rows[0]?.access_token ?? null;
  };
  const owners = async (pageId: string = SEED.pageId): Promise<unknown[]> =>
    app.db.query('SELECT 1 FROM assets WHERE meta_id = $1 AND released_at IS NULL', [pageId]);
  const subscriptionsOf = (pageId: string = SEED.pageId) =>
    sandboxOf(app).calls({ method: 'POST', path: new RegExp(`^/${pageId}/subscribed_apps$`) });

  describe('the list', () => {
    it('has every Page of the person, with what the specification says and what may be done there', async () => {
      const accountId = await pagesAccount(app, client);
      const pages = await list();
      expect(pages.map(({ pageId }) => pageId).sort()).toEqual([SEED.pageId, SEED.secondPageId].sort());
      expect(pages.find(({ pageId }) => pageId === SEED.pageId)).toEqual({
        id: expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown,
        pageId: SEED.pageId,
        name: 'Demo Page',
        category: 'Product/service',
        pictureUrl: `https://scontent.example/${SEED.pageId}.jpg`,
        status: 'available',
        statusReason: null,
        obstacle: null,
        policyAction: null,
        policyReason: null,
        policyAt: null,
        appRoles: null,
        healthCheckedAt: null,
        createdAt: expect.any(String) as unknown,
        accountId,
        tasks: ['ADVERTISE', 'ANALYZE', 'CREATE_CONTENT', 'MESSAGING', 'MODERATE', 'MANAGE'],
        instagramId: SEED.instagramId,
        subscribedFields: [],
        lastSeenSubscribedAt: null,
        connectedAt: null,
        syncedAt: expect.any(String) as unknown,
      });
      expect(await owners()).toEqual([]);
    });

    it('is read from Meta once, again on demand, and again when it is old', async () => {
      await pagesAccount(app, client, { targets: 'all' });
      const reads = () => sandboxOf(app).calls({ path: /^\/me\/accounts$/ }).length;
      const first = await list();
      await list();
      expect(reads()).toBe(1);
      sandboxOf(app).createPage({ name: 'New Page' });
      expect((await list(client, '?refresh=true')).map(({ name }) => name)).toContain('New Page');
      expect(reads()).toBe(2);
      await app.db.query(`UPDATE facebook_pages SET synced_at = now() - interval '2 hours'`);
      const later = await list();
      expect(reads()).toBe(3);
      expect(later.map(({ id }) => id)).toEqual(expect.arrayContaining(first.map(({ id }) => id)));
    });

    it('has Pages that only a business leads to, and those of several pages of Meta’s list', async () => {
      const { id: hidden } = sandboxOf(app).createPage({
        name: 'Business Page',
        personId: null,
        ownerBusinessId: SEED.businessId,
      });
      for (let n = 0; n < 120; n++) sandboxOf(app).createPage({ name: `Page ${n}` });
      await pagesAccount(app, client);
      const pages = await list();
      expect(pages).toHaveLength(123);
      expect(pages.map(({ pageId }) => pageId)).toContain(hidden);
    });

    it('answers from what is stored when Meta fails, but not to somebody who asked for news', async () => {
      await pagesAccount(app, client);
      await list();
      await app.db.query(`UPDATE facebook_pages SET synced_at = now() - interval '2 hours'`);
      sandboxOf(app).failNext({ path: '/me/accounts$', status: 503, times: 100 });
      expect(await list()).toHaveLength(2);
      expect((await client.get(`${PAGES}?refresh=true`)).status).toBe(503);
    });

    it('leaves out a Page whose role was taken away', async () => {
      await pagesAccount(app, client);
      await list();
      sandboxOf(app).removePageRole({ pageId: SEED.secondPageId });
      await app.db.query(`UPDATE facebook_pages SET synced_at = now() - interval '2 hours'`);
      const { id: ownerBusinessId } = sandboxOf(app).createBusiness({ name: 'Somebody else' });
      sandboxOf(app).updatePage(SEED.secondPageId, { ownerBusinessId });
      expect((await list()).map(({ pageId }) => pageId)).toEqual([SEED.pageId]);
    });

    it('names the missing permission', async () => {
      await pagesAccount(app, client, { decline: ['pages_show_list'] });
      expect(problem(await client.get(PAGES))).toMatchObject({
        status: 424,
        code: 'META_REAUTH_REQUIRED',
        details: { missingPermission: 'pages_show_list' },
      });
    });

    it('is empty for a login by Instagram, and Meta is not asked', async () => {
      const accountId = await pagesAccount(app, client);
      await app.db.query(`UPDATE meta_accounts SET login_kind = 'instagram' WHERE id = $1`, [accountId]);
      expect(await list()).toEqual([]);
      expect(sandboxOf(app).calls({ path: /accounts$/ })).toEqual([]);
    });

    it('asks which account is meant, refuses what it does not know, and is for users', async () => {
      expect((await client.get(PAGES)).body.error.code).toBe('ACCOUNT_NOT_FOUND');
      await pagesAccount(app, client);
      const tenant = sandboxOf(app).createTenant({ name: 'Other', displayPhoneNumber: '+1 555-078-7777' });
      const second = await pagesAccount(app, client, { personId: tenant.personId });
      expect(problem(await client.get(PAGES))).toMatchObject({ status: 409, code: 'ACCOUNT_AMBIGUOUS' });
      expect(await list(client, `?accountId=${second}`)).toEqual([]);
      expect((await client.get(`${PAGES}?page=1`)).status).toBe(400);
      expect((await app.api.get(PAGES)).status).toBe(401);
    });
  });

  describe('connecting', () => {
    it('stores the encrypted token, claims the Page and subscribes its webhooks', async () => {
      await pagesAccount(app, client);
      const answer = await connectPage();
      expect(answer.status).toBe(200);
      const page = await pageNamed(SEED.pageId);
      expect(answer.body.data).toMatchObject({ id: page.id, pageId: SEED.pageId, status: 'connected' });
      expect(page).toMatchObject({
        status: 'connected',
        connectedAt: expect.any(String) as unknown,
        lastSeenSubscribedAt: expect.any(String) as unknown,
      });
      expect(page.subscribedFields).toEqual(
        expect.arrayContaining([
          'messages',
          'message_echoes',
          'message_reads',
          'messaging_postbacks',
          'feed',
        ]),
      );
      expect(await owners()).toHaveLength(1);
      expect(subscriptionsOf()).toHaveLength(1);
      const pageTokens = sandboxOf(app)
        .tokens()
        .filter(({ kind }) => kind === 'PAGE');
      expect(pageTokens.length).toBeGreaterThan(0);
      const stored = await storedToken();
      for (const { token } of pageTokens) expect(stored).not.toContain(token);
      expect(answer.text).not.toContain('token');
    });

    it('finds the Page by our id too, changes nothing when it is done again, and renews the token', async () => {
      await pagesAccount(app, client);
      const { id } = await pageNamed(SEED.pageId);
      const first = await client.post<PageView>(`${PAGES}/${id}/connect`);
      const token = await storedToken();
      const second = await connectPage();
      expect(second.body.data).toMatchObject({ id, connectedAt: first.body.data.connectedAt });
      expect(await storedToken()).not.toBe(token);
      expect(await owners()).toHaveLength(1);
    });

    it.each([
      ['MESSAGING', ['MODERATE', 'MANAGE', 'ANALYZE'], ['MESSAGING']],
      ['MODERATE', ['MESSAGING'], ['MODERATE']],
      ['all of them', ['ANALYZE'], ['MESSAGING', 'MODERATE']],
    ])('without the task %s says so, and stores and subscribes nothing', async (_, tasks, missingTasks) => {
      sandboxOf(app).updatePage(SEED.pageId, { tasks });
      await pagesAccount(app, client);
      expect(problem(await connectPage())).toMatchObject({
        status: 424,
        code: 'META_REAUTH_REQUIRED',
        details: { missingTasks },
      });
      expect([await owners(), await storedToken(), subscriptionsOf()]).toEqual([[], null, []]);
    });

    it('without a token says so', async () => {
      sandboxOf(app).updatePage(SEED.pageId, { withholdsToken: true });
      await pagesAccount(app, client);
      const answer = await connectPage();
      expect(answer.status).toBe(424);
      expect(answer.body.error.message).toContain('no token');
      expect(await owners()).toEqual([]);
    });

    it.each(['pages_messaging', 'pages_manage_metadata'])(
      'without the permission %s names it, and stores nothing',
      async (permission) => {
        await pagesAccount(app, client, { decline: [permission] });
        expect(problem(await connectPage())).toMatchObject({
          status: 424,
          code: 'META_REAUTH_REQUIRED',
          details: { missingPermission: permission },
        });
        expect([await owners(), await storedToken()]).toEqual([[], null]);
      },
    );

    it('stores nothing when Meta does not keep the subscription', async () => {
      await pagesAccount(app, client);
      sandboxOf(app).failNext({
        method: 'POST',
        path: 'subscribed_apps$',
        status: 200,
        body: '{"success":true}',
      });
      expect(problem(await connectPage())).toMatchObject({ status: 409, code: 'CONFLICT' });
      expect([await owners(), await storedToken()]).toEqual([[], null]);
    });

    it('does without a field that this Graph version does not have', async () => {
      await pagesAccount(app, client);
      sandboxOf(app).failNext({
        method: 'POST',
        path: 'subscribed_apps$',
        code: 100,
        message: '(#100) Param subscribed_fields[2] must be one of {messages, FEED} - got "message_edits".',
      });
      const answer = await connectPage();
      expect(answer.body.data.subscribedFields).toEqual(['messages', 'feed']);
    });

    it('of a Page that is another account’s is refused before Meta is asked to subscribe it', async () => {
      await pagesAccount(app, client);
      await connectPage();
      const other = app.api.as(await admin.createUser('agent'));
      await pagesAccount(app, other);
      sandboxOf(app).clearCalls();
      expect(problem(await connectPage(SEED.pageId, other))).toMatchObject({ status: 409, code: 'CONFLICT' });
      expect(subscriptionsOf()).toEqual([]);
      expect((await pageNamed(SEED.pageId, other)).status).toBe('available');
    });

    it('of a Page that the account cannot see, or that does not exist, is not found', async () => {
      await pagesAccount(app, client);
      const { id } = sandboxOf(app).createPage({ name: 'Secret', personId: null });
      for (const pageId of [id, '42', '0199f3a2-7c1e-7b52-9d6b-3f1f8f4f2a10'])
        expect(problem(await connectPage(pageId))).toMatchObject({ status: 404, code: 'NOT_FOUND' });
      expect((await connectPage('me')).status).toBe(400);
    });

    it('asks which account is meant when several have the Page, and takes the one that is named', async () => {
      const first = await pagesAccount(app, client);
      await list();
      const { id: personId } = sandboxOf(app).createPerson({ name: 'Second', pageIds: [SEED.pageId] });
      const second = await pagesAccount(app, client, { personId });
      await list(client, `?accountId=${second}`);
      expect(problem(await connectPage())).toMatchObject({
        status: 409,
        code: 'ACCOUNT_AMBIGUOUS',
        details: { parameter: 'accountId' },
      });
      const answer = await client.post<PageView>(`${PAGES}/${SEED.pageId}/connect`, { accountId: second });
      expect(answer.body.data.accountId).toBe(second);
      expect(answer.body.data.accountId).not.toBe(first);
    });

    it('is not for viewers, nor for other people’s Pages', async () => {
      await pagesAccount(app, client);
      const { id } = await pageNamed(SEED.pageId);
      const viewer = app.api.as(await admin.createUser('viewer'));
      expect((await connectPage(SEED.pageId, viewer)).status).toBe(403);
      const stranger = app.api.as(await admin.createUser('agent'));
      await pagesAccount(app, stranger, {
        personId: sandboxOf(app).createPerson({ name: 'Stranger' }).id,
      });
      expect((await stranger.post(`${PAGES}/${id}/connect`)).status).toBe(404);
      expect((await stranger.delete(`${PAGES}/${id}`)).status).toBe(404);
    });
  });

  describe('disconnecting', () => {
    it('ends the subscription, forgets the token and frees the Page for others', async () => {
      await pagesAccount(app, client);
      await connectPage();
      const answer = await client.delete(`${PAGES}/${SEED.pageId}`);
      expect(answer).toMatchObject({
        status: 200,
        body: { data: { pageId: SEED.pageId, status: 'available', unsubscribedAtMeta: true } },
      });
      expect(await pageNamed(SEED.pageId)).toMatchObject({ status: 'available', subscribedFields: [] });
      expect([await owners(), await storedToken()]).toEqual([[], null]);
      expect(sandboxOf(app).calls({ method: 'DELETE', path: /subscribed_apps$/ })).toHaveLength(1);
      expect((await client.delete(`${PAGES}/${SEED.pageId}`)).status).toBe(404);

      const other = app.api.as(await admin.createUser('agent'));
      await pagesAccount(app, other);
      expect((await connectPage(SEED.pageId, other)).status).toBe(200);
    });

    it('happens although Meta refuses', async () => {
      await pagesAccount(app, client);
      await connectPage();
      sandboxOf(app).failNext({ method: 'DELETE', path: 'subscribed_apps$', code: 200, times: 10 });
      const answer = await client.delete(`${PAGES}/${SEED.pageId}`);
      expect(answer).toMatchObject({ status: 200, body: { data: { unsubscribedAtMeta: false } } });
      expect([await owners(), await storedToken()]).toEqual([[], null]);
    });

    it('leaves the subscription to a linked Instagram account that is connected', async () => {
      const accountId = await pagesAccount(app, client);
      await connectPage();
      await app.db.query(
        `INSERT INTO assets (account_id, id, kind, meta_id) VALUES ($1, gen_random_uuid(), 'instagram', $2)`,
        [accountId, SEED.instagramId],
      );
      const answer = await client.delete(`${PAGES}/${SEED.pageId}`);
      expect(answer.body.data).toMatchObject({ unsubscribedAtMeta: false });
      expect(sandboxOf(app).calls({ method: 'DELETE', path: /subscribed_apps$/ })).toEqual([]);
      await app.db.query(`DELETE FROM assets WHERE kind = 'instagram'`);
    });

    it('the account leaves no token of its Pages behind', async () => {
      const accountId = await pagesAccount(app, client);
      await connectPage();
      expect((await client.delete(`/api/meta/auth/accounts/${accountId}`)).status).toBe(200);
      await eventually(storedToken, (token) => token === null);
    });
  });

  describe('its token', () => {
    const check = async (accountId: string): Promise<void> =>
      app.app.get(SubscriptionCheckService).checkAccount(accountId as AccountId);
    const killPageTokens = (): void => {
      for (const { kind, token } of sandboxOf(app).tokens())
        if (kind === 'PAGE') sandboxOf(app).revokeToken(token);
    };

    it('is replaced without anybody noticing when Meta gives another one', async () => {
      const accountId = await pagesAccount(app, client);
      await connectPage();
      const before = await storedToken();
      killPageTokens();
      await check(accountId);
      expect(await pageNamed(SEED.pageId)).toMatchObject({ status: 'connected', statusReason: null });
      expect(await storedToken()).not.toBe(before);
    });

    it('marks the Page when it is dead for good, and no more once it works again', async () => {
      const accountId = await pagesAccount(app, client);
      await connectPage();
      killPageTokens();
      sandboxOf(app).updatePage(SEED.pageId, { withholdsToken: true });
      await check(accountId);
      const marked = await pageNamed(SEED.pageId);
      expect(marked).toMatchObject({
        status: 'reauth_required',
        statusReason: expect.any(String) as unknown,
      });
      sandboxOf(app).updatePage(SEED.pageId, { withholdsToken: false });
      await check(accountId);
      expect(await pageNamed(SEED.pageId)).toMatchObject({ status: 'connected', statusReason: null });
    });

    it('is brought under a new key with the other secrets, and opens for its own Page only', async () => {
      const accountId = await pagesAccount(app, client);
      await connectPage();
      await connectPage(SEED.secondPageId);
      const counts = await new TokenReencryption(app.db, app.app.get(TokenCipher)).run();
      expect(counts).toContainEqual(
        expect.objectContaining({ table: 'facebook_pages', column: 'access_token', unreadable: 0 }),
      );
      expect(counts.find(({ table }) => table === 'facebook_pages')?.current).toBe(2);
      await app.db.query(
        `UPDATE facebook_pages SET access_token = (SELECT access_token FROM facebook_pages WHERE page_id = $2)
          WHERE page_id = $1 AND access_token IS NOT NULL`,
        [SEED.pageId, SEED.secondPageId],
      );
      sandboxOf(app).clearCalls();
      const found = await app.app
        .get(WebhookSubscriberRegistry)
        .of('page')!
        .checkAssets(accountId as AccountId);
      expect(found).toContainEqual(
        expect.objectContaining({
          asset: { kind: 'page', metaId: SEED.pageId },
          state: 'unreadable',
          problem: expect.stringContaining('could not be decrypted') as unknown,
        }),
      );
      expect(sandboxOf(app).calls({ path: new RegExp(SEED.pageId) })).toEqual([]);
    });
  });

  describe('its subscription', () => {
    const subscriber = () => app.app.get(WebhookSubscriberRegistry).of('page')!;
    const states = async (accountId: string) =>
      (await subscriber().checkAssets(accountId as AccountId)).map(({ asset, state }) => [
        asset.metaId,
        state,
      ]);

    it('is looked at Page by Page, and covers the linked Instagram account', async () => {
      const accountId = await pagesAccount(app, client);
      await connectPage();
      await connectPage(SEED.secondPageId);
      const found = await subscriber().checkAssets(accountId as AccountId);
      expect(found.map(({ covers }) => covers.map(({ kind, metaId }) => `${kind} ${metaId}`))).toEqual(
        expect.arrayContaining([
          [`page ${SEED.pageId}`, `instagram ${SEED.instagramId}`],
          [`page ${SEED.secondPageId}`],
        ]),
      );
      sandboxOf(app).unsubscribe({ pageId: SEED.pageId });
      expect(Object.fromEntries(await states(accountId))).toEqual({
        [SEED.pageId]: 'missing',
        [SEED.secondPageId]: 'subscribed',
      });
      await subscriber().subscribeAssets(accountId as AccountId);
      expect(Object.fromEntries(await states(accountId))).toEqual({
        [SEED.pageId]: 'subscribed',
        [SEED.secondPageId]: 'subscribed',
      });
    });

    it('is missing when fields are, and unreadable when Meta fails', async () => {
      const accountId = await pagesAccount(app, client);
      await connectPage();
      const { token } = sandboxOf(app).issueToken({ pageId: SEED.pageId });
      await fetch(
        `${app.sandbox?.url ?? ''}/v26.0/${SEED.pageId}/subscribed_apps?subscribed_fields=feed&access_token=${token}`,
        { method: 'POST' },
      );
      expect(await states(accountId)).toEqual([[SEED.pageId, 'missing']]);
      sandboxOf(app).failNext({ method: 'GET', path: 'subscribed_apps$', code: 2, times: 20 });
      expect(await states(accountId)).toEqual([[SEED.pageId, 'unreadable']]);
    });

    it('gets the fields that the configuration asks for beside those that are always there', async () => {
      const accountId = await pagesAccount(app, client);
      await connectPage();
      await client.post('/api/meta/webhook/configure', {
        verifyToken: 'a-verify-token',
        fields: { messages: true, ratings: true },
      });
      expect((await pageNamed(SEED.pageId)).subscribedFields).toEqual(
        expect.arrayContaining(['ratings', 'messages', 'feed']),
      );
      expect(accountId).toEqual(expect.any(String));
    });
  });
});
