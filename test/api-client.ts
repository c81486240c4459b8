export interface ApiAnswer<Body = ApiBody> {
  status: number;
  headers: Headers;
  body: Body;
  /** The body as it came. */
  text: string;
}

/** The envelope, loosely: a test says what it expects of `data` or `error`. */
export interface ApiBody<Data = Record<string, unknown>> {
  success: boolean;
  data: Data;
  error: { code: string; message: string; details: Record<string, unknown> };
}

export interface TestUser {
  id: string;
  email: string;
  password: string;
  accessToken: string;
  refreshToken: string;
}

type HeaderMap = Readonly<Record<string, string>>;

const ADMIN = { email: 'admin@example.com', password: 'correct horse battery', name: 'Admin' };

/** A small HTTP client of the API. Immutable: `as(user)` gives another one that sends that user's credential. */
export class ApiClient {
  constructor(
    readonly url: string,
    private readonly headers: HeaderMap = {},
  ) {}

  as(user: Pick<TestUser, 'accessToken'>): ApiClient {
    return this.with({ authorization: `Bearer ${user.accessToken}` });
  }

  withApiKey(key: string): ApiClient {
    return this.with({ 'x-api-key': key });
  }

  with(headers: HeaderMap): ApiClient {
    return new ApiClient(this.url, { ...this.headers, ...headers });
  }

  /** The first user of the service, logged in. */
  async registerAdmin(user: Partial<typeof ADMIN> = {}): Promise<TestUser> {
    const registration = { ...ADMIN, ...user };
    const answer = await this.post('/api/auth/register', registration);
    if (answer.status !== 201) throw new Error(`Registering answered ${answer.status}: ${answer.text}`);
    return toTestUser(registration, answer);
  }

  /** Another user, logged in. This client's own user must be an admin. */
  async createUser(
    role: 'admin' | 'agent' | 'viewer',
    email = `${role}-${nextNumber()}@example.com`,
  ): Promise<TestUser> {
    const password = 'correct horse battery';
    const created = await this.post('/api/users', { email, password, name: role, role });
    if (created.status !== 201)
      throw new Error(`Creating a user answered ${created.status}: ${created.text}`);
    return this.login(email, password);
  }

  async login(email: string, password: string): Promise<TestUser> {
    const answer = await this.post('/api/auth/login', { email, password });
    if (answer.status !== 200) throw new Error(`Logging in answered ${answer.status}: ${answer.text}`);
    return toTestUser({ email, password }, answer);
  }

  get<Data = Record<string, unknown>>(path: string): Promise<ApiAnswer<ApiBody<Data>>> {
    return this.send<Data>('GET', path);
  }

  post<Data = Record<string, unknown>>(path: string, body?: unknown): Promise<ApiAnswer<ApiBody<Data>>> {
    return this.send<Data>('POST', path, body);
  }

  put<Data = Record<string, unknown>>(path: string, body?: unknown): Promise<ApiAnswer<ApiBody<Data>>> {
    return this.send<Data>('PUT', path, body);
  }

  patch<Data = Record<string, unknown>>(path: string, body?: unknown): Promise<ApiAnswer<ApiBody<Data>>> {
    return this.send<Data>('PATCH', path, body);
  }

  delete<Data = Record<string, unknown>>(path: string): Promise<ApiAnswer<ApiBody<Data>>> {
    return this.send<Data>('DELETE', path);
  }

  /** Sends the body as it is, with the headers given; for what `post` would put right. */
  async raw<Data = Record<string, unknown>>(
    path: string,
    init: RequestInit,
  ): Promise<ApiAnswer<ApiBody<Data>>> {
    const response = await fetch(new URL(path, this.url), {
      redirect: 'manual',
      ...init,
      headers: { ...this.headers, ...Object.fromEntries(new Headers(init.headers)) },
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: parseOrEmpty(text) as ApiBody<Data>,
      text,
    };
  }

  /** The answer as it comes, for what is no text. */
  response(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(new URL(path, this.url), {
      redirect: 'manual',
      ...init,
      headers: { ...this.headers, ...Object.fromEntries(new Headers(init.headers)) },
    });
  }

  /** What this client sends with every request. */
  get credentials(): HeaderMap {
    return this.headers;
  }

  private async send<Data>(method: string, path: string, body?: unknown): Promise<ApiAnswer<ApiBody<Data>>> {
    if (body === undefined) return this.raw<Data>(path, { method });
    return this.raw<Data>(path, {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  }
}

let users = 0;
function nextNumber(): number {
  users += 1;
  return users;
}

function parseOrEmpty(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

function toTestUser({ email, password }: { email: string; password: string }, answer: ApiAnswer): TestUser {
  const { accessToken, refreshToken, user } = answer.body.data;
  if (typeof accessToken !== 'string' || typeof refreshToken !== 'string' || !hasId(user))
    throw new Error(`No session in ${answer.text}`);
  return { id: user.id, email, password, accessToken, refreshToken };
}

function hasId(user: unknown): user is { id: string } {
  return typeof user === 'object' && user !== null && 'id' in user && typeof user.id === 'string';
}
