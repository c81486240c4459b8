import { perSecond, type Throughput } from './throughput';

const number = (over: Partial<Throughput> = {}): Throughput => ({
  throughputLevel: 'STANDARD',
  isOnBizApp: false,
  ...over,
});

describe('the throughput of a number', () => {
  it.each([
    ['80 a second', number(), 80],
    ['1000 a second after the upgrade', number({ throughputLevel: 'HIGH' }), 1_000],
    ['20 a second beside the phone app', number({ throughputLevel: 'HIGH', isOnBizApp: true }), 20],
    ['80 a second where Meta does not say', number({ throughputLevel: null, isOnBizApp: null }), 80],
  ])('is %s', (_, of, expected) => {
    expect(perSecond(of)).toBe(expected);
  });
});
