import type { AssetKind } from '../../assets/entities/asset.entity';
import type { WebhookObject } from '../webhook-fields';

/** Whose events come under which of Meta's objects. */
const KINDS: Readonly<Record<WebhookObject, readonly AssetKind[]>> = {
  whatsapp_business_account: ['waba', 'phone_number'],
  page: ['page'],
  instagram: ['instagram'],
  // Of persons, not of assets.
  permissions: [],
};

export function kindsOf(objects: readonly WebhookObject[]): AssetKind[] {
  return objects.flatMap((object) => KINDS[object]);
}

/** Whether something of this object is among the kinds that somebody owns. */
export function concerns(object: WebhookObject, owned: ReadonlySet<AssetKind>): boolean {
  return KINDS[object].some((kind) => owned.has(kind));
}
