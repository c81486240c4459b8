import { belongsToBusinessOf, personReaches } from '../graph/access';
import type { SandboxContext } from '../context';
import type { CodeRecord } from './tokens';
import type { PageRecord, PersonRecord } from '../world';

export interface Grant {
  appId: string;
  personId: string;
  scopes: readonly string[];
  /** Declined ones are left out of the token and shown by `/me/permissions`. */
  decline?: readonly string[];
  /** `all`: no `target_ids`, which means every asset. Left out: what the person has at this moment. */
  targets?: 'all' | Readonly<Record<string, readonly string[]>>;
}

export interface CodeGrant extends Grant {
  purpose: CodeRecord['purpose'];
  redirectUri: string | null;
  tokenKind?: 'USER' | 'SYSTEM_USER';
  tokenSeconds?: number;
  instagramId?: string;
  lifetimeSeconds?: number;
}

export const WHATSAPP_SCOPES = [
  'whatsapp_business_management',
  'whatsapp_business_messaging',
  'business_management',
];

export const PAGE_SCOPES = [
  'business_management',
  'pages_show_list',
  'pages_manage_metadata',
  'pages_messaging',
  'pages_read_engagement',
  'pages_read_user_content',
  'pages_manage_engagement',
  'pages_manage_posts',
  'read_insights',
  'leads_retrieval',
  'instagram_basic',
  'instagram_manage_messages',
  'instagram_manage_comments',
  'instagram_content_publish',
  'instagram_manage_insights',
  'instagram_manage_contents',
];

export const INSTAGRAM_LOGIN_SCOPES = [
  'instagram_business_basic',
  'instagram_business_manage_messages',
  'instagram_business_manage_comments',
  'instagram_business_content_publish',
  'instagram_business_manage_insights',
];

/** What the person's consent gives the app: scopes, and the assets that each is limited to. */
export function applyGrant(
  context: SandboxContext,
  grant: Grant,
): { scopes: string[]; targets: Map<string, string[]> } {
  const { appId, personId, decline = [] } = grant;
  const person = context.world.get('person', personId);
  const scopes = [...new Set(grant.scopes)].filter((scope) => !decline.includes(scope));
  if (!scopes.includes('public_profile')) scopes.push('public_profile');
  for (const scope of scopes) context.tokens.recordVerdict(appId, personId, scope, 'granted');
  for (const scope of decline) context.tokens.recordVerdict(appId, personId, scope, 'declined');
  const targets = new Map<string, string[]>();
  for (const scope of scopes) {
    const ids = targetsOf(context, person, scope, grant.targets);
    if (ids) targets.set(scope, ids);
  }
  return { scopes, targets };
}

function targetsOf(
  context: SandboxContext,
  person: PersonRecord,
  scope: string,
  given: Grant['targets'],
): string[] | undefined {
  if (given === 'all') return undefined;
  if (given) return given[scope] === undefined ? undefined : [...given[scope]];
  // The asset added last stands first.
  if (scope === 'whatsapp_business_management' || scope === 'whatsapp_business_messaging') {
    return context.world
      .all('waba')
      .filter((waba) => personReaches(person, waba))
      .map((waba) => waba.id)
      .reverse();
  }
  if (scope.startsWith('pages_')) return pagesOf(context, person).map(({ id }) => id);
  if (scope.startsWith('instagram_')) {
    return pagesOf(context, person).flatMap(({ instagramId }) => instagramId ?? []);
  }
  return undefined;
}

function pagesOf({ world }: SandboxContext, person: PersonRecord): PageRecord[] {
  const own = person.pageIds.flatMap((id) => world.findKind('page', id) ?? []);
  const others = world
    .all('page')
    .filter((page) => !person.pageIds.includes(page.id) && belongsToBusinessOf(person, page));
  return [...own, ...others].reverse();
}

export function issueCode(context: SandboxContext, grant: CodeGrant): CodeRecord {
  const { settings, tokens } = context;
  const embedded = grant.purpose === 'embedded';
  const { scopes, targets } = applyGrant(context, grant);
  const tokenKind = grant.tokenKind ?? (embedded ? 'SYSTEM_USER' : 'USER');
  return tokens.issueCode({
    purpose: grant.purpose,
    appId: grant.appId,
    personId: grant.personId,
    redirectUri: grant.redirectUri,
    scopes,
    targets,
    tokenKind,
    tokenSeconds: grant.tokenSeconds ?? (tokenKind === 'SYSTEM_USER' ? 0 : settings.tokens.userTokenSeconds),
    lifetimeSeconds:
      grant.lifetimeSeconds ??
      (embedded ? settings.tokens.embeddedCodeSeconds : settings.tokens.dialogCodeSeconds),
    ...(grant.instagramId !== undefined && { instagramId: grant.instagramId }),
  });
}
