import { mkdtempSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SEED } from '../../sandbox/world-seed';
import type { ApiClient } from '../api-client';
import {
  DIRECT_FILES,
  type DescribedFile,
  FILES,
  type FileView,
  all,
  anAttachment,
  contentOf,
  filesWhen,
  personSends,
} from '../factories/direct-media.factory';
import { INSTAGRAM_MESSAGES, MESSENGER_MESSAGES } from '../factories/direct-sending.factory';
import { type PageOwner, aPageOwner } from '../factories/facebook-pages.factory';
import { type InstagramOwner, anInstagramOwner } from '../factories/instagram-accounts.factory';
import { PAGE, aJpeg } from '../factories/media-files';
import { sandboxOf } from '../factories/meta-login';
import { ALLOWED_ADDRESS, type HostileServer, startHostileServer } from '../hostile-server';
import { type TestApp, startTestApp } from '../test-app';

const MAX_BYTES = 300_000;
const FOUR_DAYS_MS = 4 * 86_400_000;
const folder = mkdtempSync(join(tmpdir(), 'direct-media-troubles-test-'));

const PATHS: Record<string, (response: ServerResponse) => void> = {
  '/page.jpg': (response) => {
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end(PAGE);
  },
  '/called-a-jpeg': (response) => {
    response.writeHead(200, { 'content-type': 'image/jpeg' });
    response.end(PAGE);
  },
  '/endless': (response) => {
    response.writeHead(200, { 'content-type': 'image/jpeg' });
    const more = (): void => {
      while (!response.destroyed && response.write(Buffer.alloc(64 * 1024, 1)));
    };
    response.on('drain', more);
    more();
  },
};

let app: TestApp;
let admin: ApiClient;
let hostile: HostileServer;
let page: PageOwner;
let instagram: InstagramOwner;
beforeAll(async () => {
  hostile = await startHostileServer((path, _, response) => {
    const found = PATHS[path];
    if (path === '/to-me') response.writeHead(302, { location: `${hostile.loopbackUrl}/secret` }).end();
    else if (found === undefined) response.writeHead(404).end();
    else found(response);
  });
  app = await startTestApp({
    sandbox: true,
    env: {
      MEDIA_DIR: folder,
      MEDIA_MAX_BYTES: String(MAX_BYTES),
      OUTBOUND_ALLOW_HTTP: 'true',
      OUTBOUND_ALLOWED_ADDRESSES: ALLOWED_ADDRESS,
    },
  });
  admin = app.api.as(await app.api.registerAdmin());
  page = await aPageOwner(app, admin);
  instagram = await anInstagramOwner(app, admin);
});
afterAll(async () => {
  await app.close();
  await hostile.close();
  await rm(folder, { recursive: true, force: true });
});
afterEach(() => {
  sandboxOf(app).clearFaults();
});

type Here = 'messenger' | 'instagram';
const of = {
  messenger: () => ({ client: page.client, path: MESSENGER_MESSAGES }),
  instagram: () => ({ client: instagram.client, path: INSTAGRAM_MESSAGES }),
};
const addressOf = (here: Here) => (here === 'instagram' ? { instagramId: SEED.instagramId } : {});
const when = (here: Here, id: string, areWanted: (files: FileView[]) => boolean) =>
  filesWhen(app, { ...of[here](), id }, areWanted);
const failureOf = async (here: Here, id: string): Promise<string | undefined> => {
  const [file] = await when(here, id, all('failed'));
  const { client } = of[here]();
  const answer = await client.get<DescribedFile>(`${FILES}/${file?.id ?? ''}`);
  expect((await client.get(`${FILES}/${file?.id ?? ''}/content`)).status).toBe(404);
  return answer.body.data.error?.code;
};
const readings = (mid: string) =>
  sandboxOf(app).calls({ path: new RegExp(`/${mid.replaceAll(/[^\w]/g, '.')}$`) });
const filesStored = async (): Promise<string[]> =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);

/** A message whose file could not be fetched for as long as its address was good. */
async function missed(
  here: Here,
  type: string,
  ...bytes: Buffer[]
): Promise<{ id: string; mid: string; heal: () => void }> {
  sandboxOf(app).failNext({ path: DIRECT_FILES, status: 500, times: 1_000 });
  const { id, mid } = await personSends(app, {
    ...addressOf(here),
    attachments: bytes.map((each) => anAttachment(type, each)),
  });
  await when(here, id, all('pending', bytes.length));
  await sandboxOf(app).waitUntilIdle();
  await sandboxOf(app).advance(FOUR_DAYS_MS);
  return {
    id,
    mid,
    heal: () => {
      sandboxOf(app).clearFaults();
    },
  };
}

describe('a file whose address has run out', () => {
  it.each(['messenger', 'instagram'] as const)('is had by reading the message again, on %s', async (here) => {
    const contents = [aJpeg(), aJpeg()];
    const { id, mid, heal } = await missed(here, 'image', ...contents);
    heal();
    const files = await when(here, id, all('stored', 2));
    const got = await Promise.all(files.map((file) => contentOf(of[here]().client, file)));
    expect(got.map((content, place) => content.equals(contents[place] ?? Buffer.alloc(0)))).toEqual([
      true,
      true,
    ]);
    expect(readings(mid)).toHaveLength(2);
  });

  it('is gone where the message is, and is not asked for again', async () => {
    const { id, mid, heal } = await missed('messenger', 'image', aJpeg());
    sandboxOf(app).playDirectUnsend({ messageId: mid, silent: true });
    heal();
    expect(await failureOf('messenger', id)).toBe('MEDIA_NOT_FOUND');
    expect(readings(mid)).toHaveLength(1);
  });

  it('is gone where Meta gives another address that has none either', async () => {
    const { id, mid, heal } = await missed('messenger', 'image', aJpeg());
    heal();
    sandboxOf(app).failNext({ path: DIRECT_FILES, status: 410, times: 2 });
    expect(await failureOf('messenger', id)).toBe('MEDIA_NOT_FOUND');
    expect(readings(mid)).toHaveLength(1);
  });

  it('is gone where it was in a story, of which nothing is asked', async () => {
    const { id, mid, heal } = await missed('instagram', 'story_mention', aJpeg());
    heal();
    expect(await failureOf('instagram', id)).toBe('MEDIA_NOT_FOUND');
    expect(readings(mid)).toHaveLength(0);
  });

  it('waits where Meta cannot answer, and is had then', async () => {
    const { id, mid, heal } = await missed('messenger', 'image', aJpeg());
    heal();
    sandboxOf(app).failNext({ path: new RegExp(mid.slice(-20).replaceAll(/[^\w]/g, '.')), code: 2 });
    await when('messenger', id, all('stored'));
    expect(readings(mid).length).toBeGreaterThan(1);
  });
});

describe('a file that is not taken', () => {
  const at = (url: string) => personSends(app, { attachments: [{ type: 'image', payload: { url } }] });

  it('is one that is too large, and nothing of it is kept', async () => {
    const before = await filesStored();
    const { id } = await personSends(app, {
      attachments: [anAttachment('image', aJpeg(MAX_BYTES + 1))],
    });
    expect(await failureOf('messenger', id)).toBe('MEDIA_TOO_LARGE');
    const endless = await at(`${hostile.url}/endless`);
    expect(await failureOf('messenger', endless.id)).toBe('MEDIA_TOO_LARGE');
    expect(await filesStored()).toEqual(before);
  });

  it.each([
    ['this machine', () => `${hostile.loopbackUrl}/secret`],
    ['a name of this machine', () => `${hostile.namedUrl}/secret`],
    ['this machine by a redirect', () => `${hostile.url}/to-me`],
    ['the network inside', () => 'https://10.1.2.3/a.jpg'],
    ['the cloud’s own', () => 'http://169.254.169.254/latest/meta-data/'],
    ['no server at all', () => 'file:///etc/passwd'],
  ])('is one at an address of %s, which is not called', async (_, url) => {
    const { id } = await at(url());
    expect(await failureOf('messenger', id)).toBe('MEDIA_ADDRESS_REFUSED');
    expect(hostile.asked).not.toContain('/secret');
  });

  it('is a page in the place of a picture', async () => {
    const { id } = await at(`${hostile.url}/page.jpg`);
    expect(await failureOf('messenger', id)).toBe('MEDIA_TYPE_MISMATCH');
  });

  it('but one that only calls itself a picture is kept, and cannot run', async () => {
    const { id } = await at(`${hostile.url}/called-a-jpeg`);
    const [file] = await when('messenger', id, all('stored'));
    expect(file?.isSuspect).toBe(true);
    const answer = await page.client.response(file?.url ?? '');
    expect([answer.headers.get('content-type'), answer.headers.get('content-disposition')]).toEqual([
      'application/octet-stream',
      expect.stringMatching(/^attachment/),
    ]);
  });
});
