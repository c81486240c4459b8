import { SEED } from '../../sandbox/world-seed';
import { type PageFiles, startPageFiles } from '../../sandbox/pages/page-test-files';
import type { ApiAnswer, ApiBody, ApiClient } from '../api-client';
import type { PageOwner } from '../factories/facebook-pages.factory';
import { POSTS, POST_SCOPES, type PostView, aPostOwner, posted } from '../factories/facebook-posts.factory';
import { sandboxOf } from '../factories/meta-login';
import { type TestApp, startTestApp } from '../test-app';

interface PostListView {
  posts: PostView[];
  pagination: { limit: number; before: string | null; after: string | null };
}

const problem = ({ status, body }: ApiAnswer<ApiBody<unknown>>) => ({
  status,
  code: body.error.code,
  details: body.error.details,
});
const inMinutes = (minutes: number): string => new Date(Date.now() + minutes * 60_000).toISOString();

describe('posts of a Page', () => {
  let app: TestApp;
  let files: PageFiles;
  let admin: ApiClient;
  let owner: PageOwner;
  let client: ApiClient;
  beforeAll(async () => {
    app = await startTestApp({ sandbox: true, env: { META_TIMEOUT_MS: '3000' } });
    files = await startPageFiles();
    admin = app.api.as(await app.api.registerAdmin());
  });
  afterAll(async () => {
    await files.close();
    await app.close();
  });
  beforeEach(async () => {
    await app.db.query('DELETE FROM assets');
    sandboxOf(app).reset();
    sandboxOf(app).clearFaults();
    owner = await aPostOwner(app, admin);
    ({ client } = owner);
    sandboxOf(app).clearCalls();
  });

  const list = async (query = '', who = client): Promise<PostListView> => {
    const answer = await who.get<PostListView>(`${POSTS}${query}`);
    expect([answer.status, answer.text]).toEqual([200, expect.any(String)]);
    return answer.body.data;
  };
  const writes = () =>
    sandboxOf(app).calls({ method: 'POST', path: /^\/\d+(_\d+)?\/?(feed|photos|videos)?$/ });

  describe('the list', () => {
    it('has what the specification says of each, with the newest first', async () => {
      const { id } = sandboxOf(app).createPost({ message: 'Pumpkins are in!', silent: true });
      sandboxOf(app).playComment({ on: id, from: 'Ana', silent: true });
      sandboxOf(app).playPostReaction({ on: id, from: 'Ana', reaction: 'like' });
      sandboxOf(app).playPostReaction({ on: id, from: 'Ben', reaction: 'love' });
      const { posts, pagination } = await list();
      expect(posts[0]).toMatchObject({
        id,
        message: 'Pumpkins are in!',
        createdTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as unknown,
        type: 'status',
        permalinkUrl: expect.stringContaining('https://www.facebook.com/') as unknown,
        picture: null,
        likes: 1,
        comments: 1,
        reactions: 2,
        shares: 0,
        status: 'published',
        publicationId: null,
      });
      expect(pagination).toEqual({ limit: 25, before: null, after: expect.any(String) as unknown });
    });

    it('goes on with Meta’s cursors, both ways', async () => {
      for (let n = 1; n <= 5; n++)
        sandboxOf(app).createPost({
          message: `Post ${n}`,
          createdAt: Date.now() - (10 - n) * 60_000,
          silent: true,
        });
      const first = await list('?limit=2');
      expect(first.posts.map(({ message }) => message)).toEqual(['Post 5', 'Post 4']);
      const second = await list(`?limit=2&before=${first.pagination.before}`);
      expect(second.posts.map(({ message }) => message)).toEqual(['Post 3', 'Post 2']);
      const back = await list(`?limit=2&after=${second.pagination.after}`);
      expect(back.posts.map(({ message }) => message)).toEqual(['Post 5', 'Post 4']);
      const last = await list(`?limit=2&before=${second.pagination.before}`);
      expect([last.posts.length, last.pagination.before]).toEqual([1, null]);
    });

    it('goes on by time where Meta does, and never shows the token that is in Meta’s addresses', async () => {
      sandboxOf(app).configure({ pages: { feedPaging: 'time' } });
      for (let n = 1; n <= 4; n++)
        sandboxOf(app).createPost({
          message: `Post ${n}`,
          createdAt: Date.now() - (10 - n) * 60_000,
          silent: true,
        });
      const first = await list('?limit=2');
      const second = await list(`?limit=2&before=${first.pagination.before}`);
      expect(second.posts.map(({ message }) => message)).toEqual(['Post 2', 'Post 1']);
      const decoded = Buffer.from((first.pagination.after ?? '').slice(2), 'base64url').toString();
      expect(decoded).not.toMatch(/access_token|EAA/);
    });

    it('refuses what is no cursor before Meta is asked, and a wrong field', async () => {
      expect(problem(await client.get(`${POSTS}?after=t.e30`))).toMatchObject({ code: 'VALIDATION_FAILED' });
      expect(problem(await client.get(`${POSTS}?before=a&after=b`))).toMatchObject({
        code: 'VALIDATION_FAILED',
      });
      expect(problem(await client.get(`${POSTS}?page=1`))).toMatchObject({ code: 'VALIDATION_FAILED' });
      expect(problem(await client.get(`${POSTS}?limit=101`))).toMatchObject({ code: 'VALIDATION_FAILED' });
      expect(sandboxOf(app).calls({ path: /published_posts/ })).toEqual([]);
    });

    it('asks which Page where several are connected', async () => {
      const path = `/api/meta/facebook/pages/${SEED.secondPageId}/connect`;
      expect((await client.post(path)).status).toBe(200);
      expect(problem(await client.get(POSTS))).toMatchObject({
        status: 409,
        code: 'ACCOUNT_AMBIGUOUS',
        details: { parameter: 'pageId' },
      });
      sandboxOf(app).createPost({ pageId: SEED.secondPageId, message: 'There', silent: true });
      expect((await list(`?pageId=${SEED.secondPageId}`)).posts[0]?.message).toBe('There');
      expect((await list(`?pageId=${owner.assetId}`)).posts.map(({ message }) => message)).not.toContain(
        'There',
      );
    });

    it('is nobody else’s, and needs a connected Page', async () => {
      const stranger = app.api.as(await admin.createUser('agent'));
      expect(problem(await stranger.get(POSTS))).toMatchObject({ status: 404, code: 'ACCOUNT_NOT_FOUND' });
      await client.delete(`/api/meta/facebook/pages/${SEED.pageId}`);
      expect(problem(await client.get(POSTS))).toMatchObject({ status: 404, code: 'NOT_FOUND' });
      expect(problem(await client.get(`${POSTS}?pageId=${SEED.pageId}`))).toMatchObject({
        status: 404,
        code: 'NOT_FOUND',
      });
    });

    it('says that the account has to be connected again when its token is dead', async () => {
      sandboxOf(app).failNext({ code: 190, times: 20 });
      expect(problem(await client.get(POSTS))).toMatchObject({ status: 424, code: 'META_REAUTH_REQUIRED' });
    });
  });

  describe('posting', () => {
    it('publishes a text and answers with Meta’s id and address, with whatever was ordered at its side', async () => {
      const answer = await posted(client, { pageId: SEED.pageId, message: 'Hello', published: true });
      const [item, more] = sandboxOf(app).publishedPosts();
      expect([answer.status, more]).toEqual([201, undefined]);
      expect(answer.body.data).toMatchObject({
        id: item?.id,
        permalinkUrl: `https://www.facebook.com/${(item?.id ?? '').replace('_', '/posts/')}`,
        status: 'published',
        advice: null,
      });
      const { posts } = await list();
      expect(posts[0]).toMatchObject({
        id: item?.id,
        message: 'Hello',
        publicationId: answer.body.data.publicationId,
      });
    });

    it('publishes a link, and shows what it is', async () => {
      const link = files.url('/article');
      const answer = await posted(client, { message: 'Read this', link });
      expect(answer.body.data.status).toBe('published');
      expect((await list()).posts[0]).toMatchObject({ type: 'link', message: 'Read this' });
    });

    it('keeps an unpublished post from everybody until it is published', async () => {
      const { body } = await posted(client, { message: 'Not yet', published: false });
      expect(body.data.status).toBe('unpublished');
      expect((await list()).posts.map(({ message }) => message)).not.toContain('Not yet');
      const published = await client.patch<PostView>(`${POSTS}/${body.data.id}`, { published: true });
      expect(published.body.data).toMatchObject({ id: body.data.id, status: 'published' });
      expect((await list()).posts[0]?.message).toBe('Not yet');
    });

    it('schedules, moves and cancels', async () => {
      const at = inMinutes(60);
      const { body } = await posted(client, { message: 'Later', scheduledPublishTime: at });
      expect(body.data).toMatchObject({ status: 'scheduled', scheduledPublishTime: at });
      const { posts } = await list('?status=scheduled');
      expect(posts).toMatchObject([{ id: body.data.id, status: 'scheduled' }]);
      const later = inMinutes(120);
      const moved = await client.patch<PostView>(`${POSTS}/${body.data.publicationId}`, {
        scheduledPublishTime: later,
      });
      expect(new Date(moved.body.data.scheduledPublishTime ?? 0).getTime()).toBe(
        Math.floor(Date.parse(later) / 1_000) * 1_000,
      );
      expect((await client.delete(`${POSTS}/${body.data.id}`)).status).toBe(200);
      expect((await list('?status=scheduled')).posts).toEqual([]);
      expect(sandboxOf(app).publishedPosts({ message: 'Later' })).toMatchObject([{ publishedAt: null }]);
    });

    it('edits and deletes what it published, and knows what was deleted elsewhere', async () => {
      const { body } = await posted(client, { message: 'Helo' });
      const { id, publicationId } = body.data;
      const edited = await client.patch<PostView>(`${POSTS}/${id}`, { message: 'Hello' });
      expect(edited.body.data).toMatchObject({ id, message: 'Hello', status: 'published' });
      sandboxOf(app).deletePost({ postId: id, silent: true });
      const gone = await client.get<PostView>(`${POSTS}/${id}`);
      expect(gone.body.data).toMatchObject({ status: 'removed', publicationId });
      expect((await client.patch(`${POSTS}/${id}`, { message: 'More' })).status).toBe(404);
      expect((await client.get(`${POSTS}/${SEED.pageId}_404404`)).status).toBe(404);
      expect((await client.delete(`${POSTS}/${SEED.pageId}_404404`)).status).toBe(404);
    });

    it.each([
      [{}, 'message', 'notEmpty'],
      [{ message: '   ' }, 'message', 'notEmpty'],
      [{ message: 'x'.repeat(63_207) }, 'message', 'maxLength'],
      [{ message: 'a', link: 'not a link' }, 'link', 'isUrl'],
      [{ link: 'https://a.example/', photos: ['https://a.example/a.jpg'] }, 'link', 'exclusive'],
      [{ photos: ['http://a.example/a.jpg'] }, 'photos', 'matches'],
      [{ photos: ['0197f1d2-0000-7000-8000-000000000001'] }, 'photos[0]', 'mediaExists'],
      [{ message: 'a', scheduledPublishTime: inMinutes(9) }, 'scheduledPublishTime', 'notTooSoon'],
      [{ message: 'a', scheduledPublishTime: inMinutes(31 * 24 * 60) }, 'scheduledPublishTime', 'notTooFar'],
      [{ message: 'a', scheduledPublishTime: '2026-12-01T09:00:00' }, 'scheduledPublishTime', 'matches'],
      [{ message: 'a', privacy: 'me' }, 'privacy', 'unknownField'],
    ])('is refused before Meta is asked, and nothing is written down: %#', async (body, path, rule) => {
      const answer = problem(await posted(client, body));
      expect(answer).toMatchObject({ status: 400, code: 'VALIDATION_FAILED' });
      expect(answer.details.fields).toContainEqual(expect.objectContaining({ path, rule }));
      expect(writes()).toEqual([]);
      expect(await app.db.query('SELECT 1 FROM facebook_publications')).toEqual([]);
    });

    it('says what Meta holds against it, in words that help', async () => {
      await posted(client, { message: 'Again' });
      const refused = problem(await posted(client, { message: 'Again' }));
      expect(refused).toMatchObject({
        status: 422,
        code: 'META_REJECTED',
        details: { meta: { code: 506 }, hint: expect.stringContaining('same post') as unknown },
      });
      expect(sandboxOf(app).publishedPosts({ message: 'Again' })).toHaveLength(1);
    });

    it('says that a link cannot be opened, after it was tried twice, and that the login is over', async () => {
      const unread = problem(await posted(client, { link: files.url('/nowhere') }));
      expect(unread).toMatchObject({
        status: 422,
        code: 'META_REJECTED',
        details: { meta: { code: 1609005 } },
      });
      expect(sandboxOf(app).calls({ method: 'POST', path: /feed$/ })).toHaveLength(2);
      sandboxOf(app).failNext({ code: 190, times: 20 });
      expect(problem(await posted(client, { message: 'Dead' }))).toMatchObject({
        status: 424,
        code: 'META_REAUTH_REQUIRED',
      });
      expect(sandboxOf(app).publishedPosts()).toEqual([]);
    });

    it('refuses at once where the person may not do it, and names the permission that Meta misses', async () => {
      await app.db.query(`UPDATE facebook_pages SET tasks = '["MESSAGING"]'`);
      expect(problem(await posted(client, { message: 'No' }))).toMatchObject({
        code: 'META_REAUTH_REQUIRED',
        details: { missingTasks: ['CREATE_CONTENT'] },
      });
      expect(writes()).toEqual([]);
      await app.db.query('DELETE FROM assets');
      sandboxOf(app).reset();
      const scopes = POST_SCOPES.filter((scope) => scope !== 'pages_manage_posts');
      const other = await aPostOwner(app, admin, { scopes });
      expect(problem(await posted(other.client, { message: 'No' }))).toMatchObject({
        status: 424,
        details: { missingPermission: 'pages_manage_posts' },
      });
    });

    it('explains why a post of another app cannot be changed', async () => {
      const { id } = sandboxOf(app).createPost({ message: 'By hand', silent: true });
      const answer = await client.patch(`${POSTS}/${id}`, { message: 'Other' });
      expect(problem(answer)).toMatchObject({ status: 422, code: 'META_REJECTED' });
      expect(answer.body.error.message).toContain('published itself');
    });

    it('gives the first answer again for the same key, and publishes once', async () => {
      const keyed = client.with({ 'idempotency-key': 'k-1' });
      const [first, second] = await Promise.all([
        posted(keyed, { message: 'Once' }),
        posted(keyed, { message: 'Once' }),
      ]);
      expect([first.status, second.status]).toEqual([201, 201]);
      expect(second.body.data.publicationId).toBe(first.body.data.publicationId);
      expect(sandboxOf(app).publishedPosts({ message: 'Once' })).toHaveLength(1);
      expect((await posted(keyed, { message: 'Other' })).body.error.code).toBe('IDEMPOTENCY_CONFLICT');
    });
  });
});
