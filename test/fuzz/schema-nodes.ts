import { type FuzzDocument, type Schema, resolved } from './fuzz-document';
import { type Hostile, RawJson } from './hostile-values';
import type { Path } from './json-text';

export interface SchemaNode {
  path: Path;
  schema: Schema;
  isPresent: boolean;
}

/** Every place of an example, and every field that its schema allows beside those. Of an array the first item stands for all. */
export function nodesOf(document: FuzzDocument, schema: Schema | undefined, example: unknown): SchemaNode[] {
  const nodes: SchemaNode[] = [];
  const look = (parts: readonly Schema[], value: unknown, path: Path): void => {
    if (path.length > 12) return;
    if (Array.isArray(value)) {
      const items = parts.flatMap((part) => choices(document, part.items));
      nodes.push({ path: [...path, 0], schema: items[0] ?? {}, isPresent: value.length > 0 });
      if (value.length > 0) look(items, value[0], [...path, 0]);
      return;
    }
    if (typeof value !== 'object' || value === null) return;
    const known = new Map<string, Schema[]>();
    for (const part of parts)
      for (const [name, property] of Object.entries(part.properties ?? {}))
        known.set(name, [...(known.get(name) ?? []), ...choices(document, property)]);
    const present = value as Record<string, unknown>;
    for (const name of new Set([...Object.keys(present), ...known.keys()])) {
      const own =
        known.get(name) ??
        parts.flatMap(({ additionalProperties }) =>
          typeof additionalProperties === 'object' ? choices(document, additionalProperties) : [],
        );
      nodes.push({ path: [...path, name], schema: own[0] ?? {}, isPresent: name in present });
      if (name in present) look(own, present[name], [...path, name]);
    }
  };
  look(choices(document, schema), example, []);
  return nodes;
}

/** The schema itself, or those that it is one or all of. */
function choices(document: FuzzDocument, schema: Schema | undefined): Schema[] {
  const own = resolved(document, schema);
  if (own === undefined) return [];
  const parts = [...(own.oneOf ?? []), ...(own.anyOf ?? []), ...(own.allOf ?? [])];
  return [own, ...parts.flatMap((part) => choices(document, part))];
}

/** At and beyond what a schema promises to take. */
export function bordersOf({
  type,
  minLength,
  maxLength,
  minItems,
  maxItems,
  minimum,
  maximum,
  enum: values,
  items,
}: Schema): Hostile[] {
  const found: Hostile[] = [];
  const add = (label: string, value: unknown): void => {
    found.push({ label, value });
  };
  if (type === 'string' && maxLength !== undefined) {
    add('as long as it may be', 'x'.repeat(maxLength));
    add('one character too long', 'x'.repeat(maxLength + 1));
    add('as long as it may be, in emoji', '😀'.repeat(maxLength / 2));
  }
  if (type === 'string' && minLength !== undefined && minLength > 0)
    add('too short', 'x'.repeat(minLength - 1));
  if (type === 'array' && maxItems !== undefined)
    add(
      'one item too many',
      Array.from({ length: maxItems + 1 }, () => (items?.type === 'object' ? {} : 'x')),
    );
  if (type === 'array' && minItems !== undefined && minItems > 0) add('an item too few', []);
  if (maximum !== undefined) {
    add('the most', maximum);
    add('one above the most', new RawJson(String(maximum + 1)));
  }
  if (minimum !== undefined) {
    add('the least', minimum);
    add('one below the least', minimum - 1);
  }
  const [first] = values ?? [];
  if (typeof first === 'string') {
    add('none of those that are allowed', 'somethingElse');
    const upper = first.toUpperCase();
    add('one of those that are allowed, in other letters', upper === first ? first.toLowerCase() : upper);
  }
  return found;
}
