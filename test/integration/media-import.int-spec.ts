import { mkdtempSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ApiAnswer, ApiBody } from '../api-client';
import { eventually } from '../eventually';
import { MEDIA, type MediaView, PAGE, TOO_LARGE_IMAGE, aJpeg, aPdf, anMp3 } from '../factories/media-files';
import { type Messenger, aMessenger } from '../factories/messaging.factory';
import { ALLOWED_ADDRESS, type HostileServer, startHostileServer } from '../hostile-server';
import { type TestApp, startTestApp } from '../test-app';

const TIMEOUT_MS = 2_000;
const JPEG = aJpeg(30_000);

let app: TestApp;
let me: Messenger;
let hostile: HostileServer;
const folder = mkdtempSync(join(tmpdir(), 'media-import-test-'));

/** What is under each path; the rest answers 404. */
const PATHS: Record<string, (response: ServerResponse) => void> = {
  '/photos/a%20cat.jpg': give('image/jpeg', JPEG),
  '/named': (response) => {
    response.writeHead(200, {
      'content-type': 'application/pdf',
      'content-disposition': `attachment; filename="x.pdf"; filename*=UTF-8''Preis%C3%BCbersicht.pdf`,
    });
    response.end(aPdf());
  },
  '/untyped': give('application/octet-stream', JPEG),
  '/page': give('text/html', Buffer.from(PAGE)),
  '/page.jpg': give('image/jpeg', Buffer.from(PAGE)),
  '/other.jpg': give('image/jpeg', anMp3()),
  '/empty': give('image/jpeg', Buffer.alloc(0)),
  '/large': give('image/jpeg', aJpeg(TOO_LARGE_IMAGE)),
  '/announced-large': (response) => {
    response.writeHead(200, { 'content-type': 'image/jpeg', 'content-length': String(TOO_LARGE_IMAGE) });
    response.write(JPEG);
  },
  '/endless': (response) => {
    response.writeHead(200, { 'content-type': 'image/jpeg' });
    response.write(JPEG);
    const more = (): void => {
      while (!response.destroyed && response.write(Buffer.alloc(64 * 1024, 1)));
    };
    response.on('drain', more);
    more();
  },
  '/silent': (response) => {
    response.writeHead(200, { 'content-type': 'image/jpeg' });
    response.write(JPEG);
  },
  '/dripping': (response) => {
    response.writeHead(200, { 'content-type': 'image/jpeg' });
    response.write(JPEG);
    const drip = setInterval(() => response.write('x'), 50);
    response.on('close', () => {
      clearInterval(drip);
    });
  },
  '/mute': () => undefined,
  '/cut-off': (response) => {
    response.writeHead(200, { 'content-type': 'image/jpeg', 'content-length': String(JPEG.length + 500) });
    response.write(JPEG, () => response.socket?.destroy());
  },
  '/broken-off': (response) => {
    response.writeHead(200, { 'content-type': 'image/jpeg' });
    response.write(JPEG, () => response.socket?.destroy());
  },
  '/compressed': (response) => {
    response.writeHead(200, { 'content-type': 'image/jpeg', 'content-encoding': 'gzip' });
    response.end(JPEG);
  },
  '/forbidden': (response) => {
    response.writeHead(403);
    response.end();
  },
  '/redirect/1': redirect('/photos/a%20cat.jpg'),
  '/redirect/3': redirect('/redirect/2'),
  '/redirect/2': redirect('/redirect/1'),
  '/redirect/4': redirect('/redirect/3'),
  '/circle': redirect('/circle'),
  '/to-loopback': (response) => {
    redirect(`${hostile.loopbackUrl}/secret`)(response);
  },
  '/to-name': (response) => {
    redirect(`${hostile.namedUrl}/secret`)(response);
  },
  '/to-metadata': redirect('http://169.254.169.254/latest/meta-data/'),
  '/to-file': redirect('file:///etc/passwd'),
  '/to-password': (response) => {
    redirect(hostile.url.replace('//', '//user:pass@'))(response);
  },
  '/secret': give('image/jpeg', JPEG),
};

function give(type: string, bytes: Buffer): (response: ServerResponse) => void {
  return (response) => {
    response.writeHead(200, { 'content-type': type });
    response.end(bytes);
  };
}

function redirect(location: string): (response: ServerResponse) => void {
  return (response) => {
    response.writeHead(302, { location });
    response.end();
  };
}

beforeAll(async () => {
  hostile = await startHostileServer((path, _request, response) => {
    const serve = PATHS[path];
    if (serve !== undefined) serve(response);
    else response.writeHead(404).end();
  });
  app = await startTestApp({
    sandbox: true,
    env: {
      MEDIA_DIR: folder,
      MEDIA_IMPORT_TIMEOUT_MS: String(TIMEOUT_MS),
      OUTBOUND_ALLOW_HTTP: 'true',
      OUTBOUND_ALLOWED_ADDRESSES: ALLOWED_ADDRESS,
    },
  });
  me = await aMessenger(app, app.api.as(await app.api.registerAdmin()));
});
afterAll(async () => {
  await hostile.close();
  await app.close();
  await rm(folder, { recursive: true, force: true });
});

const filesStored = async (): Promise<string[]> =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name);
const importFrom = (url: string, rest: object = {}): Promise<ApiAnswer<ApiBody<MediaView>>> =>
  me.client.post<MediaView>(MEDIA, { url, ...rest });

describe('a file at an address', () => {
  it('is stored as an upload is', async () => {
    const answer = await importFrom(`${hostile.url}/photos/a%20cat.jpg`);
    expect([answer.status, answer.body.data]).toMatchObject([
      201,
      { origin: 'upload', kind: 'image', mimeType: 'image/jpeg', size: JPEG.length, fileName: 'a cat.jpg' },
    ]);
    expect(await filesStored()).toContain(answer.body.data.id);
  });

  it('is called as its server, or the request, says', async () => {
    expect((await importFrom(`${hostile.url}/named`)).body.data.fileName).toBe('Preisübersicht.pdf');
    const named = await importFrom(`${hostile.url}/named`, { fileName: 'prices.pdf', kind: 'document' });
    expect(named.body.data.fileName).toBe('prices.pdf');
    expect((await importFrom(`${hostile.url}/untyped`)).body.data).toMatchObject({ mimeType: 'image/jpeg' });
  });

  it('may be three redirects away', async () => {
    expect((await importFrom(`${hostile.url}/redirect/3`)).status).toBe(201);
  });

  it.each([
    ['is a page', '/page', 415, 'UNSUPPORTED_MEDIA'],
    ['is a page called an image', '/page.jpg', 415, 'UNSUPPORTED_MEDIA'],
    ['is of another kind than told', '/other.jpg', 415, 'UNSUPPORTED_MEDIA'],
    ['is too large', '/large', 413, 'PAYLOAD_TOO_LARGE'],
    ['is announced as too large', '/announced-large', 413, 'PAYLOAD_TOO_LARGE'],
    ['never ends', '/endless', 413, 'PAYLOAD_TOO_LARGE'],
  ])('that %s is refused, and nothing is kept of it', async (_name, path, status, code) => {
    const before = await filesStored();
    const answer = await importFrom(`${hostile.url}${path}`, { kind: 'image' });
    expect([answer.status, answer.body.error.code]).toEqual([status, code]);
    expect(answer.body.error.message).toMatch(/\w.*\.$/);
    expect(await filesStored()).toEqual(before);
  });

  it('that never ends is cut off: its server gets rid of little more than is taken', async () => {
    hostile.takenBytes();
    await importFrom(`${hostile.url}/endless`);
    const bytes = await eventually(
      () => Promise.resolve(hostile.takenBytes()),
      (taken) => taken > 0,
    );
    expect(bytes).toBeGreaterThan(5 * 1024 * 1024);
    expect(bytes).toBeLessThan(40 * 1024 * 1024);
  });

  it.each([
    ['stops in the middle', '/silent', 'time'],
    ['comes one byte after another', '/dripping', 'time'],
    ['is waited for in vain', '/mute', 'time'],
    ['is shorter than announced', '/cut-off', 'complete'],
    ['breaks off', '/broken-off', 'complete'],
    ['is empty', '/empty', 'notEmpty'],
    ['comes compressed', '/compressed', 'encoding'],
    ['is not given out', '/forbidden', 'answer'],
    ['does not exist', '/nothing', 'answer'],
    ['is four redirects away', '/redirect/4', 'redirects'],
    ['is never reached', '/circle', 'redirects'],
    ['is on this machine, behind a redirect', '/to-loopback', 'publicAddress'],
    ['is on this machine, by a name behind a redirect', '/to-name', 'publicAddress'],
    ['is the metadata of the cloud', '/to-metadata', 'publicAddress'],
    ['is no web address behind a redirect', '/to-file', 'protocol'],
    ['wants a password', '/to-password', 'credentials'],
  ])('that %s is refused, and nothing is kept of it', async (_name, path, rule) => {
    const before = await filesStored();
    const answer = await importFrom(`${hostile.url}${path}`);
    expect([answer.status, answer.body.error.code]).toEqual([400, 'VALIDATION_FAILED']);
    expect(answer.body.error.details.fields).toMatchObject([{ path: 'url', rule }]);
    expect(answer.body.error.message).toMatch(/\w.*\.$/);
    expect(hostile.asked).not.toContain('/secret');
    expect(await filesStored()).toEqual(before);
  });
});

describe('an address', () => {
  const port = (): string => new URL(hostile.url).port;
  it.each([
    ['this machine', () => `http://127.0.0.1:${port()}/secret`],
    ['a name of this machine', () => `http://localhost:${port()}/secret`],
    ['this machine as one number', () => `http://2130706433:${port()}/secret`],
    ['this machine in octal digits', () => `http://0177.0.0.1:${port()}/secret`],
    ['any address of this machine', () => `http://0.0.0.0:${port()}/secret`],
    ['this machine in IPv6', () => `http://[::1]:${port()}/secret`],
    ['this machine as IPv4 in IPv6', () => `http://[::ffff:127.0.0.1]:${port()}/secret`],
    ['a private network', () => 'http://10.0.0.1/secret'],
    ['another private network', () => 'https://192.168.1.1/secret'],
    ['a link-local address', () => 'http://169.254.169.254/secret'],
    ['a carrier’s network', () => 'http://100.64.0.1/secret'],
    ['a private network in IPv6', () => 'http://[fd00::1]/secret'],
  ])('of %s is not called', async (_name, url) => {
    const answer = await importFrom(url());
    expect([answer.status, answer.body.error.details.fields]).toMatchObject([
      400,
      [{ path: 'url', rule: 'publicAddress' }],
    ]);
    expect(hostile.asked).not.toContain('/secret');
  });

  it.each([
    ['nonsense', 'url'],
    ['ftp://example.com/a.jpg', 'protocol'],
    ['file:///etc/passwd', 'protocol'],
    ['data:image/jpeg;base64,AAAA', 'protocol'],
    ['https://user:secret@example.com/a.jpg', 'credentials'],
  ])('such as %s is refused', async (url, rule) => {
    const answer = await importFrom(url);
    expect(answer.body.error.details.fields).toMatchObject([{ path: 'url', rule }]);
  });

  it.each([
    [{}],
    [{ url: '' }],
    [{ url: 5 }],
    [{ url: 'https://example.com/a', kind: 'x' }],
    [{ link: 'x' }],
  ])('is needed, and nothing else is taken: %j', async (body) => {
    const answer = await me.client.post(MEDIA, body);
    expect([answer.status, answer.body.error.code]).toEqual([400, 'VALIDATION_FAILED']);
  });
});

describe('without a setting for it', () => {
  it('http is not called at all', async () => {
    const strict = await startTestApp({ sandbox: true, env: { MEDIA_DIR: folder } });
    try {
      const other = await aMessenger(strict, strict.api.as(await strict.api.registerAdmin()));
      const answer = await other.client.post(MEDIA, { url: `${hostile.url}/photos/a%20cat.jpg` });
      expect(answer.body.error.details.fields).toMatchObject([{ path: 'url', rule: 'protocol' }]);
    } finally {
      await strict.close();
    }
  });
});
