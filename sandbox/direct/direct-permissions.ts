import { noMessagingPermission } from './direct-errors';
import type { DirectOwner } from './direct-owner';
import { allows } from '../graph/access';
import type { TokenRecord } from '../login/tokens';

/** What writing to people needs: another permission for each platform and each way in. */
export function requireMessaging(token: TokenRecord, owner: DirectOwner): void {
  if (token.kind === 'INSTAGRAM') {
    if (!token.scopes.includes('instagram_business_manage_messages')) throw noMessagingPermission();
    return;
  }
  const scope = owner.platform === 'messenger' ? 'pages_messaging' : 'instagram_manage_messages';
  if (!token.scopes.includes(scope) || !allows(token, scope, owner.id)) throw noMessagingPermission();
}
