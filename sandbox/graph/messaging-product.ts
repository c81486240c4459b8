import { missingParameter } from './graph-error';
import type { JsonObject } from '../json';

/** Most writes of WhatsApp's must say whose they are. */
export function requireProduct(params: JsonObject): void {
  if (params.messaging_product !== 'whatsapp') throw missingParameter('messaging_product');
}
