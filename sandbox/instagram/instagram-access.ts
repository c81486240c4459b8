import { requireScope } from '../graph/access';
import type { SandboxContext } from '../context';
import { requireTask, type PageTask } from '../pages/page-access';
import type { TokenRecord } from '../login/tokens';
import type { InstagramRecord } from '../world';

/** Purpose → the permission through a Page, and the one of Instagram Login. */
const PERMISSIONS = {
  basic: ['instagram_basic', 'instagram_business_basic'],
  comments: ['instagram_manage_comments', 'instagram_business_manage_comments'],
  messages: ['instagram_manage_messages', 'instagram_business_manage_messages'],
  publishing: ['instagram_content_publish', 'instagram_business_content_publish'],
  insights: ['instagram_manage_insights', 'instagram_business_manage_insights'],
} as const;

export type InstagramPurpose = keyof typeof PERMISSIONS;

/** The permission that one purpose needs, which is another one for each of Instagram's two ways in. */
export function requireInstagram(
  token: TokenRecord,
  purpose: InstagramPurpose,
  account: InstagramRecord,
): void {
  const [throughPage, throughInstagram] = PERMISSIONS[purpose];
  if (token.kind === 'INSTAGRAM') requireScope(token, throughInstagram);
  else requireScope(token, throughPage, account.id);
}

/** Through a Page, the person needs a task on it, too. */
export function requireInstagramTask(
  { world }: SandboxContext,
  account: InstagramRecord,
  token: TokenRecord,
  task: PageTask,
): void {
  const page = account.pageId === undefined ? undefined : world.findKind('page', account.pageId);
  if (page && token.kind !== 'INSTAGRAM') requireTask(page, task);
}
