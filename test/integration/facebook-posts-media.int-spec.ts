import { SEED } from '../../sandbox/world-seed';
import type { ApiClient } from '../api-client';
import { eventually } from '../eventually';
import { type PageOwner, allProcessed } from '../factories/facebook-pages.factory';
import {
  POSTS,
  type PostView,
  aPostOwner,
  lookNow,
  postEvents,
  posted,
  publicationOf,
  settledAs,
} from '../factories/facebook-posts.factory';
import { aJpeg, anMp4, uploaded } from '../factories/media-files';
import { sandboxOf } from '../factories/meta-login';
import { type TestApp, startTestApp } from '../test-app';

const PHOTOS = `^/${SEED.pageId}/photos$`;
const inMinutes = (minutes: number): string => new Date(Date.now() + minutes * 60_000).toISOString();

describe('posts with photos and videos', () => {
  let app: TestApp;
  let admin: ApiClient;
  let owner: PageOwner;
  let client: ApiClient;
  beforeAll(async () => {
    app = await startTestApp({ sandbox: true, env: { META_TIMEOUT_MS: '3000' } });
    admin = app.api.as(await app.api.registerAdmin());
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    await app.db.query('DELETE FROM assets');
    sandboxOf(app).reset();
    sandboxOf(app).clearFaults();
    owner = await aPostOwner(app, admin);
    ({ client } = owner);
    sandboxOf(app).clearCalls();
  });

  const photo = () => uploaded(client, aJpeg(), 'image/jpeg');
  const video = () => uploaded(client, anMp4(), 'video/mp4');
  const videoIdOf = async (publicationId: string): Promise<string> =>
    (await publicationOf(client, publicationId)).videoId ?? '';
  const calls = (path: string) => sandboxOf(app).calls({ method: 'POST', path: new RegExp(path) });
  const only = () => {
    const items = sandboxOf(app).publishedPosts();
    expect(items).toHaveLength(1);
    return items[0]!;
  };

  it('show the photos in one post; one that did not get there is brought again, and no other', async () => {
    sandboxOf(app).failNext({ method: 'POST', path: PHOTOS, status: 503 });
    const { status, body } = await posted(client, { message: 'Two', photos: [await photo(), await photo()] });
    expect([status, body.data]).toMatchObject([201, { status: 'published' }]);
    expect(body.data).toMatchObject({ id: only().id, status: 'published' });
    expect(calls(PHOTOS)).toHaveLength(3);
    const shown = await client.get<PostView>(`${POSTS}/${body.data.id}`);
    expect(shown.body.data).toMatchObject({
      type: 'album',
      message: 'Two',
      picture: expect.any(String) as unknown,
    });
    expect(
      sandboxOf(app)
        .pageUploads()
        .every(({ postId }) => postId === body.data.id),
    ).toBe(true);
  });

  it('are found by their photos when the answer is lost', async () => {
    sandboxOf(app).failNext({ method: 'POST', path: '/feed$', drop: 'after' });
    const { body } = await posted(client, { photos: [await photo()] });
    const publication = await settledAs(client, body.data.publicationId, 'published');
    expect(publication.postId).toBe(only().id);
  });

  it('are refused with Meta’s reason when it cannot fetch a photo, and nothing is published', async () => {
    const answer = await posted(client, { message: 'None', photos: ['https://127.0.0.1:1/none.jpg'] });
    expect([answer.status, answer.body.error]).toMatchObject([
      422,
      { code: 'META_REJECTED', details: { meta: { code: 324 }, hint: expect.any(String) as unknown } },
    ]);
    expect(sandboxOf(app).publishedPosts()).toEqual([]);
  });

  it('refuse files of another kind, and of other accounts', async () => {
    const wrong = await posted(client, { video: { source: await photo() } });
    expect(wrong.body.error.details.fields).toMatchObject([{ path: 'video.source', rule: 'mediaType' }]);
    const stranger = app.api.as(await admin.createUser('agent'));
    const theirs = await posted(client, { photos: ['0197f1d2-0000-7000-8000-000000000009'] });
    expect(theirs.body.error.details.fields).toMatchObject([{ rule: 'mediaExists' }]);
    expect((await stranger.get(POSTS)).status).toBe(404);
  });

  it('come out at their time, photos and all, and are known to be out without a webhook', async () => {
    const { body } = await posted(client, {
      message: 'Later',
      photos: [await photo()],
      scheduledPublishTime: inMinutes(60),
    });
    expect(body.data.status).toBe('scheduled');
    await sandboxOf(app).advance(61 * 60_000);
    await lookNow(app);
    const publication = await settledAs(client, body.data.publicationId, 'published');
    expect(publication.postId).toBe(only().id);
    expect(only().publishedAt).not.toBeNull();
    expect(await postEvents(app, publication.id)).toEqual([
      'facebook.post.scheduled',
      'facebook.post.published',
    ]);
  });

  it('are videos that Meta fetches from here, published when it is done with them', async () => {
    sandboxOf(app).configure({ pages: { videoOutcome: 'wait' } });
    const { body } = await posted(client, {
      message: 'Watch',
      video: { source: await video(), title: 'A video' },
    });
    expect(body.data).toMatchObject({ status: 'processing', permalinkUrl: expect.any(String) as unknown });
    const waiting = await client.get<PostView>(`${POSTS}/${body.data.publicationId}`);
    expect(waiting.body.data).toMatchObject({ type: 'video', status: 'processing' });
    sandboxOf(app).decideVideo({ videoId: await videoIdOf(body.data.publicationId), outcome: 'ready' });
    await lookNow(app);
    const publication = await settledAs(client, body.data.publicationId, 'published');
    expect(publication.postId).toBe(only().id);
    const shown = await client.get<PostView>(`${POSTS}/${body.data.publicationId}`);
    expect(shown.body.data).toMatchObject({ id: only().id, type: 'video', message: 'Watch' });
  });

  it('say what Meta could not do with a video', async () => {
    sandboxOf(app).configure({ pages: { videoOutcome: 'wait' } });
    const { body } = await posted(client, { message: 'Broken', video: { source: await video() } });
    sandboxOf(app).decideVideo({
      videoId: await videoIdOf(body.data.publicationId),
      outcome: 'error',
      message: 'No picture in it.',
    });
    await lookNow(app);
    const { error } = await settledAs(client, body.data.publicationId, 'failed');
    expect(error).toMatchObject({
      code: 'VIDEO_FAILED',
      message: expect.stringContaining('No picture in it.') as unknown,
    });
  });

  it('are found among the videos when the answer is lost', async () => {
    sandboxOf(app).failNext({ method: 'POST', path: '/videos$', drop: 'after' });
    const { body } = await posted(client, { message: 'Lost video', video: { source: await video() } });
    await lookNow(app);
    const { postId } = await eventually(
      async () => {
        await lookNow(app);
        return publicationOf(client, body.data.publicationId);
      },
      ({ state }) => state === 'published',
      { timeoutMs: 30_000, intervalMs: 500 },
    );
    expect(postId).toBe(only().id);
    expect(calls('/videos$')).toHaveLength(1);
  });

  it.each([
    ['reel', { message: 'A reel', format: 'reel' }, 'reel'],
    ['story', { format: 'story' }, 'story'],
  ])('are a %s in three steps, of which only the last is made once', async (_, body, kind) => {
    sandboxOf(app).failNext({ method: 'POST', path: '/video_(reels|stories)$', status: 503 });
    const answer = await posted(client, { ...body, video: { source: await video() } });
    expect([answer.status, answer.text]).toEqual([201, expect.any(String)]);
    await eventually(
      async () => {
        await lookNow(app);
        return publicationOf(client, answer.body.data.publicationId);
      },
      ({ state }) => state === 'published',
      { timeoutMs: 30_000, intervalMs: 500 },
    );
    expect(only()).toMatchObject({ kind });
  });

  it.each(['video_reels', 'video_stories'])(
    'are known by the video’s id when the answer of %s is lost',
    async (edge) => {
      // The first call starts the upload, the second one publishes.
      sandboxOf(app).failNext({ method: 'POST', path: `/${edge}$`, delayMs: 1 });
      sandboxOf(app).failNext({ method: 'POST', path: `/${edge}$`, drop: 'after' });
      const format = edge === 'video_reels' ? 'reel' : 'story';
      const { body } = await posted(client, { format, video: { source: await video() } });
      await eventually(
        async () => {
          await lookNow(app);
          return publicationOf(client, body.data.publicationId);
        },
        ({ state }) => state === 'published',
        { timeoutMs: 30_000, intervalMs: 500 },
      );
      expect(only().publishedAt).not.toBeNull();
    },
  );

  it('are a story of one photo, found by it when the answer is lost', async () => {
    sandboxOf(app).failNext({ method: 'POST', path: '/photo_stories$', drop: 'after' });
    const { body } = await posted(client, { format: 'story', photos: [await photo()] });
    const { postId } = await settledAs(client, body.data.publicationId, 'published');
    expect(postId).toBe(only().id);
    const shown = await client.get<PostView>(`${POSTS}/${body.data.publicationId}`);
    expect(shown.body.data).toMatchObject({ status: 'published', type: 'photo' });
  });

  it('are kept up with when they are edited or removed elsewhere', async () => {
    const fields = { messages: true, feed: true };
    await client.post('/api/meta/webhook/configure', { verifyToken: 'a-verify-token', fields });
    const { body } = await posted(client, { message: 'Mine' });
    sandboxOf(app).deletePost({ postId: body.data.id });
    const removed = await settledAs(client, body.data.publicationId, 'removed');
    await allProcessed(app);
    expect(await postEvents(app, removed.id)).toEqual(['facebook.post.published', 'facebook.post.removed']);
    const { id } = sandboxOf(app).createPost({ message: 'By hand' });
    const told = await eventually(
      async (): Promise<unknown[]> =>
        app.db.query(
          `SELECT payload FROM domain_events WHERE kind = 'facebook.post.published' AND payload ->> 'postId' = $1`,
          [id],
        ),
      (rows) => rows.length === 1,
    );
    expect(told).toMatchObject([{ payload: { publicationId: null, title: 'By hand' } }]);
  });
});
