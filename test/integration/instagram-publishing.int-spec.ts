import { SEED } from '../../sandbox/world-seed';
import type { ApiAnswer, ApiBody, ApiClient } from '../api-client';
import { eventually } from '../eventually';
import {
  INSTAGRAM_LOGIN_ENV,
  INSTAGRAM_SCOPES,
  type InstagramOwner,
  anInstagramOwner,
  linkedAccount,
} from '../factories/instagram-accounts.factory';
import {
  INSTAGRAM_MEDIA,
  aLoginPublisher,
  aPicture,
  aPublisher,
  forgetAccounts,
  ordered,
  publicationEvents,
  publicationOf,
  untilIn,
  uploadedFile,
} from '../factories/instagram-publishing.factory';
import { aPng, anMp4 } from '../factories/media-files';
import { sandboxOf } from '../factories/meta-login';
import { type TestApp, startTestApp } from '../test-app';

const problem = ({ status, body }: ApiAnswer<ApiBody<unknown>>) => ({ status, code: body.error.code });

describe('publishing on Instagram', () => {
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
  /** The fields that are complained of. */
  const refusedFields = async (body: Record<string, unknown>): Promise<unknown[]> => {
    const answer = await client.post(INSTAGRAM_MEDIA, body);
    expect(problem(answer)).toEqual({ status: 400, code: 'VALIDATION_FAILED' });
    const { fields } = answer.body.error.details as { fields: { path: string; rule: string }[] };
    return fields.map(({ path, rule }) => `${path} ${rule}`);
  };

  it('an uploaded image: Meta fetches it from here, and it appears once', async () => {
    const answer = await client.post(
      INSTAGRAM_MEDIA,
      await anImage({ caption: 'Spring #tulips', altText: 'A tulip' }),
    );
    expect(answer.status).toBe(202);
    expect(answer.body.data).toEqual({ id: expect.any(String) as unknown, status: 'queued' });
    const done = await untilIn(app, client, String(answer.body.data.id), 'published', 'failed');
    const [media] = published();
    expect(published()).toHaveLength(1);
    expect(media).toMatchObject({ caption: 'Spring #tulips', mediaType: 'IMAGE', productType: 'FEED' });
    expect(done).toMatchObject({
      type: 'image',
      status: 'published',
      mediaId: media?.mediaId,
      error: null,
      nextStepAt: null,
      instagramAccountId: owner.assetId,
      containers: [{ position: 0, type: 'image', status: 'FINISHED', creations: 1 }],
    });
    const { permalink } = await eventually(
      () => publicationOf(client, done.id),
      (view) => view.permalink !== null,
    );
    expect(permalink).toMatch(/^https:\/\/www\.instagram\.com\/p\//);
    expect(await publicationEvents(app)).toMatchObject([
      { kind: 'instagram.media.published', payload: { publicationId: done.id, mediaId: media?.mediaId } },
    ]);
    const limit = await client.get('/api/meta/instagram/publishing-limit');
    expect(limit.body.data).toEqual({
      used: 1,
      total: 100,
      durationSeconds: 86_400,
      containersUsed: 1,
      containersTotal: 400,
    });
  });

  it('a reel, a video, a story, and a carousel of images and videos', async () => {
    const video = await uploadedFile(client, anMp4(), 'video/mp4');
    const image = await uploadedFile(client, aPicture(), 'image/jpeg');
    const ids = [
      await ordered(client, {
        type: 'reel',
        mediaId: video,
        caption: 'Reel',
        shareToFeed: false,
        thumbOffset: 500,
      }),
      await ordered(client, { type: 'video', mediaId: video, caption: 'Video', coverMediaId: image }),
      await ordered(client, { type: 'story', mediaId: video }),
      await ordered(client, {
        type: 'story',
        mediaId: image,
        userTags: [{ username: 'ana.lee', x: 0.2, y: 0.4 }],
      }),
      await ordered(client, {
        type: 'carousel',
        caption: 'Album',
        children: [
          { type: 'image', mediaId: image, altText: 'First' },
          { type: 'video', mediaId: video },
          { type: 'image', mediaId: image, userTags: [{ username: 'ana.lee', x: 0.5, y: 0.5 }] },
        ],
      }),
    ];
    for (const id of ids) await untilIn(app, client, id, 'published', 'failed');
    const views = await Promise.all(ids.map((id) => publicationOf(client, id)));
    expect(views.map(({ status, error }) => [status, error])).toEqual(ids.map(() => ['published', null]));
    const shown = published().map(({ caption, mediaType, productType, childIds }) => [
      caption,
      mediaType,
      productType,
      childIds.length,
    ]);
    expect(shown.sort()).toEqual([
      ['', 'IMAGE', 'STORY', 0],
      ['', 'VIDEO', 'STORY', 0],
      ['Album', 'CAROUSEL_ALBUM', 'FEED', 3],
      ['Reel', 'VIDEO', 'REELS', 0],
      ['Video', 'VIDEO', 'REELS', 0],
    ]);
    expect(views[4]?.containers.map(({ position, type, creations }) => [position, type, creations])).toEqual([
      [1, 'image', 1],
      [2, 'video', 1],
      [3, 'image', 1],
      [0, 'carousel', 1],
    ]);
  });

  it('by Instagram Login as well, with the token of that', async () => {
    await forgetAccounts(app);
    const login = await aLoginPublisher(app, admin);
    const mediaId = await uploadedFile(login.client, aPicture(), 'image/jpeg');
    const id = await ordered(login.client, { type: 'image', mediaId, caption: 'By login' });
    expect(await untilIn(app, login.client, id, 'published', 'failed')).toMatchObject({ error: null });
    expect(published()).toMatchObject([{ caption: 'By login', instagramId: SEED.instagramId }]);
  });

  it('refuses what Instagram would refuse, field by field, and asks nobody', async () => {
    const image = await uploadedFile(client, aPicture(), 'image/jpeg');
    const url = 'https://cdn.example.com/a.jpg';
    const many = (text: string, count: number): string =>
      Array.from({ length: count }, (_, at) => `${text}${at}`).join(' ');
    const refusals: [Record<string, unknown>, string[]][] = [
      [{ type: 'image' }, ['url required']],
      [{ type: 'image', url, mediaId: image }, ['mediaId exclusive']],
      [{ type: 'image', url: 'http://cdn.example.com/a.jpg' }, ['url isUrl']],
      [{ type: 'image', url, caption: 'x'.repeat(2_201) }, ['caption maxLength']],
      [{ type: 'image', url, caption: many('#tag', 31) }, ['caption maxHashtags']],
      [{ type: 'image', url, caption: many('@name', 21) }, ['caption maxMentions']],
      [{ type: 'image', url, thumbOffset: 5 }, ['thumbOffset notForType']],
      [{ type: 'image', url, userTags: [{ username: 'ana' }] }, ['userTags[0] place']],
      [{ type: 'reel', url, userTags: [{ username: 'ana', x: 0, y: 1 }] }, ['userTags[0] place']],
      [{ type: 'story', url, fileType: 'image', caption: 'No' }, ['caption notForType']],
      [{ type: 'story', url }, ['fileType required']],
      [{ type: 'carousel' }, ['children required']],
      [{ type: 'carousel', children: [{ type: 'image', url }] }, ['children arrayMinSize']],
      [
        {
          type: 'carousel',
          children: [
            { type: 'image', url },
            { type: 'video', url, altText: 'x' },
          ],
        },
        ['children[1].altText notForType'],
      ],
      [{ type: 'image', url, publishAt: '2020-01-01T00:00:00Z' }, ['publishAt future']],
      [{ type: 'image', url, publishAt: '2999-01-01T00:00:00Z' }, ['publishAt tooFarAhead']],
      [{ type: 'image', url, collaborators: ['a', 'b', 'c', 'd'] }, ['collaborators arrayMaxSize']],
      [{ type: 'image', mediaId: '0199f3a2-7c1e-7b52-9d6b-3f1f8f4f2a10' }, ['mediaId mediaExists']],
      [{ type: 'image', mediaId: await uploadedFile(client, aPng(), 'image/png') }, ['mediaId mediaType']],
      [{ type: 'reel', mediaId: image }, ['mediaId mediaType']],
      [
        { type: 'image', mediaId: await uploadedFile(client, aPicture(500, 1_000), 'image/jpeg') },
        ['mediaId aspectRatio'],
      ],
      [
        {
          type: 'image',
          mediaId: await uploadedFile(client, aPicture(1_080, 1_080, 9_000_000), 'image/jpeg', 'document'),
        },
        ['mediaId mediaSize'],
      ],
    ];
    for (const [body, expected] of refusals)
      expect([body, await refusedFields(body)]).toEqual([body, expected]);
    expect(await app.db.query('SELECT 1 FROM instagram_publications')).toEqual([]);
    expect(writes()).toBe(0);
  });

  it('says which permission is missing before anything is stored', async () => {
    await forgetAccounts(app);
    // Meta keeps what the person granted before.
    sandboxOf(app).reset();
    const { client: other } = await anInstagramOwner(app, admin, (of, who) =>
      linkedAccount(of, who, { scopes: INSTAGRAM_SCOPES }),
    );
    const answer = await other.post(INSTAGRAM_MEDIA, { type: 'image', url: 'https://cdn.example.com/a.jpg' });
    expect(problem(answer)).toEqual({ status: 424, code: 'META_REAUTH_REQUIRED' });
    expect(answer.body.error.details).toMatchObject({ missingPermission: 'instagram_content_publish' });
  });
});
