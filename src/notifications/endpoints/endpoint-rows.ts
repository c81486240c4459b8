import type { AccountId } from '../../database/ids';
import type { AttemptFailure, DeliveryState, EndpointState } from './endpoint-states';

/** As it is shown. Secrets are read by those who sign, and by nobody else. */
export interface EndpointRow {
  account_id: AccountId;
  id: string;
  url: string;
  description: string | null;
  event_types: string[];
  platforms: string[];
  asset_ids: string[];
  header_names: string[];
  payload_version: number;
  rate_per_second: number | null;
  state: EndpointState;
  state_reason: string | null;
  state_changed_at: Date;
  previous_secret_until: Date | null;
  failures: number;
  failing_since: Date | null;
  is_told: boolean;
  probe_at: Date | null;
  last_success_at: Date | null;
  last_failure_at: Date | null;
  last_error: string | null;
  created_at: Date;
  updated_at: Date;
}

export interface DeliveryRow {
  account_id: AccountId;
  id: string;
  endpoint_id: string;
  event_id: string;
  type: string;
  conversation_sequence: string | null;
  state: DeliveryState;
  /** Null while it waits for an earlier one of its conversation. */
  due_at: Date | null;
  is_sending: boolean;
  attempts: number;
  last_status: number | null;
  last_error: string | null;
  finished_at: Date | null;
}

export interface DeliveryBodyRow extends DeliveryRow {
  body: string | null;
}

export interface AttemptRow {
  number: number;
  at: Date;
  duration_ms: number;
  status: number | null;
  failure: AttemptFailure | null;
  error: string | null;
  response: string | null;
}
