import { isList, isObject, type JsonObject, type JsonValue } from '../json';

/** Reads one value, or throws what is wrong with it. */
type Read<T> = (value: JsonValue, name: string) => T;

export interface Field<T, Optional extends boolean = boolean> {
  read: Read<T>;
  isOptional: Optional;
}

export type Shape = Readonly<Record<string, Field<unknown>>>;
type ValueOf<F> = F extends Field<infer T> ? T : never;
export type Input<S extends Shape> = {
  [K in keyof S as S[K]['isOptional'] extends true ? never : K]: ValueOf<S[K]>;
} & {
  [K in keyof S as S[K]['isOptional'] extends true ? K : never]?: ValueOf<S[K]>;
};

function field<T>(read: Read<T>): Field<T, false> {
  return { read, isOptional: false };
}

export function optional<T>({ read }: Field<T>): Field<T, true> {
  return { read, isOptional: true };
}

function refuse(name: string, wanted: string): Error {
  return new Error(`${name} must be ${wanted}.`);
}

export const text = field<string>((value, name) => {
  if (typeof value !== 'string') throw refuse(name, 'a text');
  return value;
});

export const number = field<number>((value, name) => {
  if (typeof value !== 'number') throw refuse(name, 'a number');
  return value;
});

export const flag = field<boolean>((value, name) => {
  if (typeof value !== 'boolean') throw refuse(name, 'true or false');
  return value;
});

export const texts = field<string[]>((value, name) => {
  const items = isList(value) ? value : [];
  const found = items.filter((item): item is string => typeof item === 'string');
  if (!isList(value) || found.length !== items.length) throw refuse(name, 'a list of texts');
  return found;
});

export const object = field<JsonObject>((value, name) => {
  if (!isObject(value)) throw refuse(name, 'an object');
  return value;
});

export const anything = field<JsonValue>((value) => value);

export function nullable<T>({ read }: Field<T>): Field<T | null, false> {
  return field((value, name) => (value === null ? null : read(value, name)));
}

export function oneOf<const T extends string>(...allowed: readonly T[]): Field<T, false> {
  return field((value, name) => {
    const found = allowed.find((candidate) => candidate === value);
    if (found === undefined) throw refuse(name, `one of ${allowed.join(', ')}`);
    return found;
  });
}

export function either<A, B>(first: Field<A>, second: Field<B>): Field<A | B, false> {
  return field<A | B>((value, name) => {
    try {
      return first.read(value, name);
    } catch {
      return second.read(value, name);
    }
  });
}

export function shaped<const S extends Shape>(shape: S): Field<Input<S>, false> {
  return field((value, name) => {
    if (!isObject(value)) throw refuse(name, 'an object');
    return readInput(value, shape, `${name}.`);
  });
}

export function listed<T>({ read }: Field<T>): Field<T[], false> {
  return field((value, name) => {
    if (!isList(value)) throw refuse(name, 'a list');
    return value.map((item, index) => read(item, `${name}[${index}]`));
  });
}

/** A list by name, each value of the same kind. */
export function mapOf<T>({ read }: Field<T>): Field<Record<string, T>, false> {
  return field((value, name) => {
    if (!isObject(value)) throw refuse(name, 'an object');
    const entries = Object.entries(value).map(
      ([key, item]) => [key, read(item ?? null, `${name}.${key}`)] as const,
    );
    return Object.fromEntries(entries);
  });
}

/** Checks an object against a shape; a key that is not in the shape is refused, as it is most likely misspelt. */
export function readInput<const S extends Shape>(input: JsonObject, shape: S, prefix = ''): Input<S> {
  const unknown = Object.keys(input).find((key) => !Object.hasOwn(shape, key));
  if (unknown !== undefined) {
    throw new Error(`${prefix}${unknown} is not known; there are: ${Object.keys(shape).join(', ')}.`);
  }
  const result: Record<string, unknown> = {};
  for (const [name, { read, isOptional }] of Object.entries(shape)) {
    const value = input[name];
    if (value !== undefined) result[name] = read(value, prefix + name);
    else if (!isOptional) throw new Error(`${prefix}${name} is required.`);
  }
  return result as Input<S>;
}

export type Operation = (input: JsonObject) => unknown;

/** Binds an operation to the shape of what it takes. */
export function operation<const S extends Shape>(shape: S, run: (input: Input<S>) => unknown): Operation {
  return (input) => run(readInput(input, shape));
}
