import type { AccountId } from '../database/ids';
import { SendingSlots } from './sending-slots';

const [a, b] = ['a', 'b'] as unknown as [AccountId, AccountId];

describe('the calls under way', () => {
  it('may all be one account’s, except what campaigns leave', () => {
    expect(new SendingSlots(100).freeFor(a, 1)).toEqual({ all: 100, campaign: 80 });
  });

  it('leave a reserve to the others once an account has its share', () => {
    const slots = new SendingSlots(100);
    slots.take(a, 50);
    expect(slots.freeFor(a, 2)).toEqual({ all: 30, campaign: 30 });
    expect(slots.freeFor(b, 2)).toEqual({ all: 50, campaign: 30 });
    slots.take(a, 30);
    expect(slots.freeFor(a, 2).all).toBe(0);
    expect(slots.freeFor(b, 2)).toEqual({ all: 20, campaign: 0 });
  });

  it('are free again when they end', () => {
    const slots = new SendingSlots(10);
    slots.take(a, 10);
    expect(slots.freeFor(a, 1)).toEqual({ all: 0, campaign: 0 });
    for (let ended = 0; ended < 10; ended++) slots.giveBack(a);
    expect(slots.freeFor(a, 1).all).toBe(10);
    expect(slots.freeFor(a, 1).campaign).toBe(8);
  });
});
