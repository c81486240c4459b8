import type { WhatsAppCall, WhatsAppCallStatus } from '../../webhooks/whatsapp-events';
import { type CallProgress, afterCallEvent, afterCallStatus } from './call-state';

const AT = new Date('2026-03-01T10:00:00Z');
const LATER = new Date('2026-03-01T10:00:40Z');

const NEW: CallProgress = {
  state: 'starting',
  outcome: null,
  session: null,
  error: null,
  waId: null,
  userId: null,
  name: null,
  offeredAt: null,
  ringingAt: null,
  acceptedAt: null,
  rejectedAt: null,
  endedAt: null,
  durationSeconds: null,
};

function anEvent(parts: Partial<WhatsAppCall>): WhatsAppCall {
  return {
    callId: 'wacid.1',
    event: 'connect',
    person: { waId: '16505551234' },
    errors: [],
    raw: {},
    ...parts,
  };
}

function aStatus(parts: Partial<WhatsAppCallStatus>): WhatsAppCallStatus {
  return { callId: 'wacid.1', status: 'RINGING', at: AT, recipient: {}, errors: [], ...parts };
}

const offer = anEvent({ session: { sdpType: 'offer', sdp: 'v=0' } });
const end = (parts: Partial<WhatsAppCall> = {}): WhatsAppCall =>
  anEvent({ event: 'terminate', status: 'FAILED', ...parts });

describe('a call', () => {
  it('rings with what was offered, and forgets that at its end', () => {
    const ringing = afterCallEvent(NEW, offer, AT);
    expect(ringing).toMatchObject({
      state: 'ringing',
      session: { sdpType: 'offer', sdp: 'v=0' },
      waId: '16505551234',
      offeredAt: AT,
    });
    expect(afterCallEvent(ringing, end(), LATER)).toMatchObject({
      state: 'ended',
      session: null,
      endedAt: LATER,
    });
  });

  it.each([
    ['completed', end({ status: 'COMPLETED', startedAt: AT, durationSeconds: 40 })],
    ['failed', end({ startedAt: AT, durationSeconds: 3 })],
    ['failed', end({ errors: [{ code: 138000 }] })],
    ['not_answered', end()],
    ['not_answered', end({ status: 'COMPLETED' })],
  ])('is %s at its end', (outcome, event) => {
    expect(afterCallEvent(NEW, event, LATER).outcome).toBe(outcome);
  });

  it('stays refused whatever its end is called', () => {
    const refused = afterCallStatus(NEW, aStatus({ status: 'REJECTED' }));
    expect(refused).toMatchObject({ state: 'ended', outcome: 'rejected', endedAt: AT });
    expect(afterCallEvent(refused, end(), LATER).outcome).toBe('rejected');
  });

  it('never goes back, in whatever order its events come', () => {
    const accepted = afterCallStatus(NEW, aStatus({ status: 'ACCEPTED' }));
    expect(afterCallStatus(accepted, aStatus({ status: 'RINGING' })).state).toBe('accepted');
    const ended = afterCallEvent(accepted, end({ durationSeconds: 2 }), LATER);
    const late = afterCallEvent(afterCallStatus(ended, aStatus({})), offer, LATER);
    expect(late).toMatchObject({ state: 'ended', session: null, durationSeconds: 2 });
  });
});
