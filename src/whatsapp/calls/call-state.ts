import type { WhatsAppCall, WhatsAppCallStatus, WhatsAppPerson } from '../../webhooks/whatsapp-events';
import type { WhatsAppError } from '../../webhooks/whatsapp-message-content';
import type { CallEntity, CallOutcome, CallProblem, CallState } from '../entities/call.entity';

/** What webhooks change of a call. */
export type CallProgress = Pick<
  CallEntity,
  | 'state'
  | 'outcome'
  | 'session'
  | 'error'
  | 'waId'
  | 'userId'
  | 'name'
  | 'offeredAt'
  | 'ringingAt'
  | 'acceptedAt'
  | 'rejectedAt'
  | 'endedAt'
  | 'durationSeconds'
>;

const ORDER: readonly CallState[] = ['starting', 'unknown', 'ringing', 'pre_accepted', 'accepted', 'ended'];

/** The call after somebody's offer or answer came, or after its end. Webhooks come in any order; a call never goes back. */
export function afterCallEvent<P extends CallProgress>(call: P, event: WhatsAppCall, at: Date): P {
  const known = { ...call, ...personOf(call, event.person) };
  if (event.event === 'terminate') return afterEnd(known, event, at);
  if (event.event !== 'connect') return known;
  const { sdp, sdpType } = event.session ?? {};
  return {
    ...known,
    state: further(call.state, 'ringing'),
    session:
      sdp === undefined || call.state === 'ended' ? call.session : { sdpType: sdpType ?? 'offer', sdp },
    offeredAt: call.offeredAt ?? at,
  };
}

/** The call after the person's phone rang, was picked up, or refused it. */
export function afterCallStatus<P extends CallProgress>(
  call: P,
  { status, at, recipient, errors }: WhatsAppCallStatus,
): P {
  const known = { ...call, ...personOf(call, recipient), error: problemOf(errors) ?? call.error };
  switch (status) {
    case 'RINGING':
      return { ...known, state: further(call.state, 'ringing'), ringingAt: call.ringingAt ?? at };
    case 'ACCEPTED':
      return { ...known, state: further(call.state, 'accepted'), acceptedAt: call.acceptedAt ?? at };
    case 'REJECTED':
      return {
        ...known,
        state: 'ended',
        outcome: 'rejected',
        session: null,
        rejectedAt: call.rejectedAt ?? at,
        endedAt: call.endedAt ?? at,
      };
    default:
      return known;
  }
}

function afterEnd<P extends CallProgress>(call: P, event: WhatsAppCall, at: Date): P {
  const acceptedAt = call.acceptedAt ?? event.startedAt ?? null;
  return {
    ...call,
    state: 'ended',
    outcome: outcomeOf({ ...call, acceptedAt }, event),
    session: null,
    error: problemOf(event.errors) ?? call.error,
    acceptedAt,
    endedAt: event.endedAt ?? at,
    durationSeconds: event.durationSeconds ?? call.durationSeconds,
  };
}

/** Meta says only COMPLETED or FAILED, and gives times only of calls that were picked up. */
function outcomeOf(call: CallProgress, { status, errors, durationSeconds }: WhatsAppCall): CallOutcome {
  if (call.rejectedAt !== null) return 'rejected';
  if (errors.length > 0) return 'failed';
  if (call.acceptedAt === null && durationSeconds === undefined) return 'not_answered';
  return status === 'FAILED' ? 'failed' : 'completed';
}

function further(known: CallState, told: CallState): CallState {
  return ORDER.indexOf(told) > ORDER.indexOf(known) ? told : known;
}

function personOf(
  call: CallProgress,
  person: WhatsAppPerson,
): Pick<CallProgress, 'waId' | 'userId' | 'name'> {
  return {
    waId: person.waId ?? call.waId,
    userId: person.bsuid ?? call.userId,
    name: person.name ?? call.name,
  };
}

function problemOf([first]: readonly WhatsAppError[]): CallProblem | null {
  return first === undefined ? null : { code: first.code ?? null, message: first.message ?? null };
}
