import { mkdtempSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MediaStorage } from '../../src/media/media-storage';
import { MediaUploadsRepository } from '../../src/whatsapp/media/media-uploads.repository';
import { MediaWorker } from '../../src/message-media/media.worker';
import { UploadRetentionScheduler } from '../../src/whatsapp/media/upload-retention.scheduler';
import type { ApiClient } from '../api-client';
import { MEDIA, type MediaView, aJpeg, aPdf, aPng, uploaded } from '../factories/media-files';
import { type Messenger, aMessenger } from '../factories/messaging.factory';
import { type TestApp, startTestApp } from '../test-app';

let app: TestApp;
let admin: ApiClient;
let me: Messenger;
const folder = mkdtempSync(join(tmpdir(), 'media-uploads-kept-test-'));

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
const makeRemovalsDue = (): Promise<unknown> => app.db.query('UPDATE media_removals SET due_at = now()');
const sweep = async (): Promise<void> => app.app.get(MediaWorker).removeFiles();

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

  it('that cannot be removed wait, and hold up no others', async () => {
    await mkdir(join(folder, 'in-the-way'));
    await app.db.query(
      `INSERT INTO media_removals (storage_key, due_at) VALUES ('in-the-way', now() - interval '1 day')`,
    );
    const id = await uploaded(me.client, aJpeg(), 'image/jpeg');
    await me.client.delete(`${MEDIA}/${id}`);
    await sweep();
    expect(await filesStored()).not.toContain(id);
    const left: { is_ahead: boolean }[] = await app.db.query(
      `SELECT due_at > now() AS is_ahead FROM media_removals WHERE storage_key = 'in-the-way'`,
    );
    expect(left).toEqual([{ is_ahead: true }]);
    await app.db.query(`DELETE FROM media_removals WHERE storage_key = 'in-the-way'`);
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
