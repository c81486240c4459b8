import { createHash } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { type ClientRequest, request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MediaWorker } from '../../src/message-media/media.worker';
import type { ApiClient } from '../api-client';
import { eventually } from '../eventually';
import {
  MEDIA,
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
