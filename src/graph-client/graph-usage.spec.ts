import { GraphUsage, regainAccessMs } from './graph-usage';

const business = (value: object): { 'x-business-use-case-usage': string } => ({
  'x-business-use-case-usage': JSON.stringify(value),
});

describe('GraphUsage', () => {
  let usage: GraphUsage;
  beforeEach(() => {
    usage = new GraphUsage();
  });
  afterEach(() => jest.useRealTimers());

  it('keeps the fullest counter of the app, the page and each business object', () => {
    usage.record(
      {
        'x-app-usage': '{"call_count":28,"total_time":25,"total_cputime":31}',
        'x-page-usage': '{"call_count":3,"total_time":4,"total_cputime":5}',
        ...business({
          10: [
            {
              type: 'whatsapp',
              call_count: 95,
              total_cputime: 20,
              total_time: 20,
              estimated_time_to_regain_access: 0,
            },
          ],
          11: [{ call_count: 1 }, { call_count: 2, total_time: 100, estimated_time_to_regain_access: 19 }],
        }),
      },
      'page-1',
    );
    expect(usage.usageOf('app')).toMatchObject({ percent: 31, regainAccessMs: 0 });
    expect(usage.usageOf('page-1')).toMatchObject({ percent: 5 });
    expect(usage.usageOf('10')).toMatchObject({ percent: 95 });
    expect(usage.usageOf('11')).toMatchObject({ percent: 100, regainAccessMs: 19 * 60_000 });
    expect(usage.usageOf('12')).toBeNull();
  });

  it.each([
    ['79', false],
    ['80', true],
    ['100', true],
  ])('asks background work at %s %% to slow down: %s', (percent, expected) => {
    usage.record(business({ 10: [{ call_count: Number(percent) }] }), null);
    expect(usage.shouldSlowDown('10')).toBe(expected);
    expect(usage.shouldSlowDown('11')).toBe(false);
    expect(usage.shouldSlowDown()).toBe(false);
  });

  it('brakes everybody when the app itself is near its limit', () => {
    usage.record({ 'x-app-usage': '{"call_count":81}' }, null);
    expect(usage.shouldSlowDown('10')).toBe(true);
  });

  it('knows header names in any case', () => {
    usage.record({ 'X-App-Usage': '{"call_count":7}' }, null);
    expect(usage.usageOf('app')?.percent).toBe(7);
  });

  it.each([
    '',
    'null',
    '[]',
    '"x"',
    '{',
    '{"10":null}',
    '{"10":[]}',
    '{"10":["x"]}',
    '{"10":[{"call_count":"x"}]}',
  ])('is not disturbed by the header %j', (header) => {
    usage.record({ 'x-app-usage': header, 'x-business-use-case-usage': header }, 'p');
    expect(usage.shouldSlowDown('10')).toBe(false);
  });

  it('forgets a reading that has grown old, but not before the time that Meta named', () => {
    jest.useFakeTimers();
    usage.record(
      business({ 10: [{ call_count: 99 }], 11: [{ call_count: 100, estimated_time_to_regain_access: 30 }] }),
      null,
    );
    jest.advanceTimersByTime(11 * 60_000);
    expect(usage.shouldSlowDown('10')).toBe(false);
    expect(usage.shouldSlowDown('11')).toBe(true);
    jest.advanceTimersByTime(20 * 60_000);
    expect(usage.shouldSlowDown('11')).toBe(false);
  });

  it('remembers a bounded number of objects, the latest ones', () => {
    for (let id = 0; id < 10_050; id += 1) usage.record(business({ [`id${id}`]: [{ call_count: 1 }] }), null);
    expect(usage.usageOf('id0')).toBeNull();
    expect(usage.usageOf('id49')).toBeNull();
    expect(usage.usageOf('id50')).not.toBeNull();
    expect(usage.usageOf('id10049')).not.toBeNull();
  });

  it('reads 32 objects of one header at most', () => {
    const many = Object.fromEntries(Array.from({ length: 40 }, (_, id) => [`id${id}`, [{ call_count: 1 }]]));
    usage.record(business(many), null);
    expect(usage.usageOf('id31')).not.toBeNull();
    expect(usage.usageOf('id32')).toBeNull();
  });
});

describe('regainAccessMs', () => {
  const headers = business({
    10: [{ estimated_time_to_regain_access: 2 }],
    11: [{ estimated_time_to_regain_access: 5 }],
  });

  it('is that of the object called, or else the longest', () => {
    expect(regainAccessMs(headers, '10')).toBe(120_000);
    expect(regainAccessMs(headers, '12')).toBe(300_000);
    expect(regainAccessMs({}, '10')).toBe(0);
  });
});
