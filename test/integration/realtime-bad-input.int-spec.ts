import { io } from 'socket.io-client';
import { exchange } from '../fuzz/raw-connection';
import { HOSTILE_TEXTS } from '../fuzz/hostile-values';
import type { TestUser } from '../api-client';
import type { Tenant } from '../factories/conversations.factory';
import type { EnvelopeAnswer, Follower } from '../realtime-follower';
import { RealtimeWorld } from '../realtime-world';

jest.setTimeout(120_000);

const MESSAGES = ['subscribe', 'unsubscribe', 'authenticate', 'resume', 'conversation.typing'];
const FIELDS = ['accountIds', 'conversationIds', 'token', 'lastEventId', 'conversationId', 'isTyping'];
const ODD: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1e308,
  'x',
  [],
  {},
  [[]],
  [null],
  { toString: 'x', valueOf: 1 },
  [{ toString: 'x' }],
  { length: 1e9 },
  { constructor: { prototype: { polluted: true } } },
  Buffer.alloc(1_000),
  Array.from({ length: 1_000 }, () => 'x'),
  'x'.repeat(20_000),
  ...HOSTILE_TEXTS.map(({ value }) => value),
];

describe('What clients send to /realtime', () => {
  const world = new RealtimeWorld();
  let user: TestUser;
  let tenant: Tenant;
  beforeAll(async () => {
    await world.start();
    tenant = await world.tenant();
    user = await world.userOf([tenant]);
  });
  afterAll(() => world.close());
  afterEach(async () => {
    // Who comes next is served.
    const next = await connected();
    expect(await next.ask('subscribe', { accountIds: [tenant.accountId] })).toMatchObject({ success: true });
    next.drop();
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });

  async function connected(): Promise<Follower> {
    const follower = world.follower(user);
    await follower.connect(world.app.url);
    return follower;
  }

  /** Slowly enough not to be taken for a flood. */
  async function askEach(name: string, messages: readonly unknown[]): Promise<EnvelopeAnswer[]> {
    const answers: EnvelopeAnswer[] = [];
    let follower = await connected();
    for (const message of messages) {
      let answer = await follower.ask(name, message);
      for (
        ;
        !answer.success && answer.error.code === 'RATE_LIMITED';
        answer = await follower.ask(name, message)
      ) {
        follower.drop();
        follower = await connected();
      }
      answers.push(answer);
    }
    follower.drop();
    return answers;
  }

  it.each(MESSAGES)('is answered in the envelope, whatever %s carries', async (name) => {
    const messages = [...ODD, ...FIELDS.flatMap((field) => ODD.map((value) => ({ [field]: value })))];
    const answers = await askEach(name, messages);
    const wrong = answers.flatMap((answer, index) => {
      const text = JSON.stringify(answer);
      const isFine =
        answer.success ||
        (['VALIDATION_FAILED', 'NOT_FOUND', 'UNAUTHORIZED', 'FORBIDDEN'].includes(answer.error.code) &&
          !/node_modules|invalid input|Cannot|syntax/.test(text) &&
          text.length < 100_000);
      return isFine ? [] : [`${JSON.stringify(messages[index]).slice(0, 200)} ${text.slice(0, 200)}`];
    });
    expect(wrong).toEqual([]);
  });

  it('is refused shortly, though every byte of it is wrong', async () => {
    const fields = Object.fromEntries(Array.from({ length: 4_000 }, (_, index) => [`k${index}`, 1]));
    for (const message of [fields, Buffer.alloc(60_000), { ['x'.repeat(60_000)]: 1 }]) {
      const [answer] = await askEach('subscribe', [message]);
      expect(answer).toMatchObject({ success: false, error: { code: 'VALIDATION_FAILED' } });
      expect(JSON.stringify(answer).length).toBeLessThan(50_000);
    }
  });

  it.each([
    'nothing like it',
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    '',
    'x'.repeat(10_000),
  ])('is no message where it is called %j', async (name) => {
    const [answer] = await askEach(name, [{}]);
    expect(answer).toMatchObject({ success: false, error: { code: 'NOT_FOUND' } });
  });

  it('ends the connection with more than 64 KB, and nobody else’s', async () => {
    const [large, other] = [await connected(), await connected()];
    large.socket.emit('subscribe', { accountIds: ['x'.repeat(100_000)] });
    await new Promise<void>((resolve) =>
      large.socket.once('disconnect', () => {
        resolve();
      }),
    );
    expect(other.isConnected).toBe(true);
    other.drop();
  });

  it.each([
    '/nowhere',
    '/admin',
    '/__proto__',
    '/constructor',
    '/realtime/',
    '/realtime?x',
    `/${'x'.repeat(5_000)}`,
  ])('gets nothing in the namespace %s', async (namespace) => {
    const socket = io(world.app.url + namespace, {
      auth: { token: user.accessToken },
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
    });
    const outcome = await new Promise<string>((resolve) => {
      socket.once('connect_error', ({ message }) => {
        resolve(message);
      });
      // The root, and /realtime with a query, are namespaces that there are.
      socket.once('ready', () => {
        resolve('ready');
      });
      socket.once('disconnect', resolve);
    });
    socket.disconnect();
    if (namespace !== '/realtime?x') expect(outcome).not.toBe('ready');
  });

  /** A connection of Engine.IO over plain HTTP, on which packets are sent as they are. */
  async function polling(): Promise<{ send: (packets: string | Buffer) => Promise<number> }> {
    const open = await fetch(`${world.app.url}/socket.io/?EIO=4&transport=polling`);
    const { sid } = JSON.parse((await open.text()).slice(1)) as { sid: string };
    const address = `${world.app.url}/socket.io/?EIO=4&transport=polling&sid=${sid}`;
    return {
      send: async (body) => {
        const answer = await fetch(address, {
          method: 'POST',
          body,
          headers: { 'content-type': 'text/plain' },
        });
        await answer.text();
        return answer.status;
      },
    };
  }

  it.each([
    ['a packet of no kind', '9'],
    ['a packet of Socket.IO of no kind', '49'],
    ['JSON that is cut off', '40/realtime,{"token":'],
    ['a token that is a list', '40/realtime,["x"]'],
    ['nobody’s token', '40/realtime,null'],
    ['a number for what says who it is', '40/realtime,7'],
    ['a prototype', '40/realtime,{"__proto__":{"polluted":true},"token":{"toString":1}}'],
    ['a message before a connection', '42/realtime,["subscribe",{}]'],
    ['a message without a name', '42/realtime,[]'],
    ['a message of a reserved name', '42/realtime,["disconnect"]'],
    ['an answer that nobody waits for', '43/realtime,99999999[]'],
    ['bytes that never come', '451000000000-/realtime,["subscribe",{"_placeholder":true,"num":0}]'],
    ['bytes that are not there', '451-/realtime,["subscribe",{"_placeholder":true,"num":7}]'],
    ['bytes of base64 that are none', 'b***'],
    ['nothing', ''],
    ['10,000 packets', Array.from({ length: 10_000 }, () => '2').join('\x1e')],
    ['a depth of 10,000', `42/realtime,["subscribe",${'['.repeat(10_000)}${']'.repeat(10_000)}]`],
    ['100 KB', `42/realtime,["${'x'.repeat(100_000)}"]`],
    ['what is no UTF-8', Buffer.from([0x34, 0xff, 0xfe])],
  ])('is refused, or ends its own connection, where it is %s', async (_, packets) => {
    const { send } = await polling();
    expect(await send(packets)).toBeLessThan(500);
  });

  it.each([
    '?EIO=4&transport=polling&sid=nobody',
    '?EIO=4&transport=polling&sid=__proto__',
    '?EIO=4&transport=constructor',
    '?EIO=4&transport=__proto__',
    '?EIO=9&transport=polling',
    '?EIO[]=4&transport[]=polling',
    '?transport=%00',
    '?sid=%ff',
    '',
    '/../../etc/passwd',
    'socket.io.js',
  ])('is refused at /socket.io/%s', async (rest) => {
    for (const method of ['GET', 'POST', 'PUT', 'DELETE']) {
      const answer = await exchange(
        world.app.url,
        `${method} /socket.io/${rest} HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`,
        { patienceMs: 5_000 },
      );
      expect(answer.text).toMatch(/^HTTP\/1\.1 4\d\d /);
      expect(answer.text).not.toMatch(/node_modules|root:x/);
    }
  });
});
