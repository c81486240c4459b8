import { GraphError, missingPermission, unknownObject } from './graph-error';
import type { TokenRecord } from '../login/tokens';
import type { InstagramRecord, PageRecord, PersonRecord, WabaRecord, World, WorldRecord } from '../world';

const WABA_SCOPES = ['whatsapp_business_management', 'whatsapp_business_messaging'];
const PAGE_SCOPES = ['pages_show_list', 'pages_messaging', 'pages_manage_metadata', 'pages_read_engagement'];
/** With it Pages of the person's businesses can be reached, too, which `/me/accounts` leaves out. */
const BUSINESS_SCOPE = 'business_management';

/** Which objects a token may see. To everything else Graph says the same as to an id that does not exist. */
export class Access {
  constructor(private readonly world: World) {}

  assertVisible(record: WorldRecord, token: TokenRecord, method: string): void {
    if (!this.canSee(record, token)) throw unknownObject(record.id, method);
  }

  canSee(record: WorldRecord, token: TokenRecord): boolean {
    switch (record.kind) {
      case 'app':
        return record.id === token.appId;
      case 'person':
        return record.id === token.personId;
      case 'business':
        return this.personOf(token)?.businessIds.includes(record.id) ?? false;
      case 'waba':
        return this.canSeeWaba(record, token);
      case 'phone':
      case 'template':
      case 'flow':
      case 'group': {
        const waba = this.world.findKind('waba', record.wabaId);
        return waba !== undefined && this.canSeeWaba(waba, token);
      }
      case 'media': {
        const phone = this.world.findKind('phone', record.phoneId);
        return phone !== undefined && this.canSee(phone, token);
      }
      case 'page':
        return this.canSeePage(record.id, token);
      case 'instagram':
        return this.canSeeInstagram(record, token);
      case 'post':
      case 'comment':
      case 'photo':
      case 'video':
      case 'lead':
        return this.canSeePage(record.pageId, token);
      case 'instagram-media':
      case 'instagram-container':
      case 'instagram-comment':
        return this.canSeeOwner(record.instagramId, token);
      case 'scoped-user':
      case 'conversation':
      case 'direct-message':
        return this.canSeeOwner(record.ownerId, token);
    }
  }

  private canSeeInstagram(account: InstagramRecord, token: TokenRecord): boolean {
    if (token.kind === 'INSTAGRAM') return token.instagramId === account.id;
    return account.pageId !== undefined && this.canSeePage(account.pageId, token);
  }

  /** `ownerId`: a Page or an Instagram account. */
  private canSeeOwner(ownerId: string, token: TokenRecord): boolean {
    const account = this.world.findKind('instagram', ownerId);
    return account ? this.canSeeInstagram(account, token) : this.canSeePage(ownerId, token);
  }

  private personOf(token: TokenRecord): PersonRecord | undefined {
    return token.personId === undefined ? undefined : this.world.findKind('person', token.personId);
  }

  private canSeeWaba(waba: WabaRecord, token: TokenRecord): boolean {
    const person = this.personOf(token);
    if (!person || (token.kind !== 'USER' && token.kind !== 'SYSTEM_USER')) return false;
    if (!personReaches(person, waba)) return false;
    if (!WABA_SCOPES.some((scope) => token.scopes.includes(scope))) {
      throw missingPermission('whatsapp_business_management');
    }
    return WABA_SCOPES.some((scope) => token.scopes.includes(scope) && allows(token, scope, waba.id));
  }

  private canSeePage(pageId: string, token: TokenRecord): boolean {
    if (token.kind === 'PAGE') return token.pageId === pageId;
    const person = this.personOf(token);
    const page = this.world.findKind('page', pageId);
    if (!person || !page) return false;
    const isReached =
      person.pageIds.includes(pageId) ||
      (token.scopes.includes(BUSINESS_SCOPE) && belongsToBusinessOf(person, page));
    return (
      isReached && PAGE_SCOPES.some((scope) => token.scopes.includes(scope) && allows(token, scope, pageId))
    );
  }
}

export function belongsToBusinessOf(person: PersonRecord, page: PageRecord): boolean {
  return person.businessIds.some((id) => id === page.ownerBusinessId || page.clientBusinessIds.includes(id));
}

export function personReaches(person: PersonRecord, waba: WabaRecord): boolean {
  if (person.wabaIds.includes(waba.id)) return true;
  return person.businessIds.some((id) => id === waba.ownerBusinessId || waba.clientBusinessIds.includes(id));
}

export function allows(token: TokenRecord, scope: string, assetId: string): boolean {
  const targets = token.targets.get(scope);
  return targets === undefined || targets.includes(assetId);
}

export function requireScope(token: TokenRecord, scope: string, assetId?: string): void {
  if (!token.scopes.includes(scope)) throw missingPermission(scope);
  if (assetId !== undefined && !allows(token, scope, assetId)) throw missingPermission(scope);
}

/** Sending has its own permission, and its own error for the lack of it. */
export function requireMessaging(token: TokenRecord, wabaId: string): void {
  const scope = 'whatsapp_business_messaging';
  if (token.scopes.includes(scope) && allows(token, scope, wabaId)) return;
  throw new GraphError(10, '(#10) Application does not have permission for this action', { status: 403 });
}
