import { checkMetricsAccess } from './metrics-access';

const TOKEN = 'a-token-for-prometheus';

function ask(
  remoteAddress: string,
  headers: Record<string, string>,
  token?: string,
): 'let in' | 'UNAUTHORIZED' | 'FORBIDDEN' {
  try {
    checkMetricsAccess({ headers, socket: { remoteAddress } }, token);
    return 'let in';
  } catch (error) {
    return (error as { code: 'UNAUTHORIZED' | 'FORBIDDEN' }).code;
  }
}

describe('who may read the metrics', () => {
  it.each(['127.0.0.1', '::1', '10.2.3.4', '172.20.0.3', '192.168.1.9', '::ffff:10.0.0.1', 'fd00::12'])(
    'without a token: the neighbour %s',
    (address) => {
      expect(ask(address, {})).toBe('let in');
    },
  );

  it.each(['8.8.8.8', '172.32.0.1', '::ffff:8.8.8.8', '2001:db8::1', ''])(
    'without a token: not %s from elsewhere',
    (address) => {
      expect(ask(address, {})).toBe('FORBIDDEN');
    },
  );

  it.each(['x-forwarded-for', 'forwarded', 'x-real-ip', 'via', 'x-forwarded-host', 'x-forwarded-proto'])(
    'without a token: nobody through a proxy that sends %s',
    (header) => {
      expect(ask('127.0.0.1', { [header]: '10.0.0.1' })).toBe('FORBIDDEN');
    },
  );

  it('with a token: who sends it, from wherever, and nobody else', () => {
    const authorization = `Bearer ${TOKEN}`;
    expect(ask('8.8.8.8', { authorization, 'x-forwarded-for': '9.9.9.9' }, TOKEN)).toBe('let in');
    for (const wrong of [{}, { authorization: `Bearer ${TOKEN}x` }, { authorization: `Basic ${TOKEN}` }])
      expect(ask('127.0.0.1', wrong as Record<string, string>, TOKEN)).toBe('UNAUTHORIZED');
  });
});
