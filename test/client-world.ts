import { type Client, Session, type SessionTokens, createClient } from '../clients/typescript/dist/client.js';
import { type AnyLiveEvent, LiveUpdates } from '../clients/typescript/dist/realtime.js';
import type { Sandbox } from '../sandbox/sandbox';
import { eventually } from './eventually';
import { type TestApp, startTestApp } from './test-app';

export const REDIRECT_URI = 'https://app.example.com/callback';

/** The service beside the stand-in for Meta, used by nothing but the TypeScript client as it is published. */
export class ClientWorld {
  tokens: SessionTokens | null = null;
  readonly session: Session;
  readonly client: Client;

  private constructor(
    readonly app: TestApp,
    readonly sandbox: Sandbox,
  ) {
    const store = {
      read: () => this.tokens,
      write: (tokens: SessionTokens | null) => {
        this.tokens = tokens;
      },
    };
    this.session = new Session({ baseUrl: app.url, store });
    this.client = createClient({ baseUrl: app.url, ...this.session.credentials });
  }

  static async start(env: Readonly<Record<string, string>> = {}): Promise<ClientWorld> {
    const app = await startTestApp({ sandbox: true, env });
    if (app.sandbox === undefined) throw new Error('There is no sandbox.');
    return new ClientWorld(app, app.sandbox);
  }

  close(): Promise<void> {
    return this.app.close();
  }

  /** As a person does at the dialog: the code comes back with the redirect. */
  async connect(): Promise<string> {
    const { url } = await this.client.get('/api/meta/auth/url', { query: { redirectUri: REDIRECT_URI } });
    const answer = await fetch(`${url}&__decision=approve`, { redirect: 'manual' });
    const back = new URL(answer.headers.get('location') ?? '').searchParams;
    const { accountId } = await this.client.post('/api/meta/auth/connect', {
      body: { code: back.get('code') ?? '', state: back.get('state') ?? '', redirectUri: REDIRECT_URI },
    });
    return accountId;
  }

  follow(events: AnyLiveEvent[], lastEventId?: string): LiveUpdates {
    const updates = new LiveUpdates({
      baseUrl: this.app.url,
      ...this.session.credentials,
      ...(lastEventId === undefined ? {} : { lastEventId }),
      onEvent: (event) => events.push(event),
    });
    updates.connect();
    return updates;
  }
}

export async function untilLive(updates: LiveUpdates): Promise<void> {
  await eventually(
    () => updates.state,
    (state) => state === 'live',
  );
}
