import {
  anything,
  either,
  flag,
  mapOf,
  nullable,
  number,
  object,
  oneOf,
  optional,
  readInput,
  shaped,
  text,
  texts,
  type Input,
  type Shape,
} from './control-input';
import type { SandboxControl } from './control';
import type { JsonObject } from './json';
import { readSettingsPatch } from './settings';

export type Operation = (input: JsonObject) => unknown;

/** Binds an operation to the shape of what it takes. */
function operation<const S extends Shape>(shape: S, run: (input: Input<S>) => unknown): Operation {
  return (input) => run(readInput(input, shape));
}

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
const who = { appId: optional(text), personId: optional(text) };
const grant = {
  ...who,
  scopes: optional(texts),
  decline: optional(texts),
  targets: optional(either(oneOf('all'), mapOf(texts))),
  tokenKind: optional(oneOf('USER', 'SYSTEM_USER')),
  expiresInSeconds: optional(number),
};
const appParts = {
  name: optional(text),
  requireProof: optional(flag),
  redirectUris: optional(texts),
  deauthorizeUrl: optional(text),
  dataDeletionUrl: optional(text),
};
const template = {
  templateId: optional(text),
  name: optional(text),
  language: optional(text),
  wabaId: optional(text),
};

/** `POST /__control/{name}`. */
export function operationsOf(control: SandboxControl): Record<string, Operation> {
  return {
    ...worldOperations(control),
    ...loginOperations(control),
    ...eventOperations(control),
    ...faultOperations(control),
  };
}

function worldOperations(control: SandboxControl): Record<string, Operation> {
  return {
    reset: operation({}, () => {
      control.reset();
    }),
    configure: (input) => control.configure(readSettingsPatch(control.settings(), input)),
    'create-app': operation({ appId: text, appSecret: text, ...appParts }, (input) =>
      control.createApp(input),
    ),
    'update-app': operation(
      { appId: text, appSecret: optional(text), ...appParts },
      ({ appId, ...change }) => {
        control.updateApp(appId, change);
      },
    ),
    'create-login-configuration': operation(
      {
        appId: text,
        configId: text,
        scopes: texts,
        tokenKind: oneOf('USER', 'SYSTEM_USER'),
        expiresInSeconds: number,
      },
      ({ appId, configId, ...configuration }) => {
        control.createLoginConfiguration(appId, configId, configuration);
      },
    ),
    'create-business': operation({ id: optional(text), name: text }, (input) =>
      control.createBusiness(input),
    ),
    'create-person': operation(
      {
        id: optional(text),
        name: text,
        businessIds: optional(texts),
        pageIds: optional(texts),
        wabaIds: optional(texts),
        isSystemUser: optional(flag),
      },
      (input) => control.createPerson(input),
    ),
    'create-waba': operation(
      {
        id: optional(text),
        name: text,
        ownerBusinessId: optional(text),
        clientBusinessIds: optional(texts),
        country: optional(text),
        currency: optional(text),
        templateLimit: optional(number),
      },
      (input) => control.createWaba(input),
    ),
    'create-phone-number': operation(
      {
        id: optional(text),
        wabaId: optional(text),
        displayPhoneNumber: text,
        verifiedName: optional(text),
        registered: optional(flag),
        throughputLevel: optional(oneOf('STANDARD', 'HIGH')),
        isOnBizApp: optional(flag),
      },
      (input) => control.createPhoneNumber(input),
    ),
    'create-page': operation(
      {
        id: optional(text),
        name: text,
        instagramUsername: optional(text),
        instagramId: optional(text),
        personId: optional(text),
      },
      (input) => control.createPage(input),
    ),
    'create-tenant': operation({ name: text, displayPhoneNumber: text }, (input) =>
      control.createTenant(input),
    ),
  };
}

function loginOperations(control: SandboxControl): Record<string, Operation> {
  const code = {
    ...grant,
    redirectUri: optional(text),
    lifetimeSeconds: optional(number),
    instagramId: optional(text),
  };
  return {
    'issue-code': operation(code, (input) => control.issueCode(input)),
    'issue-token': operation(grant, (input) => control.issueToken(input)),
    'expire-token': operation({ token: text }, ({ token }) => {
      control.expireToken(token);
    }),
    'revoke-token': operation(
      { token: text, subcode: optional(nullable(number)) },
      ({ token, subcode = null }) => {
        control.revokeToken(token, subcode);
      },
    ),
    'revoke-permission': operation({ ...who, permission: optional(text) }, (input) => {
      control.revokePermission(input);
    }),
    deauthorize: operation(who, async (input) => ({ callback: await control.deauthorize(input) })),
    'request-data-deletion': operation(who, async (input) => ({
      callback: await control.requestDataDeletion(input),
    })),
  };
}

function eventOperations(control: SandboxControl): Record<string, Operation> {
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

function faultOperations(control: SandboxControl): Record<string, Operation> {
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
    'drop-webhooks': operation({ count: number }, ({ count }) => {
      control.dropWebhooks(count);
    }),
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

/** `GET /__control/{name}`. */
export function readersOf(control: SandboxControl): Record<string, Operation> {
  return {
    overview: () => control.overview(),
    settings: () => control.settings(),
    calls: operation({ method: optional(text), path: optional(text) }, (query) => ({
      data: control.calls(query),
    })),
    'sent-messages': operation({ to: optional(text), phoneNumberId: optional(text) }, (query) => ({
      data: control.sentMessages(query),
    })),
    deliveries: operation(
      { appId: optional(text), object: optional(text), state: optional(text) },
      (query) => ({
        data: control.deliveries(query),
      }),
    ),
    tokens: () => ({ data: control.tokens() }),
    customers: () => ({ data: control.customers() }),
    'received-message': operation({ id: text }, ({ id }) => control.receivedMessage(id) ?? {}),
    now: () => ({ now: control.now() }),
  };
}
