import { SEED } from '../../sandbox/world-seed';
import type { ApiAnswer, ApiBody, ApiClient } from '../api-client';
import { eventually } from '../eventually';
import { INSTAGRAM_LOGIN_ENV, type InstagramOwner } from '../factories/instagram-accounts.factory';
import {
  INSTAGRAM_MEDIA,
  PUBLICATIONS,
  type PublicationView,
  aPicture,
  aPublisher,
  forgetAccounts,
  hurry,
  ordered,
  publicationOf,
  untilIn,
  uploadedFile,
} from '../factories/instagram-publishing.factory';
import { sandboxOf } from '../factories/meta-login';
import { type TestApp, startTestApp } from '../test-app';

const problem = ({ status, body }: ApiAnswer<ApiBody<unknown>>) => ({ status, code: body.error.code });

describe('orders to publish on Instagram', () => {
  let app: TestApp;
  let admin: ApiClient;
  let owner: InstagramOwner;
  let client: ApiClient;
  beforeAll(async () => {
    app = await startTestApp({ sandbox: true, env: { META_TIMEOUT_MS: '2000', ...INSTAGRAM_LOGIN_ENV } });
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
    sandboxOf(app).clearCalls();
  });

  const published = () => sandboxOf(app).publishedInstagramMedia();
  const writes = () => sandboxOf(app).calls({ method: 'POST', path: /\/media(_publish)?$/ }).length;
  const anImage = async (
    rest: Record<string, unknown> = {},
  ): Promise<Record<string, unknown> & { mediaId: string }> => ({
    type: 'image',
    mediaId: await uploadedFile(client, aPicture(), 'image/jpeg'),
    ...rest,
  });
  it('publishes once for one Idempotency-Key, and not for viewers or strangers', async () => {
    const body = await anImage({ caption: 'Once' });
    const keyed = client.with({ 'idempotency-key': 'spring-1' });
    const first = await keyed.post(INSTAGRAM_MEDIA, body);
    const again = await keyed.post(INSTAGRAM_MEDIA, body);
    expect(again.body.data).toEqual(first.body.data);
    expect(problem(await keyed.post(INSTAGRAM_MEDIA, { ...body, caption: 'Other' }))).toEqual({
      status: 409,
      code: 'IDEMPOTENCY_CONFLICT',
    });
    await untilIn(app, client, String(first.body.data.id), 'published');
    expect(published()).toHaveLength(1);
    const stranger = app.api.as(await admin.createUser('agent'));
    expect((await stranger.get(`${PUBLICATIONS}/${String(first.body.data.id)}`)).status).toBe(404);
    expect((await stranger.delete(`${PUBLICATIONS}/${String(first.body.data.id)}`)).status).toBe(404);
    const viewer = app.api.as(await admin.createUser('viewer'));
    expect((await viewer.post(INSTAGRAM_MEDIA, body)).status).toBe(403);
  });

  describe('at a time', () => {
    const soon = (minutes: number): string => new Date(Date.now() + minutes * 60_000).toISOString();
    const makeDue = (id: string) =>
      app.db.query(
        `UPDATE instagram_publications SET publish_at = now(), next_step_at = now() WHERE id = $1`,
        [id],
      );

    it('keeps it and its file here until then, and can be moved and taken back', async () => {
      const image = await anImage({ caption: 'Later', publishAt: soon(60) });
      const id = await ordered(client, image);
      await hurry(app);
      expect(await publicationOf(client, id)).toMatchObject({
        status: 'scheduled',
        publishAt: image.publishAt,
      });
      expect(writes()).toBe(0);
      const held = await client.delete(`/api/meta/whatsapp/media/${image.mediaId}`);
      expect(problem(held)).toEqual({ status: 409, code: 'CONFLICT' });
      const moved = await client.patch<PublicationView>(`${PUBLICATIONS}/${id}`, { publishAt: soon(120) });
      expect(moved).toMatchObject({ status: 200 });
      const cancelled = await client.delete<PublicationView>(`${PUBLICATIONS}/${id}`);
      expect(cancelled.body.data).toMatchObject({ status: 'cancelled', nextStepAt: null });
      expect((await client.delete(`${PUBLICATIONS}/${id}`)).status).toBe(200);
      await makeDue(id).catch(() => undefined);
      expect(problem(await client.patch(`${PUBLICATIONS}/${id}`, { publishAt: soon(5) }))).toEqual({
        status: 409,
        code: 'CONFLICT',
      });
      expect((await client.delete(`/api/meta/whatsapp/media/${image.mediaId}`)).status).toBe(200);
      expect(published()).toEqual([]);
    });

    it('prepares it shortly before and publishes it then, not sooner', async () => {
      const id = await ordered(client, await anImage({ caption: 'In five minutes', publishAt: soon(5) }));
      const ready = await eventually(
        async () => {
          await app.db.query(
            `UPDATE instagram_publication_containers SET last_creation_at = last_creation_at - interval '1 minute'`,
          );
          await app.db.query(
            `UPDATE instagram_publications SET next_step_at = now() WHERE claim_id IS NULL AND state <> 'ready'`,
          );
          await hurry(app);
          return publicationOf(client, id);
        },
        ({ status }) => status === 'ready',
        { timeoutMs: 20_000, intervalMs: 100 },
      );
      expect(ready.containers).toMatchObject([{ status: 'FINISHED' }]);
      expect(published()).toEqual([]);
      await makeDue(id);
      await untilIn(app, client, id, 'published');
      expect(published()).toHaveLength(1);
      expect(problem(await client.delete(`${PUBLICATIONS}/${id}`))).toEqual({
        status: 409,
        code: 'CONFLICT',
      });
    });
  });

  it('lists orders newest first, page by page, by state and by account', async () => {
    const publishAt = new Date(Date.now() + 3_600_000).toISOString();
    const ids: string[] = [];
    for (const caption of ['One', 'Two', 'Three'])
      ids.push(
        await ordered(client, { type: 'image', url: 'https://cdn.example.com/a.jpg', caption, publishAt }),
      );
    await client.delete(`${PUBLICATIONS}/${ids[0]}`);
    const page = async (query: string) => {
      const answer = await client.get<{
        publications: PublicationView[];
        pagination: { before: string | null; after: string | null };
      }>(`${PUBLICATIONS}${query}`);
      expect(answer.status).toBe(200);
      return answer.body.data;
    };
    const first = await page('?limit=2');
    expect(first.publications.map(({ caption }) => caption)).toEqual(['Three', 'Two']);
    const second = await page(`?limit=2&before=${first.pagination.before ?? ''}`);
    expect(second.publications.map(({ caption, status }) => [caption, status])).toEqual([
      ['One', 'cancelled'],
    ]);
    expect(second.pagination.before).toBeNull();
    const newer = await page(`?after=${second.pagination.after ?? ''}`);
    expect(newer.publications.map(({ caption }) => caption)).toEqual(['Three', 'Two']);
    expect((await page('?status=cancelled')).publications.map(({ id }) => id)).toEqual([ids[0]]);
    expect((await page(`?accountId=${SEED.instagramId}&status=scheduled`)).publications).toHaveLength(2);
    expect((await client.get(`${PUBLICATIONS}?accountId=17840000000000000`)).status).toBe(404);
    const stranger = app.api.as(await admin.createUser('agent'));
    expect((await stranger.get(PUBLICATIONS)).body.data).toMatchObject({ publications: [] });
  });
});
