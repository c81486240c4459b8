export type JsonValue = string | number | boolean | null | JsonValue[] | JsonObject;
export interface JsonObject {
  [key: string]: JsonValue | undefined;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isList(value: unknown): value is JsonValue[] {
  return Array.isArray(value);
}

/** The parsed value, or undefined where the text is not JSON. */
export function parseJson(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}

/** Graph takes ids and texts as string or number alike. */
export function textOf(value: JsonValue | undefined): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  return undefined;
}

/** Form and query encodings know only text, so `"true"` and `"1"` are true too. */
export function flagOf(value: JsonValue | undefined): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (value === 'true' || value === '1' || value === 1) return true;
  if (value === 'false' || value === '0' || value === 0) return false;
  return undefined;
}

export function numberOf(value: JsonValue | undefined): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value)))
    return Number(value);
  return undefined;
}

/** A list given as JSON array, JSON text or comma-separated text. */
export function textListOf(value: JsonValue | undefined): string[] {
  if (isList(value)) return value.map((item) => textOf(item) ?? '').filter((item) => item !== '');
  const text = textOf(value);
  if (text === undefined) return [];
  const parsed = text.startsWith('[') ? parseJson(text) : undefined;
  if (isList(parsed)) return textListOf(parsed);
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

export function objectOf(value: JsonValue | undefined): JsonObject {
  return isObject(value) ? value : {};
}

export function listOf(value: JsonValue | undefined): JsonValue[] {
  return isList(value) ? value : [];
}
