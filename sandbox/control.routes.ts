import type { FastifyInstance, FastifyRequest } from 'fastify';

import type { SandboxControl } from './control';
import { isObject, parseJson, textOf, type JsonObject } from './json';

type Operation = (input: JsonObject) => unknown;

const BASE = '/__control';

/**
 * The control operations over HTTP: `POST /__control/{operation}` with a JSON object, whose keys are the operation's
 * named parameters. Outside input meets the typed operations here; a wrong id or missing part answers 400.
 */
export function serveControl(server: FastifyInstance, control: SandboxControl): void {
  for (const [name, operation] of Object.entries(operationsOf(control))) {
    server.post(`${BASE}/${name}`, async (request, reply) => {
      try {
        const result: unknown = await operation(inputOf(request));
        return await reply.send(
          result === undefined || typeof result !== 'object' ? { ok: true, result } : result,
        );
      } catch (error) {
        return reply.status(400).send({ error: error instanceof Error ? error.message : String(error) });
      }
    });
  }
  for (const [name, read] of Object.entries(readersOf(control))) {
    server.get(`${BASE}/${name}`, (request, reply) => reply.send(read(queryOf(request))));
  }
}

function inputOf(request: FastifyRequest): JsonObject {
  if (!Buffer.isBuffer(request.body) || request.body.length === 0) return {};
  const value = parseJson(request.body.toString('utf8'));
  if (!isObject(value)) throw new Error('The body must be a JSON object.');
  return value;
}

function queryOf(request: FastifyRequest): JsonObject {
  return Object.fromEntries(new URL(request.raw.url ?? '/', 'http://sandbox').searchParams);
}

function required(input: JsonObject, name: string): string {
  const text = textOf(input[name]);
  if (text === undefined) throw new Error(`${name} is required.`);
  return text;
}

/** The control API is for tests: shapes are documented and typed in-process; here they are taken as they come. */
function as<T>(input: JsonObject): T {
  return input as T;
}

function operationsOf(control: SandboxControl): Record<string, Operation> {
  return {
    reset: () => {
      control.reset();
    },
    'create-app': (input) => {
      required(input, 'appId');
      required(input, 'appSecret');
      return control.createApp(as(input));
    },
    'update-app': ({ appId, ...change }) => {
      control.updateApp(required({ appId }, 'appId'), as(change));
    },
    'create-login-configuration': ({ appId, configId, ...configuration }) => {
      control.createLoginConfiguration(
        required({ appId }, 'appId'),
        required({ configId }, 'configId'),
        as(configuration),
      );
    },
    'create-business': (input) =>
      control.createBusiness({ ...as<object>(input), name: required(input, 'name') }),
    'create-person': (input) => control.createPerson({ ...as<object>(input), name: required(input, 'name') }),
    'create-waba': (input) => control.createWaba({ ...as<object>(input), name: required(input, 'name') }),
    'create-phone-number': (input) =>
      control.createPhoneNumber({
        ...as<object>(input),
        displayPhoneNumber: required(input, 'displayPhoneNumber'),
      }),
    'create-page': (input) => control.createPage({ ...as<object>(input), name: required(input, 'name') }),
    'create-tenant': (input) =>
      control.createTenant({
        name: required(input, 'name'),
        displayPhoneNumber: required(input, 'displayPhoneNumber'),
      }),
    configure: (input) => control.configure(as(input)),
    'issue-code': (input) => control.issueCode(as(input)),
    'issue-token': (input) => control.issueToken(as(input)),
    'expire-token': (input) => {
      control.expireToken(required(input, 'token'));
    },
    'revoke-token': (input) => {
      control.revokeToken(required(input, 'token'), typeof input.subcode === 'number' ? input.subcode : null);
    },
    'revoke-permission': (input) => {
      control.revokePermission(as(input));
    },
    deauthorize: async (input) => ({ callback: await control.deauthorize(as(input)) }),
    'request-data-deletion': async (input) => ({ callback: await control.requestDataDeletion(as(input)) }),
    'play-message': (input) => {
      if (input.from === undefined) throw new Error('from is required.');
      return control.playMessage(as(input));
    },
    'play-identity-change': (input) => {
      if (input.from === undefined) throw new Error('from is required.');
      return control.playIdentityChange(as(input));
    },
    'play-preference': (input) => ({ told: control.playPreference(as(input)) }),
    'close-window': (input) => {
      control.closeWindow(as(input));
    },
    'play-change': (input) => {
      for (const name of ['object', 'ownerId', 'field']) required(input, name);
      return { told: control.playChange(as(input)) };
    },
    'play-messaging': (input) => {
      for (const name of ['object', 'ownerId', 'field']) required(input, name);
      return { told: control.playMessaging(as(input)) };
    },
    'play-raw': (input) => {
      if (input.body === undefined) throw new Error('body is required.');
      return control.playRaw(as(input));
    },
    'play-status': (input) => {
      required(input, 'messageId');
      required(input, 'status');
      control.playStatus(as(input));
    },
    'set-template-status': (input) => {
      required(input, 'status');
      control.setTemplateStatus(as(input), as(input));
    },
    'set-template-category': (input) => {
      control.setTemplateCategory(as(input), required(input, 'category'));
    },
    'set-template-quality': (input) => {
      required(input, 'score');
      control.setTemplateQuality(as(input), as<{ score: 'GREEN' }>(input).score);
    },
    'fail-next': (input) => {
      control.failNext(as(input));
    },
    'clear-faults': () => {
      control.clearFaults();
    },
    'fail-messages': (input) => {
      if (typeof input.code !== 'number') throw new Error('code must be a number.');
      if (input.how !== 'answer' && input.how !== 'status') throw new Error('how must be answer or status.');
      control.failMessages({ ...as<object>(input), code: input.code, how: input.how });
    },
    'drop-webhooks': (input) => {
      if (typeof input.count !== 'number') throw new Error('count must be a number.');
      control.dropWebhooks(input.count);
    },
    advance: async (input) => {
      if (typeof input.ms !== 'number' || input.ms < 0) throw new Error('ms must be a positive number.');
      await control.advance(input.ms);
      return { now: control.now() };
    },
    'wait-until-idle': async (input) => ({ idle: await control.waitUntilIdle(as(input)) }),
    'clear-calls': () => {
      control.clearCalls();
    },
  };
}

function readersOf(control: SandboxControl): Record<string, (query: JsonObject) => unknown> {
  return {
    overview: () => control.overview(),
    settings: () => control.settings(),
    calls: (query) => ({ data: control.calls(as(query)) }),
    'sent-messages': (query) => ({ data: control.sentMessages(as(query)) }),
    deliveries: (query) => ({ data: control.deliveries(as(query)) }),
    tokens: () => ({ data: control.tokens() }),
    customers: () => ({ data: control.customers() }),
    'received-message': (query) => control.receivedMessage(required(query, 'id')) ?? {},
    now: () => ({ now: control.now() }),
  };
}
