import type { JsonObject } from '../json';

export interface QrCode {
  code: string;
  prefilledMessage: string;
  /** Null: made without image. */
  imageFormat: 'PNG' | 'SVG' | null;
}

/** A display name that waits for its review, or has had it. */
export interface NameChange {
  name: string;
  status: 'PENDING_REVIEW' | 'APPROVED' | 'DECLINED';
}

export type SyncType = 'history' | 'smb_app_state_sync';

/** A number that is in use on the phone app and on the Cloud API at once. */
export interface Coexistence {
  /** Unix ms; synchronising is possible for 24 hours from here. */
  onboardedAt: number;
  /** What was asked for already, with the request's id. */
  requests: Map<SyncType, string>;
  sharesHistory: boolean;
  /** Ready to be told when the business asks. */
  contacts: JsonObject[];
  threads: HistoryThread[];
}

export interface HistoryThread {
  /** The person's number. */
  id: string;
  messages: JsonObject[];
}

export interface AccountRestriction {
  type: string;
  /** Unix ms. */
  until: number;
}

/** What stands between an account and sending. */
export interface AccountStanding {
  ban: 'DISABLE' | 'SCHEDULE_FOR_DISABLE' | null;
  restrictions: AccountRestriction[];
  hasPaymentIssue: boolean;
}

export type FlowStatus = 'DRAFT' | 'PUBLISHED' | 'DEPRECATED' | 'BLOCKED' | 'THROTTLED';

export interface FlowRecord {
  kind: 'flow';
  id: string;
  wabaId: string;
  name: string;
  status: FlowStatus;
  categories: string[];
  /** The text as it was uploaded, byte for byte: errors name its lines and columns. */
  json: string | null;
  validationErrors: JsonObject[];
  jsonVersion: string | null;
  dataApiVersion: string | null;
  endpointUri: string | null;
  applicationId: string | null;
  previewToken: string;
  /** Unix ms. */
  previewExpiresAt: number;
  updatedAt: number;
  /** What messages with it get since it was throttled: Unix ms of each. */
  throttledSends: number[];
}

export interface JoinRequest {
  id: string;
  userId: string;
  createdAt: number;
}

export interface GroupRecord {
  kind: 'group';
  id: string;
  wabaId: string;
  phoneId: string;
  subject: string;
  description: string | null;
  joinApprovalMode: 'auto_approve' | 'approval_required';
  inviteLink: string;
  /** Business-scoped ids, without the business. */
  participants: string[];
  /** Who was removed cannot come back through a link. */
  removed: Set<string>;
  joinRequests: JoinRequest[];
  pictureHash: string | null;
  isSuspended: boolean;
  /** Unix ms. */
  createdAt: number;
}
