/**
 * The object of deliveries that this service sends to itself. Meta has none of that name, no account can own it, and its
 * parser makes no event of it: it is stored, claimed and settled as `ignored` with the reason `canary`, and that is all.
 */
export const CANARY_OBJECT = 'meta_backend_canary';
export const CANARY_REASON = 'canary';

/**
 * A delivery that goes the way of people's messages: the empty list makes the intake choose their lane.
 * @param nonce makes it a delivery of its own; the same one twice is the same delivery
 */
export function canaryBody(nonce: string): Buffer {
  return Buffer.from(`{"object":"${CANARY_OBJECT}","entry":[{"id":"${nonce}","messages":[]}]}`);
}

/** Always the same bytes: only the first of them is ever stored, so that looking leaves nothing behind. */
export const PROBE_BODY = canaryBody('probe');
