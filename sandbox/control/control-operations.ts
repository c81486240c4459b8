import type { SandboxControl } from './control';
import {
  either,
  flag,
  mapOf,
  nullable,
  number,
  oneOf,
  operation,
  optional,
  text,
  texts,
  type Operation,
} from './control-input';
import { accountOperations } from '../whatsapp-accounts/account-operations';
import { directOperations, directReaders } from '../direct/direct-operations';
import { eventOperations, faultOperations } from '../webhooks/event-operations';
import { featureOperations, featureReaders } from '../features/feature-operations';
import { instagramOperations, instagramReaders } from '../instagram/instagram-operations';
import { messagingReaders } from '../messages/messaging-operations';
import { onboardingOperations } from '../login/onboarding-operations';
import { pageOperations } from '../pages/page-operations';
import { publishingReaders } from '../pages/publishing-operations';
import { readSettingsPatch } from '../settings';

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
/** `POST /__control/{name}`. */
export function operationsOf(control: SandboxControl): Record<string, Operation> {
  return {
    ...worldOperations(control),
    ...loginOperations(control),
    ...eventOperations(control),
    ...faultOperations(control),
    ...accountOperations(control),
    ...onboardingOperations(control),
    ...featureOperations(control),
    ...pageOperations(control),
    ...directOperations(control),
    ...instagramOperations(control),
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
    'issue-token': operation({ ...grant, pageId: optional(text), instagramId: optional(text) }, (input) =>
      control.issueToken(input),
    ),
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

/** `GET /__control/{name}`. */
export function readersOf(control: SandboxControl): Record<string, Operation> {
  return {
    overview: () => control.overview(),
    settings: () => control.settings(),
    calls: operation({ method: optional(text), path: optional(text) }, (query) => ({
      data: control.calls(query),
    })),
    ...directReaders(control),
    ...publishingReaders(control),
    ...instagramReaders(control),
    ...messagingReaders(control),
    ...featureReaders(control),
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
