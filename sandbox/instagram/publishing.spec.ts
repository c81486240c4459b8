import { startFileServer, type FileServer } from './instagram-test-client';
import type { JsonObject } from '../json';
import { dataOf, PageTestClient } from '../pages/page-test-client';
import { SEED } from '../world-seed';

const DAY_MS = 86_400_000;

describe('publishing on Instagram', () => {
  let client: PageTestClient;
  let files: FileServer;
  beforeAll(async () => {
    files = await startFileServer();
  });
  afterAll(() => files.close());
  beforeEach(async () => {
    client = await PageTestClient.start();
  });
  afterEach(() => client.close());

  const container = (body: JsonObject, token?: string) =>
    client.post(`/${SEED.instagramId}/media`, body, token);
  const publish = (id: unknown, token?: string) =>
    client.post(`/${SEED.instagramId}/media_publish`, { creation_id: String(id) }, token);
  const statusOf = async (id: unknown) => (await client.get(`/${String(id)}?fields=status_code,status`)).json;
  const image = () => ({ image_url: `${files.url}/square.jpg` });
  /** A container that is finished. */
  async function finished(body: JsonObject): Promise<string> {
    const { json, error } = await container(body);
    expect(error).toEqual({});
    await client.control.advance(2000);
    return json.id as string;
  }

  it.each([
    ['through the Page', () => client.pageToken, `/${SEED.instagramId}`],
    ['by Instagram Login', () => client.instagramToken, '/me'],
  ])('takes a container, processes it and publishes it once, %s', async (_way, token, account) => {
    client.control.configure({ instagram: { imageProcessingMs: 60_000 } });
    const made = await client.post(`${account}/media`, { ...image(), caption: 'Sale #today' }, token());
    expect(made.json).toEqual({ id: expect.stringMatching(/^178\d+$/) });
    const { id } = made.json;
    expect(await statusOf(id)).toEqual({
      id,
      status_code: 'IN_PROGRESS',
      status: expect.stringContaining('In Progress'),
    });
    expect((await publish(id, token())).error).toMatchObject({ code: 9007, error_subcode: 2207027 });
    await client.control.advance(60_000);
    expect(await statusOf(id)).toMatchObject({ status_code: 'FINISHED' });
    const published = await publish(id, token());
    expect(published.json).toEqual({ id: expect.stringMatching(/^179\d+$/) });
    expect(await statusOf(id)).toMatchObject({ status_code: 'PUBLISHED' });
    expect((await publish(id, token())).error).toMatchObject({ code: 24, error_subcode: 2207008 });
    const list = await client.get(`${account}/media?fields=caption,media_type,media_product_type`, token());
    expect(dataOf(list)).toEqual([
      { id: published.json.id, caption: 'Sale #today', media_type: 'IMAGE', media_product_type: 'FEED' },
    ]);
    expect(client.control.publishedInstagramMedia()).toMatchObject([
      { mediaId: published.json.id, containerId: id, caption: 'Sale #today', deletedAt: null },
    ]);
  });

  it('publishes reels, which read back as videos, and stories', async () => {
    const reel = await finished({
      media_type: 'REELS',
      video_url: `${files.url}/a.mp4`,
      cover_url: `${files.url}/tall.jpg`,
      thumb_offset: 100,
      share_to_feed: false,
      collaborators: ['partner'],
      audio_name: 'Ours',
    });
    const { id } = (await publish(reel)).json;
    const fields = 'media_type,media_product_type,is_shared_to_feed,thumbnail_url,permalink';
    expect((await client.get(`/${id as string}?fields=${fields}`)).json).toMatchObject({
      media_type: 'VIDEO',
      media_product_type: 'REELS',
      is_shared_to_feed: false,
      thumbnail_url: expect.any(String),
      permalink: expect.stringContaining('/reel/'),
    });
    const story = await finished({ media_type: 'STORIES', image_url: `${files.url}/tall.jpg` });
    const storyId = (await publish(story)).json.id;
    expect(dataOf(await client.get(`/${SEED.instagramId}/media`))).toEqual([{ id }]);
    expect(dataOf(await client.get(`/${SEED.instagramId}/stories`))).toEqual([{ id: storyId }]);
    await client.control.advance(DAY_MS);
    expect(dataOf(await client.get(`/${SEED.instagramId}/stories`))).toEqual([]);
  });

  it('publishes carousels of finished items, which count once', async () => {
    const items = [
      await finished({ ...image(), is_carousel_item: true, alt_text: 'A shirt' }),
      await finished({ media_type: 'VIDEO', video_url: `${files.url}/a.mp4`, is_carousel_item: true }),
    ];
    const album = await finished({ media_type: 'CAROUSEL', children: items, caption: 'Both' });
    const { id } = (await publish(album)).json;
    const { json } = await client.get(
      `/${id as string}?fields=media_type,caption,children{media_type,alt_text,caption,like_count}`,
    );
    expect(json).toEqual({
      id,
      media_type: 'CAROUSEL_ALBUM',
      caption: 'Both',
      children: {
        data: [
          { id: expect.any(String), media_type: 'IMAGE', alt_text: 'A shirt' },
          { id: expect.any(String), media_type: 'VIDEO' },
        ],
      },
    });
    expect(dataOf(await client.get(`/${SEED.instagramId}/media`))).toEqual([{ id }]);
    const limit = await client.get(`/${SEED.instagramId}/content_publishing_limit?fields=config,quota_usage`);
    expect(limit.json).toEqual({
      data: [{ quota_usage: 1, config: { quota_total: 100, quota_duration: 86_400 } }],
    });
  });

  it('refuses carousels of containers that are no items, not finished, gone or too few', async () => {
    const item = async () => (await container({ ...image(), is_carousel_item: true })).json.id as string;
    const [first, second] = [await item(), await item()];
    const album = async (children: string[]) =>
      (await container({ media_type: 'CAROUSEL', children: children.join(',') })).error;
    client.control.decideInstagramContainer({ containerId: second, outcome: 'IN_PROGRESS' });
    await client.control.advance(1000);
    expect(await album([first, second])).toMatchObject({ code: 9007, error_subcode: 2207027 });
    expect(await album([first])).toMatchObject({ code: 100, error_subcode: 2207028 });
    expect(await album(Array.from({ length: 11 }, () => first))).toMatchObject({ error_subcode: 2207028 });
    expect(await album([first, '17800000000000000'])).toMatchObject({ code: 24, error_subcode: 2207008 });
    expect(await album([first, await finished(image())])).toMatchObject({ code: 100 });
    expect((await publish(first)).error).toMatchObject({ code: 100 });
  });

  it.each<[string, string, JsonObject]>([
    ['a file that is not there', 'none.jpg', { code: 9004, error_subcode: 2207052 }],
    ['a page instead of an image', 'page.html', { code: 9004, error_subcode: 2207052 }],
    ['a PNG', 'a.png', { code: 36001, error_subcode: 2207005 }],
    ['more than 8 MB', 'huge.jpg', { code: 36000, error_subcode: 2207004 }],
    ['an image that is too tall', 'tall.jpg', { code: 36003, error_subcode: 2207009 }],
    ['an image that is too wide', 'panorama.jpg', { code: 36003, error_subcode: 2207009 }],
  ])('looks at the image, and refuses %s', async (_what, name, error) => {
    const answer = await container({ image_url: `${files.url}/${name}` });
    expect(answer.status).toBe(400);
    expect(answer.error).toMatchObject({ ...error, error_user_msg: expect.any(String), is_transient: false });
    expect(client.control.instagramContainers()).toEqual([]);
  });

  it.each(['square.jpg', 'portrait.jpg', 'wide.jpg'])('takes an image as wide as %s', async (name) => {
    expect((await container({ image_url: `${files.url}/${name}` })).status).toBe(200);
  });

  it.each<[string, JsonObject, JsonObject]>([
    ['no media', {}, { code: 100 }],
    ['a caption that is too long', { caption: 'x'.repeat(2201) }, { code: 36004, error_subcode: 2207010 }],
    ['31 hashtags', { caption: '#a '.repeat(31) }, { code: 100 }],
    ['21 mentions', { caption: '@a '.repeat(21) }, { code: 100, error_subcode: 2207040 }],
    ['an unknown kind', { media_type: 'POEM' }, { code: 100, error_subcode: 2207023 }],
    ['a video of the old kind', { media_type: 'VIDEO' }, { code: 100, error_subcode: 2207067 }],
    ['a video without kind', { video_url: 'https://a.example/a.mp4' }, { code: 100 }],
    ['a tag without place', { user_tags: [{ username: 'ana' }] }, { code: 100 }],
    ['a tag outside', { user_tags: [{ username: 'ana', x: 1.2, y: 0 }] }, { code: 100 }],
    ['four collaborators', { collaborators: ['a', 'b', 'c', 'd'] }, { code: 100 }],
    ['a place that is none', { location_id: 'Lisbon' }, { code: 100 }],
    ['a cover for an image', { cover_url: 'https://a.example/a.jpg' }, { code: 100 }],
    ['an alternative text that is too long', { alt_text: 'x'.repeat(1001) }, { code: 100 }],
    [
      'a thumbnail before the start',
      { media_type: 'REELS', thumb_offset: -1, video_url: 'https://a.example/a.mp4' },
      { code: 1, error_subcode: 2207057 },
    ],
  ])('refuses %s', async (_what, body, error) => {
    const hasOwn = Object.keys(body).length === 0 || 'video_url' in body;
    const answer = await container(hasOwn ? body : { ...image(), ...body });
    expect(answer.error).toMatchObject(error);
  });

  it('tells of a video only by the container what is wrong with it', async () => {
    const { json } = await container({ media_type: 'REELS', video_url: `${files.url}/square.jpg` });
    await client.control.advance(2000);
    expect(await statusOf(json.id)).toMatchObject({
      status_code: 'ERROR',
      status: 'Error: Media upload has failed with error code 2207026',
    });
    expect((await publish(json.id)).error).toMatchObject({ code: 9007 });
  });

  it('lets the control API decide what becomes of containers, and when', async () => {
    client.control.decideInstagramContainers({ outcome: 'ERROR', subcode: 2207032, afterMs: 5000 });
    client.control.decideInstagramContainers({ outcome: 'IN_PROGRESS' });
    const ids = [(await container(image())).json.id, (await container(image())).json.id];
    expect(await statusOf(ids[0])).toMatchObject({ status_code: 'IN_PROGRESS' });
    await client.control.advance(5000);
    expect(await statusOf(ids[0])).toMatchObject({ status: expect.stringContaining('2207032') });
    await client.control.advance(DAY_MS / 2);
    expect(await statusOf(ids[1])).toMatchObject({ status_code: 'IN_PROGRESS' });
    client.control.decideInstagramContainer({ containerId: ids[1] as string, outcome: 'FINISHED' });
    expect((await publish(ids[1])).status).toBe(200);
  });

  it('lets containers expire after a day', async () => {
    const id = await finished(image());
    await client.control.advance(DAY_MS);
    expect(await statusOf(id)).toMatchObject({ status_code: 'EXPIRED' });
    expect((await publish(id)).error).toMatchObject({ code: -2, error_subcode: 2207020 });
    expect((await publish('17800000000000000')).error).toMatchObject({ code: 24, error_subcode: 2207008 });
  });

  it('limits posts and containers of a day', async () => {
    client.control.configure({ instagram: { postsPerDay: 1, containersPerDay: 2 } });
    const ids = [await finished(image()), await finished(image())];
    expect((await publish(ids[0])).status).toBe(200);
    expect((await publish(ids[1])).error).toMatchObject({ code: 9, error_subcode: 2207042 });
    expect((await container(image())).error).toMatchObject({ code: 9, error_subcode: 2207042 });
    client.control.deleteInstagramMedia(client.control.publishedInstagramMedia()[0]!.mediaId);
    expect((await publish(ids[1])).error).toMatchObject({ code: 9 });
    await client.control.advance(DAY_MS);
    expect((await publish(await finished(image()))).status).toBe(200);
  });

  it('needs the permission, the task and an account in good standing', async () => {
    const weak = client.control.issueToken({
      pageId: SEED.pageId,
      scopes: ['pages_show_list', 'instagram_basic'],
    });
    expect((await container(image(), weak.token)).error).toMatchObject({ code: 200 });
    const { token } = client.control.issueToken({
      instagramId: SEED.instagramId,
      scopes: ['instagram_business_basic'],
    });
    expect((await container(image(), token)).error).toMatchObject({ code: 200, type: 'IGApiException' });
    const id = await finished(image());
    client.control.updateInstagramAccount({ isRestricted: true });
    expect((await publish(id)).error).toMatchObject({ code: 25, error_subcode: 2207050 });
    client.control.updateInstagramAccount({ isRestricted: false });
    client.control.updatePage(SEED.pageId, { tasks: ['ANALYZE'] });
    expect((await publish(id)).error).toMatchObject({ code: 200 });
  });

  it('publishes although the answer is lost, or is an error', async () => {
    const ids = [await finished(image()), await finished(image())];
    client.control.failNext({ path: '/media_publish$', drop: 'after' });
    await expect(publish(ids[0])).rejects.toThrow();
    client.control.failNext({ path: '/media_publish$', code: 2, afterEffect: true });
    expect((await publish(ids[1])).error).toMatchObject({ code: 2 });
    for (const id of ids) expect(await statusOf(id)).toMatchObject({ status_code: 'PUBLISHED' });
    expect(client.control.publishedInstagramMedia()).toHaveLength(2);
  });

  describe('a resumable upload', () => {
    const MP4 = Buffer.from('AAAAGGZ0eXBtcDQyAAAAAG1wNDJpc29t', 'base64');
    const send = (uri: string, bytes: Buffer, offset: number, authorization?: string) =>
      fetch(uri, {
        method: 'POST',
        headers: {
          authorization: authorization ?? `OAuth ${client.pageToken}`,
          offset: String(offset),
          file_size: String(MP4.length),
          'content-type': 'application/octet-stream',
        },
        body: new Uint8Array(bytes),
      });

    it('waits for all bytes, and takes them piece by piece', async () => {
      const { json } = await container({ media_type: 'REELS', upload_type: 'resumable' });
      const uri = json.uri as string;
      expect(uri).toContain(`/ig-api-upload/v26.0/${json.id as string}`);
      expect(await (await send(uri, MP4.subarray(0, 10), 0)).json()).toMatchObject({ success: true });
      await client.control.advance(10_000);
      const { json: half } = await client.get(`/${json.id as string}?fields=status_code,video_status`);
      expect(half).toMatchObject({
        status_code: 'IN_PROGRESS',
        video_status: { uploading_phase: { status: 'in_progress', bytes_transferred: 10 } },
      });
      expect((await send(uri, MP4.subarray(5), 5)).status).toBe(400);
      expect((await send(uri, MP4.subarray(10), 10)).status).toBe(200);
      await client.control.advance(2000);
      expect((await publish(json.id)).status).toBe(200);
    });

    it('refuses strangers, and tells of bytes that are no video', async () => {
      const { json } = await container({ media_type: 'REELS', upload_type: 'resumable' });
      const uri = json.uri as string;
      const denied = await send(uri, MP4, 0, 'OAuth nobody');
      expect(await denied.json()).toEqual({
        debug_info: { retriable: false, type: 'NotAuthorizedError', message: expect.any(String) },
      });
      expect((await send(uri, MP4, 0, `Bearer ${client.pageToken}`)).status).toBe(400);
      await send(uri, Buffer.alloc(MP4.length), 0);
      await client.control.advance(2000);
      expect(await statusOf(json.id)).toMatchObject({ status_code: 'ERROR' });
    });
  });
});
