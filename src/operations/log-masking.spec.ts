import { MASK, maskText, maskUrl, maskValue } from './log-masking';

const TOKEN = 'EAAGm0PX4ZCpsBAcanary';

describe('maskText', () => {
  it.each([
    ['Authorization: Bearer abc.def-123', 'abc.def-123'],
    ['x-api-key: mbb_Zx9canary', 'canary'],
    [`token ${TOKEN} was refused`, TOKEN],
    ['https://graph.facebook.com/me?access_token=canary&appsecret_proof=canary2', 'canary'],
    ['GET /events?hub.mode=subscribe&hub.verify_token=canary', 'canary'],
    ['callback?code=AQDcanary&state=canary', 'canary'],
    ['{"client_secret":"canary","refresh_token": "canary"}', 'canary'],
    ['app token 1234567890|canaryCanary12', 'canary'],
    ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.canary', 'canary'],
    ['connect postgres://user:canary@db:5432/x failed', 'canary'],
    ['no user ada.canary+x@mail.example.com', 'canary'],
    ['to +1 (650) 555-1234 failed', '555'],
    ['to +16505551234 failed', '6505551234'],
    ['recipient 16505551234 is gone', '6505551234'],
  ])('hides what must not be read in %s', (text, canary) => {
    const masked = maskText(text);
    expect(masked).toContain(MASK);
    expect(masked).not.toContain(canary);
  });

  it('keeps of a message id of Meta only its end: the rest holds a phone number', () => {
    expect(maskText('wamid.HBgLMTY1MDU1NTEyMzQVAgARGBRENEYwNTJFOTlBQTdENzc2RjZDQQA= is late')).toBe(
      'wamid.…ZDQQA= is late',
    );
  });

  it.each([
    'Migrated: CreateIdentity1795219200000',
    'Listening on http://127.0.0.1:3000 as api',
    'delivery 0199f3a2-7c1e-7b52-9d6b-3f1f8f4f2a10 at 2026-03-14T09:26:53.000Z took 12 ms',
    'connect ECONNREFUSED 127.0.0.1:5432',
  ])('leaves %s alone', (text) => {
    expect(maskText(text)).toBe(text);
  });

  it('takes no longer for long text than for short', () => {
    const start = Date.now();
    maskText(`${'a.'.repeat(50_000)}@ ${'+1 '.repeat(50_000)} ${'x='.repeat(50_000)}`);
    expect(Date.now() - start).toBeLessThan(1_000);
  });
});

describe('maskUrl', () => {
  it('keeps only query values that say nothing about anybody', () => {
    expect(maskUrl('/api/x?limit=5&q=Ada+Lovelace&code=abc&status=PENDING&flag')).toBe(
      `/api/x?limit=5&q=${MASK}&code=${MASK}&status=PENDING&flag`,
    );
  });
});

describe('maskValue', () => {
  it('hides by name, at any depth', () => {
    const masked = JSON.stringify(
      maskValue({
        headers: { Authorization: 'canary', 'X-Api-Key': 'canary', cookie: ['canary'] },
        body: { anything: 'canary' },
        list: [{ accessToken: 'canary', text: 'canary', wa_id: 'canary', client_secret: 'canary' }],
        code: 'AQDcanary',
        state: 'a.long-canary-state',
      }),
    );
    expect(masked).not.toContain('canary');
  });

  it('keeps what errors are told apart by, and ids', () => {
    const fields = {
      code: 'ECONNREFUSED',
      meta: { code: 190 },
      state: 'pending',
      wabaId: '102290129340398',
      status: 503,
    };
    expect(maskValue(fields)).toEqual(fields);
  });

  it('takes of an error what every error has, with its causes', () => {
    const cause = Object.assign(new Error(`at ?access_token=${TOKEN}`), {
      config: { headers: { x: 'canary' } },
    });
    const error = Object.assign(new Error('failed for ada@example.com', { cause }), {
      code: '23505',
      query: 'canary',
    });
    const masked = maskValue({ err: error });
    expect(masked).toMatchObject({ err: { type: 'Error', code: '23505', cause: { type: 'Error' } } });
    expect(JSON.stringify(masked)).not.toMatch(/canary|ada@|EAAG/);
  });

  it('ends at circles, long lists and bytes', () => {
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    expect(JSON.stringify(maskValue(circle))).toContain('[deeper]');
    expect(maskValue(Array.from({ length: 500 }, () => 1))).toHaveLength(50);
    expect(maskValue(Buffer.from('canary'))).toBe('[6 bytes]');
  });
});
