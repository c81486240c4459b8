import { randomBytes } from 'node:crypto';

export interface CallSession {
  sdpType: 'offer' | 'answer';
  sdp: string;
}

export interface VoiceCall {
  /** `wacid.…` */
  id: string;
  phoneId: string;
  appId: string | null;
  userId: string;
  direction: 'USER_INITIATED' | 'BUSINESS_INITIATED';
  state: 'ringing' | 'pre_accepted' | 'active' | 'ended';
  /** What the business offered or answered with. */
  session: CallSession | null;
  bizOpaqueCallbackData: string | null;
  startedAt: number;
  /** Unix ms; null until somebody picks up. */
  pickedUpAt: number | null;
  endedAt: number | null;
}

export interface CallPermission {
  /** Unix ms; null = permanent. */
  until: number | null;
}

/** The SDP of a phone: long enough to look like one, and nothing that could be connected to. */
export const SAMPLE_SDP = [
  'v=0',
  'o=- 7669997803033704573 2 IN IP4 127.0.0.1',
  's=-',
  't=0 0',
  'a=group:BUNDLE 0',
  'm=audio 9 UDP/TLS/RTP/SAVPF 111',
  'c=IN IP4 0.0.0.0',
  'a=mid:0',
  'a=sendrecv',
  'a=rtpmap:111 opus/48000/2',
  '',
].join('\r\n');

/** Calls that go on or are over, and who may be called. */
export class VoiceCalls {
  private readonly calls = new Map<string, VoiceCall>();
  private readonly permissions = new Map<string, CallPermission>();
  /** Unix ms of permission requests and of questions for them, by number and person. */
  readonly requests = new Map<string, number[]>();

  clear(): void {
    this.calls.clear();
    this.permissions.clear();
    this.requests.clear();
  }

  add(call: Omit<VoiceCall, 'id'>): VoiceCall {
    const added = { ...call, id: `wacid.${randomBytes(20).toString('base64')}` };
    this.calls.set(added.id, added);
    return added;
  }

  find(id: string): VoiceCall | undefined {
    return this.calls.get(id);
  }

  all(): VoiceCall[] {
    return [...this.calls.values()];
  }

  between(phoneId: string, userId: string): VoiceCall[] {
    return this.all().filter((call) => call.phoneId === phoneId && call.userId === userId);
  }

  permit(phoneId: string, userId: string, permission: CallPermission | null): void {
    const key = pairKey(phoneId, userId);
    if (permission) this.permissions.set(key, permission);
    else this.permissions.delete(key);
  }

  permissionOf(phoneId: string, userId: string, now: number): CallPermission | undefined {
    const found = this.permissions.get(pairKey(phoneId, userId));
    return found && (found.until === null || found.until > now) ? found : undefined;
  }

  /** Counts one more and gives back how many there were in the period before it. */
  count(key: string, now: number, periodMs: number): number {
    const times = (this.requests.get(key) ?? []).filter((at) => now - at < periodMs);
    this.requests.set(key, [...times, now]);
    return times.length;
  }
}

export function pairKey(phoneId: string, userId: string): string {
  return `${phoneId} ${userId}`;
}
