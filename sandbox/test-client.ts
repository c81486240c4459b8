import { startCallbackServer, type CallbackServer } from './webhooks/callback-server';
import { isObject, parseJson, type JsonObject, type JsonValue } from './json';
import { startSandbox, type Sandbox, type SandboxOptions } from './sandbox';
import { SEED } from './world-seed';

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  /** The body, where it is a JSON object; else empty. */
  json: JsonObject;
  /** `json.error`, where there is one; else empty. */
  error: JsonObject;
}

export const APP_TOKEN = `${SEED.appId}|${SEED.appSecret}`;

/** A sandbox, a token of Dana's, and a bare HTTP client: what every test of the sandbox starts with. */
export class TestClient {
  private callback: CallbackServer | undefined;

  private constructor(
    readonly sandbox: Sandbox,
    /** Of Dana Demo, with WhatsApp's permissions. */
    public token: string,
  ) {}

  static async start(options: SandboxOptions = {}): Promise<TestClient> {
    const sandbox = await startSandbox(options);
    return new TestClient(sandbox, sandbox.control.issueToken().token);
  }

  get control() {
    return this.sandbox.control;
  }

  async close(): Promise<void> {
    await this.sandbox.close();
    await this.callback?.close();
  }

  get(path: string, token: string | null = this.token): Promise<Answer> {
    return this.request('GET', path, {}, token);
  }

  post(path: string, body: JsonObject = {}, token: string | null = this.token): Promise<Answer> {
    const init = { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    return this.request('POST', path, init, token);
  }

  delete(path: string, token: string | null = this.token): Promise<Answer> {
    return this.request('DELETE', path, {}, token);
  }

  /** `path` begins with a slash and has no version, unless it brings its own. */
  async request(
    method: string,
    path: string,
    init: RequestInit,
    token: string | null = this.token,
  ): Promise<Answer> {
    const versioned = /^\/(v\d|__control|whatsapp_business)/.test(path) ? path : `/v26.0${path}`;
    const headers = new Headers(init.headers);
    if (token !== null) headers.set('authorization', `Bearer ${token}`);
    const response = await fetch(this.sandbox.url + versioned, {
      redirect: 'manual',
      ...init,
      method,
      headers,
    });
    const text = await response.text();
    const parsed = parseJson(text);
    const json = isObject(parsed) ? parsed : {};
    return {
      status: response.status,
      headers: response.headers,
      text,
      json,
      error: isObject(json.error) ? json.error : {},
    };
  }

  /** Subscribes the app and Dana's account, and gives the receiver. */
  async subscribe(
    fields = 'messages,message_template_status_update,account_update',
  ): Promise<CallbackServer> {
    this.callback = await startCallbackServer();
    const body = {
      object: 'whatsapp_business_account',
      callback_url: this.callback.url,
      verify_token: this.callback.verifyToken,
      fields,
    };
    await this.post(`/${SEED.appId}/subscriptions`, body, APP_TOKEN);
    await this.post(`/${SEED.wabaId}/subscribed_apps`);
    return this.callback;
  }

  sendText(to: string, body = 'Hi', more: JsonObject = {}): Promise<Answer> {
    return this.send({ to, type: 'text', text: { body }, ...more });
  }

  send(message: JsonObject): Promise<Answer> {
    return this.post(`/${SEED.phoneNumberId}/messages`, { messaging_product: 'whatsapp', ...message });
  }
}

/** The items under `entry[].changes[].value[key]` of everything that was received, in order. */
export function itemsOf(callback: CallbackServer, key: 'messages' | 'statuses'): JsonObject[] {
  return valuesOf(callback).flatMap((value) => asList(value[key]));
}

export function valuesOf(callback: CallbackServer): JsonObject[] {
  return changesOf(callback).map(({ value }) => (isObject(value) ? value : {}));
}

export function changesOf(callback: CallbackServer): JsonObject[] {
  return callback.received
    .flatMap(({ json }) => asList(isObject(json) ? json.entry : undefined))
    .flatMap((entry) => asList(entry.changes));
}

function asList(value: JsonValue | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}
