import { SEED } from '../../sandbox/world-seed';
import { PublicMediaLinks } from '../../src/media/public-media-links';
import type { AccountId } from '../../src/database/ids';
import type { ApiAnswer, ApiBody, ApiClient } from '../api-client';
import {
  INSTAGRAM_LOGIN_ENV,
  type InstagramOwner,
  anInstagramOwner,
} from '../factories/instagram-accounts.factory';
import {
  INSTAGRAM_MEDIA,
  aLoginPublisher,
  aPicture,
  aPublisher,
  forgetAccounts,
  uploadedFile,
} from '../factories/instagram-publishing.factory';
import { sandboxOf } from '../factories/meta-login';
import { type TestApp, startTestApp } from '../test-app';

interface MediaView {
  id: string;
  mediaType: string;
  caption: string;
  likes: number | null;
  comments: number;
}
interface MediaPage {
  media: MediaView[];
  pagination: { limit: number; before: string | null; after: string | null };
}

const problem = ({ status, body }: ApiAnswer<ApiBody<unknown>>) => ({ status, code: body.error.code });

describe('media of Instagram accounts', () => {
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
    sandboxOf(app).reset();
    sandboxOf(app).clearFaults();
    owner = await aPublisher(app, admin);
    client = owner.client;
    sandboxOf(app).clearCalls();
  });

  const someMedia = (parts: object = {}) =>
    sandboxOf(app).createInstagramMedia({ caption: 'Spring', ...parts });
  const page = async (query = '', who: ApiClient = client): Promise<MediaPage> => {
    const answer = await who.get<MediaPage>(`${INSTAGRAM_MEDIA}${query}`);
    if (answer.status !== 200) throw new Error(answer.text);
    return answer.body.data;
  };

  it('have what the specification says, and their counts', async () => {
    const { id } = someMedia({ likes: 42, createdAt: Date.parse('2026-03-01T10:00:00Z') });
    sandboxOf(app).playComment({ on: id, from: 'Ana Lee', text: 'Nice', silent: true });
    expect(await page(`?accountId=${SEED.instagramId}`)).toEqual({
      media: [
        {
          id,
          mediaType: 'IMAGE',
          mediaUrl: `https://scontent.example/${id}.jpg`,
          permalink: `https://www.instagram.com/p/C${id}/`,
          caption: 'Spring',
          timestamp: '2026-03-01T10:00:00.000Z',
          likes: 42,
          comments: 1,
          productType: 'FEED',
          thumbnailUrl: null,
          commentsEnabled: true,
          username: 'demo.shop',
          children: [],
        },
      ],
      pagination: { limit: 25, before: null, after: expect.any(String) as unknown },
    });
  });

  it('say so where a number or a file is hidden, and hold the parts of a carousel', async () => {
    const hidden = someMedia({ mediaType: 'VIDEO', productType: 'REELS', caption: '' });
    sandboxOf(app).updateInstagramMedia({ mediaId: hidden.id, hidesLikes: true, isCopyrighted: true });
    const { id, childIds } = someMedia({ items: 2 });
    const media = (await page()).media;
    expect(media.find((each) => each.id === hidden.id)).toMatchObject({
      mediaType: 'VIDEO',
      productType: 'REELS',
      caption: '',
      likes: null,
      mediaUrl: null,
    });
    expect(media.find((each) => each.id === id)).toMatchObject({
      mediaType: 'CAROUSEL_ALBUM',
      children: childIds.map((child) => ({ id: child, mediaType: 'IMAGE' })),
    });
    const one = await client.get(`${INSTAGRAM_MEDIA}/${id}`);
    expect(one.body.data).toMatchObject({ id, caption: 'Spring' });
  });

  it('come newest first, page by page, and what has come since', async () => {
    for (let at = 1; at <= 5; at += 1)
      someMedia({ caption: `No ${at}`, createdAt: Date.parse(`2026-03-0${at}T10:00:00Z`) });
    const captions = ({ media }: MediaPage): string[] => media.map(({ caption }) => caption);
    const first = await page('?limit=2');
    expect(captions(first)).toEqual(['No 5', 'No 4']);
    const second = await page(`?limit=2&before=${first.pagination.before ?? ''}`);
    expect(captions(second)).toEqual(['No 3', 'No 2']);
    const last = await page(`?limit=2&before=${second.pagination.before ?? ''}`);
    expect([captions(last), last.pagination.before]).toEqual([['No 1'], null]);
    expect(captions(await page(`?limit=2&after=${second.pagination.after ?? ''}`))).toEqual(['No 5', 'No 4']);
    expect(problem(await client.get(`${INSTAGRAM_MEDIA}?before=a&after=b`))).toMatchObject({ status: 400 });
    expect(problem(await client.get(`${INSTAGRAM_MEDIA}?limit=101`))).toMatchObject({ status: 400 });
  });

  it('are read by Instagram Login, too; with several accounts one has to be named', async () => {
    const { id } = someMedia();
    await forgetAccounts(app);
    const login = await aLoginPublisher(app, admin);
    expect((await page('', login.client)).media.map((media) => media.id)).toEqual([id]);
    expect(problem(await client.get(INSTAGRAM_MEDIA))).toEqual({ status: 404, code: 'ACCOUNT_NOT_FOUND' });
  });

  it('say which accounts there are when none is named, and that one is not connected', async () => {
    const second = sandboxOf(app).createPage({ name: 'Second', instagramUsername: 'second.shop' });
    await forgetAccounts(app);
    owner = await anInstagramOwner(app, admin);
    const other = owner.client;
    await other.get('/api/meta/instagram/accounts?refresh=true');
    expect(problem(await other.get(`${INSTAGRAM_MEDIA}?accountId=${second.instagramId ?? ''}`))).toEqual({
      status: 404,
      code: 'NOT_FOUND',
    });
    await other.post(`/api/meta/instagram/accounts/${second.instagramId ?? ''}/connect`, {});
    const ambiguous = await other.get(INSTAGRAM_MEDIA);
    expect(problem(ambiguous)).toEqual({ status: 409, code: 'ACCOUNT_AMBIGUOUS' });
    expect(ambiguous.body.error.details).toMatchObject({
      parameter: 'accountId',
      choices: [{ name: 'demo.shop' }, { name: 'second.shop' }],
    });
  });

  it('stories are a list of their own', async () => {
    const { id } = someMedia({ productType: 'STORY' });
    someMedia();
    const answer = await client.get<{ stories: MediaView[] }>('/api/meta/instagram/stories');
    expect(answer.body.data.stories.map((story) => story.id)).toEqual([id]);
    expect((await page()).media).toHaveLength(1);
  });

  it('can be deleted, with the permission that it takes', async () => {
    const { id } = someMedia();
    const deleted = await client.delete(`${INSTAGRAM_MEDIA}/${id}`);
    expect(deleted.body.data).toEqual({ id, deleted: true });
    expect((await page()).media).toEqual([]);
    expect(problem(await client.delete(`${INSTAGRAM_MEDIA}/${id}`))).toEqual({
      status: 404,
      code: 'NOT_FOUND',
    });
    await forgetAccounts(app);
    const without = await anInstagramOwner(app, admin);
    const another = someMedia();
    const refused = await without.client.delete(`${INSTAGRAM_MEDIA}/${another.id}`);
    expect(problem(refused)).toEqual({ status: 424, code: 'META_REAUTH_REQUIRED' });
    expect(refused.body.error.details).toMatchObject({ missingPermission: 'instagram_manage_contents' });
  });

  it('nothing else that the token opens can be read, changed or deleted as a media', async () => {
    const { id } = someMedia();
    const { commentId } = sandboxOf(app).playComment({ on: id, from: 'Ana Lee', text: 'Mine', silent: true });
    const post = sandboxOf(app).createPost({ message: 'A post of the Page' });
    for (const other of [commentId, SEED.pageId, SEED.instagramId, '179000000000000']) {
      expect(problem(await client.get(`${INSTAGRAM_MEDIA}/${other}`))).toMatchObject({ status: 404 });
      expect(problem(await client.delete(`${INSTAGRAM_MEDIA}/${other}`))).toMatchObject({ status: 404 });
    }
    expect(problem(await client.delete(`${INSTAGRAM_MEDIA}/${post.id}`))).toMatchObject({ status: 400 });
    expect(sandboxOf(app).calls({ method: 'DELETE' })).toEqual([]);
  });

  it('comments on one can be turned off and on again', async () => {
    const { id } = someMedia();
    for (const commentsEnabled of [false, true]) {
      const changed = await client.post(`${INSTAGRAM_MEDIA}/${id}/settings`, { commentsEnabled });
      expect(changed.body.data).toEqual({ id, commentsEnabled });
      expect((await client.get(`${INSTAGRAM_MEDIA}/${id}`)).body.data).toMatchObject({ commentsEnabled });
    }
    expect(problem(await client.post(`${INSTAGRAM_MEDIA}/${id}/settings`, {}))).toMatchObject({
      status: 400,
    });
  });

  describe('links for Meta', () => {
    const nobody = (): ApiClient => app.api;
    const bytes = aPicture();
    let link: string;
    let uploadId: string;
    const linkUntil = (expiresAt: Date): string =>
      app.app
        .get(PublicMediaLinks, { strict: false })
        .linkTo({ accountId: owner.accountId as AccountId, uploadId }, 'image/jpeg', expiresAt);
    beforeEach(async () => {
      uploadId = await uploadedFile(client, bytes, 'image/jpeg');
      link = linkUntil(new Date(Date.now() + 60_000));
    });

    it('open one file without a credential, whole or in parts, and nothing of it runs', async () => {
      expect(link.startsWith(`${app.url}/api/meta/public-media/`)).toBe(true);
      expect(link.endsWith('.jpg')).toBe(true);
      const whole = await nobody().response(link);
      expect([whole.status, whole.headers.get('content-type')]).toEqual([200, 'image/jpeg']);
      expect(Buffer.from(await whole.arrayBuffer()).equals(bytes)).toBe(true);
      expect(whole.headers.get('x-content-type-options')).toBe('nosniff');
      expect(whole.headers.get('content-security-policy')).toContain('sandbox');
      expect(whole.headers.get('cache-control')).toBe('private, no-store');
      const part = await nobody().response(link, { headers: { range: 'bytes=10-19' } });
      expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 10-19/${bytes.length}`]);
      expect(Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(10, 20))).toBe(true);
      const head = await nobody().response(link, { method: 'HEAD' });
      expect([head.status, head.headers.get('content-length')]).toEqual([200, String(bytes.length)]);
      const beyond = await nobody().response(link, { headers: { range: 'bytes=99999-' } });
      expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, `bytes */${bytes.length}`]);
    });

    it('end, cannot be changed, and open nothing that was deleted', async () => {
      const name = link.split('/').at(-1)?.replace('.jpg', '') ?? '';
      const flipped = `${name.slice(0, 30)}${name[30] === 'A' ? 'B' : 'A'}${name.slice(31)}`;
      const path = '/api/meta/public-media';
      for (const wrong of [
        linkUntil(new Date(Date.now() - 1)),
        `${path}/${flipped}.jpg`,
        `${path}/${uploadId}`,
        `${path}/x.jpg`,
      ])
        expect(problem(await nobody().get(wrong))).toEqual({ status: 404, code: 'NOT_FOUND' });
      expect((await client.delete(`/api/meta/whatsapp/media/${uploadId}`)).status).toBe(200);
      expect(problem(await nobody().get(link))).toEqual({ status: 404, code: 'NOT_FOUND' });
    });
  });
});
