import type { paths } from './schema.js';

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

type Operation<P extends keyof paths, M extends Method> = paths[P][M];

type OkContent<Op> = Op extends { responses: infer R }
  ? { [S in keyof R & (200 | 201 | 202)]: R[S] extends { content: infer C } ? C : never }[keyof R &
      (200 | 201 | 202)]
  : never;

/** JSON and nothing else. */
type IsJson<Op> = [OkContent<Op>] extends [never]
  ? false
  : [keyof OkContent<Op>] extends ['application/json']
    ? true
    : false;

/** The addresses that answer a method with JSON. */
export type JsonPath<M extends Method> = {
  [P in keyof paths]: IsJson<Operation<P, M>> extends true ? P : never;
}[keyof paths];

/** The addresses that answer with a file. */
export type FilePath = {
  [P in keyof paths]: [OkContent<Operation<P, 'get'>>] extends [never]
    ? never
    : IsJson<Operation<P, 'get'>> extends true
      ? never
      : P;
}[keyof paths];

/** What an operation answers, without the envelope. */
export type Answer<P extends keyof paths, M extends Method> =
  OkContent<Operation<P, M>> extends { 'application/json': infer Body }
    ? Body extends { success: true; data: infer Data }
      ? Data
      : Body
    : never;

/** The addresses of lists that come in pages. */
export type ListPath = {
  [P in JsonPath<'get'>]: Answer<P, 'get'> extends { pagination: object } ? P : never;
}[JsonPath<'get'>];

/** A field of a page that holds its items. */
export type ItemsField<P extends ListPath> = {
  [K in keyof Answer<P, 'get'>]: Answer<P, 'get'>[K] extends readonly unknown[] ? K : never;
}[keyof Answer<P, 'get'>] &
  string;

export type Item<P extends ListPath, K extends ItemsField<P>> = Answer<
  P,
  'get'
>[K] extends readonly (infer I)[]
  ? I
  : never;

type Required<T, K extends keyof T> = object extends Pick<T, K> ? false : true;

/** What may be left out may be `undefined` as well. */
type Loose<T> = { [K in keyof T]: Required<T, K> extends true ? T[K] : T[K] | undefined };

type Given<Op> = Op extends { parameters: infer Parameters }
  ? {
      [K in keyof Parameters as K extends 'path' | 'query' ? K : never]: Loose<Parameters[K]>;
    }
  : unknown;

type Body<Op> = Op extends { requestBody: { content: infer Content } }
  ? { body: Content[keyof Content] }
  : Op extends { requestBody?: { content: infer Content } }
    ? { body?: Content[keyof Content] }
    : unknown;

export interface CallOptions {
  /**
   * Of operations that take one: text of your own, so that the same order is carried out once however often it is sent. One is
   * made for each call where there is none.
   */
  idempotencyKey?: string;
  signal?: AbortSignal;
  headers?: Readonly<Record<string, string>>;
}

export type Options<P extends keyof paths, M extends Method> = Given<Operation<P, M>> &
  Body<Operation<P, M>> &
  CallOptions;

/** The options may be left out where nothing in them must be given. */
export type Arguments<P extends keyof paths, M extends Method> =
  object extends Options<P, M> ? [options?: Options<P, M>] : [options: Options<P, M>];

/** Any options, as they are when they are carried out. */
export interface AnyOptions extends CallOptions {
  path?: Readonly<Record<string, unknown>>;
  query?: Readonly<Record<string, unknown>>;
  body?: unknown;
}
