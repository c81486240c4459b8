import { isObject } from './api-error.js';
import { HttpCalls, type HttpSettings } from './http-calls.js';
import type {
  AnyOptions,
  Answer,
  Arguments,
  FilePath,
  Item,
  ItemsField,
  JsonPath,
  ListPath,
  Method,
} from './operation-types.js';

export { ApiError, isApiError, type ErrorCode, type ErrorDetails } from './api-error.js';
export { Session, type SessionStore, type SessionTokens } from './session.js';
export type { Answer, FilePath, JsonPath, ListPath } from './operation-types.js';
export type { components, paths } from './schema.js';

export type ClientOptions = HttpSettings;

/** `data` of the answer; rejects with an `ApiError`, or with what `fetch` says where nothing answered. */
export type Call<M extends Method> = <P extends JsonPath<M>>(
  path: P,
  ...options: Arguments<P, M>
) => Promise<Answer<P, M>>;

export interface Client {
  get: Call<'get'>;
  post: Call<'post'>;
  put: Call<'put'>;
  patch: Call<'patch'>;
  delete: Call<'delete'>;
  /** A file: read it with `text()`, `blob()`, or as it comes from `body`. */
  download<P extends FilePath>(path: P, ...options: Arguments<P, 'get'>): Promise<Response>;
  /** The pages of a list, one after the other. Lists without end go from the newest to the oldest. */
  pages<P extends ListPath>(path: P, ...options: Arguments<P, 'get'>): AsyncGenerator<Answer<P, 'get'>>;
  /** What is in these pages, one by one: `client.items('/api/meta/contacts', 'contacts')`. */
  items<P extends ListPath, K extends ItemsField<P>>(
    path: P,
    field: K,
    ...options: Arguments<P, 'get'>
  ): AsyncGenerator<Item<P, K>>;
}

export function createClient(options: ClientOptions): Client {
  const http = new HttpCalls(options);
  const call = <M extends Method>(method: M): Call<M> =>
    ((path: string, given?: AnyOptions) => http.json(method, path, given)) as Call<M>;
  const get = (path: string, given?: AnyOptions): Promise<unknown> => http.json('get', path, given);
  return {
    get: call('get'),
    post: call('post'),
    put: call('put'),
    patch: call('patch'),
    delete: call('delete'),
    download: (path, ...[given]) => http.file(path, given),
    pages: <P extends ListPath>(path: P, ...[given]: Arguments<P, 'get'>) =>
      pagesOf(get, path, given) as AsyncGenerator<Answer<P, 'get'>>,
    items: <P extends ListPath, K extends ItemsField<P>>(
      path: P,
      field: K,
      ...[given]: Arguments<P, 'get'>
    ) => itemsOf(pagesOf(get, path, given), field) as AsyncGenerator<Item<P, K>>,
  };
}

async function* pagesOf(
  get: (path: string, options: AnyOptions) => Promise<unknown>,
  path: string,
  options: AnyOptions = {},
): AsyncGenerator {
  let query = options.query;
  for (;;) {
    const page = await get(path, { ...options, ...(query === undefined ? {} : { query }) });
    yield page;
    const next = nextOf(page);
    if (next === null) return;
    query = { ...query, ...next };
  }
}

/** Lists with an end go on at `nextOffset`, those without at the cursor of what is older. */
function nextOf(page: unknown): Record<string, unknown> | null {
  const pagination = isObject(page) ? page.pagination : undefined;
  if (!isObject(pagination)) return null;
  if (typeof pagination.nextOffset === 'number') return { offset: pagination.nextOffset };
  return typeof pagination.before === 'string' ? { before: pagination.before, after: undefined } : null;
}

async function* itemsOf(pages: AsyncGenerator, field: string): AsyncGenerator {
  for await (const page of pages) {
    const items = isObject(page) ? page[field] : undefined;
    if (Array.isArray(items)) yield* items;
  }
}
