import { objectOf } from '../json';
import { MP4, PNG, startPageFiles, type PageFiles } from './page-test-files';
import { asObjects, dataOf, entriesOf, PageTestClient } from './page-test-client';
import { SEED } from '../world-seed';

const DAY_MS = 86_400_000;

describe('photos and videos of a Page', () => {
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
  const multipart = (path: string, fields: Record<string, string>, name?: string, bytes?: Buffer) => {
    const body = new FormData();
    for (const [field, value] of Object.entries(fields)) body.set(field, value);
    if (name !== undefined && bytes) body.set(name, new Blob([new Uint8Array(bytes)]), 'file');
    return client.client.request('POST', path, { body }, client.pageToken);
  };

  describe('a photo', () => {
    it('is fetched or uploaded, and makes a post', async () => {
      const fetched = await client.post(`${page}/photos`, { url: files.url('/a.png'), caption: 'Fetched' });
      const sent = await multipart(`${page}/photos`, { message: 'Sent' }, 'source', PNG);
      expect(files.hits).toEqual(['/a.png']);
      expect(await ids('feed')).toEqual([sent.json.post_id, fetched.json.post_id]);
      const { json } = await client.get(
        `/${fetched.json.post_id as string}?fields=message,attachments{target,type,media}`,
      );
      expect(json).toMatchObject({
        message: 'Fetched',
        attachments: {
          data: [{ type: 'photo', target: { id: fetched.json.id }, media: { image: { width: 1 } } }],
        },
      });
      expect((await client.get(`/${sent.json.id as string}?fields=name,page_story_id`)).json).toMatchObject({
        name: 'Sent',
        page_story_id: sent.json.post_id,
      });
      expect(client.control.publishedPosts().map(({ kind }) => kind)).toEqual(['photo', 'photo']);
    });

    it('that is not published has no post; a temporary one is gone after a day, unless it is used', async () => {
      const upload = async (more: object) =>
        (await client.post(`${page}/photos`, { url: files.url('/a.png'), published: false, ...more })).json;
      const [kept, used, unused] = [
        await upload({}),
        await upload({ temporary: true }),
        await upload({ temporary: true }),
      ];
      expect(Object.keys(kept)).toEqual(['id']);
      await client.post(`${page}/feed`, { message: 'Hi', attached_media: [{ media_fbid: used.id! }] });
      await client.control.advance(DAY_MS + 1000);
      for (const [photo, isThere] of [
        [kept, true],
        [used, true],
        [unused, false],
      ] as const) {
        expect((await client.get(`/${photo.id as string}`)).status).toBe(isThere ? 200 : 400);
      }
      expect(client.control.pageUploads().map(({ id }) => id)).toEqual([kept.id, used.id]);
      const both = { url: files.url('/a.png'), temporary: true };
      expect((await client.post(`${page}/photos`, both)).error).toMatchObject({ code: 100 });
    });

    it('can wait for its time', async () => {
      const at = Math.floor((client.control.now() + DAY_MS) / 1000);
      const body = { url: files.url('/a.png'), published: false, scheduled_publish_time: at };
      const { json } = await client.post(`${page}/photos`, body);
      expect(await ids('scheduled_posts')).toEqual([json.post_id]);
      await client.control.advance(DAY_MS + 1000);
      expect(await ids('feed')).toEqual([json.post_id]);
    });

    it.each([
      ['that cannot be fetched', '/gone.png', 324, 2069019],
      ['that is no picture', '/not-a-picture.png', 100, 1366046],
      ['that is too large', '/large.png', 100, 1366046],
    ])('%s is refused', async (_name, path, code, subcode) => {
      expect((await client.post(`${page}/photos`, { url: files.url(path) })).error).toMatchObject({
        code,
        error_subcode: subcode,
      });
      expect(client.control.pageUploads()).toEqual([]);
      expect((await client.post(`${page}/photos`, { caption: 'None' })).error).toMatchObject({ code: 324 });
    });
  });

  describe('a video', () => {
    const statusOf = async (id: string) => objectOf((await client.get(`/${id}?fields=status`)).json.status);

    it('is worked on for a while before it is a post', async () => {
      client.control.configure({ pages: { videoProcessingMs: 60_000 } });
      const callback = await client.subscribe();
      const { json } = await client.post(`${page}/videos`, {
        file_url: files.url('/a.mp4'),
        description: 'Look',
      });
      const id = json.id as string;
      expect(await statusOf(id)).toMatchObject({
        video_status: 'processing',
        uploading_phase: { status: 'complete', bytes_transferred: MP4.length },
        processing_phase: { status: 'in_progress' },
      });
      expect(await ids('feed')).toEqual([]);
      expect(client.control.publishedPosts()).toMatchObject([{ kind: 'video', publishedAt: null }]);
      await client.control.advance(60_000);
      expect(await statusOf(id)).toMatchObject({
        video_status: 'ready',
        publishing_phase: { status: 'complete', publish_status: 'published' },
      });
      const [posted] = client.control.publishedPosts();
      expect(await ids('feed')).toEqual([posted?.id]);
      expect(await ids('videos')).toEqual([id]);
      const read = await client.get(`/${posted?.id ?? ''}?fields=status_type,attachments{media_type,target}`);
      expect(read.json).toMatchObject({
        status_type: 'added_video',
        attachments: { data: [{ media_type: 'video', target: { id } }] },
      });
      await client.control.waitUntilIdle();
      const changes = entriesOf(callback).flatMap((entry) => asObjects(entry.changes));
      expect(changes).toMatchObject([
        { field: 'feed', value: { item: 'video', verb: 'add', video_id: id, message: 'Look' } },
        { field: 'videos', value: { id, status: { video_status: 'ready' } } },
      ]);
    });

    it('can fail, by setting or by decision', async () => {
      client.control.configure({ pages: { videoOutcome: 'wait' } });
      const { json } = await multipart(`${page}/videos`, { title: 'Clip' }, 'source', MP4);
      const id = json.id as string;
      client.control.decideVideo({ videoId: id, outcome: 'error', code: 1363026, message: 'Broken' });
      expect(await statusOf(id)).toMatchObject({
        video_status: 'error',
        processing_phase: { status: 'error', errors: [{ code: 1363026, message: 'Broken' }] },
      });
      expect(await ids('feed')).toEqual([]);
      expect(() => {
        client.control.decideVideo({ videoId: id, outcome: 'ready' });
      }).toThrow('error');
      client.control.configure({ pages: { videoOutcome: 'error', videoProcessingMs: 1000 } });
      const second = await multipart(`${page}/videos`, {}, 'source', MP4);
      await client.control.advance(1000);
      expect(await statusOf(second.json.id as string)).toMatchObject({ video_status: 'error' });
    });

    it.each([
      ['cannot be fetched', { file_url: '/gone.mp4' }, 389],
      ['is none', { file_url: '/a.png' }, 352],
    ])('that %s is refused', async (_name, { file_url: path }, code) => {
      expect((await client.post(`${page}/videos`, { file_url: files.url(path) })).error).toMatchObject({
        code,
      });
      expect(client.control.publishedPosts()).toEqual([]);
    });

    it('is uploaded in pieces, each at its place', async () => {
      client.control.configure({ pages: { videoChunkBytes: 300 } });
      const start = await client.post(`${page}/videos`, { upload_phase: 'start', file_size: MP4.length });
      expect(start.json).toMatchObject({ start_offset: '0', end_offset: '300' });
      const session = start.json.upload_session_id as string;
      const piece = (offset: number, from: number, to: number) =>
        multipart(
          `${page}/videos`,
          { upload_phase: 'transfer', upload_session_id: session, start_offset: String(offset) },
          'video_file_chunk',
          MP4.subarray(from, to),
        );
      const finish = () =>
        client.post(`${page}/videos`, {
          upload_phase: 'finish',
          upload_session_id: session,
          description: 'Whole',
        });
      expect((await piece(0, 0, 300)).json).toEqual({ start_offset: '300', end_offset: '512' });
      expect((await piece(0, 0, 300)).error).toMatchObject({
        error_subcode: 1363037,
        error_data: { start_offset: '300', end_offset: '512' },
      });
      expect((await finish()).error).toMatchObject({ code: 6001 });
      expect((await piece(300, 300, 512)).json).toEqual({ start_offset: '512', end_offset: '512' });
      expect((await finish()).json).toEqual({ success: true });
      expect((await finish()).error).toMatchObject({ code: 6001 });
      await client.control.advance(1000);
      expect(client.control.publishedPosts()).toMatchObject([{ message: 'Whole', kind: 'video' }]);
    });
  });

  describe('faults', () => {
    const calls = {
      '/feed$': () => client.post(`${page}/feed`, { message: 'Once' }),
      '/photos$': () => client.post(`${page}/photos`, { url: files.url('/a.png') }),
      '/videos$': () => client.post(`${page}/videos`, { file_url: files.url('/a.mp4') }),
    };

    it.each(Object.keys(calls) as (keyof typeof calls)[])(
      'lose the answer of %s, but not its effect',
      async (path) => {
        client.control.failNext({ method: 'POST', path, drop: 'after' });
        await expect(calls[path]()).rejects.toThrow();
        expect(client.control.publishedPosts()).toHaveLength(1);
        await client.control.advance(1000);
        expect(await ids('feed')).toHaveLength(1);
        client.control.failNext({ method: 'POST', path, drop: 'before' });
        await expect(calls[path]()).rejects.toThrow();
        expect(client.control.publishedPosts()).toHaveLength(1);
      },
    );

    it.each(Object.keys(calls) as (keyof typeof calls)[])('delay the answer of %s', async (path) => {
      client.control.failNext({ method: 'POST', path, delayAfterMs: 60_000 });
      const answer = calls[path]();
      while (client.control.publishedPosts().length === 0)
        await new Promise((resolve) => setTimeout(resolve, 5));
      await client.control.advance(60_000);
      expect((await answer).status).toBe(200);
      expect(client.control.publishedPosts()).toHaveLength(1);
    });
  });
});
