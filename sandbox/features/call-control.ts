import { endCall, giveUpLater, replyPermission, tellCallStatus, tellConnect } from './call-events';
import { callingIsEnabled } from './call-settings';
import type { CustomerReference } from '../messages/customers';
import { GroupControl } from './group-control';
import { isObject } from '../json';
import { SAMPLE_SDP, type VoiceCall } from './voice-calls';

/** Calls: what people do with them. Only signals are played; there is no sound. */
export class CallControl extends GroupControl {
  /** A person calls the business; opens the window, and rings for a minute. */
  playCall(input: { from: string | CustomerReference; phoneNumberId?: string; sdp?: string }): {
    callId: string;
    told: number;
  } {
    const { clock, messages, voiceCalls } = this.context;
    const phone = this.phone(input.phoneNumberId);
    if (!callingIsEnabled(phone)) throw new Error('Calling is not enabled for the number.');
    const customer = this.person(input.from);
    const call = voiceCalls.add({
      phoneId: phone.id,
      appId: null,
      userId: customer.userId,
      direction: 'USER_INITIATED',
      state: 'ringing',
      session: null,
      bizOpaqueCallbackData: null,
      startedAt: clock.now(),
      pickedUpAt: null,
      endedAt: null,
    });
    messages.openWindow(phone.id, customer.userId, clock.now());
    const told = tellConnect(this.context, call, { sdpType: 'offer', sdp: input.sdp ?? SAMPLE_SDP });
    giveUpLater(this.context, call);
    const { calling } = phone.settings;
    if (isObject(calling) && calling.callback_permission_status === 'ENABLED') {
      const reply = { response: 'accept', source: 'automatic', contextId: call.id } as const;
      replyPermission(this.context, phone.id, customer, reply);
    }
    return { callId: call.id, told };
  }

  /** The person takes or refuses the business's call. Not answering needs nothing: it ends after a minute. */
  answerCall(input: { callId: string; answer: 'accept' | 'reject'; sdp?: string }): void {
    const call = this.call(input.callId);
    if (call.direction !== 'BUSINESS_INITIATED' || call.state !== 'ringing') {
      throw new Error('Only a ringing call of the business can be answered by the person.');
    }
    if (input.answer === 'reject') {
      tellCallStatus(this.context, call, 'REJECTED');
      endCall(this.context, call);
      return;
    }
    tellConnect(this.context, call, { sdpType: 'answer', sdp: input.sdp ?? SAMPLE_SDP });
    call.state = 'active';
    call.pickedUpAt = this.context.clock.now();
    tellCallStatus(this.context, call, 'ACCEPTED');
  }

  /** The person hangs up, or the call breaks with an error of 138xxx. */
  hangUp(input: { callId: string; errorCode?: number }): number {
    const { callId, ...options } = input;
    return endCall(this.context, this.call(callId), options);
  }

  /** The person answers a request for permission, or changes the permission in the business's profile. */
  playCallPermission(input: {
    from: string | CustomerReference;
    phoneNumberId?: string;
    response: 'accept' | 'reject';
    isPermanent?: boolean;
    /** Id of the request; left out where the person did it in the profile. */
    messageId?: string;
  }): { messageId: string; told: number } {
    const phone = this.phone(input.phoneNumberId);
    return replyPermission(this.context, phone.id, this.person(input.from), {
      response: input.response,
      source: 'user_action',
      contextId: input.messageId,
      ...(input.isPermanent !== undefined && { isPermanent: input.isPermanent }),
    });
  }

  /** Every call, with its state. */
  voiceCalls(): VoiceCall[] {
    return this.context.voiceCalls.all();
  }

  private call(id: string): VoiceCall {
    const call = this.context.voiceCalls.find(id);
    if (!call) throw new Error('There is no such call.');
    return call;
  }
}
