import type { DomainEvent } from '../../domain-events/domain-events';
import type { CallEntity } from '../entities/call.entity';

export type CallChange = 'whatsapp.call.offered' | 'whatsapp.call.updated' | 'whatsapp.call.ended';

/** What others are told of a call. @param phoneNumberId Meta's */
export function callEvent(
  change: CallChange,
  call: CallEntity,
  phoneNumberId: string,
  fingerprint?: Buffer,
): DomainEvent {
  const base = { accountId: call.accountId, ...(fingerprint !== undefined && { fingerprint }) };
  const { id, callId, direction, state, outcome, durationSeconds } = call;
  const facts = { id, callId: callId ?? '', phoneNumberId, direction, state };
  if (change !== 'whatsapp.call.ended') return { kind: change, payload: facts, ...base };
  return { kind: change, payload: { ...facts, outcome: outcome ?? 'failed', durationSeconds }, ...base };
}
