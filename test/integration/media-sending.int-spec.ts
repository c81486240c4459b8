import { createHash } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AccountId, AssetId } from '../../src/database/ids';
import { NotFoundError } from '../../src/errors/app.error';
import { GraphRejectedError, GraphUnavailableError } from '../../src/graph-client/graph.error';
import { MetaTokenService } from '../../src/meta-auth/meta-token.service';
import { OutgoingMedia, type SendingEnd } from '../../src/whatsapp/media/outgoing-media';
import { UploadedMedia } from '../../src/whatsapp/media/uploaded-media';
import type { ApiClient } from '../api-client';
import { MEDIA, aJpeg, aPdf, aWebp, anMp3, anOpus, uploaded } from '../factories/media-files';
import {
  type Messenger,
  aMessenger,
  customerWrites,
  messageWhen,
  send,
  sent,
  withStatus,
} from '../factories/messaging.factory';
import { sandboxOf } from '../factories/meta-login';
import { startS3Server } from '../s3-server';
import { type TestApp, startTestApp } from '../test-app';

const UPLOADS = /^\/\d+\/media$/;
const MISSING = '0199f3a2-7c1e-7b52-9d6b-3f1f8f4f2a10';

let app: TestApp;
let other: TestApp;
let admin: ApiClient;
let me: Messenger;
let end: SendingEnd;
let closeS3: () => Promise<void>;
const folder = mkdtempSync(join(tmpdir(), 'media-sending-test-'));

beforeAll(async () => {
  // Out of a bucket: nothing here may need a file on the disk.
  const s3 = await startS3Server();
  closeS3 = s3.close;
  app = await startTestApp({ sandbox: true, env: { ...s3.env, MEDIA_DIR: folder } });
  admin = app.api.as(await app.api.registerAdmin());
  me = await aMessenger(app, admin);
  const numbers: { id: AssetId }[] = await app.db.query(
    'SELECT id FROM whatsapp_phone_numbers WHERE account_id = $1 AND phone_number_id = $2',
    [me.accountId, me.phoneNumberId],
  );
  const accountId = me.accountId as AccountId;
  end = {
    accountId,
    assetId: numbers[0]?.id ?? ('' as AssetId),
    phoneNumberId: me.phoneNumberId,
    token: await app.app.get(MetaTokenService).tokenFor(accountId),
  };
  // A second process of the same installation.
  other = await startTestApp({
    database: { url: app.env.DATABASE_URL ?? '', drop: () => Promise.resolve() },
    env: { ...app.env, PORT: '0' },
  });
});
afterAll(async () => {
  await other.close();
  await app.close();
  await closeS3();
  await rm(folder, { recursive: true, force: true });
});
afterEach(() => {
  sandboxOf(app).clearFaults();
  sandboxOf(app).clearCalls();
});

const media = (): OutgoingMedia => app.app.get(OutgoingMedia);
const anImage = (id: string): Record<string, unknown> => ({
  to: '+16505551234',
  type: 'image',
  image: { id, caption: 'Hi' },
});
const uploadCalls = (): unknown[] => sandboxOf(app).calls({ method: 'POST', path: UPLOADS });
const idIn = (message: Record<string, unknown>): string => (message.image as { id: string }).id;

/** What Meta has under an id of its own. */
async function atMeta(id: string): Promise<{ type: string | null; name: string | null; sha256: string }> {
  const headers = { authorization: `Bearer ${end.token}` };
  const described = await fetch(`${app.env.META_GRAPH_URL ?? ''}/v26.0/${id}`, { headers });
  const { url } = (await described.json()) as { url: string };
  const answer = await fetch(url, { headers });
  const bytes = Buffer.from(await answer.arrayBuffer());
  return {
    type: answer.headers.get('content-type'),
    name: answer.headers.get('content-disposition'),
    sha256: createHash('sha256').update(bytes).digest('hex'),
  };
}

describe('a file of ours in a message', () => {
  it('becomes one of Meta’s, with the same bytes, type and name', async () => {
    const bytes = aJpeg(3_000_000);
    const id = await uploaded(me.client, bytes, 'image/jpeg');
    const message = await media().resolve(end, anImage(id));
    expect(message).toEqual({
      to: '+16505551234',
      type: 'image',
      image: { id: expect.stringMatching(/^\d+$/), caption: 'Hi' },
    });
    expect(await atMeta(idIn(message))).toEqual({
      type: 'image/jpeg',
      name: expect.stringContaining('a file'),
      sha256: createHash('sha256').update(bytes).digest('hex'),
    });
  });

  it('is brought there once, however many messages want it at once in however many processes', async () => {
    const id = await uploaded(me.client, aJpeg(), 'image/jpeg');
    sandboxOf(app).failNext({ method: 'POST', path: UPLOADS, delayMs: 500 });
    const processes = [media(), other.app.get(OutgoingMedia)];
    const messages = await Promise.all(
      Array.from({ length: 20 }, (_, index) => processes[index % 2]!.resolve(end, anImage(id))),
    );
    expect(new Set(messages.map(idIn)).size).toBe(1);
    expect(idIn(await media().resolve(end, anImage(id)))).toBe(idIn(messages[0]!));
    expect(uploadCalls()).toHaveLength(1);
  });

  it('is brought there again shortly before Meta deletes it, and when Meta does not know it any more', async () => {
    const id = await uploaded(me.client, aJpeg(), 'image/jpeg');
    const first = await other.app.get(OutgoingMedia).resolve(end, anImage(id));
    await app.db.query(`UPDATE media_upload_copies SET expires_at = now() WHERE upload_id = $1`, [id]);
    const second = await media().resolve(end, anImage(id));
    expect(idIn(second)).not.toBe(idIn(first));
    await media().forget(end, anImage(id));
    expect(idIn(await media().resolve(end, anImage(id)))).not.toBe(idIn(second));
    expect(uploadCalls()).toHaveLength(3);
  });

  it('is Meta’s own for each number', async () => {
    const id = await uploaded(me.client, aJpeg(), 'image/jpeg');
    const first = await media().resolve(end, anImage(id));
    const assetId = MISSING as AssetId;
    const second = await media().resolve({ ...end, assetId }, anImage(id));
    expect(idIn(second)).not.toBe(idIn(first));
  });

  it('is exchanged in headers, templates and cards, and left alone elsewhere', async () => {
    const id = await uploaded(me.client, aJpeg(), 'image/jpeg');
    const file = { image: { id } };
    const flow = { flow_action_payload: { screen: 'A', data: { image: { id } } } };
    const resolved = await media().resolve(end, {
      type: 'interactive',
      interactive: {
        header: { type: 'image', ...file },
        action: { cards: [{ header: file }], parameters: flow },
      },
      template: {
        components: [
          { type: 'header', parameters: [{ type: 'image', ...file }] },
          { type: 'carousel', cards: [{ components: [{ type: 'header', parameters: [file] }] }] },
        ],
      },
    });
    const metas = JSON.stringify(resolved).match(/"image":\{"id":"\d+"\}/g) ?? [];
    expect(metas).toHaveLength(4);
    expect(resolved).toMatchObject({ interactive: { action: { parameters: flow } } });
    expect(uploadCalls()).toHaveLength(1);
  });

  it('is not looked for where Meta’s own id or an address stands', async () => {
    for (const image of [{ id: '4490709327384033' }, { link: 'https://example.com/a.jpg' }])
      expect(await media().resolve(end, { type: 'image', image })).toEqual({ type: 'image', image });
    expect(uploadCalls()).toHaveLength(0);
  });

  it('leads to Meta’s refusal where Meta refuses it, and may be tried again where Meta fails', async () => {
    const id = await uploaded(me.client, aJpeg(), 'image/jpeg');
    sandboxOf(app).failNext({ method: 'POST', path: UPLOADS, code: 131053 });
    await expect(media().resolve(end, anImage(id))).rejects.toBeInstanceOf(GraphRejectedError);
    sandboxOf(app).failNext({ method: 'POST', path: UPLOADS, drop: 'before' });
    await expect(media().resolve(end, anImage(id))).rejects.toBeInstanceOf(GraphUnavailableError);
    expect(idIn(await media().resolve(end, anImage(id)))).toMatch(/^\d+$/);
  });

  it('that was deleted cannot be sent', async () => {
    await expect(media().resolve(end, anImage(MISSING))).rejects.toBeInstanceOf(NotFoundError);
    const id = await uploaded(me.client, aJpeg(), 'image/jpeg');
    await app.db.query(`UPDATE media_uploads SET storage_key = 'uploads/gone' WHERE id = $1`, [id]);
    await expect(media().resolve(end, anImage(id))).rejects.toBeInstanceOf(NotFoundError);
  });
});

describe('before a message is taken', () => {
  it.each([
    ['a sound for an image', anMp3(), 'audio/mpeg', 'image', 'mediaType'],
    ['an image for a sticker', aJpeg(), 'image/jpeg', 'sticker', 'mediaType'],
    ['a PDF for a video', aPdf(), 'application/pdf', 'video', 'mediaType'],
    ['a sticker for an image', aWebp(2_000), 'image/webp', 'image', 'mediaType'],
  ])('%s is found wrong', async (_name, bytes, type, kind, rule) => {
    const id = await uploaded(me.client, bytes, type);
    const problems = await media().findProblems(end.accountId, { type: kind, [kind]: { id } });
    expect(problems).toMatchObject([{ path: `${kind}.id`, rule, message: expect.stringMatching(/\.$/) }]);
  });

  it('everything may be a document, and OPUS a voice note', async () => {
    const image = await uploaded(me.client, aJpeg(), 'image/jpeg');
    const voice = await uploaded(me.client, anOpus(), 'audio/ogg');
    const music = await uploaded(me.client, anMp3(), 'audio/mpeg');
    const find = (request: Record<string, unknown>) => media().findProblems(end.accountId, request);
    expect(await find({ document: { id: image } })).toEqual([]);
    expect(await find({ audio: { id: voice, voice: true } })).toEqual([]);
    expect(await find({ audio: { id: music } })).toEqual([]);
    expect(await find({ audio: { id: music, voice: true } })).toMatchObject([{ rule: 'mediaType' }]);
  });

  it('a file that there is not, or that is another account’s, is found missing', async () => {
    const id = await uploaded(me.client, aJpeg(), 'image/jpeg');
    const template = { template: { components: [{ parameters: [{ image: { id: MISSING } }] }] } };
    expect(await media().findProblems(end.accountId, template)).toMatchObject([
      { path: 'template.components[0].parameters[0].image.id', rule: 'mediaExists' },
    ]);
    expect(await media().findProblems(MISSING as AccountId, anImage(id))).toMatchObject([
      { path: 'image.id', rule: 'mediaExists' },
    ]);
    expect(await media().findProblems(end.accountId, anImage(id))).toEqual([]);
  });
});

describe('an upload can be read', () => {
  it('from any place, by its own account', async () => {
    const bytes = aPdf(100_000);
    const id = await uploaded(me.client, bytes, 'application/pdf');
    const reader = app.app.get(UploadedMedia);
    for (const start of [0, 1, 99_999]) {
      const opened = await reader.open(end.accountId, id, start);
      expect(opened).toMatchObject({ size: 100_000, mimeType: 'application/pdf', fileName: 'a file' });
      const chunks: Buffer[] = [];
      for await (const chunk of opened.stream) chunks.push(chunk as Buffer);
      expect(Buffer.concat(chunks).equals(bytes.subarray(start))).toBe(true);
    }
    await expect(reader.open(MISSING as AccountId, id)).rejects.toBeInstanceOf(NotFoundError);
  });
});

describe('a message with an uploaded file', () => {
  it('is sent, its file brought to Meta once for all messages with it, and shown with it', async () => {
    await customerWrites(app);
    const bytes = aJpeg(200_000);
    const id = await uploaded(me.client, bytes, 'image/jpeg');
    const orders = [await sent(me.client, anImage(id)), await sent(me.client, anImage(id))];
    for (const order of orders) {
      const shown = await messageWhen(me.client, order, withStatus('accepted', 'sent', 'delivered', 'read'));
      expect(shown).toMatchObject({
        media: { id, status: 'stored', size: 200_000, url: `${MEDIA}/${id}/content` },
      });
    }
    expect(uploadCalls()).toHaveLength(1);
    const messages = sandboxOf(app).calls({ method: 'POST', path: /\/messages$/ });
    const ids = messages.flatMap(({ body }) => {
      const { image } = body as { image?: { id: string } };
      return image === undefined ? [] : [image.id];
    });
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(1);
    expect((await atMeta(ids[0] ?? '')).sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
  });

  it('that does not fit is refused at once', async () => {
    const id = await uploaded(me.client, anMp3(), 'audio/mpeg');
    const answer = await send(me.client, anImage(id));
    expect([answer.status, answer.body.error.details.fields]).toMatchObject([
      400,
      [{ path: 'image.id', rule: 'mediaType' }],
    ]);
  });
});
