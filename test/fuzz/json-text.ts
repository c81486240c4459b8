import { RawJson } from './hostile-values';

/** JSON, with what is raw put in as it is. */
export function jsonText(value: unknown): string {
  const raw: string[] = [];
  const text = JSON.stringify(value, (_key, item: unknown) => {
    if (!(item instanceof RawJson)) return item;
    raw.push(item.text);
    return `@@raw${raw.length - 1}@@`;
  });
  // Of `undefined` there is no text at all.
  return ((text as string | undefined) ?? '').replace(
    /"@@raw(\d+)@@"/g,
    (_, index: string) => raw[Number(index)] ?? '',
  );
}

export type Path = readonly (string | number)[];

/** A copy in which this stands at the path; `undefined` takes the field away. */
export function withValueAt(value: unknown, [key, ...rest]: Path, replacement: unknown): unknown {
  if (key === undefined) return replacement;
  const own = isBranch(value) ? (value as Record<string, unknown>)[key] : undefined;
  const inner = rest.length === 0 ? replacement : withValueAt(own, rest, replacement);
  if (Array.isArray(value))
    return value.map((item: unknown, index) => (index === Number(key) ? inner : item));
  // A null prototype: `__proto__` is a name like any other.
  const copy = Object.assign(Object.create(null) as Record<string, unknown>, isBranch(value) ? value : {});
  copy[key] = inner;
  return copy;
}

export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (inner, key) => (isBranch(inner) ? (inner as Record<string, unknown>)[key] : undefined),
    value,
  );
}

function isBranch(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !(value instanceof RawJson);
}
