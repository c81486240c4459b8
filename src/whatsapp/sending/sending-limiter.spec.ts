import type { AssetId } from '../../database/ids';
import { SendingLimiter, type SendingNumber } from './sending-limiter';

const number = (over: Partial<SendingNumber> = {}): SendingNumber => ({
  id: 'n1' as AssetId,
  throughputLevel: 'STANDARD',
  isOnBizApp: false,
  ...over,
});

describe('the pace of a number', () => {
  const waits = (limiter: SendingLimiter, of: SendingNumber, count: number, now = 0): number[] =>
    Array.from({ length: count }, () => limiter.reserve(of, now));

  it.each([
    ['80 a second', number(), 80],
    ['1000 a second after the upgrade', number({ throughputLevel: 'HIGH' }), 1_000],
    ['20 a second beside the phone app', number({ isOnBizApp: true }), 20],
  ])('is %s', (_, of, perSecond) => {
    const all = waits(new SendingLimiter(), of, perSecond + 1);
    expect(all[0]).toBe(0);
    expect(all.at(-1)).toBeCloseTo(1_000);
  });

  it('lets go at once when the line is empty again', () => {
    const limiter = new SendingLimiter();
    waits(limiter, number(), 80);
    expect(limiter.reserve(number(), 1_000)).toBe(0);
  });

  it('is each number’s own', () => {
    const limiter = new SendingLimiter();
    waits(limiter, number(), 80);
    expect(limiter.reserve(number({ id: 'n2' as AssetId }), 0)).toBe(0);
  });

  it('stops when Meta says too fast, goes on at half the pace, and recovers', () => {
    const limiter = new SendingLimiter();
    limiter.slowDown(number().id, 5_000, 0);
    expect(limiter.reserve(number(), 0)).toBe(5_000);
    expect(limiter.reserve(number(), 0)).toBeCloseTo(5_025);
    expect(limiter.reserve(number(), 16_000)).toBe(0);
    expect(limiter.reserve(number(), 16_000)).toBeCloseTo(12.5);
  });

  it('takes several complaints about messages on their way for one', () => {
    const limiter = new SendingLimiter();
    for (let n = 0; n < 20; n += 1) limiter.slowDown(number().id, 1_000, 0);
    limiter.reserve(number(), 0);
    expect(limiter.reserve(number(), 0)).toBeCloseTo(1_025);
  });

  it('gives a place back that nobody waits for', () => {
    const limiter = new SendingLimiter();
    waits(limiter, number(), 2);
    limiter.reserve(number(), 0);
    limiter.release(number(), 0);
    expect(limiter.reserve(number(), 0)).toBeCloseTo(25);
  });
});
