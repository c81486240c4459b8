import { CANARY_REASON } from '../canary/canary-body';
import type { JsonRecord } from './json-reader';
import type { ParsedItems } from './parsed-items';

/** Of a delivery that this service sent to itself: nothing comes of it, whatever it holds. */
export function parseCanaryEntry(_entry: JsonRecord, _receivedAt: Date, items: ParsedItems): void {
  items.reject({ object: '', field: null }, null, CANARY_REASON);
}
