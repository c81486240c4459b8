import type { SandboxContext } from '../context';
import { allows, requireScope } from '../graph/access';
import { GraphError } from '../graph/graph-error';
import type { GraphRequest } from '../graph/graph-request';
import type { TokenRecord } from '../login/tokens';
import type { PageRecord } from '../world';

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

/** What a call on a Page's behalf needs: the Page's own token, the person's task, and the permissions. */
export function requirePageAccess(
  { world, settings }: SandboxContext,
  pageId: string,
  request: GraphRequest,
  task: PageTask,
  scopes: readonly string[],
): TokenRecord {
  const token = tokenOf(request);
  if (token.kind !== 'PAGE') throw userTokenRefusal(settings.pages.userTokenCode);
  requireTask(world.get('page', pageId), task);
  for (const scope of scopes) requireScope(token, scope, pageId);
  return token;
}

/** Publishing, too, needs the permission to read what comes of it. */
export function requirePublishing(
  context: SandboxContext,
  pageId: string,
  request: GraphRequest,
): TokenRecord {
  return requirePageAccess(context, pageId, request, 'CREATE_CONTENT', [
    'pages_manage_posts',
    'pages_read_engagement',
  ]);
}

function userTokenRefusal(code: number): GraphError {
  if (code !== 190)
    return new GraphError(code, `(#${code}) A page access token is required to request this resource.`);
  const text = 'A Page access token is required for this call for the new Pages experience.';
  return new GraphError(190, text, {
    status: 401,
    subcode: 2_069_032,
    userTitle: 'User Access Token Is Not Supported',
    userMessage: text,
  });
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

export function tokenOf(request: GraphRequest): TokenRecord {
  const { token } = request;
  if (!token) throw new GraphError(104, 'An access token is required to request this resource.');
  return token;
}
