import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ApiClient } from '../api-client';
import { MEDIA, PAGE, aJpeg, aPdf, upload, uploaded } from '../factories/media-files';
import { type Messenger, aMessenger } from '../factories/messaging.factory';
import { type S3Server, startS3Server } from '../s3-server';
import { type TestApp, startTestApp } from '../test-app';

interface Answer {
  status: number;
  headers: Headers;
  bytes: Buffer;
}

/** The same over both storages: what is given out does not depend on where it lies. */
describe.each(['folder', 's3'])('content out of %s', (storage) => {
  let app: TestApp;
  let s3: S3Server;
  let admin: ApiClient;
  let me: Messenger;
  let image: string;
  const bytes = aJpeg(7_000_000).subarray(0, 5_000_000);
  const folder = mkdtempSync(join(tmpdir(), 'media-content-test-'));

  beforeAll(async () => {
    s3 = await startS3Server();
    const env = storage === 's3' ? s3.env : { MEDIA_DIR: folder };
    app = await startTestApp({ sandbox: true, env });
    admin = app.api.as(await app.api.registerAdmin());
    me = await aMessenger(app, admin);
    image = await uploaded(me.client, bytes, 'image/jpeg');
  });
  afterAll(async () => {
    await app.close();
    await s3.close();
    await rm(folder, { recursive: true, force: true });
  });

  const ask = async (
    path: string,
    headers: Record<string, string> = {},
    method = 'GET',
    client = me.client,
  ): Promise<Answer> => {
    const response = await client.response(path, { method, headers });
    return {
      status: response.status,
      headers: response.headers,
      bytes: Buffer.from(await response.arrayBuffer()),
    };
  };
  const content = (headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> =>
    ask(`${MEDIA}/${image}/content`, headers, method);

  it('is whole without a range, under headers that let nothing run', async () => {
    const answer = await content();
    expect(answer.status).toBe(200);
    expect(answer.bytes.equals(bytes)).toBe(true);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'image/jpeg',
      'content-length': String(bytes.length),
      'accept-ranges': 'bytes',
      etag: `"${image}"`,
      'cache-control': expect.stringMatching(/^private/),
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringMatching(/^sandbox; default-src 'none'/),
      'content-disposition': `inline; filename="a file"; filename*=UTF-8''a%20file`,
    });
  });

  it.each([
    ['bytes=0-99', 0, 99],
    ['bytes=4999990-', 4_999_990, 4_999_999],
    ['bytes=-10', 4_999_990, 4_999_999],
    ['bytes=4999999-99999999', 4_999_999, 4_999_999],
    ['bytes=1000000-3999999', 1_000_000, 3_999_999],
  ])('is the part that %s asks for', async (range, start, end) => {
    const answer = await content({ range });
    expect(answer.status).toBe(206);
    expect(answer.headers.get('content-range')).toBe(`bytes ${start}-${end}/5000000`);
    expect(answer.headers.get('content-length')).toBe(String(end - start + 1));
    expect(answer.bytes.equals(bytes.subarray(start, end + 1))).toBe(true);
  });

  it.each(['bytes=5000000-', 'bytes=-0', 'bytes=9000000-9000001'])(
    'has no such part as %s',
    async (range) => {
      const answer = await content({ range });
      expect(answer.status).toBe(416);
      expect(answer.headers.get('content-range')).toBe('bytes */5000000');
      expect(JSON.parse(answer.bytes.toString())).toMatchObject({
        success: false,
        error: { code: 'RANGE_NOT_SATISFIABLE', details: { size: 5_000_000 } },
      });
    },
  );

  it.each(['bytes=0-1,5-6', 'lines=1-2', 'bytes=9-2', 'bytes=x-y', 'bytes=-'])(
    'is whole for %s, which nobody has to understand',
    async (range) => {
      const answer = await content({ range });
      expect([answer.status, answer.bytes.length]).toEqual([200, bytes.length]);
    },
  );

  it('is not sent again to whoever has it, and its range only to whoever has the same', async () => {
    const tag = `"${image}"`;
    for (const ifNoneMatch of [tag, `W/${tag}`, `"x", ${tag}`, '*']) {
      const answer = await content({ 'if-none-match': ifNoneMatch });
      expect([answer.status, answer.bytes.length, answer.headers.get('etag')]).toEqual([304, 0, tag]);
    }
    expect((await content({ 'if-none-match': '"x"' })).status).toBe(200);
    expect((await content({ range: 'bytes=0-1', 'if-range': tag })).status).toBe(206);
    expect((await content({ range: 'bytes=0-1', 'if-range': '"x"' })).status).toBe(200);
  });

  it('is described by HEAD as by GET, without a body', async () => {
    const answer = await content({}, 'HEAD');
    expect([answer.status, answer.bytes.length]).toEqual([200, 0]);
    expect(answer.headers.get('content-length')).toBe(String(bytes.length));
    expect(answer.headers.get('content-type')).toBe('image/jpeg');
    const part = await content({ range: 'bytes=0-9' }, 'HEAD');
    expect([part.status, part.headers.get('content-length')]).toEqual([206, '10']);
    expect((await ask(`${MEDIA}/${image}`, {}, 'HEAD')).status).toBe(200);
  });

  it('also comes from the address of the file itself, to whoever asks for bytes', async () => {
    const path = `${MEDIA}/${image}`;
    for (const headers of [
      { accept: 'image/avif,image/webp,*/*;q=0.8' },
      { accept: 'application/octet-stream' },
      { range: 'bytes=0-4999999' },
    ])
      expect((await ask(path, headers)).bytes.equals(bytes)).toBe(true);
    for (const accept of ['application/json', '*/*', 'application/json, image/png']) {
      const answer = await ask(path, { accept });
      expect(JSON.parse(answer.bytes.toString())).toMatchObject({ success: true, data: { id: image } });
    }
  });

  it('is stored by the browser when it is told to', async () => {
    const answer = await ask(`${MEDIA}/${image}/content?download=true`);
    expect(answer.headers.get('content-disposition')).toMatch(/^attachment;/);
  });

  it.each([
    ['text/html', Buffer.from(PAGE), 'evil.html', 'application/octet-stream'],
    [
      'image/svg+xml',
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>'),
      'a.svg',
      'application/octet-stream',
    ],
    ['application/pdf', aPdf(), 'a.pdf', 'application/pdf'],
    ['text/plain', Buffer.from('Grüße'), 'a.txt', 'text/plain; charset=utf-8'],
    ['application/zip', Buffer.from('PK\x03\x04'.padEnd(200, 'x')), 'a.zip', 'application/zip'],
  ])('of %s comes as what cannot do harm', async (type, file, name, servedAs) => {
    const answer = await upload(me.client, file, type, { kind: 'document' }, name);
    expect(answer.status).toBe(201);
    const given = await ask(answer.body.data.url ?? '');
    expect(given.headers.get('content-type')).toBe(servedAs);
    const isShown = ['application/pdf', 'text/plain'].includes(type);
    expect(given.headers.get('content-disposition')).toMatch(isShown ? /^inline;/ : /^attachment;/);
    expect(given.headers.get('content-security-policy')).toMatch(/^sandbox/);
    expect(given.bytes.equals(file)).toBe(true);
  });

  it('is for members of the account with a credential only', async () => {
    const path = `${MEDIA}/${image}/content`;
    expect((await ask(path, {}, 'GET', app.api)).status).toBe(401);
    const other = app.api.as(await admin.createUser('agent'));
    for (const method of ['GET', 'HEAD']) expect((await ask(path, {}, method, other)).status).toBe(404);
    expect((await ask(`${MEDIA}/nonsense/content`)).status).toBe(400);
  });

  it('is missed with 404 when somebody took it out of the storage', async () => {
    const id = await uploaded(me.client, aJpeg(), 'image/jpeg');
    await app.db.query(`UPDATE media_uploads SET storage_key = 'uploads/gone' WHERE id = $1`, [id]);
    const answer = await ask(`${MEDIA}/${id}/content`);
    expect([answer.status, answer.bytes.toString()]).toEqual([404, expect.stringContaining('NOT_FOUND')]);
  });

  it('may be broken off by whoever reads it', async () => {
    for (let time = 0; time < 20; time += 1) {
      await new Promise<void>((resolve, reject) => {
        const { credentials: headers } = me.client;
        const outgoing = get(`${app.url}${MEDIA}/${image}/content`, { headers, agent: false }, (incoming) => {
          incoming.once('data', () => {
            incoming.destroy();
            resolve();
          });
        });
        outgoing.once('error', reject);
      });
    }
    expect((await content()).bytes.equals(bytes)).toBe(true);
  });
});
