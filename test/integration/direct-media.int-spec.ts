import { createHash } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SEED } from '../../sandbox/world-seed';
import { MediaWorker } from '../../src/message-media/media.worker';
import type { ApiClient } from '../api-client';
import { eventually } from '../eventually';
import {
  DIRECT_FILES,
  type DescribedFile,
  FILES,
  type FileView,
  all,
  anAttachment,
  contentOf,
  filesOf,
  filesWhen,
  personSends,
} from '../factories/direct-media.factory';
import {
  INSTAGRAM_MESSAGES,
  MESSENGER_MESSAGES,
  directMessageWhen,
  personWrites,
  sendDirect,
  withDirectStatus,
} from '../factories/direct-sending.factory';
import { type PageOwner, aPageOwner, allProcessed } from '../factories/facebook-pages.factory';
import { type InstagramOwner, anInstagramOwner } from '../factories/instagram-accounts.factory';
import { MEDIA, aJpeg, aPdf, aPng, anMp4, uploaded } from '../factories/media-files';
import { storedId } from '../factories/messaging.factory';
import { sandboxOf } from '../factories/meta-login';
import { type TestApp, startTestApp } from '../test-app';

const DAY_MS = 86_400_000;
const folder = mkdtempSync(join(tmpdir(), 'direct-media-test-'));

let app: TestApp;
let admin: ApiClient;
beforeAll(async () => {
  app = await startTestApp({ sandbox: true, env: { MEDIA_DIR: folder } });
  admin = app.api.as(await app.api.registerAdmin());
});
afterAll(async () => {
  await app.close();
  await rm(folder, { recursive: true, force: true });
});
afterEach(() => {
  sandboxOf(app).clearFaults();
});

const filesStored = async (): Promise<string[]> =>
  (await readdir(folder, { recursive: true, withFileTypes: true })).map(({ name }) => name);
const described = async (client: ApiClient, { id }: FileView): Promise<DescribedFile> =>
  (await client.get<DescribedFile>(`${FILES}/${id}`)).body.data;
const removalOf = async ({ id }: FileView): Promise<{ due_at: Date }[]> =>
  app.db.query(`SELECT due_at FROM media_removals WHERE storage_key LIKE '%/' || $1`, [id]);

describe('files of Messenger', () => {
  let me: PageOwner;
  beforeAll(async () => {
    me = await aPageOwner(app, admin);
  });
  const when = (id: string, areWanted: (files: FileView[]) => boolean) =>
    filesWhen(app, { client: me.client, path: MESSENGER_MESSAGES, id }, areWanted);

  it('are fetched, one for each attachment and in its order, and shown with the message', async () => {
    const [jpeg, pdf, mp4] = [aJpeg(40_000), aPdf(), anMp4()];
    const { id } = await personSends(app, {
      text: 'All of it',
      attachments: [
        anAttachment('image', jpeg),
        { type: 'location' },
        anAttachment('file', pdf),
        anAttachment('video', mp4),
      ],
    });
    const files = await when(id, all('stored', 3));
    expect(files.map(({ mimeType, size, isSuspect }) => [mimeType, size, isSuspect])).toEqual([
      ['image/jpeg', 40_000, false],
      ['application/pdf', 20_000, false],
      ['video/mp4', 20_000, false],
    ]);
    expect(files[0]?.sha256).toBe(createHash('sha256').update(jpeg).digest('hex'));
    const contents = await Promise.all(files.map((file) => contentOf(me.client, file)));
    expect(contents.map((content, place) => content.equals([jpeg, pdf, mp4][place] ?? jpeg))).toEqual([
      true,
      true,
      true,
    ]);
    const kinds = await Promise.all(files.map((file) => described(me.client, file)));
    expect(kinds.map(({ kind, messageId }) => [kind, messageId])).toEqual([
      ['image', id],
      ['document', id],
      ['video', id],
    ]);

    const message = await me.client.get<{ conversationId: string }>(`${MESSENGER_MESSAGES}/${id}`);
    const thread = await me.client.get<{ messages: { id: string; media: FileView; files: FileView[] }[] }>(
      `/api/meta/conversations/${message.body.data.conversationId}/messages`,
    );
    expect(thread.body.data.messages.find((each) => each.id === id)).toMatchObject({
      media: files[0],
      files,
    });
  });

  it('come by parts, to those who may see the account and to nobody else', async () => {
    const bytes = aJpeg();
    const { id } = await personSends(app, { attachments: [anAttachment('image', bytes)] });
    const [file] = await when(id, all('stored'));
    const url = `${FILES}/${file?.id ?? ''}/content`;
    expect(file?.url).toBe(url);
    const part = await me.client.response(url, { headers: { range: 'bytes=10-19' } });
    expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 10-19/${bytes.length}`]);
    expect(Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(10, 20))).toBe(true);
    const beyond = await me.client.response(url, { headers: { range: 'bytes=99999999-' } });
    expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, `bytes */${bytes.length}`]);
    const stranger = app.api.as(await admin.createUser('admin'));
    expect((await stranger.response(url)).status).toBe(404);
    expect((await stranger.delete(`${FILES}/${file?.id ?? ''}`)).status).toBe(404);
    expect((await app.api.response(url)).status).toBe(401);
  });

  it('go when somebody deletes one, and the others and the message stay', async () => {
    const { id } = await personSends(app, {
      text: 'Two',
      attachments: [anAttachment('image', aJpeg()), anAttachment('image', aPng())],
    });
    const [first, second] = await when(id, all('stored', 2));
    expect((await me.client.delete(`${FILES}/${first?.id ?? ''}`)).status).toBe(200);
    expect((await filesOf(me.client, MESSENGER_MESSAGES, id)).map(({ status }) => status)).toEqual([
      'removed',
      'stored',
    ]);
    await app.app.get(MediaWorker).removeFiles();
    const names = await filesStored();
    expect([names.includes(first?.id ?? ''), names.includes(second?.id ?? '')]).toEqual([false, true]);
  });

  it('go when the message is unsent', async () => {
    const { id, mid } = await personSends(app, { attachments: [anAttachment('image', aJpeg())] });
    const [file] = await when(id, all('stored'));
    expect(await filesStored()).toContain(file?.id);
    sandboxOf(app).playDirectUnsend({ messageId: mid });
    await when(id, all('removed'));
    await app.app.get(MediaWorker).removeFiles();
    expect(await filesStored()).not.toContain(file?.id);
    expect((await me.client.get(`${FILES}/${file?.id ?? ''}/content`)).status).toBe(404);
  });

  it('are fetched of what was written in Meta’s own inbox', async () => {
    const bytes = aPng();
    const { userId } = await personSends(app, { text: 'Do you have a picture?' });
    const { messageId } = sandboxOf(app).playInboxReply({
      to: { id: userId },
      attachments: [anAttachment('image', bytes, { mimeType: 'image/png' })],
    });
    const [file] = await when(await storedId(app, messageId), all('stored'));
    expect((await contentOf(me.client, file)).equals(bytes)).toBe(true);
  });

  it('are fetched of a message that was edited before they were', async () => {
    sandboxOf(app).failNext({ path: DIRECT_FILES, status: 500, times: 1_000 });
    const bytes = aJpeg();
    const { id, mid } = await personSends(app, {
      text: 'Lok',
      attachments: [anAttachment('image', bytes)],
    });
    await when(id, all('pending'));
    sandboxOf(app).playDirectEdit({ messageId: mid, text: 'Look' });
    await sandboxOf(app).waitUntilIdle();
    await allProcessed(app);
    sandboxOf(app).clearFaults();
    const [file] = await when(id, all('stored'));
    expect((await contentOf(me.client, file)).equals(bytes)).toBe(true);
  });

  it('are not looked for where there are none: in a text, a place, a link, a shared page', async () => {
    const { id } = await personSends(app, {
      text: 'See there',
      attachments: [{ type: 'location' }, { type: 'fallback' }, { type: 'share' }, { type: 'reel' }],
    });
    const later = await personSends(app, { attachments: [anAttachment('image', aJpeg())] });
    // Told after it, so that both have been looked at.
    await when(later.id, all('stored'));
    expect(await filesOf(me.client, MESSENGER_MESSAGES, id)).toEqual([]);
  });

  it('that are a sticker are fetched, too', async () => {
    const { id } = await personSends(app, { attachments: [{ type: 'sticker' }] });
    const [file] = await when(id, all('stored'));
    expect(file && (await described(me.client, file))).toMatchObject({ kind: 'sticker' });
  });
});

describe('files that were sent from here', () => {
  it('are shown with the message, and as removed once they are deleted', async () => {
    const me = await aPageOwner(app, admin, { pageId: SEED.secondPageId });
    const to = await personWrites(app, { from: 'Bo Chen', pageId: SEED.secondPageId });
    const bytes = aJpeg();
    const upload = await uploaded(me.client, bytes, 'image/jpeg');
    const sent = await sendDirect(me.client, MESSENGER_MESSAGES, {
      recipient: { id: to },
      message: { attachment: { type: 'image', payload: { attachment_id: upload } } },
    });
    const { id } = sent.body.data;
    const [file] = await filesOf(me.client, MESSENGER_MESSAGES, id);
    expect(file).toMatchObject({ id: upload, status: 'stored', mimeType: 'image/jpeg', size: bytes.length });
    expect((await contentOf(me.client, file)).equals(bytes)).toBe(true);
    await directMessageWhen(
      me.client,
      MESSENGER_MESSAGES,
      id,
      withDirectStatus('accepted', 'sent', 'delivered'),
    );
    await eventually(
      () => me.client.delete(`${MEDIA}/${upload}`),
      ({ status }) => status === 200,
    );
    expect(await filesOf(me.client, MESSENGER_MESSAGES, id)).toMatchObject([
      { id: upload, status: 'removed', url: null },
    ]);
  });
});

describe('files of Instagram', () => {
  let me: InstagramOwner;
  beforeAll(async () => {
    me = await anInstagramOwner(app, admin);
  });
  const writes = (...attachments: ReturnType<typeof anAttachment>[]) =>
    personSends(app, { instagramId: SEED.instagramId, attachments });
  const when = (id: string, areWanted: (files: FileView[]) => boolean) =>
    filesWhen(app, { client: me.client, path: INSTAGRAM_MESSAGES, id }, areWanted);

  it('are fetched with shared posts and reels that come with the thing itself', async () => {
    const [jpeg, mp4] = [aJpeg(), anMp4()];
    const { id } = await writes(
      anAttachment('image', jpeg),
      anAttachment('ig_reel', mp4, { mimeType: 'video/mp4' }),
    );
    const files = await when(id, all('stored', 2));
    expect(files.map(({ mimeType }) => mimeType)).toEqual(['image/jpeg', 'video/mp4']);
    expect((await contentOf(me.client, files[1])).equals(mp4)).toBe(true);
  });

  it('that are in a story go after a day', async () => {
    const { id } = await writes(anAttachment('story_mention', aJpeg()));
    const [file] = await when(id, all('stored'));
    if (file === undefined) throw new Error('The story has no file');
    const [message]: { timestamp: Date }[] = await app.db.query(
      'SELECT "timestamp" FROM messages WHERE id = $1',
      [id],
    );
    const removals = await removalOf(file);
    expect(removals.map(({ due_at: at }) => at.getTime())).toEqual([
      (message?.timestamp.getTime() ?? 0) + DAY_MS,
    ]);
    await app.app.get(MediaWorker).removeFiles();
    expect(await filesStored()).toContain(file.id);

    await app.db.query(`UPDATE media_removals SET due_at = now() WHERE storage_key LIKE '%/' || $1`, [
      file.id,
    ]);
    await app.app.get(MediaWorker).removeFiles();
    expect(await filesStored()).not.toContain(file.id);
    expect(await filesOf(me.client, INSTAGRAM_MESSAGES, id)).toMatchObject([{ status: 'removed' }]);
    expect(await removalOf(file)).toEqual([]);
  });

  it('that are in a story go at once when the message is unsent', async () => {
    const { id, mid } = await writes(anAttachment('story_mention', aJpeg()));
    const [file] = await when(id, all('stored'));
    sandboxOf(app).playDirectUnsend({ messageId: mid });
    await when(id, all('removed'));
    await app.app.get(MediaWorker).removeFiles();
    expect(await filesStored()).not.toContain(file?.id);
  });
});
