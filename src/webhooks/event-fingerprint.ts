import type { AssetRef } from '../assets/assets.service';
import { sha256 } from '../crypto/secret-hash';
import type { WebhookEventKind } from './webhook-events';

interface Occurrence {
  kind: WebhookEventKind;
  occurredAt: Date;
  asset: AssetRef | null;
  payload: unknown;
}

/**
 * The same for the same occurrence at Meta, also when it comes again in another body, cut into other batches. Only for
 * events that carry no id of their own.
 */
export function fingerprintOf({ kind, occurredAt, asset, payload }: Occurrence): Buffer {
  return sha256(JSON.stringify([kind, occurredAt.getTime(), asset?.kind, asset?.metaId, payload]));
}
