import { SEED } from '../../sandbox/world-seed';
import type { ApiClient } from '../api-client';
import { eventually } from '../eventually';
import type { PageOwner } from '../factories/facebook-pages.factory';
import {
  POSTS,
  PUBLICATIONS,
  type CreatedView,
  aPostOwner,
  lookNow,
  passed,
  postEvents,
  posted,
  publicationOf,
  settledAs,
} from '../factories/facebook-posts.factory';
import { sandboxOf } from '../factories/meta-login';
import { type TestApp, startTestApp } from '../test-app';

const FEED = `^/${SEED.pageId}/feed$`;

describe('a post whose answer is lost', () => {
  let app: TestApp;
  let admin: ApiClient;
  let owner: PageOwner;
  let client: ApiClient;
  beforeAll(async () => {
    app = await startTestApp({ sandbox: true, env: { META_TIMEOUT_MS: '1500' } });
    admin = app.api.as(await app.api.registerAdmin());
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    await app.db.query('DELETE FROM assets');
    sandboxOf(app).reset();
    sandboxOf(app).clearFaults();
    owner = await aPostOwner(app, admin);
    ({ client } = owner);
  });

  const atMeta = (message: string) => sandboxOf(app).publishedPosts({ message });
  const feedCalls = () => sandboxOf(app).calls({ method: 'POST', path: new RegExp(FEED) });
  const tellFeed = async (): Promise<void> => {
    const fields = { messages: true, feed: true };
    const answer = await client.post('/api/meta/webhook/configure', {
      verifyToken: 'a-verify-token',
      fields,
    });
    expect(answer.body.data).toMatchObject({ status: 'active' });
  };
  /** Read in vain as often as it takes, over as long as it takes. */
  const givenUp = async (id: string): Promise<void> => {
    await app.db.query('UPDATE facebook_publications SET readings = 10 WHERE id = $1', [id]);
    await passed(app, id, 15);
    await settledAs(client, id, 'failed');
  };

  it.each([
    ['cut off after Meta did it', { drop: 'after' as const }],
    ['later than we wait', { delayAfterMs: 4_000 }],
  ])('%s, is found on the Page, and is not posted again', async (_, fault) => {
    sandboxOf(app).clearCalls();
    sandboxOf(app).failNext({ method: 'POST', path: FEED, ...fault });
    const answer = await posted(client, { message: 'Is it there?' });
    expect(answer.status).toBe(201);
    const publication = await settledAs(client, answer.body.data.publicationId, 'published');
    const [item, more] = atMeta('Is it there?');
    expect(more).toBeUndefined();
    expect(publication.postId).toBe(item?.id);
    expect(publication.history.map(({ state }) => state)).toEqual([
      'preparing',
      'publishing',
      'unknown',
      'published',
    ]);
    expect(feedCalls()).toHaveLength(1);
    expect(await postEvents(app, publication.id)).toEqual(['facebook.post.published']);
  });

  it('because of a failure at Meta, is said not to be there only after it was looked for long enough', async () => {
    sandboxOf(app).failNext({ method: 'POST', path: FEED, status: 502 });
    const answer = await posted(client, { message: 'Lost' });
    const { publicationId } = answer.body.data;
    expect([answer.status, answer.body.data]).toEqual([
      201,
      expect.objectContaining({
        id: publicationId,
        status: 'unknown',
        permalinkUrl: null,
        advice: expect.stringContaining('Do not post it again') as unknown,
      }),
    ]);
    // Meanwhile the same is not begun a second time.
    const again = await posted(client, { message: 'Lost' });
    expect([again.status, again.body.error]).toMatchObject([
      409,
      { code: 'CONFLICT', details: { publicationId } },
    ]);
    expect((await client.delete(`${POSTS}/${publicationId}`)).status).toBe(409);
    expect((await client.post(`${PUBLICATIONS}/${publicationId}/retry`, {})).status).toBe(409);
    // Read often, but not for long: still open.
    await app.db.query('UPDATE facebook_publications SET readings = 10, due_at = now() WHERE id = $1', [
      publicationId,
    ]);
    await eventually(
      async (): Promise<{ readings: number }[]> =>
        app.db.query('SELECT readings FROM facebook_publications WHERE id = $1', [publicationId]),
      ([row]) => (row?.readings ?? 0) > 10,
    );
    expect((await publicationOf(client, publicationId)).state).toBe('unknown');
    await givenUp(publicationId);
    expect(await publicationOf(client, publicationId)).toMatchObject({
      error: { code: 'NOT_FOUND_AT_META' },
      nextStepAt: null,
    });
    expect(await postEvents(app, publicationId)).toEqual(['facebook.post.unknown', 'facebook.post.failed']);
    // Then a person may try again.
    const retried = await client.post<CreatedView>(`${PUBLICATIONS}/${publicationId}/retry`, {});
    expect(retried.body.data).toMatchObject({ status: 'published', publicationId });
    expect(atMeta('Lost')).toHaveLength(1);
  });

  it('is not taken for an older one with the same text', async () => {
    sandboxOf(app).createPost({ message: 'Every week', createdAt: Date.now() - 3_600_000, silent: true });
    sandboxOf(app).failNext({ method: 'POST', path: FEED, status: 502 });
    const { body } = await posted(client, { message: 'Every week' });
    expect(body.data.status).toBe('unknown');
    await givenUp(body.data.publicationId);
  });

  it('is settled by Meta’s webhook, also while nothing can be read', async () => {
    await tellFeed();
    sandboxOf(app).failNext({ path: 'published_posts', status: 503, times: 1_000 });
    sandboxOf(app).failNext({ method: 'POST', path: FEED, drop: 'after' });
    const { body } = await posted(client, { message: 'Told' });
    const publication = await settledAs(client, body.data.publicationId, 'published');
    expect(publication.postId).toBe(atMeta('Told')[0]?.id);
    expect(atMeta('Told')).toHaveLength(1);
    expect(await postEvents(app, publication.id)).toContain('facebook.post.published');
  });

  it('is found although it was given up, when Meta tells of it late', async () => {
    sandboxOf(app).failNext({ method: 'POST', path: FEED, status: 502 });
    const { body } = await posted(client, { message: 'Slow' });
    await givenUp(body.data.publicationId);
    await tellFeed();
    const { id } = sandboxOf(app).createPost({ message: 'Slow' });
    const publication = await settledAs(client, body.data.publicationId, 'published');
    expect(publication.postId).toBe(id);
  });

  it('can be named by a person who sees it', async () => {
    sandboxOf(app).failNext({ method: 'POST', path: FEED, status: 502 });
    const { body } = await posted(client, { message: 'I see it', published: false });
    const { publicationId } = body.data;
    const path = `${PUBLICATIONS}/${publicationId}/resolve`;
    expect((await client.post(path, { postId: `${SEED.pageId}_404` })).status).toBe(404);
    expect((await client.post(path, { postId: '1_2' })).status).toBe(404);
    const { id } = sandboxOf(app).createPost({ message: 'Something else', silent: true });
    const resolved = await client.post<CreatedView>(path, { postId: id });
    expect(resolved.body.data).toMatchObject({ id, status: 'published', publicationId });
    expect((await client.post(path, { postId: id })).status).toBe(409);
  });

  it('of which a process died in the middle, is found or not, and never posted by whoever goes on', async () => {
    sandboxOf(app).clearCalls();
    const { id } = sandboxOf(app).createPost({ message: 'Died after', silent: true });
    const begun = async (message: string): Promise<string> => {
      // Held back by Meta first, then as a process leaves it that is killed during the call.
      sandboxOf(app).failNext({ method: 'POST', path: FEED, code: 32 });
      const { body } = await posted(client, { message });
      await app.db.query(
        `UPDATE facebook_publications SET state = 'publishing', started_at = now() - interval '10 seconds', due_at = now()
          WHERE id = $1`,
        [body.data.publicationId],
      );
      return body.data.publicationId;
    };
    const after = await begun('Died after');
    const before = await begun('Died before');
    expect((await settledAs(client, after, 'published')).postId).toBe(id);
    await settledAs(client, before, 'unknown');
    await givenUp(before);
    expect(feedCalls()).toHaveLength(2);
    expect(atMeta('Died before')).toEqual([]);
  });

  it('is told apart from one that Meta turned away: that is published when there is room again', async () => {
    sandboxOf(app).failNext({ method: 'POST', path: FEED, code: 32 });
    const { status, body } = await posted(client, { message: 'Too many' });
    expect([status, body.data.status]).toEqual([201, 'preparing']);
    expect(await publicationOf(client, body.data.publicationId)).toMatchObject({
      error: { code: 'META_RATE_LIMITED' },
    });
    await lookNow(app);
    await settledAs(client, body.data.publicationId, 'published');
    expect(atMeta('Too many')).toHaveLength(1);
    sandboxOf(app).failNext({ method: 'POST', path: FEED, code: 32 });
    const held = await posted(client, { message: 'Never mind' });
    const cancelled = await client.delete(`${POSTS}/${held.body.data.publicationId}`);
    expect(cancelled.body.data).toMatchObject({ status: 'cancelled' });
    await lookNow(app);
    expect(atMeta('Never mind')).toEqual([]);
  });
});
