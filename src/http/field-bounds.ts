import type { ValidationOptions } from 'class-validator';

/** How large a field can be, in OpenAPI's words. */
export interface FieldBounds {
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  format?: string;
  enum?: readonly string[];
  minItems?: number;
  maxItems?: number;
  maxProperties?: number;
  /** Of the items of a list, and of the values of an object whose names are the caller's. */
  values?: FieldBounds;
}

/**
 * For a rule of our own that bounds what it takes: tells the API document how, as `openapi-bounds.ts` knows by itself of
 * class-validator's own rules.
 */
export function boundedBy(bounds: FieldBounds): ValidationOptions {
  return { context: { bounds } };
}

/** What `boundedBy` told with a rule. */
export function boundsToldBy(context: unknown): FieldBounds {
  const told = context as { bounds?: FieldBounds } | undefined;
  return told?.bounds ?? {};
}
