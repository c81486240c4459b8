import { CANARY_OBJECT, PROBE_BODY, canaryBody } from '../canary/canary-body';
import { laneOf } from '../delivery-lane';
import { parseDeliveryBody } from './delivery.parser';

describe('a canary', () => {
  it('takes the lane of people’s messages and comes to nothing, for one reason', () => {
    for (const body of [canaryBody('4f6c'), PROBE_BODY]) {
      expect(laneOf(body)).toBe('message');
      expect(parseDeliveryBody(body, new Date())).toEqual({
        object: CANARY_OBJECT,
        events: [],
        unrecognized: [{ object: '', field: null, reason: 'canary', raw: null }],
      });
    }
  });

  it('makes no event of anything that somebody writes into one', () => {
    const value = {
      messages: [{ id: 'wamid.1', from: '1', timestamp: '1', type: 'text', text: { body: 'x' } }],
    };
    const body = { object: CANARY_OBJECT, entry: [{ id: '1', changes: [{ field: 'messages', value }] }] };
    expect(parseDeliveryBody(Buffer.from(JSON.stringify(body)), new Date()).events).toEqual([]);
  });
});
