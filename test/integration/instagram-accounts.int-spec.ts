import { SEED } from '../../sandbox/world-seed';
import type { AccountId } from '../../src/database/ids';
import { SubscriptionCheckService } from '../../src/webhooks/gaps/subscription-check.service';
import { WebhookSubscriberRegistry } from '../../src/webhooks/webhook-subscriber.registry';
import type { ApiAnswer, ApiBody, ApiClient } from '../api-client';
import { eventually } from '../eventually';
import { PAGES } from '../factories/facebook-pages.factory';
import {
  INSTAGRAM_ACCOUNTS,
  INSTAGRAM_LOGIN_ENV,
  INSTAGRAM_SCOPES,
  type InstagramView,
  anInstagramOwner,
  instagramLogin,
  linkedAccount,
} from '../factories/instagram-accounts.factory';
import { sandboxOf } from '../factories/meta-login';
import { gapsIn } from '../factories/webhook-gaps.factory';
import { type TestApp, startTestApp } from '../test-app';

const problem = ({ status, body }: ApiAnswer<ApiBody<unknown>>) => ({
  status,
  code: body.error.code,
  message: body.error.message,
});

describe('Instagram accounts', () => {
  let app: TestApp;
  let admin: ApiClient;
  let client: ApiClient;
  beforeAll(async () => {
    app = await startTestApp({ sandbox: true, env: { META_TIMEOUT_MS: '2000', ...INSTAGRAM_LOGIN_ENV } });
    admin = app.api.as(await app.api.registerAdmin());
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    client = app.api.as(await admin.createUser('agent'));
    await app.db.query('DELETE FROM meta_accounts');
    sandboxOf(app).reset();
    sandboxOf(app).clearFaults();
    sandboxOf(app).clearCalls();
  });

  const list = async (who: ApiClient = client, query = ''): Promise<InstagramView[]> => {
    const answer = await who.get<{ accounts: InstagramView[] }>(`${INSTAGRAM_ACCOUNTS}${query}`);
    expect(answer.status).toBe(200);
    return answer.body.data.accounts;
  };
  const connectInstagram = async (
    ref: string = SEED.instagramId,
    who: ApiClient = client,
    body?: Record<string, unknown>,
  ): Promise<ApiAnswer<ApiBody<InstagramView>>> =>
    who.post<InstagramView>(`${INSTAGRAM_ACCOUNTS}/${ref}/connect`, body);
  const owners = async (): Promise<unknown[]> =>
    app.db.query('SELECT 1 FROM assets WHERE meta_id = $1 AND released_at IS NULL', [SEED.instagramId]);
  const subscriber = () => app.app.get(WebhookSubscriberRegistry).of('instagram')!;
  const calls = (path: RegExp, method: string) => sandboxOf(app).calls({ method, path }).length;

  describe('the list', () => {
    it('has what the specification says of the accounts that are linked to the person’s Pages', async () => {
      const accountId = await linkedAccount(app, client);
      expect(await list()).toEqual([
        {
          id: expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown,
          igAccountId: SEED.instagramId,
          username: 'demo.shop',
          name: expect.any(String) as unknown,
          profilePicture: `https://scontent.example/${SEED.instagramId}.jpg`,
          status: 'available',
          statusReason: null,
          createdAt: expect.any(String) as unknown,
          accountId,
          pageId: SEED.pageId,
          pageName: 'Demo Page',
          connectedAt: null,
          healthCheckedAt: null,
          syncedAt: expect.any(String) as unknown,
        },
      ]);
      expect(await owners()).toEqual([]);
    });

    it('is read from Meta once, on demand and when it is old; what is gone leaves it', async () => {
      await linkedAccount(app, client, {
        targets: 'all',
        scopes: [...INSTAGRAM_SCOPES, 'business_management'],
      });
      const reads = () => calls(/^\/me\/accounts$/, 'GET');
      const [first] = await list();
      await list();
      expect(reads()).toBe(1);
      sandboxOf(app).createPage({ name: 'New', instagramUsername: 'new.shop' });
      expect((await list(client, '?refresh=true')).map(({ username }) => username)).toEqual([
        'demo.shop',
        'new.shop',
      ]);
      sandboxOf(app).updatePage(SEED.pageId, { instagramId: null });
      await app.db.query(`UPDATE instagram_accounts SET synced_at = now() - interval '2 hours'`);
      expect((await list()).map(({ username }) => username)).toEqual(['new.shop']);
      expect(reads()).toBe(3);
      sandboxOf(app).updatePage(SEED.pageId, { instagramId: SEED.instagramId });
      expect((await list(client, '?refresh=true')).map(({ id }) => id)).toContain(first!.id);
    });

    it('is shown as it was when Meta does not answer, but not to those who asked for a new one', async () => {
      await linkedAccount(app, client);
      await list();
      await app.db.query(`UPDATE instagram_accounts SET synced_at = now() - interval '2 hours'`);
      sandboxOf(app).failNext({ path: '^/me/accounts$', status: 503, times: 20 });
      expect(await list()).toHaveLength(1);
      const refused = await client.get(`${INSTAGRAM_ACCOUNTS}?refresh=true`);
      expect(problem(refused)).toMatchObject({ status: 503, code: 'META_UNAVAILABLE' });
    });

    it('makes nobody choose between logins where only one of them can have what is asked for', async () => {
      await instagramLogin(app, client);
      const pages = '/api/meta/facebook/pages';
      const none = await client.get<{ pages: unknown[] }>(pages);
      expect(none.body.data.pages).toEqual([]);
      await linkedAccount(app, client);
      const some = await client.get<{ pages: unknown[] }>(pages);
      expect(some.body.data.pages.length).toBeGreaterThan(0);
      // This login has no permission for WhatsApp, and is the one that is meant all the same.
      expect(problem(await client.get('/api/meta/whatsapp/account'))).toMatchObject({
        code: 'META_REAUTH_REQUIRED',
      });
      expect(problem(await client.get(INSTAGRAM_ACCOUNTS))).toMatchObject({ code: 'ACCOUNT_AMBIGUOUS' });
    });

    it('has the one account of an Instagram Login, and personal ones never', async () => {
      const accountId = await instagramLogin(app, client);
      expect(await list()).toMatchObject([
        {
          igAccountId: SEED.instagramId,
          username: 'demo.shop',
          pageId: null,
          accountId,
          status: 'available',
        },
      ]);
      const other = app.api.as(await admin.createUser('agent'));
      sandboxOf(app).updatePage(SEED.pageId, { instagramId: null });
      sandboxOf(app).createPage({ name: 'P', instagramUsername: 'private', instagramIsPersonal: true });
      await linkedAccount(app, other);
      expect(await list(other)).toEqual([]);
    });

    it('asks which connected account is meant, and shows nobody else’s', async () => {
      expect(problem(await client.get(INSTAGRAM_ACCOUNTS))).toMatchObject({
        status: 404,
        code: 'ACCOUNT_NOT_FOUND',
      });
      const first = await linkedAccount(app, client);
      await instagramLogin(app, client);
      expect(problem(await client.get(INSTAGRAM_ACCOUNTS))).toMatchObject({ code: 'ACCOUNT_AMBIGUOUS' });
      expect(await list(client, `?accountId=${first}`)).toHaveLength(1);
      const stranger = app.api.as(await admin.createUser('agent'));
      expect(problem(await stranger.get(`${INSTAGRAM_ACCOUNTS}?accountId=${first}`))).toMatchObject({
        status: 404,
      });
    });
  });

  describe('connecting', () => {
    it('through a Page claims the account, subscribes the Page and reads that back', async () => {
      await linkedAccount(app, client);
      const [{ id } = { id: '' }] = await list();
      const answer = await connectInstagram(id);
      expect(answer.status).toBe(200);
      expect(answer.body.data).toMatchObject({
        id,
        igAccountId: SEED.instagramId,
        status: 'connected',
        connectedAt: expect.any(String) as unknown,
      });
      expect(await owners()).toHaveLength(1);
      expect(calls(new RegExp(`^/${SEED.pageId}/subscribed_apps$`), 'POST')).toBe(1);
      expect(await list()).toMatchObject([{ status: 'connected' }]);
      // Once more mends, and changes nothing here.
      expect((await connectInstagram()).body.data).toMatchObject({
        id,
        connectedAt: answer.body.data.connectedAt,
      });
      expect(calls(new RegExp(`^/${SEED.pageId}/subscribed_apps$`), 'POST')).toBe(1);
    });

    it('takes none of its fields from a Page that is connected as well', async () => {
      await linkedAccount(app, client);
      const page = await client.post<{ subscribedFields: string[] }>(`${PAGES}/${SEED.pageId}/connect`);
      expect(page.status).toBe(200);
      expect((await connectInstagram()).status).toBe(200);
      sandboxOf(app).unsubscribe({ pageId: SEED.pageId });
      expect((await connectInstagram()).status).toBe(200);
      const checked = await app.app
        .get(WebhookSubscriberRegistry)
        .of('page')!
        .checkAssets((await list())[0]!.accountId as AccountId);
      expect(checked).toMatchObject([{ state: 'subscribed' }]);
    });

    it('by Instagram Login subscribes the account itself, to the fields that its permissions allow', async () => {
      const accountId = await instagramLogin(app, client, {
        scopes: ['instagram_business_basic', 'instagram_business_manage_messages'],
      });
      const answer = await connectInstagram();
      expect(answer.body.data).toMatchObject({ status: 'connected', pageId: null });
      const [call] = sandboxOf(app).calls({ method: 'POST', path: /subscribed_apps$/ });
      expect(JSON.stringify(call)).toContain('messages');
      expect(JSON.stringify(call)).not.toContain('comments');
      expect(await subscriber().checkAssets(accountId as AccountId)).toMatchObject([
        { state: 'subscribed', covers: [{ kind: 'instagram', metaId: SEED.instagramId }] },
      ]);
    });

    it('is refused where Meta refuses the calls that will be made, and then nothing is stored', async () => {
      await linkedAccount(app, client, {
        scopes: INSTAGRAM_SCOPES.filter((scope) => scope !== 'instagram_manage_messages'),
      });
      expect(problem(await connectInstagram())).toMatchObject({ status: 424, code: 'META_REAUTH_REQUIRED' });
      sandboxOf(app).updatePage(SEED.pageId, { withholdsToken: true });
      const withheld = problem(await connectInstagram());
      expect(withheld).toMatchObject({ status: 424 });
      expect(withheld.message).toContain('Page');
      expect(await list()).toMatchObject([{ status: 'available' }]);
      expect(await owners()).toEqual([]);
    });

    it('is not done as long as Meta does not list the subscription', async () => {
      await linkedAccount(app, client);
      sandboxOf(app).failNext({
        method: 'POST',
        path: '/subscribed_apps$',
        status: 200,
        body: '{"success":true}',
      });
      expect(problem(await connectInstagram())).toMatchObject({ status: 409, code: 'CONFLICT' });
      expect(await list()).toMatchObject([{ status: 'available' }]);
      expect((await connectInstagram()).status).toBe(200);
    });

    it('of an account that somebody else has connected is a conflict, and Meta is told nothing', async () => {
      await anInstagramOwner(app, admin);
      await linkedAccount(app, client);
      const before = calls(/subscribed_apps$/, 'POST');
      expect(problem(await connectInstagram())).toMatchObject({ status: 409, code: 'CONFLICT' });
      expect(calls(/subscribed_apps$/, 'POST')).toBe(before);
      expect(await list()).toMatchObject([{ status: 'available' }]);
    });

    it('answers 404 for ids that are nobody’s or somebody else’s, and 400 for what is no id', async () => {
      const other = await anInstagramOwner(app, admin);
      await linkedAccount(app, client, { targets: 'all' });
      for (const ref of ['17840000000000000', other.assetId])
        expect(problem(await connectInstagram(ref))).toMatchObject({ status: 404, code: 'NOT_FOUND' });
      expect(problem(await connectInstagram('x'))).toMatchObject({ status: 400, code: 'VALIDATION_FAILED' });
      expect(problem(await connectInstagram('1', client, { colour: 'red' }))).toMatchObject({ status: 400 });
      const viewer = app.api.as(await admin.createUser('viewer'));
      expect(problem(await connectInstagram(SEED.instagramId, viewer))).toMatchObject({ status: 403 });
    });
  });

  describe('a connected account', () => {
    it('whose subscription is gone is subscribed again, and the gap is known', async () => {
      for (const login of [linkedAccount, instagramLogin]) {
        await app.db.query('DELETE FROM meta_accounts');
        sandboxOf(app).reset();
        const { accountId, assetId } = await anInstagramOwner(app, admin, login);
        const checks = app.app.get(SubscriptionCheckService);
        await checks.checkAccount(accountId as AccountId);
        sandboxOf(app).unsubscribe(
          login === linkedAccount ? { pageId: SEED.pageId } : { instagramId: SEED.instagramId },
        );
        expect(await subscriber().checkAssets(accountId as AccountId)).toMatchObject([
          { state: 'missing', problem: expect.stringContaining('demo.shop') as unknown },
        ]);
        await checks.checkAccount(accountId as AccountId);
        expect(await subscriber().checkAssets(accountId as AccountId)).toMatchObject([
          { state: 'subscribed' },
        ]);
        expect(await gapsIn(app)).toMatchObject([{ asset_id: assetId, cause: 'unsubscribed' }]);
      }
    });

    it('that can no longer be reached says so, proves no gap, and recovers by itself', async () => {
      const { client: owner, accountId } = await anInstagramOwner(app, admin);
      sandboxOf(app).updatePage(SEED.pageId, { withholdsToken: true });
      expect(await subscriber().checkAssets(accountId as AccountId)).toMatchObject([{ state: 'unreadable' }]);
      expect(await list(owner)).toMatchObject([
        { status: 'reauth_required', statusReason: expect.stringContaining('Page') as unknown },
      ]);
      sandboxOf(app).updatePage(SEED.pageId, { withholdsToken: false });
      expect(await subscriber().checkAssets(accountId as AccountId)).toMatchObject([{ state: 'subscribed' }]);
      expect(await list(owner)).toMatchObject([{ status: 'connected', statusReason: null }]);
    });

    it('can be disconnected, here and at Meta, and connected by somebody else', async () => {
      const { client: owner, assetId } = await anInstagramOwner(app, admin);
      const answer = await owner.delete(`${INSTAGRAM_ACCOUNTS}/${SEED.instagramId}`);
      expect(answer.body.data).toEqual({
        id: assetId,
        igAccountId: SEED.instagramId,
        status: 'available',
        unsubscribedAtMeta: true,
      });
      expect(await owners()).toEqual([]);
      await linkedAccount(app, client);
      expect((await connectInstagram()).status).toBe(200);
    });

    it('is not listed any more once its Meta account is disconnected', async () => {
      const { client: owner, accountId } = await anInstagramOwner(app, admin);
      expect((await owner.delete(`/api/meta/auth/accounts/${accountId}`)).status).toBe(200);
      await eventually(
        async (): Promise<unknown[]> =>
          app.db.query('SELECT 1 FROM instagram_accounts WHERE deleted_at IS NULL'),
        (rows) => rows.length === 0,
      );
      expect(await owners()).toEqual([]);
    });
  });
});
