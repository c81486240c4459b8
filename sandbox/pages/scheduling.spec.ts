import { objectOf, type JsonObject } from '../json';
import { asObjects, dataOf, entriesOf, PageTestClient } from './page-test-client';
import { SEED } from '../world-seed';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

describe('scheduling on a Page', () => {
  let client: PageTestClient;
  const feed = `/${SEED.pageId}/feed`;
  beforeEach(async () => {
    client = await PageTestClient.start();
  });
  afterEach(() => client.close());

  const post = async (body: JsonObject) => (await client.post(feed, body)).json.id as string;
  const seconds = (aheadMs: number) => Math.floor((client.control.now() + aheadMs) / 1000);
  const ids = async (edge: string) =>
    dataOf(await client.get(`/${SEED.pageId}/${edge}?fields=id`)).map(({ id }) => id);
  const form = (body: Record<string, string>) =>
    client.client.request('POST', feed, { body: new URLSearchParams(body) }, client.pageToken);

  describe('a scheduled post', () => {
    it('goes out at its time, and not before', async () => {
      const callback = await client.subscribe();
      const at = seconds(20 * MINUTE_MS);
      const { json } = await form({
        message: 'Later',
        published: 'false',
        scheduled_publish_time: String(at),
      });
      const id = json.id as string;
      expect(await ids('feed')).toEqual([]);
      expect(await ids('scheduled_posts')).toEqual([id]);
      expect((await client.get(`/${id}?fields=is_published,scheduled_publish_time`)).json).toEqual({
        id,
        is_published: false,
        scheduled_publish_time: at,
      });
      await client.control.advance(19 * MINUTE_MS);
      expect(await ids('feed')).toEqual([]);
      await client.control.advance(2 * MINUTE_MS);
      expect(await ids('feed')).toEqual([id]);
      expect(await ids('scheduled_posts')).toEqual([]);
      const [item] = client.control.publishedPosts();
      expect(Math.floor((item?.publishedAt ?? 0) / 1000)).toBe(at);
      await client.control.waitUntilIdle();
      const values = entriesOf(callback).flatMap((entry) =>
        asObjects(entry.changes).map(({ value }) => objectOf(value)),
      );
      expect(values.map(({ post_id, published }) => [post_id, published])).toEqual([
        [id, 0],
        [id, 1],
      ]);
    });

    it.each([
      ['in nine minutes', 9 * MINUTE_MS],
      ['in 31 days', 31 * DAY_MS],
      ['yesterday', -DAY_MS],
    ])('is refused %s', async (_name, aheadMs) => {
      const body = { message: 'Later', published: false, scheduled_publish_time: seconds(aheadMs) };
      expect((await client.post(feed, body)).error).toMatchObject({
        code: 100,
        error_subcode: 1363161,
        error_user_title: expect.any(String),
      });
      client.control.configure({ pages: { scheduleSubcode: 1363174 } });
      expect((await client.post(feed, body)).error).toMatchObject({ error_subcode: 1363174 });
    });

    it('takes Unix seconds, ISO 8601 and relative texts, and no milliseconds', async () => {
      const at = client.control.now() + DAY_MS;
      const times = [Math.floor(at / 1000), new Date(at).toISOString(), '+1 day'];
      for (const [index, time] of times.entries()) {
        const body = { message: `Post ${index}`, published: false, scheduled_publish_time: time };
        const id = await post(body);
        const { json } = await client.get(`/${id}?fields=scheduled_publish_time`);
        expect(Math.abs(Number(json.scheduled_publish_time) - at / 1000)).toBeLessThan(60);
      }
      for (const time of [at, 'soon']) {
        const body = { message: 'Never', published: false, scheduled_publish_time: time };
        expect((await client.post(feed, body)).error).toMatchObject({ code: 100 });
      }
      const both = { message: 'Now', published: true, scheduled_publish_time: times[0]! };
      expect((await client.post(feed, both)).error.message).toContain('published post');
    });

    it('is moved, put out early, or taken away before its time', async () => {
      const schedule = (message: string) =>
        post({ message, published: false, scheduled_publish_time: seconds(60 * MINUTE_MS) });
      const [moved, early, gone] = [await schedule('Moved'), await schedule('Early'), await schedule('Gone')];
      const later = seconds(3 * 60 * MINUTE_MS);
      expect((await client.post(`/${moved}`, { scheduled_publish_time: later })).json).toEqual({
        success: true,
      });
      expect((await client.post(`/${moved}`, { scheduled_publish_time: seconds(0) })).error).toMatchObject({
        error_subcode: 1363161,
      });
      expect((await client.post(`/${early}`, { is_published: true })).json).toEqual({ success: true });
      expect((await client.delete(`/${gone}`)).json).toEqual({ success: true });
      expect(await ids('feed')).toEqual([early]);
      await client.control.advance(2 * 60 * MINUTE_MS);
      expect(await ids('feed')).toEqual([early]);
      await client.control.advance(2 * 60 * MINUTE_MS);
      expect(await ids('feed')).toEqual([moved, early]);
      expect((await client.post(`/${moved}`, { scheduled_publish_time: later + 9999 })).error).toMatchObject({
        code: 100,
      });
    });
  });
});
