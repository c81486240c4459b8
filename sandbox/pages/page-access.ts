import { allows, requireScope } from '../graph/access';
import { GraphError } from '../graph/graph-error';
import type { GraphRequest } from '../graph/graph-request';
import type { TokenRecord } from '../login/tokens';
import type { InstagramRecord, PageRecord } from '../world';

export type PageTask = 'ADVERTISE' | 'ANALYZE' | 'CREATE_CONTENT' | 'MESSAGING' | 'MODERATE' | 'MANAGE';

export function requirePageToken(token: TokenRecord | undefined): void {
  if (token?.kind === 'PAGE') return;
  throw new GraphError(210, '(#210) A page access token is required to request this resource.');
}

/** The person behind the token must be allowed one of these on the Page. */
export function requireTask(page: PageRecord, ...tasks: PageTask[]): void {
  if (tasks.some((task) => page.tasks.includes(task))) return;
  throw new GraphError(
    200,
    `(#200) The user must be able to perform the ${tasks.join(' or ')} task on the Page ${page.id}.`,
    { status: 403 },
  );
}

/** Reading what stands on a Page has its own error for the missing permission. */
export function requireFeature(token: TokenRecord, scope: string, assetId: string): void {
  if (token.scopes.includes(scope) && allows(token, scope, assetId)) return;
  throw new GraphError(
    10,
    `(#10) This endpoint requires the '${scope}' permission or the 'Page Public Content Access' feature.`,
    { status: 403 },
  );
}

/** The permission that one purpose needs, which is another one for each of Instagram's two ways in. */
export function requireInstagram(
  token: TokenRecord,
  purpose: 'basic' | 'comments' | 'messages',
  account: InstagramRecord,
): void {
  const names = {
    basic: ['instagram_basic', 'instagram_business_basic'],
    comments: ['instagram_manage_comments', 'instagram_business_manage_comments'],
    messages: ['instagram_manage_messages', 'instagram_business_manage_messages'],
  } as const;
  const [throughPage, throughInstagram] = names[purpose];
  if (token.kind === 'INSTAGRAM') requireScope(token, throughInstagram);
  else requireScope(token, throughPage, account.id);
}

export function tokenOf(request: GraphRequest): TokenRecord {
  const { token } = request;
  if (!token) throw new GraphError(104, 'An access token is required to request this resource.');
  return token;
}
