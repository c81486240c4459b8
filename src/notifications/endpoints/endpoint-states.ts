import type { AccountId } from '../../database/ids';

/** `paused` by a person: what happens meanwhile waits. `disabled` by itself: what happens meanwhile is held for a replay. */
export const ENDPOINT_STATES = ['active', 'paused', 'disabled'] as const;
export type EndpointState = (typeof ENDPOINT_STATES)[number];

/** `failing`: nothing arrived for too long. `gone`: the receiver answered 410. */
export const DISABLE_REASONS = ['failing', 'gone'] as const;
export type DisableReason = (typeof DISABLE_REASONS)[number];

/** `pending` ► `delivered` or `dead`; `held` was not sent since the endpoint was disabled. A replay makes each pending. */
export const DELIVERY_STATES = ['pending', 'delivered', 'dead', 'held'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** Why an attempt did not deliver, for programs. */
export const ATTEMPT_FAILURES = [
  'address',
  'dns',
  'connection',
  'tls',
  'timeout',
  'redirect',
  'status',
  'gone',
  'limited',
  'unreadable',
] as const;
export type AttemptFailure = (typeof ATTEMPT_FAILURES)[number];

/** The version of the payload that is written at present. */
export const PAYLOAD_VERSION = 1;

export interface EndpointKey {
  accountId: AccountId;
  endpointId: string;
}
