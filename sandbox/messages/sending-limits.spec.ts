import type { JsonObject } from '../json';
import { changesOf, itemsOf, TestClient, type Answer } from '../test-client';
import { SEED } from '../world-seed';

const ANA = '+16505551234';
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

function person(n: number): string {
  return `+1650${String(2_000_000 + n)}`;
}

describe('limits on sending', () => {
  let client: TestClient;
  beforeEach(async () => {
    client = await TestClient.start();
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await client.close();
  });

  /** Only `advance` moves time from here on: a slow machine must not spread a burst over two seconds. */
  function stopTime(): void {
    const now = Date.now();
    jest.spyOn(Date, 'now').mockReturnValue(now);
  }

  function sendTemplate(to: string, name = 'hello_world'): Promise<Answer> {
    return client.send({ to, type: 'template', template: { name, language: { code: 'en_US' } } });
  }

  async function codesOf(answers: Promise<Answer>[]): Promise<unknown[]> {
    return (await Promise.all(answers)).map(({ error }) => error.code);
  }

  async function addMarketing(name = 'sale'): Promise<void> {
    await client.post(`/${SEED.wabaId}/message_templates`, {
      name,
      language: 'en_US',
      category: 'MARKETING',
      components: [{ type: 'BODY', text: 'Everything must go.' }],
    });
    client.control.setTemplateStatus({ name }, { status: 'APPROVED' });
  }

  async function lastError(): Promise<number | null> {
    await client.control.advance(1000);
    return client.control.sentMessages().at(-1)!.errorCode;
  }

  /** Tokens live ninety minutes. */
  async function advanceLong(ms: number): Promise<void> {
    await client.control.advance(ms);
    client.token = client.control.issueToken().token;
  }

  it.each<[string, 'STANDARD' | 'HIGH', boolean, string]>([
    ['a standard number', 'STANDARD', false, 'standardPerSecond'],
    ['a number of high throughput', 'HIGH', false, 'highPerSecond'],
    ['a number that the phone app uses too', 'HIGH', true, 'businessAppPerSecond'],
  ])('let %s send as many in a second as its level allows', async (_what, level, isOnBizApp, setting) => {
    client.control.configure({ limits: { standardPerSecond: 3, highPerSecond: 5, businessAppPerSecond: 2 } });
    const allowed = client.control.settings().limits[setting as 'standardPerSecond'];
    const { id } = client.control.createPhoneNumber({
      displayPhoneNumber: '+1 555-010-0200',
      throughputLevel: level,
      isOnBizApp,
    });
    const template = { name: 'hello_world', language: { code: 'en_US' } };
    const body = (n: number) => ({
      messaging_product: 'whatsapp',
      to: person(n),
      type: 'template',
      template,
    });
    stopTime();
    const burst = Array.from({ length: 8 }, (_, n) => client.post(`/${id}/messages`, body(n)));
    const codes = await codesOf(burst);
    expect(codes.filter((code) => code === undefined)).toHaveLength(allowed);
    expect(codes.filter((code) => code === 130429)).toHaveLength(8 - allowed);
    expect(client.control.limitStats()).toEqual({
      accepted: allowed,
      refused: { 130429: 8 - allowed },
      failed: {},
      numbers: { [id]: { accepted: allowed, busiestSecond: allowed } },
    });
    await client.control.advance(1000);
    expect((await client.post(`/${id}/messages`, body(9))).status).toBe(200);
  });

  it('slide: what was sent late in one second counts in the next', async () => {
    client.control.configure({ limits: { standardPerSecond: 2 } });
    stopTime();
    await sendTemplate(person(1));
    await client.control.advance(900);
    await sendTemplate(person(2));
    await client.control.advance(200);
    const codes = await codesOf([sendTemplate(person(3)), sendTemplate(person(4))]);
    expect(codes.filter((code) => code === 130429)).toHaveLength(1);
  });

  it('are all off at 0', async () => {
    client.control.configure({
      limits: { standardPerSecond: 0, pairBurst: 0, messagingTiers: false, marketingPerPerson: 0 },
    });
    const codes = await codesOf(Array.from({ length: 120 }, () => sendTemplate(ANA)));
    expect(codes.every((code) => code === undefined)).toBe(true);
  });

  it('answer 131057 while the throughput is raised, and tell when it is', async () => {
    const callback = await client.subscribe('phone_number_quality_update');
    client.control.updatePhoneNumber({ throughputLevel: 'HIGH' });
    const refused = await sendTemplate(ANA);
    expect([refused.status, refused.error.code]).toEqual([500, 131057]);
    await client.control.advance(60_000);
    expect((await sendTemplate(ANA)).status).toBe(200);
    await client.control.waitUntilIdle();
    expect(changesOf(callback)).toMatchObject([{ value: { event: 'THROUGHPUT_UPGRADE' } }]);
  });

  it('count different people outside of windows over the whole portfolio, for 24 hours', async () => {
    const second = client.control.createPhoneNumber({ displayPhoneNumber: '+1 555-010-0300' });
    client.control.setMessagingLimit({ limit: 'TIER_50' });
    for (let n = 0; n < 50; n++) await sendTemplate(person(n));
    expect(client.control.peopleReached()).toBe(50);
    await sendTemplate(person(0));
    expect(await lastError()).toBeNull();
    await client.post(`/${second.id}/messages`, {
      messaging_product: 'whatsapp',
      to: person(51),
      type: 'template',
      template: { name: 'hello_world', language: { code: 'en_US' } },
    });
    expect(await lastError()).toBe(131048);
    client.control.playMessage({ from: person(52) });
    await sendTemplate(person(52));
    expect(await lastError()).toBeNull();
    await advanceLong(DAY_MS);
    await sendTemplate(person(51));
    expect(await lastError()).toBeNull();
    expect(client.control.limitStats().failed).toEqual({ 131048: 1 });
  });

  it('give one person few marketing templates a day, unless he writes or lives in Europe', async () => {
    await addMarketing();
    const errors: (number | null)[] = [];
    for (let n = 0; n < 3; n++) {
      await sendTemplate(ANA, 'sale');
      errors.push(await lastError());
    }
    expect(errors).toEqual([null, null, 131049]);
    for (let n = 0; n < 3; n++) await sendTemplate('+4915112345678', 'sale');
    expect(await lastError()).toBeNull();
    client.control.playMessage({ from: ANA });
    await sendTemplate(ANA, 'sale');
    expect(await lastError()).toBeNull();
  });

  it('give nobody in the United States marketing, where that is on', async () => {
    client.control.configure({ limits: { noMarketingToUs: true } });
    await addMarketing();
    await sendTemplate(ANA, 'sale');
    expect(await lastError()).toBe(131049);
    await sendTemplate('+34612345678', 'sale');
    expect(await lastError()).toBeNull();
  });

  it('let a pair have 45 at once, and one every six seconds from then on', async () => {
    for (let n = 0; n < 45; n++) expect((await sendTemplate(ANA)).status).toBe(200);
    expect((await sendTemplate(ANA)).error).toMatchObject({ code: 131056 });
    expect((await sendTemplate(person(1))).status).toBe(200);
    await client.control.advance(6000);
    expect((await sendTemplate(ANA)).status).toBe(200);
    expect((await sendTemplate(ANA)).error).toMatchObject({ code: 131056 });
  });

  it('on management calls are lower without a number in use, and have either code', async () => {
    client.control.configure({ limits: { idleManagementCallsPerHour: 2, managementCode: 80007 } });
    const idle = client.control.createWaba({ name: 'Idle' });
    const { token } = client.control.issueToken();
    const read = () => client.get(`/${idle.id}`, token);
    const usage = async () =>
      JSON.parse((await read()).headers.get('x-business-use-case-usage') ?? '') as Record<
        string,
        JsonObject[]
      >;
    expect((await usage())[idle.id]).toMatchObject([{ call_count: 50, estimated_time_to_regain_access: 0 }]);
    expect((await usage())[idle.id]).toMatchObject([
      { call_count: 100, estimated_time_to_regain_access: 60 },
    ]);
    expect((await read()).error).toMatchObject({ code: 80007 });
    expect(client.control.limitStats().refused).toEqual({ 80007: 1 });
  });

  it('count refusals that were ordered, too', async () => {
    client.control.failNext({ path: '/messages$', code: 130429 });
    client.control.failMessages({ code: 131056, how: 'answer' });
    expect(await codesOf([sendTemplate(ANA), sendTemplate(ANA)])).toEqual([130429, 131056]);
    expect(client.control.limitStats().refused).toEqual({ 130429: 1, 131056: 1 });
  });
});

describe('fates of messages', () => {
  let client: TestClient;
  beforeEach(async () => {
    client = await TestClient.start({ settings: { limits: { standardPerSecond: 0 } } });
  });
  afterEach(() => client.close());

  async function sendMany(count: number): Promise<string[][]> {
    const template = { name: 'hello_world', language: { code: 'en_US' } };
    for (let n = 0; n < count; n++) await client.send({ to: person(n), type: 'template', template });
    await client.control.advance(DAY_MS);
    return client.control.sentMessages().map(({ statuses }) => statuses);
  }

  it('follow the shares, and repeat with the same seed', async () => {
    client.control.configure({
      statuses: {
        shares: { delivered: 0.8, read: 0.5, played: 1 },
        skipDelivered: 0.2,
        expireUnseen: 0.1,
        failures: [
          { code: 131026, share: 0.1 },
          { code: 131049, share: 0.1, afterSent: true },
        ],
      },
    });
    const first = await sendMany(200);
    const kinds = new Set(first.map((statuses) => statuses.join(' ')));
    expect([...kinds].sort()).toEqual([
      'failed',
      'sent',
      'sent delivered',
      'sent delivered read',
      'sent failed',
      'sent read',
    ]);
    client.control.reset();
    client.token = client.control.issueToken().token;
    client.control.configure({
      statuses: {
        shares: { delivered: 0.8, read: 0.5, played: 1 },
        skipDelivered: 0.2,
        expireUnseen: 0.1,
        failures: [
          { code: 131026, share: 0.1 },
          { code: 131049, share: 0.1, afterSent: true },
        ],
      },
    });
    expect(await sendMany(200)).toEqual(first);
  });

  it('take their time where that is realistic', async () => {
    const callback = await client.subscribe();
    client.control.configure({ statuses: { timing: 'realistic' } });
    const accepted = client.control.now();
    await sendMany(20);
    for (const item of itemsOf(callback, 'statuses')) {
      const seconds = Number(item.timestamp) - accepted / 1000;
      if (item.status === 'sent') expect(seconds).toBeLessThan(30);
      if (item.status === 'read') expect(seconds).toBeGreaterThan(10);
    }
    expect(itemsOf(callback, 'statuses')).toHaveLength(60);
  });

  it.each([
    ['sent', ['sent', 'delivered', 'read']],
    ['failed', ['failed']],
    ['nothing', []],
  ] as const)('of held templates end as %s', async (heldOutcome, statuses) => {
    client.control.configure({
      sending: { templateMessageStatus: 'held_for_quality_assessment', heldMs: HOUR_MS, heldOutcome },
    });
    const template = { name: 'hello_world', language: { code: 'en_US' } };
    const { json } = await client.send({ to: ANA, type: 'template', template });
    expect(json.messages).toMatchObject([{ message_status: 'held_for_quality_assessment' }]);
    await client.control.advance(HOUR_MS / 2);
    expect(client.control.sentMessages()[0]!.statuses).toEqual([]);
    await client.control.advance(HOUR_MS);
    expect(client.control.sentMessages()[0]!.statuses).toEqual(statuses);
  });
});
