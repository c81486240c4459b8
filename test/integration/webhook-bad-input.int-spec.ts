import { gzipSync } from 'node:zlib';
import net from 'node:net';
import { eventually } from '../eventually';
import { aTenant } from '../factories/conversations.factory';
import { ANA, A_CHANNEL, aMessagesChange, aTextMessage } from '../factories/whatsapp-webhooks.factory';
import { deliver, signatureOf } from '../signed-webhook';
import { type TestApp, startTestApp } from '../test-app';

const PATH = '/api/meta/webhook/events';
let app: TestApp;
let port: number;

interface DeliveryRow {
  body: Buffer;
  state: string;
  reason: string | null;
  events_processed: number;
  events_ignored: number;
}
const settled = (count: number): Promise<DeliveryRow[]> =>
  eventually(
    () => app.db.query<DeliveryRow[]>('SELECT * FROM webhook_deliveries ORDER BY id'),
    (rows) => rows.length === count && rows.every(({ state }) => state !== 'pending'),
    { timeoutMs: 20_000 },
  );
interface MessageRow {
  external_id: string;
  message_text: string | null;
  content: Record<string, unknown>;
  timestamp: Date;
}
const messages = (): Promise<MessageRow[]> => app.db.query('SELECT * FROM messages ORDER BY seq');

const delivery = (...items: unknown[]): string =>
  JSON.stringify(aMessagesChange(A_CHANNEL, { contacts: [ANA], messages: items }));
/** A delivery of one text, which is put into the JSON text as it is. */
const rawText = (json: string): string => delivery(aTextMessage('@@')).replace('"@@"', json);

beforeAll(async () => {
  app = await startTestApp();
  port = Number(new URL(app.url).port);
  const { accountId } = await aTenant(app.db);
  await app.db.query(
    `INSERT INTO assets (account_id, id, kind, meta_id) VALUES ($1, gen_random_uuid(), 'waba', $2),
       ($1, gen_random_uuid(), 'phone_number', $3)`,
    [accountId, A_CHANNEL.wabaId, A_CHANNEL.phoneNumberId],
  );
});
afterAll(async () => {
  await app.close();
});
beforeEach(async () => {
  await app.db.query(
    'TRUNCATE webhook_deliveries, webhook_digests, messages, message_keys, message_statuses',
  );
});

/** The service goes on as if nothing had been: what comes next is taken and processed. */
async function expectAlive(): Promise<void> {
  await app.db.query('TRUNCATE webhook_deliveries, webhook_digests');
  expect((await deliver(app.api, delivery(aTextMessage('still there')))).status).toBe(200);
  expect(await settled(1)).toMatchObject([{ state: 'processed', events_processed: 1 }]);
}

describe('a signed body', () => {
  it.each([
    ['a null character', '"a\\u0000b"', 'a\uFFFDb'],
    ['a lone surrogate', '"a\\ud83db"', 'a\uFFFDb'],
    ['emoji of four bytes', '"\u{1F600} \\ud83d\\ude00"', '\u{1F600} \u{1F600}'],
    ['a text of 100,000 characters', JSON.stringify('x'.repeat(100_000)), 'x'.repeat(100_000)],
    ['markup and SQL', JSON.stringify(`<b>'; DROP TABLE messages; --`), `<b>'; DROP TABLE messages; --`],
  ])('with %s becomes a message', async (_, json, text) => {
    const body = rawText(json);
    expect((await deliver(app.api, body)).status).toBe(200);
    expect(await settled(1)).toMatchObject([{ state: 'processed', body: Buffer.from(body) }]);
    expect(await messages()).toMatchObject([{ message_text: text }]);
  });

  it('with invalid UTF-8 is kept to the byte, and becomes a message with a replacement character', async () => {
    const [before, after] = delivery(aTextMessage('@@')).split('@@');
    const body = Buffer.concat([Buffer.from(before!), Buffer.from([0x61, 0xff, 0x62]), Buffer.from(after!)]);
    expect((await deliver(app.api, body)).status).toBe(200);
    expect(await settled(1)).toMatchObject([{ state: 'processed', body }]);
    expect(await messages()).toMatchObject([{ message_text: 'a\uFFFDb' }]);
  });

  it('with keys twice counts the last one, as JSON.parse does', async () => {
    const body = delivery(aTextMessage('@@')).replace('"body":"@@"', '"body":"first","body":"last"');
    await deliver(app.api, body);
    await settled(1);
    expect(await messages()).toMatchObject([{ message_text: 'last' }]);
  });

  it('with ids as numbers beyond 2^53 loses none of their digits', async () => {
    const body = delivery(aTextMessage('big', { id: '@@' })).replace('"@@"', '90071992547409931234');
    await deliver(app.api, body);
    expect(await settled(1)).toMatchObject([{ state: 'processed' }]);
    expect(await messages()).toMatchObject([{ external_id: '90071992547409931234' }]);
  });

  it.each([
    ['0', false],
    ['1', true],
    ['253402300799', true],
    ['253402300800000', false],
    ['-5', false],
    ['99999999999999999999', false],
    ['soon', false],
  ])(
    'with the time %s becomes a message, with that time or the time of its arrival',
    async (timestamp, isKept) => {
      await deliver(app.api, delivery(aTextMessage('when', { timestamp })));
      expect(await settled(1)).toMatchObject([{ state: 'processed' }]);
      const [message] = await messages();
      if (isKept) expect(message!.timestamp).toEqual(new Date(Number(timestamp) * 1_000));
      else expect(Math.abs(message!.timestamp.getTime() - Date.now())).toBeLessThan(60 * 60_000);
    },
  );

  it.each([
    [
      'an id of 10,000 characters',
      delivery(aTextMessage('good'), aTextMessage('bad', { id: 'w'.repeat(10_000) })),
    ],
    [
      'a sender of 10,000 characters',
      delivery(aTextMessage('good'), aTextMessage('bad', { from: '1'.repeat(10_000) })),
    ],
    ['an item that is no object', delivery(aTextMessage('good'), 7)],
    ['an item without an id', delivery(aTextMessage('good'), { ...aTextMessage('bad'), id: null })],
  ])('with %s costs that item and no other', async (_, body) => {
    expect((await deliver(app.api, body)).status).toBe(200);
    expect(await settled(1)).toMatchObject([{ state: 'processed', events_processed: 1, events_ignored: 1 }]);
    expect(await messages()).toMatchObject([{ message_text: 'good' }]);
    await expectAlive();
  });

  it('for a number of 10,000 digits is kept and counted', async () => {
    const channel = { ...A_CHANNEL, phoneNumberId: '9'.repeat(10_000) };
    await deliver(
      app.api,
      JSON.stringify(aMessagesChange(channel, { messages: [aTextMessage('to nobody')] })),
    );
    const [row] = await settled(1);
    expect(row!.state).not.toBe('dead');
    await expectAlive();
  });

  it.each([
    ['100,000 keys', `{${Array.from({ length: 100_000 }, (_, index) => `"k${index}":${index}`).join(',')}}`],
    ['a depth of 10,000', `{"object":"page","entry":${'['.repeat(10_000)}${']'.repeat(10_000)}}`],
    ['a message of depth 10,000', rawText(`${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`)],
    ['a prototype', '{"__proto__":{"object":"page"},"constructor":1,"entry":[{"__proto__":[]}]}'],
    ['nothing in it', '{}'],
    [
      'an array where an object belongs',
      '{"object":"whatsapp_business_account","entry":[[],null,1,"x",{"changes":{}}]}',
    ],
    ['JSON that ends in the middle, closed by chance', '{"object":"page","entry":[{"id":"1","time":1}'],
  ])('with %s is kept and counted, and harms nobody', async (_, body) => {
    expect((await deliver(app.api, body)).status).toBe(200);
    const [row] = await settled(1);
    expect(row!.body.equals(Buffer.from(body))).toBe(true);
    expect(['ignored', 'processed']).toContain(row!.state);
    if (row!.state === 'ignored') expect(row!.reason).not.toBeNull();
    await expectAlive();
  });

  it.each([
    ['gzip', gzipSync(delivery(aTextMessage('packed')))],
    ['empty', Buffer.alloc(0)],
    ['an array', Buffer.from('[]')],
    ['truncated', Buffer.from(delivery(aTextMessage('cut')).slice(0, -10))],
  ])('that is %s is kept and answered with 400', async (_, body) => {
    expect(await deliver(app.api, body)).toMatchObject({
      status: 400,
      body: { success: false, error: { code: 'VALIDATION_FAILED' } },
    });
    expect(await settled(1)).toMatchObject([{ state: 'ignored', reason: 'the body is not JSON', body }]);
  });
});

describe('a sender', () => {
  const head = (body: string, extra: string): string =>
    `POST ${PATH} HTTP/1.1\r\nHost: x\r\nX-Hub-Signature-256: ${signatureOf(body)}\r\n${extra}\r\n`;
  const open = (): Promise<net.Socket> =>
    new Promise((resolve) => {
      const socket = net.connect(port, '127.0.0.1', () => {
        resolve(socket);
      });
      socket.on('error', () => undefined);
    });
  const answerOn = (socket: net.Socket): Promise<string> =>
    new Promise((resolve) => {
      let text = '';
      socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
      socket.on('close', () => {
        resolve(text);
      });
    });

  it('may send in chunks, byte by byte, and holds up nobody meanwhile', async () => {
    const body = delivery(aTextMessage('slow'));
    const slow = await Promise.all(Array.from({ length: 200 }, open));
    for (const socket of slow)
      socket.write(head(body, 'Transfer-Encoding: chunked\r\nConnection: close\r\n'));
    const [one] = slow;
    const answer = answerOn(one!);
    const bytes = Buffer.from(body);
    for (let at = 0; at < bytes.length; at += 40) {
      const piece = bytes.subarray(at, at + 40);
      for (const socket of slow)
        socket.write(`${piece.length.toString(16)}\r\n${piece.toString('latin1')}\r\n`);
      if (at % 400 === 0)
        expect((await deliver(app.api, delivery(aTextMessage(`quick ${at}`)))).status).toBe(200);
    }
    one!.write('0\r\n\r\n');
    expect(await answer).toMatch(/^HTTP\/1\.1 200 /);
    for (const socket of slow) socket.destroy();
    await expectAlive();
  });

  it('that goes away in the middle leaves nothing behind', async () => {
    const body = delivery(aTextMessage('gone'));
    const socket = await open();
    socket.write(`${head(body, `Content-Length: ${body.length}\r\n`)}${body.slice(0, 50)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
    socket.destroy();
    await expectAlive();
  });

  it('that says 4 MB is answered before it has sent them', async () => {
    const socket = await open();
    const answer = answerOn(socket);
    socket.write(head('{}', `Content-Length: ${4 * 1024 * 1024}\r\n`));
    expect(await answer).toMatch(/^HTTP\/1\.1 413 [^]*"code":"PAYLOAD_TOO_LARGE"/);
    expect(await app.db.query('SELECT * FROM webhook_deliveries')).toEqual([]);
  });

  it('that sends 4 MB in chunks is stopped, and gets the answer', async () => {
    const socket = await open();
    const answer = answerOn(socket);
    socket.write(head('{}', 'Transfer-Encoding: chunked\r\n'));
    const chunk = Buffer.alloc(64 * 1024, 'x');
    for (let sent = 0; sent < 4 * 1024 * 1024 && socket.writable; sent += chunk.length)
      socket.write(Buffer.concat([Buffer.from('10000\r\n'), chunk, Buffer.from('\r\n')]));
    expect(await answer).toMatch(/^HTTP\/1\.1 413 /);
  });

  it('of something else than HTTP is told so, and the next one served', async () => {
    const socket = await open();
    const answer = answerOn(socket);
    socket.write('hello\r\n\r\n');
    expect(await answer).toMatch(/^HTTP\/1\.1 400 /);
    await expectAlive();
  });

  it('gets the request id it sent, or a new one, with every answer', async () => {
    const body = delivery(aTextMessage('id'));
    const answer = await app.api.raw(PATH, {
      method: 'POST',
      headers: { 'x-hub-signature-256': signatureOf(body), 'x-request-id': 'mine-1' },
      body,
    });
    expect(answer.headers.get('x-request-id')).toBe('mine-1');
    const refused = await deliver(app.api, body, { signature: null });
    expect(refused.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(refused.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('may use another spelling of the address: it is served all the same', async () => {
    expect(
      (await deliver(app.api, delivery(aTextMessage('query')), { path: `${PATH}?from=meta` })).status,
    ).toBe(200);
    expect(
      (await deliver(app.api, delivery(aTextMessage('no')), { path: `${PATH}?x`, signature: null })).status,
    ).toBe(401);
    expect(await settled(1)).toMatchObject([{ state: 'processed' }]);
  });
});
