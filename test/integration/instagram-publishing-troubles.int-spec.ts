import type { ApiClient } from '../api-client';
import { eventually } from '../eventually';
import type { InstagramOwner } from '../factories/instagram-accounts.factory';
import {
  PUBLICATIONS,
  type PublicationView,
  aPicture,
  aPublisher,
  forgetAccounts,
  hurry,
  ordered,
  publicationEvents,
  publicationOf,
  untilIn,
  uploadedFile,
} from '../factories/instagram-publishing.factory';
import { anMp4 } from '../factories/media-files';
import { sandboxOf } from '../factories/meta-login';
import { type TestApp, startTestApp } from '../test-app';

const PUBLISH = '/media_publish$';
const CREATE = '/media$';

describe('publishing on Instagram when something goes wrong', () => {
  let app: TestApp;
  let admin: ApiClient;
  let owner: InstagramOwner;
  let client: ApiClient;
  let image: string;
  beforeAll(async () => {
    app = await startTestApp({ sandbox: true, env: { META_TIMEOUT_MS: '1000' } });
    admin = app.api.as(await app.api.registerAdmin());
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    await forgetAccounts(app);
    await app.db.query('DELETE FROM domain_events');
    sandboxOf(app).reset();
    sandboxOf(app).clearFaults();
    owner = await aPublisher(app, admin);
    client = owner.client;
    image = await uploadedFile(client, aPicture(), 'image/jpeg');
    sandboxOf(app).clearCalls();
  });

  const published = () => sandboxOf(app).publishedInstagramMedia();
  const publishCalls = () => sandboxOf(app).calls({ method: 'POST', path: /\/media_publish$/ }).length;
  const anImage = (caption: string, rest: object = {}) =>
    ordered(client, { type: 'image', mediaId: image, caption, ...rest });
  const fails = (rule: object, path: string = CREATE) => {
    sandboxOf(app).failNext({ method: 'POST', path, ...rule });
  };
  /** So long after it that no call can be on its way any more. */
  const untilSettled = (id: string, ...states: string[]): Promise<PublicationView> =>
    eventually(
      async () => {
        await hurry(app, { lostFor: '1 minute' });
        return publicationOf(client, id);
      },
      ({ status }) => states.includes(status),
      { timeoutMs: 20_000, intervalMs: 100 },
    );

  describe('the answer to publishing is lost', () => {
    it('and it is there: it is found by reading, and not published again', async () => {
      fails({ drop: 'after' }, PUBLISH);
      const id = await anImage('Lost answer');
      await untilIn(app, client, id, 'unknown', 'published');
      const done = await untilIn(app, client, id, 'published');
      expect(published()).toHaveLength(1);
      expect(done.mediaId).toBe(published()[0]?.mediaId);
      expect(publishCalls()).toBe(1);
    });

    it('and it never came there: the same container is published, once nothing can be under way', async () => {
      fails({ drop: 'before' }, PUBLISH);
      const id = await anImage('Lost call');
      await untilIn(app, client, id, 'unknown');
      for (let look = 0; look < 5; look += 1) await hurry(app);
      expect(publishCalls()).toBeLessThanOrEqual(1);
      const done = await untilSettled(id, 'published', 'failed');
      expect(done).toMatchObject({ status: 'published', containers: [{ creations: 1 }] });
      expect(published()).toHaveLength(1);
    });

    it('to an error page, or to “try again” of Meta’s: both may have published it', async () => {
      fails({ status: 502 }, PUBLISH);
      const first = await anImage('Error page');
      expect((await untilSettled(first, 'published', 'failed')).status).toBe('published');
      fails({ code: -1, subcode: 2_207_001, isTransient: true, message: 'Server error' }, PUBLISH);
      const second = await anImage('Try again');
      await untilIn(app, client, second, 'unknown');
      expect((await untilSettled(second, 'published', 'failed')).status).toBe('published');
      expect(published().map(({ caption }) => caption)).toEqual(['Error page', 'Try again']);
    });

    it('of two with the same caption: each gets its own media', async () => {
      fails({ drop: 'after', times: 2 }, PUBLISH);
      const ids = [await anImage('Twins'), await anImage('Twins')];
      for (const id of ids) await untilSettled(id, 'published', 'failed');
      const views = await Promise.all(ids.map((id) => publicationOf(client, id)));
      expect(published()).toHaveLength(2);
      expect(views.map(({ mediaId }) => mediaId).sort()).toEqual(
        published()
          .map(({ mediaId }) => mediaId)
          .sort(),
      );
    });

    it('of a story, which stands in a list of its own', async () => {
      fails({ drop: 'after' }, PUBLISH);
      const id = await ordered(client, { type: 'story', mediaId: image });
      const done = await untilSettled(id, 'published', 'failed');
      expect(done.mediaId).toBe(published()[0]?.mediaId);
      expect(published()).toHaveLength(1);
    });

    it('and Meta no longer knows the container: nobody guesses; a person may say that it is not there', async () => {
      fails({ drop: 'before' }, PUBLISH);
      const id = await anImage('Nobody knows');
      const { containers } = await untilIn(app, client, id, 'unknown');
      const path = `^/${containers[0]?.containerId ?? ''}$`;
      sandboxOf(app).failNext({ method: 'GET', path, code: 100, subcode: 33, times: 1_000 });
      for (let look = 0; look < 12; look += 1) {
        await hurry(app, { lostFor: '1 hour' });
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      expect((await publicationOf(client, id)).status).toBe('unknown');
      expect(published()).toEqual([]);
      expect((await publicationEvents(app)).map(({ kind }) => kind)).toEqual(['instagram.media.unknown']);
      const looked = await client.post<PublicationView>(`${PUBLICATIONS}/${id}/retry`, {});
      expect(looked.body.data.status).toBe('unknown');
      const again = await client.post<PublicationView>(`${PUBLICATIONS}/${id}/retry`, { notPublished: true });
      expect(again.status).toBe(202);
      await untilIn(app, client, id, 'published');
      expect(published()).toHaveLength(1);
    });
  });

  it('makes a container again whose answer was lost, and counts both', async () => {
    fails({ drop: 'after' });
    const id = await anImage('Container lost');
    expect(await untilIn(app, client, id, 'published', 'failed')).toMatchObject({
      status: 'published',
      containers: [{ creations: 2 }],
    });
    expect(published()).toHaveLength(1);
    expect((await client.get('/api/meta/instagram/publishing-limit')).body.data).toMatchObject({
      used: 1,
      containersUsed: 2,
    });
  });

  it.each([
    [9004, 2_207_052, 'MEDIA_UNREACHABLE', /reachable from the internet/],
    [36_003, 2_207_009, 'ASPECT_RATIO', /4:5/],
    [36_000, 2_207_004, 'MEDIA_TOO_LARGE', /8 MB/],
    [25, 2_207_050, 'ACCOUNT_RESTRICTED', /Account Status/],
    [352, 2_207_026, 'VIDEO_FORMAT', /H\.264/],
  ])('%i/%i is explained, told, and not tried again by itself', async (code, subcode, word, advice) => {
    fails({ code, subcode, status: 400 });
    const id = await anImage('Refused');
    const failed = await untilIn(app, client, id, 'failed', 'published');
    expect(failed).toMatchObject({
      status: 'failed',
      error: { code: word, metaSubcode: subcode, retryHelps: false },
    });
    expect(failed.error?.advice).toMatch(advice);
    expect(published()).toEqual([]);
    expect(await publicationEvents(app)).toMatchObject([
      {
        kind: 'instagram.media.failed',
        payload: { publicationId: id, caption: 'Refused', error: { code: word } },
      },
    ]);
    const notified = await eventually(
      () => client.get<{ notifications: { kind: string; title: string }[] }>('/api/meta/notifications'),
      ({ body }) => body.data.notifications.some(({ kind }) => kind === 'instagram.publication_failed'),
    );
    expect(notified.body.data.notifications[0]?.title).toMatch(/^An image was not published on /);
    const again = await client.post<PublicationView>(`${PUBLICATIONS}/${id}/retry`, {});
    expect(again.body.data).toMatchObject({ status: 'queued', error: null });
    await untilIn(app, client, id, 'published');
    expect(published()).toHaveLength(1);
    expect((await client.post(`${PUBLICATIONS}/${id}/retry`, {})).status).toBe(409);
  });

  it('a video that Meta cannot use fails with what Meta says of it', async () => {
    sandboxOf(app).decideInstagramContainers({ outcome: 'ERROR', subcode: 2_207_026, afterMs: 0 });
    const mediaId = await uploadedFile(client, anMp4(), 'video/mp4');
    const id = await ordered(client, { type: 'reel', mediaId });
    expect(await untilIn(app, client, id, 'failed', 'published')).toMatchObject({
      error: { code: 'VIDEO_FORMAT', metaSubcode: 2_207_026 },
      containers: [{ status: 'ERROR' }],
    });
  });

  it('prepares anew what expired before it could be published', async () => {
    sandboxOf(app).decideInstagramContainers({ outcome: 'EXPIRED', afterMs: 0 });
    const id = await anImage('Expired once');
    expect(await untilIn(app, client, id, 'published', 'failed')).toMatchObject({
      status: 'published',
      containers: [{ creations: 2 }],
    });
    expect(published()).toHaveLength(1);
  });

  it('asks again while Meta works on it, and when Meta says that it is not ready after all', async () => {
    sandboxOf(app).decideInstagramContainers({ outcome: 'IN_PROGRESS', afterMs: 0 });
    const id = await anImage('Slow');
    const slow = await untilIn(app, client, id, 'processing');
    await eventually(
      async () => {
        await hurry(app);
        return publicationOf(client, id);
      },
      ({ containers }) => containers[0]?.status === 'IN_PROGRESS',
    );
    const { containers } = await publicationOf(client, slow.id);
    fails({ code: 9007, subcode: 2_207_027, status: 400 }, PUBLISH);
    sandboxOf(app).decideInstagramContainer({
      containerId: containers[0]?.containerId ?? '',
      outcome: 'FINISHED',
    });
    await untilIn(app, client, id, 'published');
    expect(published()).toHaveLength(1);
  });

  it('waits while the quota is used up, or fails at once where that is wanted', async () => {
    sandboxOf(app).configure({ instagram: { postsPerDay: 1 } });
    await untilIn(app, client, await anImage('First'), 'published');
    const waiting = await anImage('Second');
    const failing = await anImage('Third', { onQuotaUsedUp: 'fail' });
    await eventually(
      () => publicationOf(client, waiting),
      ({ waitingFor }) => waitingFor === 'quota',
    );
    expect(await publicationOf(client, waiting)).toMatchObject({ status: 'queued', error: null });
    expect(await untilIn(app, client, failing, 'failed')).toMatchObject({ error: { code: 'QUOTA_USED_UP' } });
    expect(sandboxOf(app).instagramContainers()).toHaveLength(1);
    sandboxOf(app).configure({ instagram: { postsPerDay: 2 } });
    expect(await untilIn(app, client, waiting, 'published')).toMatchObject({ waitingFor: null });
  });

  it('stops with what to do when the account is disconnected or its token dies', async () => {
    const publishAt = new Date(Date.now() + 3_600_000).toISOString();
    const id = await anImage('Later', { publishAt });
    await client.delete(`/api/meta/instagram/accounts/${owner.igAccountId}`);
    await app.db.query('UPDATE instagram_publications SET publish_at = now(), next_step_at = now()');
    expect(await untilIn(app, client, id, 'failed')).toMatchObject({ error: { code: 'NOT_CONNECTED' } });
    expect(published()).toEqual([]);
  });

  it('a file that is gone by the time it is tried again is named as the cause', async () => {
    fails({ code: 36_003, subcode: 2_207_009, status: 400 });
    const id = await anImage('Gone');
    await untilIn(app, client, id, 'failed');
    expect((await client.delete(`/api/meta/whatsapp/media/${image}`)).status).toBe(200);
    await client.post(`${PUBLICATIONS}/${id}/retry`, {});
    expect(await untilIn(app, client, id, 'failed')).toMatchObject({ error: { code: 'MEDIA_GONE' } });
  });
});
