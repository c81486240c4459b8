import http from 'node:http';
import type { AddressInfo } from 'node:net';

import type { JsonObject } from '../json';
import { itemsOf, TestClient } from '../test-client';
import { SEED } from '../world-seed';

const ANA = '+16505551234';
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGBgAAAABQABh6FO1AAAAABJRU5ErkJggg==',
  'base64',
);
const OPUS = Buffer.concat([
  Buffer.from('OggS'),
  Buffer.alloc(24),
  Buffer.from('OpusHead'),
  Buffer.alloc(32),
]);

/** A web server whose paths answer as their names say. */
function startFileServer(): Promise<http.Server & { hits: string[] }> {
  const hits: string[] = [];
  const server = http.createServer((request, response) => {
    const url = request.url ?? '/';
    hits.push(url);
    if (url === '/a.png') response.setHeader('content-type', 'image/png').end(PNG);
    else if (url === '/unnamed') response.end(PNG);
    else if (url === '/page.png')
      response.setHeader('content-type', 'text/html').end('<!doctype html><p>Hi</p>');
    else if (url === '/liar.png')
      response.setHeader('content-type', 'image/png').end('<html><p>Hi</p></html>');
    else if (url === '/moved.png') response.writeHead(302, { location: '/a.png' }).end();
    else if (url === '/round') response.writeHead(302, { location: '/round' }).end();
    else if (url === '/large.png')
      response.setHeader('content-type', 'image/png').end(Buffer.alloc(5 * 1024 * 1024 + 1));
    else if (url === '/cut.png') request.socket.destroy();
    else response.writeHead(404).end();
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      resolve(Object.assign(server, { hits }));
    });
  });
}

describe('files of messages', () => {
  let client: TestClient;
  let files: http.Server & { hits: string[] };
  beforeEach(async () => {
    client = await TestClient.start();
    files = await startFileServer();
    client.control.playMessage({ from: ANA });
  });
  afterEach(async () => {
    files.closeAllConnections();
    await new Promise((resolve) => files.close(resolve));
    await client.close();
  });

  function link(path: string): string {
    return `http://127.0.0.1:${(files.address() as AddressInfo).port}${path}`;
  }

  async function fateOf(message: JsonObject): Promise<{ statuses: string[]; errorCode: number | null }> {
    const answer = await client.send({ to: ANA, ...message });
    expect(answer.status).toBe(200);
    await client.control.advance(2000);
    const { statuses, errorCode } = client.control.sentMessages().at(-1)!;
    return { statuses, errorCode };
  }

  function image(path: string): JsonObject {
    return { type: 'image', image: { link: link(path) } };
  }

  async function upload(bytes: Buffer, type: string, name = 'a') {
    const body = new FormData();
    body.set('messaging_product', 'whatsapp');
    body.set('type', type);
    body.set('file', new Blob([new Uint8Array(bytes)], { type }), name);
    return client.request('POST', `/${SEED.phoneNumberId}/media`, { body });
  }

  it.each(['/a.png', '/unnamed', '/moved.png'])('are fetched from %s, and sent', async (path) => {
    expect(await fateOf(image(path))).toEqual({ statuses: ['sent', 'delivered', 'read'], errorCode: null });
    expect(files.hits[0]).toBe(path);
  });

  it.each(['/missing.png', '/page.png', '/liar.png', '/large.png', '/cut.png', '/round'])(
    'that cannot be had from %s fail later with 131053, and say why',
    async (path) => {
      const callback = await client.subscribe();
      expect(await fateOf(image(path))).toEqual({ statuses: ['failed'], errorCode: 131053 });
      const [error] = itemsOf(callback, 'statuses')[0]!.errors as { error_data: { details: string } }[];
      expect(error!.error_data.details).not.toBe('');
    },
  );

  it('are fetched once in ten minutes', async () => {
    await fateOf(image('/a.png'));
    await fateOf(image('/a.png'));
    expect(files.hits).toHaveLength(1);
    await client.control.advance(600_000);
    await fateOf(image('/a.png'));
    expect(files.hits).toHaveLength(2);
  });

  it('are not looked at where links are trusted', async () => {
    client.control.configure({ sending: { links: 'trust' } });
    expect(await fateOf(image('/missing.png'))).toMatchObject({ errorCode: null });
    expect(files.hits).toEqual([]);
  });

  it('are found in headers and cards, too', async () => {
    const header = { type: 'image', image: { link: link('/missing.png') } };
    const button = { type: 'reply', reply: { id: '1', title: 'Yes' } };
    const buttons = { type: 'button', header, body: { text: 'Well?' }, action: { buttons: [button] } };
    expect(await fateOf({ type: 'interactive', interactive: buttons })).toMatchObject({ errorCode: 131053 });
    const card = (index: number) => ({
      card_index: index,
      type: 'cta_url',
      header,
      action: { name: 'cta_url', parameters: { display_text: 'Go', url: 'https://a.b' } },
    });
    const carousel = { type: 'carousel', body: { text: 'Look' }, action: { cards: [card(0), card(1)] } };
    expect(await fateOf({ type: 'interactive', interactive: carousel })).toMatchObject({ errorCode: 131053 });
  });

  it.each<[string, string, Buffer, string, number | null]>([
    ['a picture as picture', 'image', PNG, 'image/png', null],
    ['a picture as document', 'document', PNG, 'image/png', null],
    ['a picture as video', 'video', PNG, 'image/png', 131053],
    ['a document as picture', 'image', Buffer.from('%PDF-1.4'), 'application/pdf', 131053],
    ['a voice note', 'audio', OPUS, 'audio/ogg; codecs=opus', null],
    ['ogg without opus', 'audio', Buffer.from('OggS and vorbis'), 'audio/ogg', 131053],
  ])('that were uploaded: %s', async (_what, kind, bytes, type, code) => {
    const { json } = await upload(bytes, type);
    expect(await fateOf({ type: kind, [kind]: { id: json.id } })).toMatchObject({ errorCode: code });
  });

  it.each<[string, Buffer, string, number]>([
    ['a page under a false name', Buffer.from('<!DOCTYPE html><html></html>'), 'image/png', 100],
    ['a document under the name of a picture', Buffer.from('%PDF-1.4'), 'image/jpeg', 100],
    ['nothing', Buffer.alloc(0), 'image/png', 131053],
    ['a sticker that does not move and is large', Buffer.alloc(101 * 1024), 'image/webp', 131053],
  ])('cannot be uploaded as %s', async (_what, bytes, type, code) => {
    expect((await upload(bytes, type)).error).toMatchObject({ code });
  });

  it('of no known type can be uploaded, unless the sandbox is strict', async () => {
    const bytes = Buffer.from('neither fish nor fowl');
    expect((await upload(bytes, 'image/png')).status).toBe(200);
    client.control.configure({ sending: { uploads: 'strict' } });
    const refused = await upload(bytes, 'image/png');
    expect(refused.error.message).toContain("Received file of type 'application/octet-stream'");
    expect((await upload(bytes, 'text/plain')).status).toBe(200);
  });

  it('cannot be sent once they are deleted, or have expired', async () => {
    const send = (id: unknown) => client.send({ to: ANA, type: 'image', image: { id: id as string } });
    const { id } = (await upload(PNG, 'image/png')).json;
    await client.delete(`/${id as string}`);
    expect((await send(id)).error).toMatchObject({ code: 131009 });
    const second = (await upload(PNG, 'image/png')).json.id;
    await client.control.advance(30 * 86_400_000);
    client.token = client.control.issueToken().token;
    expect((await send(second)).error).toMatchObject({ code: 131009 });
  });
});

describe('calls that go wrong by lot or half-way', () => {
  let client: TestClient;
  beforeEach(async () => {
    client = await TestClient.start({ settings: { limits: { pairBurst: 0, standardPerSecond: 0 } } });
    client.control.playMessage({ from: ANA });
  });
  afterEach(() => client.close());

  it('an upload whose connection breaks goes on from the offset', async () => {
    const session = await client.post(`/${SEED.appId}/uploads?file_length=6&file_type=image/png`);
    const path = `/${session.json.id as string}`;
    const put = (offset: string, body: string) =>
      client.request('POST', path, {
        body,
        headers: { file_offset: offset, 'content-type': 'application/octet-stream' },
      });
    client.control.failNext({ path: 'upload:', keepBytes: 4 });
    await expect(put('0', 'abcdef')).rejects.toThrow();
    expect((await client.get(path)).json).toMatchObject({ file_offset: 4 });
    expect((await put('0', 'abcdef')).error).toMatchObject({ code: 100 });
    expect((await put('4', 'ef')).json).toEqual({ h: expect.stringMatching(/^4::/) });
    await client.control.advance(25 * 3_600_000);
    client.token = client.control.issueToken().token;
    expect((await client.get(path)).error).toMatchObject({ error_subcode: 33 });
  });

  it('a share of the calls fails, the others do not', async () => {
    client.control.failNext({ path: '/messages$', code: 131016, share: 0.3 });
    let failed = 0;
    for (let n = 0; n < 100; n++) if ((await client.sendText(ANA)).error.code === 131016) failed++;
    client.control.clearFaults();
    const accepted = client.control.sentMessages().length;
    expect(accepted).toBeGreaterThan(50);
    expect(accepted).toBeLessThan(90);
    expect(failed).toBe(100 - accepted);
    expect((await client.sendText(ANA)).status).toBe(200);
  });
});
