import type { AttributeValue } from './stored-contact';

export const MOST_ATTRIBUTES = 100;
export const LONGEST_ATTRIBUTE_NAME = 64;
export const LONGEST_ATTRIBUTE_VALUE = 1_000;

/** Told key by key: null takes one away. */
export function mergedAttributes(
  stored: Readonly<Record<string, AttributeValue>>,
  told: Readonly<Record<string, AttributeValue | null>>,
): Record<string, AttributeValue> {
  const merged = new Map(Object.entries(stored));
  for (const [key, value] of Object.entries(told)) {
    if (value === null) merged.delete(key);
    else merged.set(key, value);
  }
  // By entries: a key like `__proto__` is a key like any other.
  return Object.fromEntries(merged);
}

/** @returns what is wrong with attributes as they would be stored, for people */
export function problemOfAttributes(attributes: Readonly<Record<string, unknown>>): string | null {
  return Object.keys(attributes).length > MOST_ATTRIBUTES
    ? `A contact may have ${MOST_ATTRIBUTES} attributes; take some away first.`
    : null;
}

/** @returns what is wrong with attributes as a request tells them, for people */
export function problemOfTold(told: unknown): string | null {
  if (typeof told !== 'object' || told === null || Array.isArray(told))
    return 'attributes must be an object of strings, numbers and booleans.';
  const entries = Object.entries(told);
  if (entries.length > MOST_ATTRIBUTES) return `attributes may name at most ${MOST_ATTRIBUTES} at once.`;
  for (const [key, value] of entries) {
    if (!/^[^\p{Cc}]+$/u.test(key) || key.length > LONGEST_ATTRIBUTE_NAME || !key.isWellFormed())
      return `The name of each attribute must have 1 to ${LONGEST_ATTRIBUTE_NAME} characters.`;
    if (!isValue(value))
      return `attributes.${key} must be text of up to ${LONGEST_ATTRIBUTE_VALUE} characters, a number, true, false, or null.`;
  }
  return null;
}

function isValue(value: unknown): value is AttributeValue | null {
  if (typeof value === 'string')
    return value.length <= LONGEST_ATTRIBUTE_VALUE && value.isWellFormed() && !value.includes('\u0000');
  return (
    value === null || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))
  );
}
