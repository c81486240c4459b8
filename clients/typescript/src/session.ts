import { HttpCalls, type HttpSettings } from './http-calls.js';
import { isApiError, isObject } from './api-error.js';
import type { components } from './schema.js';

export interface SessionTokens {
  accessToken: string;
  refreshToken: string;
}

/** Where the tokens are kept: `localStorage`, a cookie of your own server, a variable. */
export interface SessionStore {
  read(): SessionTokens | null;
  write(tokens: SessionTokens | null): void;
}

type Login = components['schemas']['LoginDto'];
type Registration = components['schemas']['RegisterDto'];
export type User = components['schemas']['UserDto'];

/** This service's own login. Give its two methods to the client: `createClient({ baseUrl, ...session.credentials })`. */
export class Session {
  private readonly http: HttpCalls;
  private readonly lock: string;

  constructor(private readonly settings: Pick<HttpSettings, 'baseUrl' | 'fetch'> & { store: SessionStore }) {
    this.http = new HttpCalls(settings);
    this.lock = `session of ${settings.baseUrl}`;
  }

  get isLoggedIn(): boolean {
    return this.settings.store.read() !== null;
  }

  get credentials(): Required<Pick<HttpSettings, 'getAccessToken' | 'refresh'>> {
    return {
      getAccessToken: () => this.settings.store.read()?.accessToken ?? null,
      refresh: () => this.refresh(),
    };
  }

  async login(body: Login): Promise<User> {
    return this.begin(await this.http.json('post', '/api/auth/login', { body }));
  }

  /** The first user of a service becomes its admin; afterwards admins create users. */
  async register(body: Registration): Promise<User> {
    return this.begin(await this.http.json('post', '/api/auth/register', { body }));
  }

  async logout(): Promise<void> {
    const tokens = this.settings.store.read();
    this.settings.store.write(null);
    if (tokens === null) return;
    await this.http.json('post', '/api/auth/logout', { body: { refreshToken: tokens.refreshToken } });
  }

  /**
   * A refresh token can be used once, and a second use ends the login: of several tabs one uses it, under a lock, and the
   * others take what it got.
   * @returns the new access token; null when one has to log in again
   */
  async refresh(): Promise<string | null> {
    const before = this.settings.store.read();
    if (before === null) return null;
    const work = async (): Promise<string | null> => {
      const tokens = this.settings.store.read();
      if (tokens?.refreshToken !== before.refreshToken) return tokens?.accessToken ?? null;
      try {
        const body = { refreshToken: tokens.refreshToken };
        const fresh = tokensOf(await this.http.json('post', '/api/auth/refresh', { body }));
        this.settings.store.write(fresh);
        return fresh.accessToken;
      } catch (error) {
        if (!isApiError(error, 'UNAUTHORIZED', 'FORBIDDEN')) throw error;
        this.settings.store.write(null);
        return null;
      }
    };
    // Not in Node.js 20, and in browsers only over HTTPS.
    const hasLocks = typeof navigator !== 'undefined' && 'locks' in navigator;
    return hasLocks ? navigator.locks.request(this.lock, work) : work();
  }

  private begin(answer: unknown): User {
    this.settings.store.write(tokensOf(answer));
    return (answer as { user: User }).user;
  }
}

function tokensOf(answer: unknown): SessionTokens {
  const { accessToken, refreshToken } = isObject(answer) ? answer : {};
  if (typeof accessToken !== 'string' || typeof refreshToken !== 'string')
    throw new TypeError('The answer holds no tokens.');
  return { accessToken, refreshToken };
}
