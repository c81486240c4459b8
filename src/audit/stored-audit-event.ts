import type { AccountId, UserId } from '../database/ids';
import type { AuditActorKind, AuditFields, AuditOutcome } from './audit-event';

/** A row of `audit_events`, with its user. */
export interface StoredAuditEvent {
  id: string;
  account_id: AccountId | null;
  actor_kind: AuditActorKind;
  actor_id: UserId | null;
  actor_name: string | null;
  actor_role: string | null;
  api_key_id: string | null;
  /** As the user is called now. */
  user_name: string | null;
  user_email: string | null;
  action: string;
  operation: string;
  resource_type: string;
  resource_id: string | null;
  outcome: AuditOutcome;
  status: number | null;
  error_code: string | null;
  address: string | null;
  request_id: string | null;
  request: AuditFields | null;
  before: AuditFields | null;
  after: AuditFields | null;
  started_at: Date;
  finished_at: Date | null;
  redacted_at: Date | null;
}
