import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MediaWorker } from '../../src/message-media/media.worker';
import type { ApiClient } from '../api-client';
import { eventually } from '../eventually';
import { type Messenger, aMessenger, customerWrites, message } from '../factories/messaging.factory';
import { connectedAccount, sandboxOf } from '../factories/meta-login';
import { deliver } from '../signed-webhook';
import { type TestApp, startTestApp } from '../test-app';

const MAX_BYTES = 3_000_000;
const FILES = /attachments/;
const NEVER = 3_600_000;

interface MediaRow {
  id: string;
  state: string;
  attempts: number;
  media_id: string;
  mime_type: string | null;
  size_bytes: string | null;
  storage_key: string;
  error: { code: string; message: string } | null;
  is_leased: boolean;
}

let app: TestApp;
let admin: ApiClient;
let me: Messenger;
const folder = mkdtempSync(join(tmpdir(), 'media-test-'));

beforeAll(async () => {
  app = await startTestApp({
    sandbox: true,
    env: { MEDIA_DIR: folder, MEDIA_MAX_BYTES: String(MAX_BYTES) },
  });
  admin = app.api.as(await app.api.registerAdmin());
  me = await aMessenger(app, admin);
});
afterAll(async () => {
  await app.close();
  await rm(folder, { recursive: true, force: true });
});
afterEach(() => {
  sandboxOf(app).clearFaults();
  sandboxOf(app).clearCalls();
});

const rowOf = async (messageId: string): Promise<MediaRow | undefined> => {
  const rows: MediaRow[] = await app.db.query(
    `SELECT id, state, attempts, media_id, mime_type, size_bytes, storage_key, error, next_attempt_at > now() AS is_leased
       FROM message_media WHERE message_id = $1`,
    [messageId],
  );
  return rows[0];
};
const mediaWhen = async (
  messageId: string,
  isWanted: (row: MediaRow) => boolean,
  before: () => Promise<void> = () => Promise.resolve(),
): Promise<MediaRow> => {
  const row = await eventually(
    async () => {
      await before();
      return rowOf(messageId);
    },
    (found) => found !== undefined && isWanted(found),
  );
  if (row === undefined) throw new Error('No file was noted');
  return row;
};
const isStored = ({ state }: MediaRow): boolean => state === 'stored';
const isFailed = ({ state }: MediaRow): boolean => state === 'failed';
/** The pauses between attempts are for Meta, not for a test. */
const mediaAfterPauses = (messageId: string, isWanted: (row: MediaRow) => boolean): Promise<MediaRow> =>
  mediaWhen(messageId, isWanted, async () => {
    await app.db.query(
      `UPDATE message_media SET next_attempt_at = now() WHERE message_id = $1 AND state = 'pending'`,
      [messageId],
    );
    app.app.get(MediaWorker).wake();
  });
const bytesOf = (row: MediaRow): Promise<Buffer> => readFile(join(folder, row.storage_key));
const filesStored = async (): Promise<string[]> =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name);
const downloads = (): unknown[] => sandboxOf(app).calls({ path: FILES });
const writes = (bytes: Buffer, input: { type?: string; content?: Record<string, string> } = {}) =>
  customerWrites(app, {
    from: '+16505551234',
    type: 'image',
    mediaBase64: bytes.toString('base64'),
    ...input,
  });

describe('the file of a message', () => {
  it.each(['image', 'audio', 'video', 'document', 'sticker'])('of type %s is stored', async (type) => {
    const bytes = randomBytes(200_000);
    const row = await mediaWhen(await writes(bytes, { type }), isStored);
    expect(row).toMatchObject({ attempts: 1, size_bytes: '200000', error: null });
    expect(row.mime_type).toContain('/');
    expect((await bytesOf(row)).equals(bytes)).toBe(true);
    expect(row.storage_key).toMatch(new RegExp(`^${me.accountId}/\\d{4}-\\d{2}/${row.id}$`));
  });

  it('is fetched with the token, in one question and one download', async () => {
    const id = await writes(randomBytes(100));
    const row = await mediaWhen(id, isStored);
    expect(sandboxOf(app).calls({ path: new RegExp(`/${row.media_id}$`) })).toHaveLength(1);
    expect(downloads()).toHaveLength(1);
  });

  it('is not looked for where a message has none', async () => {
    const text = await customerWrites(app);
    // Told after the text, so both have been looked at.
    await mediaWhen(await writes(randomBytes(10)), isStored);
    expect(await rowOf(text)).toBeUndefined();
  });

  it('is stored later when Meta fails, whether it is asked or gives', async () => {
    sandboxOf(app).failNext({ path: FILES, status: 500 });
    sandboxOf(app).failNext({ path: FILES, drop: 'before' });
    sandboxOf(app).failNext({ path: FILES, status: 404 });
    const bytes = randomBytes(50_000);
    const id = await writes(bytes);
    const row = await mediaAfterPauses(id, isStored);
    expect(row).toMatchObject({ attempts: 4, error: null });
    expect((await bytesOf(row)).equals(bytes)).toBe(true);

    // Any question at all: the id is only known once the message is there.
    sandboxOf(app).failNext({ method: 'GET', path: /^\/\d+$/, code: 2, times: 3 });
    const next = await mediaAfterPauses(await writes(bytes), isStored);
    expect(next).toMatchObject({ attempts: 4, error: null });
  });

  it('is not given up for one address that had run out, however often Meta failed before', async () => {
    sandboxOf(app).failNext({ path: FILES, status: 500, times: 5 });
    sandboxOf(app).failNext({ path: FILES, status: 404 });
    expect(await mediaAfterPauses(await writes(randomBytes(10)), isStored)).toMatchObject({ attempts: 7 });
  });

  it('waits between attempts', async () => {
    sandboxOf(app).failNext({ path: FILES, status: 500, times: 100 });
    const row = await mediaWhen(await writes(randomBytes(10)), ({ error }) => error !== null);
    expect(row).toMatchObject({ state: 'pending', is_leased: true, error: { code: 'META_UNAVAILABLE' } });
  });

  it('that does not have the hash Meta tells is given up with that reason, and the message stays', async () => {
    const before = await filesStored();
    sandboxOf(app).failNext({
      path: FILES,
      status: 200,
      body: 'something else',
      contentType: 'image/jpeg',
      times: 3,
    });
    const id = await writes(randomBytes(5_000));
    const row = await mediaAfterPauses(id, isFailed);
    expect(row).toMatchObject({ attempts: 3, error: { code: 'MEDIA_HASH_MISMATCH' } });
    expect(await message(me.client, id)).toMatchObject({ type: 'image', status: 'received', error: null });
    expect(await filesStored()).toEqual(before);
  });

  it('is compared with the hash of the webhook where Meta tells none when asked', async () => {
    const bytes = randomBytes(1_000);
    const withoutHash = (id: string): void => {
      sandboxOf(app).failNext({
        method: 'GET',
        path: /^\/\d+$/,
        status: 200,
        contentType: 'application/json',
        body: JSON.stringify({ url: `${app.sandbox?.url ?? ''}/attachments-of-a-test`, id }),
      });
      sandboxOf(app).failNext({ path: FILES, status: 200, body: 'abc', contentType: 'image/jpeg' });
    };
    const sha256 = createHash('sha256').update('abc').digest('base64');
    withoutHash('1');
    const row = await mediaWhen(await writes(bytes, { content: { sha256 } }), isStored);
    expect((await bytesOf(row)).toString()).toBe('abc');

    for (const id of ['2', '3', '4']) withoutHash(id);
    const other = createHash('sha256').update('abd').digest('base64');
    expect(
      await mediaAfterPauses(await writes(bytes, { content: { sha256: other } }), isFailed),
    ).toMatchObject({ state: 'failed', error: { code: 'MEDIA_HASH_MISMATCH' } });
  });

  it('that is larger than allowed is given up at once, before a byte is read', async () => {
    const row = await mediaWhen(await writes(randomBytes(MAX_BYTES + 1)), isFailed);
    expect(row).toMatchObject({ attempts: 1, error: { code: 'MEDIA_TOO_LARGE' } });
    expect(downloads()).toHaveLength(0);
  });

  it('that turns out larger than told is broken off', async () => {
    const before = await filesStored();
    sandboxOf(app).failNext({ path: FILES, status: 200, body: 'x'.repeat(MAX_BYTES + 1) });
    const row = await mediaWhen(await writes(randomBytes(10)), isFailed);
    expect(row).toMatchObject({ attempts: 1, error: { code: 'MEDIA_TOO_LARGE' } });
    expect(await filesStored()).toEqual(before);
  });

  it('that Meta does not have any more is given up with that reason', async () => {
    sandboxOf(app).failNext({ method: 'GET', path: /^\/\d+$/, code: 100, subcode: 33, times: 3 });
    const row = await mediaAfterPauses(await writes(randomBytes(10)), isFailed);
    expect(row).toMatchObject({ attempts: 3, error: { code: 'MEDIA_NOT_FOUND' } });
  });

  it('is never asked of a host that is not Meta’s: the token would go there', async () => {
    sandboxOf(app).failNext({
      method: 'GET',
      path: /^\/\d+$/,
      status: 200,
      contentType: 'application/json',
      body: JSON.stringify({ url: `http://localhost:${new URL(app.url).port}/health`, id: '1' }),
      times: 3,
    });
    const row = await mediaAfterPauses(await writes(randomBytes(10)), isFailed);
    expect(row.error).toEqual({
      code: 'META_REJECTED',
      message: 'Meta named an address for a file that is not one of its own.',
    });
  });

  it('follows where Meta sends it, but only within Meta', async () => {
    const bytes = randomBytes(100);
    const location = `http://localhost:${new URL(app.url).port}/health`;
    sandboxOf(app).failNext({ path: FILES, status: 302, body: '', headers: { location }, times: 3 });
    const row = await mediaAfterPauses(await writes(bytes), isFailed);
    expect(row.error).toMatchObject({ code: 'META_REJECTED' });
  });

  it('waits for a connection when the token does not work, and uses up no attempt', async () => {
    await app.db.query(`UPDATE meta_accounts SET status = 'expired' WHERE id = $1`, [me.accountId]);
    const bytes = randomBytes(100);
    const id = await writes(bytes);
    const waiting = await mediaWhen(id, ({ error }) => error !== null);
    expect(waiting).toMatchObject({
      state: 'pending',
      attempts: 0,
      is_leased: true,
      error: { code: 'META_REAUTH_REQUIRED' },
    });
    expect(await connectedAccount(app, me.client)).toBe(me.accountId);
    expect((await bytesOf(await mediaWhen(id, isStored))).equals(bytes)).toBe(true);
  });

  it('is fetched once more when the process that had it died, and is one file', async () => {
    const bytes = randomBytes(10_000);
    const row = await mediaWhen(await writes(bytes), isStored);
    const before = await filesStored();
    await rm(join(folder, row.storage_key));
    await app.db.query(
      `UPDATE message_media SET state = 'fetching', next_attempt_at = now() - interval '1 second', stored_at = NULL
        WHERE id = $1`,
      [row.id],
    );
    const again = await eventually(
      async () => (await app.db.query<MediaRow[]>('SELECT * FROM message_media WHERE id = $1', [row.id]))[0],
      (found) => found?.state === 'stored',
    );
    expect(again).toMatchObject({ attempts: 2, storage_key: row.storage_key });
    expect((await bytesOf(row)).equals(bytes)).toBe(true);
    expect((await filesStored()).sort()).toEqual(before.sort());
  });

  it('that somebody is at is left to them', async () => {
    const row = await mediaWhen(await writes(randomBytes(10)), isStored);
    await app.db.query(
      `UPDATE message_media SET state = 'fetching', next_attempt_at = now() + interval '1 hour' WHERE id = $1`,
      [row.id],
    );
    // A later one is fetched, so the earlier one has been passed over.
    await mediaWhen(await writes(randomBytes(10)), isStored);
    expect(await rowOf((await messageIdOf(row.id)) ?? '')).toMatchObject({ state: 'fetching', attempts: 1 });
    await app.db.query('DELETE FROM message_media WHERE id = $1', [row.id]);
  });

  it('is fetched once, however often the message is delivered and replayed', async () => {
    const id = await writes(randomBytes(100));
    const row = await mediaWhen(id, isStored);
    const [delivery]: { id: string; body: Buffer }[] = await app.db.query(
      `SELECT id, body FROM webhook_deliveries WHERE convert_from(body, 'UTF8') LIKE $1`,
      [`%${row.media_id}%`],
    );
    const body = delivery?.body.toString('utf8') ?? '';
    expect(body).toContain(row.media_id);
    // The same message in other bytes, and the same delivery once more.
    expect((await deliver(app.api, `${body} `)).status).toBe(200);
    await admin.post(`/api/meta/webhook/deliveries/${delivery?.id ?? ''}/replay`);
    await eventually(
      async (): Promise<unknown[]> =>
        app.db.query(
          `SELECT id FROM webhook_deliveries WHERE state = 'processed' AND convert_from(body, 'UTF8') LIKE $1`,
          [`%${row.media_id}%`],
        ),
      (found) => found.length === 2,
    );
    await mediaWhen(await writes(randomBytes(10)), isStored);
    expect(sandboxOf(app).calls({ path: new RegExp(`/${row.media_id}$`) })).toHaveLength(1);
    const rows: unknown[] = await app.db.query('SELECT FROM message_media WHERE media_id = $1', [
      row.media_id,
    ]);
    expect(rows).toHaveLength(1);
  });

  it('goes with its message', async () => {
    const row = await mediaWhen(await writes(randomBytes(100)), isStored);
    await app.db.query('DELETE FROM message_media WHERE id = $1', [row.id]);
    await app.app.get(MediaWorker).removeFiles();
    expect(await filesStored()).not.toContain(row.id);
    expect(
      await app.db.query('SELECT FROM media_removals WHERE storage_key = $1', [row.storage_key]),
    ).toEqual([]);
  });
});

const messageIdOf = async (mediaRowId: string): Promise<string | undefined> => {
  const rows: { message_id: string }[] = await app.db.query(
    'SELECT message_id FROM message_media WHERE id = $1',
    [mediaRowId],
  );
  return rows[0]?.message_id;
};

it('while no file comes at all, messages are taken in and sent as ever', async () => {
  sandboxOf(app).failNext({ path: FILES, delayMs: NEVER, times: 100 });
  const blocked: string[] = [];
  for (let index = 0; index < 6; index += 1) blocked.push(await writes(randomBytes(10 + index)));
  // As many as are fetched at once stand still; the others wait.
  await eventually(
    async () => (await Promise.all(blocked.map(rowOf))).filter((row) => row?.state === 'fetching').length,
    (count) => count === 3,
  );
  const texts = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      customerWrites(app, { from: `+1650555${String(7_000 + index)}` }),
    ),
  );
  for (const id of texts) expect(await message(me.client, id)).toMatchObject({ status: 'received' });
  const answer = await me.client.post<{ id: string }>('/api/meta/whatsapp/messages', {
    to: '+16505551234',
    type: 'text',
    text: { body: 'Thank you' },
  });
  await eventually(
    () => message(me.client, answer.body.data.id),
    ({ status }) => ['accepted', 'sent', 'delivered', 'read'].includes(status),
  );
  const states = (await Promise.all(blocked.map(rowOf))).map((row) => row?.state);
  expect(states.filter((state) => state === 'stored')).toEqual([]);
  expect(states.filter((state) => state === 'fetching')).toHaveLength(3);
});

it('a process that closes gives back what it was fetching, and another one fetches it', async () => {
  const [held]: { id: string }[] = await app.db.query(
    `SELECT id FROM message_media WHERE state = 'fetching' AND next_attempt_at > now() LIMIT 1`,
  );
  expect(held).toBeDefined();
  await app.app.get(MediaWorker).beforeApplicationShutdown();
  const rows: { state: string; attempts: number }[] = await app.db.query(
    'SELECT state, attempts FROM message_media WHERE id = $1',
    [held?.id],
  );
  expect(rows).toEqual([{ state: 'pending', attempts: 0 }]);
  const left = await readdir(join(folder, '.unfinished'));
  expect(left).toEqual([]);
});
