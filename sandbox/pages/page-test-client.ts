import { startCallbackServer, type CallbackServer } from '../webhooks/callback-server';
import { isObject, objectOf, type JsonObject, type JsonValue } from '../json';
import { APP_TOKEN, TestClient, type Answer } from '../test-client';
import { WEBHOOK_FIELDS } from '../webhooks/webhook-fields';
import { SEED } from '../world-seed';

/** A test client with the tokens of the seeded Page and Instagram account. */
export class PageTestClient {
  private callback: CallbackServer | undefined;

  private constructor(
    readonly client: TestClient,
    /** Of the seeded Page, with all permissions. */
    readonly pageToken: string,
    /** Of the seeded Instagram account, by Instagram Login. */
    readonly instagramToken: string,
  ) {}

  static async start(): Promise<PageTestClient> {
    const client = await TestClient.start({ settings: { messaging: { conversationCallsPerSecond: 0 } } });
    const { control } = client;
    const { token } = control.issueToken({ pageId: SEED.pageId, expiresInSeconds: 0 });
    const account = control.issueToken({ instagramId: SEED.instagramId, expiresInSeconds: 0 });
    return new PageTestClient(client, token, account.token);
  }

  get control() {
    return this.client.control;
  }

  async close(): Promise<void> {
    await this.client.close();
    await this.callback?.close();
  }

  get(path: string, token = this.pageToken): Promise<Answer> {
    return this.client.get(path, token);
  }

  post(path: string, body: JsonObject = {}, token = this.pageToken): Promise<Answer> {
    return this.client.post(path, body, token);
  }

  delete(path: string, token = this.pageToken): Promise<Answer> {
    return this.client.delete(path, token);
  }

  sendText(userId: string, text = 'Hi', more: JsonObject = {}): Promise<Answer> {
    return this.post('/me/messages', { recipient: { id: userId }, message: { text }, ...more });
  }

  /** Subscribes the app to everything of Pages and Instagram, and the seeded Page to all fields. */
  async subscribe(): Promise<CallbackServer> {
    this.callback = await startCallbackServer();
    for (const object of ['page', 'instagram']) {
      const body = {
        object,
        callback_url: this.callback.url,
        verify_token: this.callback.verifyToken,
        fields: (WEBHOOK_FIELDS[object] ?? []).join(','),
      };
      await this.post(`/${SEED.appId}/subscriptions`, body, APP_TOKEN);
    }
    const fields = (WEBHOOK_FIELDS.page ?? []).join(',');
    await this.post('/me/subscribed_apps', { subscribed_fields: fields });
    return this.callback;
  }
}

export function dataOf({ json }: { json: JsonObject }): JsonObject[] {
  return asObjects(json.data);
}

export function asObjects(value: JsonValue | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** `data` of an inner list, as `conversation.messages`. */
export function innerData(node: JsonObject | undefined, name: string): JsonObject[] {
  return asObjects(objectOf(node?.[name]).data);
}

/** Everything under `entry[].messaging` that was received, in order. */
export function messagingOf(callback: CallbackServer): JsonObject[] {
  return entriesOf(callback).flatMap((entry) => asObjects(entry.messaging));
}

export function entriesOf(callback: CallbackServer): JsonObject[] {
  return callback.received.flatMap(({ json }) => asObjects(isObject(json) ? json.entry : undefined));
}
