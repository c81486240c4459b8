import { unknownField } from './graph-error';
import type { SelectedField } from './field-selection';
import type { GraphRequest } from './graph-request';
import { isList, isObject, type JsonObject, type JsonValue } from '../json';

/** What a field or edge is read with: the arguments of `name.limit(5)`, or the query where it stands in the path. */
export interface ReadContext {
  request: GraphRequest;
  args: Readonly<Record<string, string | undefined>>;
  children: SelectedField[] | undefined;
}

export type FieldReader<T> = (node: T, context: ReadContext) => JsonValue | undefined;
export type EdgeReader<T> = (node: T, context: ReadContext) => JsonObject;

/** One kind of Graph node: its fields, those that come back unasked, and its lists. */
export interface NodeType<T> {
  /** As named in Graph's errors. */
  name: string;
  defaults: readonly string[];
  fields: Readonly<Record<string, FieldReader<T>>>;
  edges: Readonly<Record<string, EdgeReader<T>>>;
  /** The id in answers, where it differs by who asks. */
  idFor?: (node: T, request: GraphRequest) => string;
}

export function readNode<T extends { id: string }>(
  type: NodeType<T>,
  node: T,
  selected: SelectedField[] | undefined,
  request: GraphRequest,
): JsonObject {
  const fields = selected ?? type.defaults.map((name): SelectedField => ({ name, as: name, args: {} }));
  const result: JsonObject = {};
  for (const field of fields) {
    if (field.name === 'id') continue;
    const value = readField(type, node, field, request);
    if (value !== undefined) result[field.as] = value;
  }
  result.id = type.idFor?.(node, request) ?? node.id;
  return result;
}

function readField<T>(
  type: NodeType<T>,
  node: T,
  field: SelectedField,
  request: GraphRequest,
): JsonValue | undefined {
  const context: ReadContext = { request, args: field.args, children: field.children };
  const read = type.fields[field.name];
  if (read) return pick(read(node, context), field.children);
  const list = type.edges[field.name];
  if (list) return list(node, context);
  throw unknownField(field.name, type.name);
}

/** The chosen sub-fields of an object that is no node; the id always stays. */
export function pickFields(item: JsonObject, children: SelectedField[] | undefined): JsonObject {
  const result = pick(item, children);
  return isObject(result) ? result : item;
}

/** Sub-fields of a plain object or list, as in `whatsapp_business_account{id}`. */
function pick(value: JsonValue | undefined, children: SelectedField[] | undefined): JsonValue | undefined {
  if (!children || value === undefined) return value;
  if (isList(value)) return value.map((item) => pick(item, children) ?? null);
  if (!isObject(value)) return value;
  // What is wrapped as a list or picture is chosen from inside: `picture{url}`, `attachments{media}`.
  if (value.data !== undefined && !children.some(({ name }) => name === 'data')) {
    return { ...value, data: pick(value.data, children) ?? null };
  }
  const picked: JsonObject = {};
  for (const child of children) {
    const inner = pick(value[child.name], child.children);
    if (inner !== undefined) picked[child.as] = inner;
  }
  if (value.id !== undefined) picked.id = value.id;
  return picked;
}
