import { SEED } from '../../sandbox/world-seed';
import { PageHealth } from '../../src/facebook/pages/page-health.service';
import { InstagramHealth } from '../../src/instagram/accounts/instagram-health.service';
import type { AccountId } from '../../src/database/ids';
import { ChannelHealthChecks } from '../../src/meta-auth/channel-health-checks';
import type { ApiClient } from '../api-client';
import { eventually } from '../eventually';
import {
  PAGES,
  type PageOwner,
  type PageView,
  aPageOwner,
  allProcessed,
  pagesAccount,
} from '../factories/facebook-pages.factory';
import {
  INSTAGRAM_ACCOUNTS,
  type InstagramOwner,
  type InstagramView,
  anInstagramOwner,
  linkedAccount,
} from '../factories/instagram-accounts.factory';
import { sandboxOf } from '../factories/meta-login';
import { type TestApp, startTestApp } from '../test-app';

type Json = Record<string, unknown>;

interface Notice {
  kind: string;
  severity: string;
  message: string;
  resolvedAt: string | null;
}

describe('whether what is connected still works', () => {
  let app: TestApp;
  let admin: ApiClient;
  beforeAll(async () => {
    app = await startTestApp({ sandbox: true, env: { META_TIMEOUT_MS: '2000' } });
    admin = app.api.as(await app.api.registerAdmin());
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    await app.db.query('DELETE FROM webhook_configs');
    await app.db.query('DELETE FROM assets');
    sandboxOf(app).reset();
    sandboxOf(app).clearFaults();
    // Several checks follow each other here within a second, and each reads conversations.
    sandboxOf(app).configure({ messaging: { conversationCallsPerSecond: 1_000 } });
  });

  const notices = async (owner: { client: ApiClient }, kind: string): Promise<Notice[]> => {
    const list = await owner.client.get<{ notifications: Notice[] }>('/api/meta/notifications');
    return list.body.data.notifications.filter((notice) => notice.kind === kind);
  };

  describe('of a Page', () => {
    let me: PageOwner;
    beforeEach(async () => {
      me = await aPageOwner(app, admin);
    });
    const page = async (): Promise<PageView & Json> => {
      const list = await me.client.get<{ pages: (PageView & Json)[] }>(PAGES);
      return list.body.data.pages.find(({ pageId }) => pageId === SEED.pageId)!;
    };
    const check = (): Promise<boolean> =>
      app.app.get(PageHealth, { strict: false }).check(me.accountId as AccountId);

    it('nothing is said as long as it does', async () => {
      expect(await check()).toBe(true);
      expect(await page()).toMatchObject({ status: 'connected', statusReason: null, obstacle: null });
      expect(await notices(me, 'page.reauth_required')).toEqual([]);
    });

    it('a task that was taken away is named and told once, and its return ends it', async () => {
      sandboxOf(app).updatePage(SEED.pageId, { tasks: ['ANALYZE', 'MODERATE', 'MANAGE'] });
      await check();
      await check();
      expect(await page()).toMatchObject({
        status: 'reauth_required',
        statusReason: expect.stringContaining('MESSAGING') as unknown,
        obstacle: expect.stringContaining('MESSAGING') as unknown,
        tasks: ['ANALYZE', 'MODERATE', 'MANAGE'],
      });
      expect(
        await eventually(
          () => notices(me, 'page.reauth_required'),
          (found) => found.length > 0,
        ),
      ).toMatchObject([
        { severity: 'critical', message: expect.stringContaining('MESSAGING') as unknown, resolvedAt: null },
      ]);
      sandboxOf(app).updatePage(SEED.pageId, {
        tasks: ['ADVERTISE', 'ANALYZE', 'CREATE_CONTENT', 'MESSAGING', 'MODERATE', 'MANAGE'],
      });
      expect(await check()).toBe(true);
      expect(await page()).toMatchObject({ status: 'connected', statusReason: null });
      await eventually(
        () => notices(me, 'page.reauth_required'),
        ([first]) => first?.resolvedAt != null,
      );
    });

    it('the end of the person’s role is noticed by itself after Meta tells of a lost permission', async () => {
      sandboxOf(app).removePageRole({ pageId: SEED.pageId });
      const { id: ownerBusinessId } = sandboxOf(app).createBusiness({ name: 'Somebody else' });
      sandboxOf(app).updatePage(SEED.pageId, { ownerBusinessId });
      expect(await page()).toMatchObject({ status: 'connected' });
      sandboxOf(app).revokePermission({ permission: 'read_insights' });
      await allProcessed(app);
      await app.db.query('UPDATE facebook_pages SET health_due_at = now() WHERE health_due_at IS NOT NULL');
      app.app.get(ChannelHealthChecks, { strict: false }).wake();
      const lost = await eventually(page, ({ status }) => status === 'reauth_required');
      expect(lost.statusReason).not.toBeNull();
      await eventually(
        () => notices(me, 'page.reauth_required'),
        (found) => found.length === 1,
      );
    });

    it('a permission that was taken back makes its Pages be looked at soon', async () => {
      const due = async (): Promise<unknown> =>
        app.db.query(`SELECT 1 AS one FROM facebook_pages WHERE page_id = $1 AND health_due_at <= now()`, [
          SEED.pageId,
        ]);
      expect(await due()).toEqual([]);
      const checks = app.app.get(ChannelHealthChecks, { strict: false });
      const [account]: { meta_user_id: string }[] = await app.db.query(
        'SELECT meta_user_id FROM meta_accounts WHERE id = $1',
        [me.accountId],
      );
      await app.db.transaction((tx) => checks.makeDueOf(tx, 'facebook_pages', ['somebody-else']));
      expect(await due()).toEqual([]);
      await app.db.transaction((tx) => checks.makeDueOf(tx, 'facebook_pages', [account!.meta_user_id]));
      expect(await due()).toEqual([{ one: 1 }]);
    });

    it('that Meta does not answer proves nothing', async () => {
      sandboxOf(app).failNext({ path: 'conversations$', status: 503, times: 1_000 });
      expect(await check()).toBe(false);
      expect(await page()).toMatchObject({ status: 'connected' });
    });

    it('one without token or tasks is listed with what is in the way', async () => {
      sandboxOf(app).createPage({ id: '113470550000001', name: 'Seen only', tasks: ['ANALYZE'] });
      sandboxOf(app).createPage({ id: '113470550000002', name: 'Withheld', withholdsToken: true });
      sandboxOf(app).issueToken({});
      const owner = app.api.as(await admin.createUser('agent'));
      await pagesAccount(app, owner, { targets: 'all' });
      const list = await owner.get<{ pages: (PageView & Json)[] }>(PAGES);
      const obstacle = (pageId: string): unknown =>
        list.body.data.pages.find((each) => each.pageId === pageId)?.obstacle;
      expect(obstacle('113470550000001')).toContain('lacks MESSAGING and MODERATE');
      expect(obstacle('113470550000002')).toContain('gives no token');
      expect(obstacle(SEED.secondPageId)).toBeNull();
    });
  });

  describe('of an Instagram account', () => {
    let me: InstagramOwner;
    beforeEach(async () => {
      me = await anInstagramOwner(app, admin);
    });
    const list = async () => {
      const answer = await me.client.get<{ accounts: InstagramView[]; unavailable: Json[] }>(
        INSTAGRAM_ACCOUNTS,
      );
      expect(answer.status).toBe(200);
      return answer.body.data;
    };
    const account = async (): Promise<InstagramView> => (await list()).accounts[0]!;
    const check = (): Promise<boolean> =>
      app.app.get(InstagramHealth, { strict: false }).check(me.accountId as AccountId);

    it('that it was unlinked from its Page is told, and that it is linked again', async () => {
      expect(await check()).toBe(true);
      expect(await account()).toMatchObject({ status: 'connected' });
      sandboxOf(app).updatePage(SEED.pageId, { instagramId: null });
      await check();
      expect(await account()).toMatchObject({
        status: 'reauth_required',
        statusReason: expect.stringContaining('no longer linked') as unknown,
      });
      await eventually(
        () => notices(me, 'instagram.reauth_required'),
        (found) => found.length === 1 && found[0]?.resolvedAt === null,
      );
      sandboxOf(app).updatePage(SEED.pageId, { instagramId: SEED.instagramId });
      await check();
      expect(await account()).toMatchObject({ status: 'connected', statusReason: null });
      await eventually(
        () => notices(me, 'instagram.reauth_required'),
        ([first]) => first?.resolvedAt != null,
      );
    });

    it('Pages that lead to none are listed with the reason', async () => {
      sandboxOf(app).createPage({ name: 'Private', instagramUsername: 'just.me', instagramIsPersonal: true });
      const other = app.api.as(await admin.createUser('agent'));
      await linkedAccount(app, other, { targets: 'all' });
      const answer = await other.get<{ unavailable: Json[] }>(`${INSTAGRAM_ACCOUNTS}?refresh=true`);
      expect(answer.body.data.unavailable).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ pageId: SEED.secondPageId, reason: 'not_linked' }),
          expect.objectContaining({ username: 'just.me', reason: 'personal_account' }),
        ]),
      );
    });
  });
});
