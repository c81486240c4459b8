import type { SandboxControl } from '../control/control';
import {
  anything,
  either,
  flag,
  mapOf,
  nullable,
  number,
  object,
  oneOf,
  operation,
  optional,
  readInput,
  shaped,
  text,
  type Operation,
} from '../control/control-input';
import type { JsonObject } from '../json';

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
const template = {
  templateId: optional(text),
  name: optional(text),
  language: optional(text),
  wabaId: optional(text),
};

/** What Meta and people do, by `POST /__control/{name}`. */
export function eventOperations(control: SandboxControl): Record<string, Operation> {
  const phoneNumberId = optional(text);
  const message = {
    phoneNumberId,
    from: person,
    type: optional(text),
    content: optional(anything),
    mediaBase64: optional(text),
    context: optional(object),
    referral: optional(object),
    extra: optional(object),
    extraValue: optional(object),
    id: optional(text),
    timestamp: optional(number),
    hidePhone: optional(flag),
  };
  const change = {
    object: text,
    ownerId: text,
    field: text,
    value: anything,
    entryId: optional(text),
    entryTime: optional(number),
    appId: optional(text),
  };
  const messaging = {
    object: oneOf('page', 'instagram'),
    ownerId: text,
    field: text,
    item: object,
    standby: optional(flag),
  };
  const raw = { body: anything, appId: optional(text), url: optional(text), headers: optional(mapOf(text)) };
  const status = { messageId: text, status: text, errorCode: optional(number), details: optional(text) };
  const verdict = {
    status: text,
    reason: optional(nullable(text)),
    rejectionInfo: optional(shaped({ reason: text, recommendation: text })),
    pauseTitle: optional(text),
  };
  const identity = { phoneNumberId, from: person, newPhone: optional(text), newUserId: optional(text) };
  return {
    'play-message': operation(message, (input) => control.playMessage(input)),
    'play-identity-change': operation(identity, (input) => control.playIdentityChange(input)),
    'play-preference': operation(
      { from: person, value: oneOf('stop', 'resume'), phoneNumberId },
      (input) => ({
        told: control.playPreference(input),
      }),
    ),
    'close-window': operation({ from: person, phoneNumberId }, (input) => {
      control.closeWindow(input);
    }),
    'play-change': operation(change, (input) => ({ told: control.playChange(input) })),
    'play-messaging': operation(messaging, (input) => ({ told: control.playMessaging(input) })),
    'play-raw': operation(raw, (input) => control.playRaw(input)),
    'play-status': operation(status, (input) => {
      control.playStatus(input);
    }),
    'set-template-status': operation({ ...template, ...verdict }, (input) => {
      const { templateId, name, language, wabaId, ...decision } = input;
      control.setTemplateStatus(
        readInput(definedOnly({ templateId, name, language, wabaId }), template),
        decision,
      );
    }),
    'set-template-category': operation({ ...template, category: text }, ({ category, ...reference }) => {
      control.setTemplateCategory(reference, category);
    }),
    'announce-template-category': operation(
      { ...template, category: text, noticeMs: optional(number) },
      ({ category, noticeMs, ...reference }) => {
        control.announceTemplateCategory(reference, category, noticeMs);
      },
    ),
    'set-template-quality': operation(
      { ...template, score: oneOf('GREEN', 'YELLOW', 'RED', 'UNKNOWN') },
      ({ score, ...reference }) => {
        control.setTemplateQuality(reference, score);
      },
    ),
  };
}

function definedOnly(input: Record<string, string | undefined>): JsonObject {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
}

/** What goes wrong, and time. */
export function faultOperations(control: SandboxControl): Record<string, Operation> {
  const rule = {
    method: optional(text),
    path: optional(text),
    times: optional(number),
    code: optional(number),
    subcode: optional(number),
    message: optional(text),
    type: optional(text),
    isTransient: optional(flag),
    data: optional(anything),
    status: optional(number),
    body: optional(text),
    contentType: optional(text),
    headers: optional(mapOf(text)),
    delayMs: optional(number),
    delayAfterMs: optional(number),
    keepBytes: optional(number),
    share: optional(number),
    afterEffect: optional(flag),
    drop: optional(oneOf('before', 'after')),
  };
  const failure = {
    code: number,
    how: oneOf('answer', 'status'),
    times: optional(number),
    to: optional(text),
    phoneNumberId: optional(text),
    details: optional(text),
  };
  return {
    'fail-next': operation(rule, (input) => {
      control.failNext(input);
    }),
    'clear-faults': operation({}, () => {
      control.clearFaults();
    }),
    'fail-messages': operation(failure, (input) => {
      control.failMessages(input);
    }),
    'drop-webhooks': operation(
      { count: number, object: optional(text), ownerId: optional(text) },
      ({ count, ...filter }) => {
        control.dropWebhooks(count, filter);
      },
    ),
    advance: operation({ ms: number }, async ({ ms }) => {
      if (ms < 0) throw new Error('ms must not be negative: time moves forward only.');
      await control.advance(ms);
      return { now: control.now() };
    }),
    'wait-until-idle': operation(
      { timeoutMs: optional(number), horizonMs: optional(number) },
      async (input) => ({ idle: await control.waitUntilIdle(input) }),
    ),
    'clear-calls': operation({}, () => {
      control.clearCalls();
    }),
  };
}
