/** Meta nests a dozen levels. Far more overflows the stack of JSON.stringify, and of PostgreSQL's jsonb. */
export const MAX_DEPTH = 100;

const NESTED_TOO_DEEPLY = '[nested too deeply]';
const LONE_SURROGATE = /\p{Surrogate}/u;
const ALL_LONE_SURROGATES = /\p{Surrogate}/gu;

/**
 * The same JSON value without what PostgreSQL refuses in text and jsonb: null characters and halves of surrogate pairs,
 * in values and keys, become U+FFFD. Otherwise one such character in one message would fail a whole batch.
 * @returns the value itself, not a copy, when there is nothing to replace
 */
export function toStorableJson(value: unknown): unknown {
  return isStorable(value, 0) ? value : rebuild(value, 0);
}

function isStorable(value: unknown, depth: number): boolean {
  if (typeof value === 'string') return isStorableText(value);
  if (typeof value !== 'object' || value === null) return true;
  if (depth >= MAX_DEPTH) return false;
  if (Array.isArray(value)) return value.every((item) => isStorable(item, depth + 1));
  return Object.entries(value).every(([key, item]) => isStorableText(key) && isStorable(item, depth + 1));
}

function rebuild(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return toStorableText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAX_DEPTH) return NESTED_TOO_DEEPLY;
  if (Array.isArray(value)) return value.map((item) => rebuild(item, depth + 1));
  // Object.fromEntries, because an assignment to the key `__proto__` would set the prototype.
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [toStorableText(key), rebuild(item, depth + 1)]),
  );
}

function isStorableText(text: string): boolean {
  return !text.includes('\u0000') && !LONE_SURROGATE.test(text);
}

function toStorableText(text: string): string {
  return text.replaceAll('\u0000', '\uFFFD').replaceAll(ALL_LONE_SURROGATES, '\uFFFD');
}
