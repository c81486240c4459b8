import { SEED } from '../../sandbox/world-seed';
import { newId } from '../../src/database/ids';
import type { ApiAnswer, ApiBody, ApiClient } from '../api-client';
import {
  type Messenger,
  aMessenger,
  helloWorld,
  messageWhen,
  sent,
  withStatus,
} from '../factories/messaging.factory';
import { sandboxOf } from '../factories/meta-login';
import { deliverFacts, untilCounted } from '../factories/metric-webhooks.factory';
import { type TestApp, startTestApp } from '../test-app';

const CHANNEL = { wabaId: SEED.wabaId, phoneNumberId: SEED.phoneNumberId };
const ERRORS = '/api/meta/whatsapp/metrics/errors';

interface Explanation {
  code: string;
  source: string | null;
  title: string | null;
  cause: string;
  whoMustAct: string | null;
  action: string | null;
  retry: { helps: string; afterSeconds: number | null; advice: string };
}
interface Failures {
  total: number;
  errors: (Explanation & {
    count: number;
    share: number;
    lastSeenAt: string;
    lastMessageId: string | null;
    byNumber: { phoneNumberId: string; count: number }[];
    byTemplate: { name: string; language: string; count: number }[];
  })[];
  range: { from: string; until: string };
}

let app: TestApp;
let admin: ApiClient;
let messenger: Messenger;
beforeAll(async () => {
  app = await startTestApp({ sandbox: true });
  admin = app.api.as(await app.api.registerAdmin());
  messenger = await aMessenger(app, admin);
});
afterAll(async () => {
  await app.close();
});

const ask = (query: string): Promise<ApiAnswer<ApiBody<Failures>>> =>
  messenger.client.get<Failures>(`${ERRORS}?${query}`);
const march = (time: string): Date => new Date(`2026-03-14T${time}Z`);

describe('GET /whatsapp/metrics/errors', () => {
  const DAY = 'startDate=2026-03-14&endDate=2026-03-14';
  beforeAll(async () => {
    const failures = [
      [131049, '09:00:00'],
      [131049, '11:22:33'],
      [131049, '10:00:00'],
      [131042, '12:00:00'],
      [424242, '12:00:00'],
    ] as const;
    await deliverFacts(
      app,
      CHANNEL,
      failures.flatMap(([code, time]) => {
        const wamid = `wamid.${newId()}`;
        return [
          { kind: 'echo', wamid, at: march('08:00:00') } as const,
          { kind: 'status', wamid, status: 'failed', at: march(time), code } as const,
        ];
      }),
    );
  });

  it('counts failures by code and says of each what it means, who must act, and whether sending again helps', async () => {
    const { status, body } = await ask(DAY);
    expect(status).toBe(200);
    expect(body.data).toMatchObject({
      total: 5,
      range: { from: '2026-03-14T00:00:00.000Z', until: '2026-03-15T00:00:00.000Z' },
      errors: [
        {
          code: '131049',
          source: 'meta',
          title: 'Marketing limit of the person',
          whoMustAct: 'nobody',
          action: null,
          retry: { helps: 'later', afterSeconds: 86_400 },
          count: 3,
          share: 0.6,
          lastSeenAt: '2026-03-14T11:22:33.000Z',
          byNumber: [{ phoneNumberId: SEED.phoneNumberId, count: 3 }],
          byTemplate: [],
        },
        { code: '131042', whoMustAct: 'business', retry: { helps: 'after_action' }, count: 1, share: 0.2 },
        // What Meta calls it itself, as nobody here knows it.
        {
          code: '424242',
          source: null,
          title: 'Title of 424242',
          whoMustAct: null,
          retry: { helps: 'unknown' },
          count: 1,
        },
      ],
    });
    const last = body.data.errors[0]?.lastMessageId;
    const shown = await messenger.client.get<{ status: string }>(`/api/meta/whatsapp/messages/${last ?? ''}`);
    expect(shown.body.data.status).toBe('failed');
    expect((await ask('startDate=2026-03-15&endDate=2026-03-16')).body.data).toMatchObject({
      total: 0,
      errors: [],
    });
  });

  it('knows only the quarter of an hour of the last one once its message is no longer stored', async () => {
    const facts: unknown[] = await app.db.query(
      `DELETE FROM message_metric_facts WHERE account_id = $1 AND error_code = '131049' RETURNING 1`,
      [messenger.accountId],
    );
    expect(facts[1]).toBe(3);
    expect((await ask(DAY)).body.data.errors[0]).toMatchObject({
      count: 3,
      lastSeenAt: '2026-03-14T11:15:00.000Z',
      lastMessageId: null,
    });
  });

  it('counts what failed on its way, with its template', async () => {
    const before = new Date();
    sandboxOf(app).failMessages({ code: 131026, how: 'status', times: 1 });
    const id = await sent(messenger.client, helloWorld());
    await messageWhen(messenger.client, id, withStatus('failed'));
    await untilCounted(app);
    const today = before.toISOString().slice(0, 10);
    const { errors } = (await ask(`startDate=${today}`)).body.data;
    expect(errors).toMatchObject([
      {
        code: '131026',
        byTemplate: [{ name: 'hello_world', language: 'en_US', count: 1 }],
        lastMessageId: id,
      },
    ]);
  });
});

describe('GET /whatsapp/errors/:code', () => {
  const explain = (path: string): Promise<ApiAnswer<ApiBody<Explanation>>> =>
    messenger.client.get<Explanation>(`/api/meta/whatsapp/errors/${path}`);

  it('explains codes of Meta’s and of this service, and says when it knows none', async () => {
    expect((await explain('131026')).body.data).toMatchObject({
      code: '131026',
      source: 'meta',
      whoMustAct: 'customer',
    });
    expect((await explain('WINDOW_CLOSED')).body.data).toMatchObject({
      source: 'service',
      retry: { helps: 'after_action' },
    });
    expect(await explain('999999')).toMatchObject({
      status: 200,
      body: { data: { source: null, title: null } },
    });
    const [plain, particular] = [await explain('10'), await explain('10?subcode=2018278')];
    expect(plain.body.data.cause).not.toBe(particular.body.data.cause);
  });

  it('needs a credential and no account, and refuses what is no code', async () => {
    expect((await app.api.get('/api/meta/whatsapp/errors/131026')).status).toBe(401);
    const stranger = app.api.as(await admin.createUser('viewer'));
    expect((await stranger.get('/api/meta/whatsapp/errors/131026')).status).toBe(200);
    for (const path of ['a%20b', '9'.repeat(65), '10?subcode=x', '10?lang=de'])
      expect([path, (await explain(path)).status]).toEqual([path, 400]);
  });
});
