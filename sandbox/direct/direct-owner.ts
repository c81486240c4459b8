import type { DirectPlatform } from './direct-records';
import type { InstagramRecord, PageRecord, World } from '../world';

/** Who exchanges messages with people: a Page, or an Instagram account. */
export interface DirectOwner {
  platform: DirectPlatform;
  id: string;
  name: string;
  username: string;
  /** The Page itself, or the one that the account is linked to. */
  page: PageRecord | undefined;
  account: InstagramRecord | undefined;
}

/** `ownerId`: that of the Page, or of the Instagram account. Throws where there is neither. */
export function ownerOf({ world }: { world: World }, ownerId: string): DirectOwner {
  const account = world.findKind('instagram', ownerId);
  if (account) {
    const page = account.pageId === undefined ? undefined : world.findKind('page', account.pageId);
    const { id, name, username } = account;
    return { platform: 'instagram', id, name, username, page, account };
  }
  const page = world.get('page', ownerId);
  return { platform: 'messenger', id: page.id, name: page.name, username: '', page, account: undefined };
}
