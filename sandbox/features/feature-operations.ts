import type { SandboxControl } from '../control/control';
import {
  anything,
  either,
  flag,
  number,
  object,
  oneOf,
  operation,
  optional,
  shaped,
  text,
  type Operation,
} from '../control/control-input';

const phoneNumberId = optional(text);
const person = either(
  text,
  shaped({
    phone: optional(text),
    userId: optional(text),
    parentUserId: optional(text),
    name: optional(text),
    username: optional(text),
  }),
);

/** `POST /__control/{name}`: flows, groups and calls. */
export function featureOperations(control: SandboxControl): Record<string, Operation> {
  return { ...flowOperations(control), ...groupOperations(control), ...callOperations(control) };
}

/** `GET /__control/{name}`. */
export function featureReaders(control: SandboxControl): Record<string, Operation> {
  return { 'voice-calls': () => ({ data: control.voiceCalls() }) };
}

function flowOperations(control: SandboxControl): Record<string, Operation> {
  const call = {
    flowId: text,
    phoneNumberId,
    action: optional(oneOf('INIT', 'BACK', 'data_exchange', 'ping')),
    screen: optional(text),
    data: optional(object),
    flowToken: optional(text),
    version: optional(text),
    error: optional(shaped({ error: text, errorMessage: text })),
    disturb: optional(oneOf('stale-key', 'bad-signature', 'no-signature', 'damaged-data')),
    url: optional(text),
  };
  const status = {
    flowId: text,
    status: oneOf('DRAFT', 'PUBLISHED', 'DEPRECATED', 'BLOCKED', 'THROTTLED'),
  };
  const alert = {
    flowId: text,
    event: oneOf(
      'CLIENT_ERROR_RATE',
      'ENDPOINT_ERROR_RATE',
      'ENDPOINT_LATENCY',
      'ENDPOINT_AVAILABILITY',
      'FLOW_VERSION_EXPIRY_WARNING',
    ),
    state: optional(oneOf('ACTIVATED', 'DEACTIVATED')),
    details: optional(object),
  };
  return {
    'call-flow-endpoint': operation(call, (input) => control.callFlowEndpoint(input)),
    'set-flow-status': operation(status, (input) => ({ told: control.setFlowStatus(input) })),
    'play-flow-alert': operation(alert, (input) => ({ told: control.playFlowAlert(input) })),
  };
}

function groupOperations(control: SandboxControl): Record<string, Operation> {
  const message = {
    groupId: text,
    from: person,
    type: optional(text),
    content: optional(anything),
    mediaBase64: optional(text),
    context: optional(object),
    extra: optional(object),
    id: optional(text),
    timestamp: optional(number),
    hidePhone: optional(flag),
  };
  return {
    'play-group-join': operation({ groupId: text, from: person }, (input) => control.playGroupJoin(input)),
    'play-group-join-revoked': operation({ groupId: text, joinRequestId: text }, (input) => ({
      told: control.playGroupJoinRevoked(input),
    })),
    'play-group-leave': operation({ groupId: text, from: person }, (input) => ({
      told: control.playGroupLeave(input),
    })),
    'set-group-suspended': operation({ groupId: text, isSuspended: flag }, (input) => ({
      told: control.setGroupSuspended(input),
    })),
    'play-group-message': operation(message, (input) => control.playGroupMessage(input)),
  };
}

function callOperations(control: SandboxControl): Record<string, Operation> {
  const permission = {
    from: person,
    phoneNumberId,
    response: oneOf('accept', 'reject'),
    isPermanent: optional(flag),
    messageId: optional(text),
  };
  return {
    'play-call': operation({ from: person, phoneNumberId, sdp: optional(text) }, (input) =>
      control.playCall(input),
    ),
    'answer-call': operation(
      { callId: text, answer: oneOf('accept', 'reject'), sdp: optional(text) },
      (input) => {
        control.answerCall(input);
      },
    ),
    'hang-up': operation({ callId: text, errorCode: optional(number) }, (input) => ({
      told: control.hangUp(input),
    })),
    'play-call-permission': operation(permission, (input) => control.playCallPermission(input)),
  };
}
