import { createHash } from 'node:crypto';

import { itemsOf, TestClient } from '../test-client';
import { SEED } from '../world-seed';

const BYTES = Buffer.from('not really a jpeg');

describe('media', () => {
  let client: TestClient;
  beforeEach(async () => {
    client = await TestClient.start();
  });
  afterEach(() => client.close());

  function upload(bytes: Buffer, type: string) {
    const body = new FormData();
    body.set('messaging_product', 'whatsapp');
    body.set('type', type);
    body.set('file', new Blob([new Uint8Array(bytes)], { type }), 'a.jpg');
    return client.request('POST', `/${SEED.phoneNumberId}/media`, { body });
  }

  function download(url: string, token: string | null = client.token) {
    return fetch(url, token === null ? {} : { headers: { authorization: `Bearer ${token}` } });
  }

  it('come back as they went in, through a URL that needs the token', async () => {
    const { json } = await upload(BYTES, 'image/jpeg');
    const media = await client.get(`/${json.id as string}?phone_number_id=${SEED.phoneNumberId}`);
    expect(media.json).toMatchObject({
      id: json.id,
      messaging_product: 'whatsapp',
      mime_type: 'image/jpeg',
      sha256: createHash('sha256').update(BYTES).digest('hex'),
      file_size: String(BYTES.length),
    });
    const url = media.json.url as string;
    expect((await download(url, null)).status).toBe(401);
    const response = await download(url);
    expect(response.headers.get('content-type')).toBe('image/jpeg');
    expect(Buffer.from(await response.arrayBuffer())).toEqual(BYTES);
    expect((await download(url.replace(/hash=[^&]+/, 'hash=forged'))).status).toBe(404);
  });

  it('have URLs of five minutes, and ids of thirty days', async () => {
    const { json } = await upload(BYTES, 'image/jpeg');
    const path = `/${json.id as string}`;
    const first = (await client.get(path)).json.url as string;
    await client.control.advance(301_000);
    expect((await download(first)).status).toBe(404);
    expect((await download((await client.get(path)).json.url as string)).status).toBe(200);
    await client.control.advance(30 * 86_400_000);
    client.token = client.control.issueToken().token;
    expect((await client.get(path)).error).toMatchObject({ code: 100, error_subcode: 33 });
  });

  it('belong to a number, and can be deleted', async () => {
    const { json } = await upload(BYTES, 'image/jpeg');
    const path = `/${json.id as string}`;
    expect((await client.get(`${path}?phone_number_id=1`)).error).toMatchObject({
      code: 100,
      error_subcode: 33,
    });
    expect((await client.delete(path)).json).toEqual({ success: true });
    expect((await client.get(path)).error).toMatchObject({ error_subcode: 33 });
  });

  it('are refused by type and size', async () => {
    expect((await upload(BYTES, 'font/woff')).error).toMatchObject({ code: 100 });
    expect((await upload(Buffer.alloc(5 * 1024 * 1024 + 1), 'image/png')).error).toMatchObject({
      code: 131053,
    });
    const empty = new FormData();
    empty.set('messaging_product', 'whatsapp');
    const answer = await client.request('POST', `/${SEED.phoneNumberId}/media`, { body: empty });
    expect(answer.error).toMatchObject({ code: 100 });
  });

  it('sent by people carry id, base64 digest and URL, for seven days', async () => {
    const callback = await client.subscribe();
    client.control.playMessage({
      from: '+16505551234',
      type: 'image',
      mediaBase64: BYTES.toString('base64'),
    });
    await client.control.waitUntilIdle();
    const image = itemsOf(callback, 'messages')[0]!.image as { id: string; url: string; sha256: string };
    expect(image.sha256).toBe(createHash('sha256').update(BYTES).digest('base64'));
    expect(Buffer.from(await (await download(image.url)).arrayBuffer())).toEqual(BYTES);
    await client.control.advance(7 * 86_400_000);
    client.token = client.control.issueToken().token;
    expect((await client.get(`/${image.id}`)).error).toMatchObject({ error_subcode: 33 });
  });
});
