import { WHOLE_BATCH } from '../domain-events/outbox-cursors.repository';
import { newId } from '../database/ids';
import { comparePlaces, decodePlace, encodePlace, endOf } from './event-place';

describe('A place in the order of events', () => {
  it('comes back from what clients keep of it', () => {
    for (const position of [0n, 1n, 255n, 4_294_967_296n, 2n ** 62n]) {
      const place = { position, eventId: newId() };
      expect(decodePlace(encodePlace(place))).toEqual(place);
    }
    expect(decodePlace(encodePlace(endOf(7n)))).toEqual({ position: 7n, eventId: WHOLE_BATCH });
  });

  it.each(['', 'abc', newId(), '!'.repeat(32), '_'.repeat(32), 'a'.repeat(33)])('is none in %j', (text) => {
    expect(decodePlace(text)).toBeNull();
  });

  it('is ordered by batch, then by event, with the end of a batch last', () => {
    const [first, second] = [newId(), newId()];
    const places = [
      { position: 9n, eventId: second },
      { position: 10n, eventId: first },
      { position: 10n, eventId: second },
      endOf(10n),
      { position: 11n, eventId: first },
    ];
    expect([...places].reverse().sort(comparePlaces)).toEqual(places);
    expect(comparePlaces(endOf(3n), endOf(3n))).toBe(0);
  });
});
