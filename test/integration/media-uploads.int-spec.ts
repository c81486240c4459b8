import { createHash } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { type ClientRequest, request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MediaStorage } from '../../src/media/media-storage';
import { MediaUploadsRepository } from '../../src/whatsapp/media/media-uploads.repository';
import { MediaWorker } from '../../src/whatsapp/media/media.worker';
import { UploadRetentionScheduler } from '../../src/whatsapp/media/upload-retention.scheduler';
import type { ApiClient } from '../api-client';
import { eventually } from '../eventually';
import {
  MEDIA,
  type MediaView,
  PAGE,
  TOO_LARGE_IMAGE,
  aGif,
  aJpeg,
  aPdf,
  aPng,
  aWebp,
  anMp3,
  anMp4,
  anOpus,
  upload,
  uploaded,
} from '../factories/media-files';
import { type Messenger, aMessenger } from '../factories/messaging.factory';
import { type TestApp, startTestApp } from '../test-app';

let app: TestApp;
let admin: ApiClient;
let me: Messenger;
const folder = mkdtempSync(join(tmpdir(), 'media-uploads-test-'));

beforeAll(async () => {
  app = await startTestApp({ sandbox: true, env: { MEDIA_DIR: folder } });
  admin = app.api.as(await app.api.registerAdmin());
  me = await aMessenger(app, admin);
});
afterAll(async () => {
  await app.close();
  await rm(folder, { recursive: true, force: true });
});

const filesStored = async (): Promise<string[]> =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name);
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const makeRemovalsDue = (): Promise<unknown> => app.db.query('UPDATE media_removals SET due_at = now()');
const sweep = async (): Promise<void> => app.app.get(MediaWorker).removeFiles();

describe('an upload', () => {
  it.each([
    ['image/jpeg', aJpeg(), 'image'],
    ['image/png', aPng(), 'image'],
    ['video/mp4', anMp4(), 'video'],
    ['audio/mpeg', anMp3(), 'audio'],
    ['audio/ogg; codecs=opus', anOpus(), 'audio'],
    ['image/webp', aWebp(90_000), 'sticker'],
    ['image/webp', aWebp(400_000, true), 'sticker'],
    ['application/pdf', aPdf(), 'document'],
    ['text/plain', Buffer.from('Guten Tag, schöne Grüße'), 'document'],
    ['text/csv', Buffer.from('a;b\n1;2\n'), 'document'],
    ['application/octet-stream', aJpeg(), 'image'],
  ])('of %s is stored, and told of with its hash', async (type, bytes, kind) => {
    const answer = await upload(me.client, bytes, type, {}, 'Größe "1".bin');
    expect([answer.status, answer.body.data]).toMatchObject([
      201,
      {
        accountId: me.accountId,
        origin: 'upload',
        status: 'stored',
        kind,
        size: bytes.length,
        sha256: sha256(bytes),
        fileName: 'Größe "1".bin',
        url: `${MEDIA}/${answer.body.data.id}/content`,
        expiresAt: expect.stringMatching(/Z$/),
      },
    ]);
    const content = await me.client.response(answer.body.data.url ?? '');
    expect(Buffer.from(await content.arrayBuffer()).equals(bytes)).toBe(true);
  });

  it('is what its fields say, wherever they stand', async () => {
    const answer = await upload(me.client, aGif(), 'image/gif', {
      kind: 'document',
      fileName: 'moving.gif',
      phoneNumberId: me.phoneNumberId,
    });
    expect(answer.body.data).toMatchObject({
      kind: 'document',
      mimeType: 'image/gif',
      fileName: 'moving.gif',
    });

    const form = new FormData();
    form.set('file', new Blob([new Uint8Array(aJpeg())], { type: 'image/jpeg' }), 'a.jpg');
    form.set('accountId', me.accountId);
    const behind = await me.client.raw(MEDIA, { method: 'POST', body: form });
    expect(behind.status).toBe(201);
  });

  it.each([
    ['a page called an image', Buffer.from(PAGE), 'image/jpeg', {}, /web page/],
    ['noise called an image', Buffer.alloc(500, 7), 'image/png', {}, /image\/png/],
    ['a PDF called an image', aPdf(), 'image/jpeg', {}, /application\/pdf/],
    ['an MP3 called a video', anMp3(), 'video/mp4', {}, /audio\/mpeg/],
    [
      'a program called a PDF',
      Buffer.from('MZ\x90\x00'.padEnd(400, 'x')),
      'application/pdf',
      {},
      /msdownload/,
    ],
    ['a page without a type', Buffer.from(PAGE), 'application/octet-stream', {}, /document/],
    ['a GIF', aGif(), 'image/gif', {}, /kind document/],
    [
      'OGG with something else than OPUS',
      Buffer.from('OggS\x00\x02'.padEnd(400, 'v')),
      'audio/ogg',
      {},
      /audio\/ogg/,
    ],
    ['a video for an image', anMp4(), 'video/mp4', { kind: 'image' }, /image\/jpeg, image\/png/],
    ['a WebP for an image', aWebp(2_000), 'image/webp', { kind: 'image' }, /image\/jpeg, image\/png/],
  ])(
    'refuses %s and keeps nothing of it',
    async (_name, bytes, type, fields: Record<string, string>, words) => {
      const before = await filesStored();
      const answer = await upload(me.client, bytes, type, fields);
      expect([answer.status, answer.body.error.code]).toEqual([415, 'UNSUPPORTED_MEDIA']);
      expect(answer.body.error.message).toMatch(words);
      expect(await filesStored()).toEqual(before);
    },
  );

  it.each([
    ['an image', aJpeg(TOO_LARGE_IMAGE), 'image/jpeg', 'image', 5 * 1024 * 1024],
    ['a sticker', aWebp(100 * 1024 + 2), 'image/webp', 'sticker', 100 * 1024],
    ['an animated sticker', aWebp(500 * 1024 + 2, true), 'image/webp', 'sticker', 500 * 1024],
    ['a video', anMp4(16 * 1024 * 1024 + 1), 'video/mp4', 'video', 16 * 1024 * 1024],
  ])('refuses %s beyond its limit and keeps nothing of it', async (_name, bytes, type, kind, maxBytes) => {
    const before = await filesStored();
    const answer = await upload(me.client, bytes, type);
    expect([answer.status, answer.body.error.code]).toEqual([413, 'PAYLOAD_TOO_LARGE']);
    expect(answer.body.error.details).toMatchObject({ kind, maxBytes });
    expect(await filesStored()).toEqual(before);
  });

  it('may be as large as its limit', async () => {
    expect((await upload(me.client, aJpeg(TOO_LARGE_IMAGE - 1), 'image/jpeg')).status).toBe(201);
    expect((await upload(me.client, aWebp(100 * 1024), 'image/webp')).status).toBe(201);
  });

  it('of 101 MB is refused before it is read', async () => {
    const answer = await new Promise<number>((resolve, reject) => {
      const outgoing = open({ 'content-length': String(101 * 1024 * 1024) });
      outgoing.on('response', (incoming) => {
        resolve(incoming.statusCode ?? 0);
        outgoing.destroy();
      });
      outgoing.on('error', reject);
      outgoing.write(partHead());
    });
    expect(answer).toBe(413);
  });

  it.each([
    ['nothing', new FormData(), 'file'],
    ['an empty file', formOf('file', new Blob([], { type: 'image/jpeg' })), 'file'],
    ['a file under another name', formOf('image', new Blob(['x'])), 'file'],
    ['an unknown field', formOf('file', jpegBlob(), { color: 'red' }), 'color'],
    ['an unknown kind', formOf('file', jpegBlob(), { kind: 'picture' }), 'kind'],
    ['no UUID for an account', formOf('file', jpegBlob(), { accountId: 'mine' }), 'accountId'],
  ])('refuses %s', async (_name, form, path) => {
    const before = await filesStored();
    const answer = await me.client.raw(MEDIA, { method: 'POST', body: form });
    expect([answer.status, answer.body.error.code]).toEqual([400, 'VALIDATION_FAILED']);
    expect(answer.body.error.details.fields).toMatchObject([{ path }]);
    await makeRemovalsDue();
    await sweep();
    expect(await filesStored()).toEqual(before);
  });

  it('refuses two files, a field of a megabyte and what is no form', async () => {
    const two = formOf('file', jpegBlob());
    two.append('file', jpegBlob(), 'b.jpg');
    expect((await me.client.raw(MEDIA, { method: 'POST', body: two })).status).toBe(400);
    const long = formOf('file', jpegBlob(), { fileName: 'x'.repeat(1_000_000) });
    expect((await me.client.raw(MEDIA, { method: 'POST', body: long })).status).toBe(400);
    for (const type of ['multipart/form-data', 'multipart/form-data; boundary=x']) {
      const headers = { 'content-type': type };
      const broken = await me.client.raw(MEDIA, { method: 'POST', body: 'nonsense', headers });
      expect([type, broken.status, broken.body.error.code]).toEqual([type, 400, 'VALIDATION_FAILED']);
    }
  });

  it('that the client breaks off leaves nothing behind', async () => {
    const before = await filesStored();
    const outgoing = open({ 'transfer-encoding': 'chunked' });
    outgoing.on('error', () => undefined);
    outgoing.write(partHead());
    outgoing.write(aJpeg(300_000));
    await eventually(
      () => readdir(join(folder, '.unfinished')),
      (names) => names.length > 0,
    );
    outgoing.destroy();
    await eventually(
      () => readdir(join(folder, '.unfinished')),
      (names) => names.length === 0,
    );
    expect(await filesStored()).toEqual(before);
  });

  it('whose body ends before the form does is refused, and nothing is kept', async () => {
    const before = await filesStored();
    const cut = Buffer.concat([Buffer.from(partHead()), aJpeg(50_000)]);
    const answer = await me.client.raw(MEDIA, {
      method: 'POST',
      body: new Uint8Array(cut),
      headers: { 'content-type': 'multipart/form-data; boundary=xyz' },
    });
    expect([answer.status, answer.body.error.details.fields]).toMatchObject([
      400,
      [{ path: 'file', rule: 'complete' }],
    ]);
    expect(await filesStored()).toEqual(before);
  });

  it('refuses a WebP that is shorter than it says', async () => {
    const answer = await upload(me.client, aWebp(50_000).subarray(0, 30_000), 'image/webp');
    expect(answer.body.error.details.fields).toMatchObject([{ path: 'file', rule: 'complete' }]);
  });

  it('needs an agent with an account', async () => {
    const viewer = app.api.as(await admin.createUser('viewer'));
    expect((await upload(viewer, aJpeg(), 'image/jpeg')).status).toBe(403);
    expect((await upload(admin, aJpeg(), 'image/jpeg')).body.error.code).toBe('ACCOUNT_NOT_FOUND');
    expect((await upload(app.api, aJpeg(), 'image/jpeg')).status).toBe(401);
  });

  it('is not taken by routes that know no files', async () => {
    const answer = await me.client.raw('/api/meta/whatsapp/messages', {
      method: 'POST',
      body: formOf('file', jpegBlob()),
    });
    expect([answer.status, answer.body.error.code]).toEqual([415, 'UNSUPPORTED_MEDIA']);
  });
});

describe('uploads', () => {
  it('are listed, the latest first, by pages and by kind', async () => {
    const ids = [
      await uploaded(me.client, aJpeg(), 'image/jpeg'),
      await uploaded(me.client, aPdf(), 'application/pdf'),
      await uploaded(me.client, aPng(), 'image/png'),
    ];
    type Page = { media: MediaView[]; pagination: { before: string | null; after: string | null } };
    const page = async (query: string): Promise<Page> =>
      (await me.client.get<Page>(`${MEDIA}?${query}`)).body.data;
    const first = await page('limit=2');
    expect(first.media.map(({ id }) => id)).toEqual([ids[2], ids[1]]);
    const next = await page(`limit=1&before=${first.pagination.before ?? ''}`);
    expect(next.media.map(({ id }) => id)).toEqual([ids[0]]);
    const newer = await page(`limit=5&after=${next.pagination.after ?? ''}`);
    expect(newer.media.map(({ id }) => id)).toEqual([ids[2], ids[1]]);
    expect((await page('limit=1&kind=document')).media.map(({ id }) => id)).toEqual([ids[1]]);
    expect((await me.client.get(`${MEDIA}?kind=x`)).status).toBe(400);
    expect((await me.client.get(`${MEDIA}?before=x`)).status).toBe(400);
  });

  it('belong to their account: others do not find them', async () => {
    const id = await uploaded(me.client, aJpeg(), 'image/jpeg');
    const other = app.api.as(await admin.createUser('agent'));
    for (const path of [`${MEDIA}/${id}`, `${MEDIA}/${id}/content`])
      expect([path, (await other.get(path)).body.error.code]).toEqual([path, 'NOT_FOUND']);
    expect((await other.delete(`${MEDIA}/${id}`)).status).toBe(404);
    expect((await me.client.get(`${MEDIA}/${id}`)).status).toBe(200);
  });

  it('are deleted with their files', async () => {
    const id = await uploaded(me.client, aJpeg(), 'image/jpeg');
    expect(await filesStored()).toContain(id);
    expect((await me.client.delete(`${MEDIA}/${id}`)).status).toBe(200);
    expect((await me.client.get(`${MEDIA}/${id}`)).status).toBe(404);
    await sweep();
    expect(await filesStored()).not.toContain(id);
  });

  it('whose row was never written, as the process died, are removed from storage', async () => {
    const repository = app.app.get(MediaUploadsRepository);
    const { id, storageKey } = await repository.begin();
    const kept = await uploaded(me.client, aJpeg(), 'image/jpeg');
    await app.app.get(MediaStorage).store(storageKey, oneChunk(Buffer.from('left behind')));
    // Not while the process may still be at it.
    await sweep();
    expect(await filesStored()).toContain(id);
    await makeRemovalsDue();
    await sweep();
    expect(await filesStored()).not.toContain(id);
    expect(await filesStored()).toContain(kept);
  });

  it('go when nothing has used them for as long as is set, and stay while something waits to be sent', async () => {
    const unused = await uploaded(me.client, aJpeg(), 'image/jpeg');
    const used = await uploaded(me.client, aJpeg(), 'image/jpeg');
    const waiting = await uploaded(me.client, aJpeg(), 'image/jpeg');
    const planned = await uploaded(me.client, aJpeg(), 'image/jpeg');
    await app.db.query(
      `UPDATE media_uploads SET last_used_at = now() - interval '31 days' WHERE id = ANY ($1)`,
      [[unused, waiting, planned]],
    );
    await aWaitingSend(waiting);
    await aPausedCampaign(planned);
    await app.app.get(UploadRetentionScheduler).removeUnused(new Date());
    const statuses = await Promise.all(
      [unused, used, waiting, planned].map(async (id) => (await me.client.get(`${MEDIA}/${id}`)).status),
    );
    expect(statuses).toEqual([404, 200, 200, 200]);
    // Nor may anybody take it away from under the message.
    const refused = await me.client.delete(`${MEDIA}/${waiting}`);
    expect([refused.status, refused.body.error.code]).toEqual([409, 'CONFLICT']);
    await app.db.query(`DELETE FROM message_sends WHERE account_id = $1`, [me.accountId]);
    expect((await me.client.delete(`${MEDIA}/${waiting}`)).status).toBe(200);
  });
});

async function aWaitingSend(uploadId: string): Promise<void> {
  await app.db.query(
    `INSERT INTO message_sends (account_id, message_id, asset_id, platform, request, state, available_at)
     SELECT account_id, gen_random_uuid(), id, 'whatsapp', $2, 'queued', now() + interval '100 days'
       FROM whatsapp_phone_numbers WHERE account_id = $1 LIMIT 1`,
    [me.accountId, JSON.stringify({ type: 'image', image: { id: uploadId } })],
  );
}

async function aPausedCampaign(uploadId: string): Promise<void> {
  const components = [{ type: 'header', parameters: [{ type: 'image', image: { id: uploadId } }] }];
  await app.db.query(
    `INSERT INTO campaigns (account_id, id, name, asset_id, waba_id, template_name, template_language, components, state,
                            created_by)
     SELECT account_id, gen_random_uuid(), 'Spring', id, id, 'hello', 'en_US', $2, 'paused', gen_random_uuid()
       FROM whatsapp_phone_numbers WHERE account_id = $1 LIMIT 1`,
    [me.accountId, JSON.stringify(components)],
  );
}

async function* oneChunk(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}

function jpegBlob(): Blob {
  return new Blob([new Uint8Array(aJpeg(1_000))], { type: 'image/jpeg' });
}

function formOf(field: string, blob: Blob, fields: Record<string, string> = {}): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  form.set(field, blob, 'a.jpg');
  return form;
}

function partHead(): string {
  return '--xyz\r\ncontent-disposition: form-data; name="file"; filename="a.jpg"\r\ncontent-type: image/jpeg\r\n\r\n';
}

/** A request of which the body can be written by hand. */
function open(headers: Record<string, string>): ClientRequest {
  return httpRequest(`${app.url}${MEDIA}`, {
    method: 'POST',
    headers: { ...me.client.credentials, 'content-type': 'multipart/form-data; boundary=xyz', ...headers },
  });
}
