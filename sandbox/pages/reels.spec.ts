import { objectOf } from '../json';
import { MP4, startPageFiles, type PageFiles } from './page-test-files';
import { dataOf, PageTestClient } from './page-test-client';
import { SEED } from '../world-seed';

const DAY_MS = 86_400_000;

describe('reels and stories of a Page', () => {
  let client: PageTestClient;
  let files: PageFiles;
  beforeEach(async () => {
    client = await PageTestClient.start();
    files = await startPageFiles();
  });
  afterEach(async () => {
    await files.close();
    await client.close();
  });

  const page = `/${SEED.pageId}`;
  const ids = async (edge: string) =>
    dataOf(await client.get(`${page}/${edge}?fields=id`)).map(({ id }) => id);

  describe('a reel', () => {
    const start = async () => {
      const { json } = await client.post(`${page}/video_reels`, { upload_phase: 'start' });
      return { video_id: json.video_id as string, upload_url: json.upload_url as string };
    };
    const upload = (url: string, headers: Record<string, string>, bytes?: Buffer) =>
      fetch(url, {
        method: 'POST',
        headers: { authorization: `OAuth ${client.pageToken}`, ...headers },
        ...(bytes && { body: new Uint8Array(bytes) }),
      });
    const whole = { offset: '0', file_size: String(MP4.length) };
    const finish = (id: string, more: object = { video_state: 'PUBLISHED' }) =>
      client.post(`${page}/video_reels`, {
        upload_phase: 'finish',
        video_id: id,
        description: 'Reel',
        ...more,
      });

    it('comes by three phases', async () => {
      const { video_id: id, upload_url: url } = await start();
      expect((await finish(id)).error).toMatchObject({ code: 6000 });
      expect((await upload(url, whole, MP4)).status).toBe(200);
      expect((await finish(id)).json).toEqual({ success: true });
      expect((await finish(id)).error).toMatchObject({ code: 100 });
      await client.control.advance(1000);
      expect(await ids('video_reels')).toEqual([id]);
      expect(client.control.publishedPosts()).toMatchObject([{ kind: 'reel', message: 'Reel' }]);
      expect(await ids('feed')).toHaveLength(1);
    });

    it('goes on after a broken upload, or is fetched', async () => {
      const { video_id: id, upload_url: url } = await start();
      client.control.failNext({ path: 'video-upload', keepBytes: 200 });
      await expect(upload(url, whole, MP4)).rejects.toThrow();
      const at = await client.get(`/${id}?fields=status`);
      expect(objectOf(at.json.status).uploading_phase).toMatchObject({ bytes_transferred: 200 });
      expect((await upload(url, whole, MP4)).status).toBe(400);
      const rest = { offset: '200', file_size: String(MP4.length) };
      expect((await upload(url, rest, MP4.subarray(200))).status).toBe(200);
      expect((await finish(id)).status).toBe(200);
      const other = await start();
      expect((await upload(other.upload_url, { file_url: files.url('/gone.mp4') })).status).toBe(400);
      expect((await upload(other.upload_url, { file_url: files.url('/a.mp4') })).status).toBe(200);
      expect((await finish(other.video_id)).status).toBe(200);
    });

    it('is scheduled for up to 29 days', async () => {
      const publish = async (aheadMs: number) => {
        const { video_id: id, upload_url: url } = await start();
        await upload(url, whole, MP4);
        const at = Math.floor((client.control.now() + aheadMs) / 1000);
        return finish(id, { video_state: 'SCHEDULED', scheduled_publish_time: at });
      };
      expect((await publish(29.5 * DAY_MS)).error).toMatchObject({ error_subcode: 1363161 });
      expect((await publish(DAY_MS)).json).toEqual({ success: true });
      await client.control.advance(1000);
      expect(await ids('scheduled_posts')).toHaveLength(1);
      await client.control.advance(DAY_MS);
      expect(await ids('feed')).toHaveLength(1);
    });

    it('is refused beyond so many in 24 hours', async () => {
      client.control.configure({ pages: { reelsPerDay: 1 } });
      const [one, two] = [await start(), await start()];
      for (const { upload_url: url } of [one, two]) await upload(url, whole, MP4);
      expect((await finish(one.video_id)).status).toBe(200);
      expect((await finish(two.video_id)).error).toMatchObject({ code: 613 });
      await client.control.advance(DAY_MS + 1000);
      expect((await finish(two.video_id)).status).toBe(200);
    });

    it('is uploaded with the token of its Page only', async () => {
      const { upload_url: url } = await start();
      const { token } = client.control.issueToken({ pageId: SEED.secondPageId });
      expect((await upload(url, { ...whole, authorization: `OAuth ${token}` }, MP4)).status).toBe(400);
      expect((await fetch(url, { method: 'POST', headers: whole })).status).toBe(400);
    });

    it('makes a story in the same way, and a photo another', async () => {
      const { json } = await client.post(`${page}/video_stories`, { upload_phase: 'start' });
      await upload(json.upload_url as string, whole, MP4);
      const done = await client.post(`${page}/video_stories`, {
        upload_phase: 'finish',
        video_id: json.video_id!,
      });
      const photo = await client.post(`${page}/photos`, { url: files.url('/a.png'), published: false });
      const story = await client.post(`${page}/photo_stories`, { photo_id: photo.json.id! });
      expect(story.json).toEqual({ success: true, post_id: expect.any(String) });
      expect((await client.post(`${page}/photo_stories`, { photo_id: photo.json.id! })).error).toMatchObject({
        code: 100,
      });
      await client.control.advance(1000);
      const stories = dataOf(await client.get(`${page}/stories`));
      expect(stories.map(({ post_id, media_type, status }) => [post_id, media_type, status]).sort()).toEqual(
        [
          [done.json.post_id, 'video', 'PUBLISHED'],
          [story.json.post_id, 'photo', 'PUBLISHED'],
        ].sort(),
      );
      expect(await ids('feed')).toEqual([]);
      await client.control.advance(DAY_MS);
      expect(dataOf(await client.get(`${page}/stories`))[0]).toMatchObject({ status: 'ARCHIVED' });
    });
  });
});
