import type { UserRole } from '../identity/authenticated-user';

/** Who did it. `meta` is Meta's own callbacks, `system` a schedule or a command of this service. */
export const AUDIT_ACTOR_KINDS = ['user', 'api_key', 'anonymous', 'meta', 'system'] as const;
export type AuditActorKind = (typeof AUDIT_ACTOR_KINDS)[number];

/** `unknown`: begun, and not ended (yet): it is under way, or the process died in it. */
export const AUDIT_OUTCOMES = ['unknown', 'succeeded', 'refused', 'failed'] as const;
export type AuditOutcome = (typeof AUDIT_OUTCOMES)[number];

export interface AuditActor {
  kind: AuditActorKind;
  /** The user, also of an API key. */
  id?: string | undefined;
  /** Of the system: which schedule or command. */
  name?: string | undefined;
  role?: UserRole | undefined;
  apiKeyId?: string | undefined;
}

/** Fields of a row or a request that may be shown: without secrets, without what people said. */
export type AuditFields = Readonly<Record<string, unknown>>;

/** What is known before it is done. */
export interface AuditIntent {
  id: string;
  actor: AuditActor;
  /** As `contact.merge`: the kind of thing, and what is done with it. */
  action: string;
  /** The route, or the command. */
  operation: string;
  resourceId?: string | null | undefined;
  /** Null for what is the service's own. */
  accountId?: string | null | undefined;
  address?: string | null | undefined;
  requestId?: string | null | undefined;
  request?: AuditFields | null | undefined;
  before?: AuditFields | null | undefined;
  startedAt: Date;
}

/** What is known afterwards. What is left out stays as it was said before, but for `before`. */
export interface AuditEnd {
  outcome: Exclude<AuditOutcome, 'unknown'>;
  /** Of HTTP; null for what was no request. */
  status?: number | null | undefined;
  errorCode?: string | null | undefined;
  resourceId?: string | null | undefined;
  accountId?: string | null | undefined;
  /** For logins, of which one knows only then whose they are. */
  actor?: AuditActor | undefined;
  before?: AuditFields | null | undefined;
  after?: AuditFields | null | undefined;
}

/** `contact` of `contact.merge`. */
export function resourceTypeOf(action: string): string {
  return action.slice(0, action.indexOf('.'));
}
