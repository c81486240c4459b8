import { createHash } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SEED } from '../../sandbox/world-seed';
import { newId } from '../../src/database/ids';
import { MediaWorker } from '../../src/message-media/media.worker';
import type { ApiClient } from '../api-client';
import { eventually } from '../eventually';
import { MEDIA, type MediaView, PAGE, aJpeg, aPng } from '../factories/media-files';
import {
  type Messenger,
  aMessenger,
  customerWrites,
  message,
  storedId,
} from '../factories/messaging.factory';
import { sandboxOf } from '../factories/meta-login';
import { deliver } from '../signed-webhook';
import { type TestApp, startTestApp } from '../test-app';

const CUSTOMER = '16505551234';

let app: TestApp;
let admin: ApiClient;
let me: Messenger;
const folder = mkdtempSync(join(tmpdir(), 'media-inbound-test-'));

beforeAll(async () => {
  app = await startTestApp({ sandbox: true, env: { MEDIA_DIR: folder } });
  admin = app.api.as(await app.api.registerAdmin());
  me = await aMessenger(app, admin);
});
afterAll(async () => {
  await app.close();
  await rm(folder, { recursive: true, force: true });
});
afterEach(() => {
  sandboxOf(app).clearFaults();
});

const writes = (
  bytes: Buffer,
  input: { type?: string; content?: Record<string, string> } = {},
): Promise<string> =>
  customerWrites(app, {
    from: `+${CUSTOMER}`,
    type: 'image',
    mediaBase64: bytes.toString('base64'),
    ...input,
  });
const mediaOf = async (id: string): Promise<MediaView | null> =>
  ((await message(me.client, id)) as unknown as { media: MediaView | null }).media;
const mediaWhen = async (id: string, isWanted: (media: MediaView | null) => boolean): Promise<MediaView> => {
  const found = await eventually(() => mediaOf(id), isWanted);
  if (found === null) throw new Error('The message has no file');
  return found;
};
const isStored = (media: MediaView | null): boolean => media?.status === 'stored';
const contentOf = async (media: MediaView): Promise<Buffer> =>
  Buffer.from(await (await me.client.response(media.url ?? '')).arrayBuffer());
const metaIdOf = async (media: MediaView): Promise<string> => {
  const rows: { media_id: string }[] = await app.db.query(
    'SELECT media_id FROM message_media WHERE id = $1',
    [media.id],
  );
  return rows[0]?.media_id ?? '';
};
/** A file that Meta has, to be named in webhooks that a test writes by hand. */
const aFileAtMeta = async (bytes: Buffer): Promise<string> =>
  metaIdOf(await mediaWhen(await writes(bytes), isStored));
const filesStored = async (): Promise<string[]> =>
  (await readdir(folder, { recursive: true, withFileTypes: true })).map(({ name }) => name);

/** A webhook of one change, in Meta's envelope. */
async function tell(field: string, value: Record<string, unknown>): Promise<void> {
  const metadata = { display_phone_number: '15550783881', phone_number_id: me.phoneNumberId };
  const contacts = [{ profile: { name: 'Ana' }, wa_id: CUSTOMER }];
  const answer = await deliver(
    app.api,
    JSON.stringify({
      object: 'whatsapp_business_account',
      entry: [
        {
          id: SEED.wabaId,
          changes: [{ field, value: { messaging_product: 'whatsapp', metadata, contacts, ...value } }],
        },
      ],
    }),
  );
  expect(answer.status).toBe(200);
}

const now = (): string => String(Math.floor(Date.now() / 1_000));
const wamidOf = async (id: string): Promise<string> => (await message(me.client, id)).wamid ?? '';

describe('the file of a message', () => {
  it('shows with it, there and in the thread, and comes by parts', async () => {
    const bytes = aJpeg(50_000);
    const id = await writes(bytes, { content: { caption: 'Look' } });
    const media = await mediaWhen(id, isStored);
    expect(media).toMatchObject({
      mimeType: 'image/jpeg',
      size: 50_000,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      isSuspect: false,
      url: `${MEDIA}/${media.id}/content`,
    });
    const { conversationId } = await message(me.client, id);
    const thread = await me.client.get<{ messages: { id: string; media: MediaView | null }[] }>(
      `/api/meta/conversations/${conversationId}/messages`,
    );
    expect(thread.body.data.messages.find((each) => each.id === id)?.media).toEqual(media);

    const part = await me.client.response(media.url ?? '', { headers: { range: 'bytes=10-19' } });
    expect(part.status).toBe(206);
    expect(Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(10, 20))).toBe(true);
    const described = await me.client.get<MediaView>(`${MEDIA}/${media.id}`);
    expect(described.body.data).toMatchObject({
      origin: 'message',
      messageId: id,
      kind: 'image',
      status: 'stored',
      expiresAt: null,
    });
    const stranger = app.api.as(await admin.createUser('agent'));
    expect((await stranger.response(media.url ?? '')).status).toBe(404);
  });

  it('is told of once it can be had', async () => {
    const id = await writes(aJpeg());
    const media = await mediaWhen(id, isStored);
    const events: unknown[] = await app.db.query(
      `SELECT payload FROM domain_events WHERE kind = 'message.media_stored' AND payload ->> 'messageId' = $1`,
      [id],
    );
    const { conversationId } = await message(me.client, id);
    expect(events).toEqual([{ payload: { messageId: id, conversationId, mediaId: media.id } }]);
  });

  it('is pending while it is fetched, and has no content until then', async () => {
    sandboxOf(app).failNext({ path: /attachments/, status: 500, times: 100 });
    const media = await mediaWhen(await writes(aJpeg()), (found) => found !== null);
    expect(media).toMatchObject({ status: 'pending', url: null });
    const answer = await me.client.get(`${MEDIA}/${media.id}/content`);
    expect([answer.status, answer.body.error.code]).toEqual([409, 'CONFLICT']);
  });

  it('says when it is given up', async () => {
    const media = await mediaWhen(await writes(aJpeg()), isStored);
    await app.db.query(`UPDATE message_media SET state = 'failed', error = $2 WHERE id = $1`, [
      media.id,
      JSON.stringify({ code: 'MEDIA_NOT_FOUND', message: 'Meta does not have the file, or not any more.' }),
    ]);
    expect((await me.client.get<MediaView>(`${MEDIA}/${media.id}`)).body.data).toMatchObject({
      status: 'failed',
      url: null,
      error: { code: 'MEDIA_NOT_FOUND' },
    });
    const answer = await me.client.get(`${MEDIA}/${media.id}/content`);
    expect([answer.status, answer.body.error.message]).toEqual([
      404,
      expect.stringContaining('Meta does not'),
    ]);
  });

  it.each([
    ['a page', Buffer.from(PAGE)],
    ['a program', Buffer.from('MZ\x90\x00'.padEnd(500, 'x'))],
    ['another kind of image', aPng()],
  ])('that is %s in truth is kept, marked, and comes as a plain download', async (_name, bytes) => {
    const media = await mediaWhen(await writes(bytes), isStored);
    expect(media).toMatchObject({ isSuspect: true, mimeType: 'image/jpeg' });
    const answer = await me.client.response(media.url ?? '');
    expect(answer.headers.get('content-type')).toBe('application/octet-stream');
    expect(answer.headers.get('content-disposition')).toMatch(/^attachment/);
    expect(Buffer.from(await answer.arrayBuffer()).equals(bytes)).toBe(true);
  });

  it('is the one of its last edit, and those before stay', async () => {
    const replacement = aPng(3_000);
    const metaId = await aFileAtMeta(replacement);
    const id = await writes(aJpeg());
    const first = await mediaWhen(id, isStored);
    await tell('messages', {
      messages: [
        {
          from: CUSTOMER,
          id: `wamid.${newId()}`,
          timestamp: now(),
          type: 'edit',
          edit: {
            original_message_id: await wamidOf(id),
            message: { type: 'image', image: { id: metaId, mime_type: 'image/png', caption: 'Better' } },
          },
        },
      ],
    });
    const second = await mediaWhen(id, (found) => isStored(found) && found?.id !== first.id);
    expect((await contentOf(second)).equals(replacement)).toBe(true);
    expect((await me.client.get<MediaView>(`${MEDIA}/${first.id}`)).body.data.status).toBe('stored');
  });

  it('goes when the message is taken back', async () => {
    const id = await writes(aJpeg());
    const media = await mediaWhen(id, isStored);
    await tell('messages', {
      messages: [
        {
          from: CUSTOMER,
          id: `wamid.${newId()}`,
          timestamp: now(),
          type: 'revoke',
          revoke: { original_message_id: await wamidOf(id) },
        },
      ],
    });
    expect(await mediaWhen(id, (found) => found?.status === 'removed')).toMatchObject({
      id: media.id,
      url: null,
    });
    await app.app.get(MediaWorker).removeFiles();
    expect(await filesStored()).not.toContain(media.id);
    expect((await me.client.get(`${MEDIA}/${media.id}/content`)).status).toBe(404);
  });

  it('goes when somebody deletes it, and the message stays', async () => {
    const id = await writes(aJpeg());
    const media = await mediaWhen(id, isStored);
    const viewer = app.api.as(await admin.createUser('viewer'));
    expect((await viewer.delete(`${MEDIA}/${media.id}`)).status).toBe(403);
    expect((await me.client.delete(`${MEDIA}/${media.id}`)).status).toBe(200);
    expect(await mediaOf(id)).toMatchObject({ status: 'removed' });
    await app.app.get(MediaWorker).removeFiles();
    expect(await filesStored()).not.toContain(media.id);
  });

  it('is fetched of what the business sends on its phone, too', async () => {
    const bytes = aPng(2_000);
    const metaId = await aFileAtMeta(bytes);
    const wamid = `wamid.${newId()}`;
    await tell('smb_message_echoes', {
      message_echoes: [
        {
          from: '15550783881',
          to: CUSTOMER,
          id: wamid,
          timestamp: now(),
          type: 'image',
          image: { id: metaId, mime_type: 'image/png' },
        },
      ],
    });
    const media = await mediaWhen(await storedId(app, wamid), isStored);
    expect((await contentOf(media)).equals(bytes)).toBe(true);
  });

  it.each([
    ['after its placeholder', ['placeholder', 'file']],
    ['before its placeholder', ['file', 'placeholder']],
  ])('of an imported history is fetched when it is told of %s', async (_name, order) => {
    const bytes = aPng(2_500);
    const metaId = await aFileAtMeta(bytes);
    const wamid = `wamid.${newId()}`;
    const base = { from: CUSTOMER, id: wamid, timestamp: '1773480000' };
    for (const step of order)
      await (step === 'file'
        ? tell('history', {
            messages: [{ ...base, type: 'image', image: { id: metaId, mime_type: 'image/png' } }],
          })
        : tell('history', {
            history: [
              {
                metadata: { phase: 0, chunk_order: 1, progress: 100 },
                threads: [
                  {
                    id: CUSTOMER,
                    messages: [{ ...base, type: 'media_placeholder', history_context: { status: 'READ' } }],
                  },
                ],
              },
            ],
          }));
    const media = await mediaWhen(await storedId(app, wamid), isStored);
    expect((await contentOf(media)).equals(bytes)).toBe(true);
  });

  it('is not known of a text', async () => {
    expect(await mediaOf(await customerWrites(app))).toBeNull();
  });
});
