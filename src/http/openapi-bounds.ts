import { ApiProperty, type OpenAPIObject } from '@nestjs/swagger';
import { getMetadataStorage } from 'class-validator';
import { caselessPattern } from './caseless-pattern';
import { type FieldBounds, boundsToldBy } from './field-bounds';

// Nest's Swagger plugin reads those validators that stand at a field under a name it knows, not those that decorators of ours
// put together, nor patterns that are constants. class-validator knows them all: what it enforces is what is documented.

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
type SchemaOrReference = Extract<
  NonNullable<Operation['parameters']>[number],
  { schema?: unknown }
>['schema'] & {};
type Schema = Exclude<SchemaOrReference, { $ref: string }>;

/** What holds for a field, and for each item of it where it is a list. */
interface Announced {
  whole: FieldBounds;
  each: FieldBounds;
}
/** As class-validator keeps it. */
interface Rule {
  name?: string | undefined;
  propertyName: string;
  each: boolean;
  constraints?: unknown[];
  context?: unknown;
  constraintCls?: unknown;
}
type Dto = new () => object;

const ANNOUNCED = 'x-bounds';
/** Where @nestjs/swagger keeps the properties of a class, and where its plugin leaves what it found. */
const KNOWN_PROPERTIES = 'swagger/apiModelPropertiesArray';
const PLUGIN_FACTORY = '_OPENAPI_METADATA_FACTORY';

const METHODS = ['get', 'put', 'post', 'delete', 'patch'] as const;

const done = new WeakSet();

/** Tells Swagger of every documented field what its validators bound. To be called before the document is made. */
export function announceBounds(): void {
  // Private, but there is no other way to learn which classes there are.
  const classes = Reflect.get(getMetadataStorage(), 'validationMetadatas') as ReadonlyMap<unknown, Rule[]>;
  for (const [target, own] of classes) {
    if (typeof target !== 'function' || done.has(target)) continue;
    done.add(target);
    const dto = target as Dto;
    const enforced = getMetadataStorage().getTargetValidationMetadatas(dto, '', false, false) as Rule[];
    const bounds = new Map<string, Announced>();
    // What is inherited is announced at the class that it comes from.
    for (const name of new Set(own.map(({ propertyName }) => propertyName))) {
      const announced = announcedBy(enforced.filter(({ propertyName }) => propertyName === name));
      if (announced !== undefined) bounds.set(name, announced);
    }
    announce(dto, bounds);
  }
}

/** Beside what is known already, so that no field shows up that is hidden, and none in another place. */
function announce(dto: Dto, bounds: ReadonlyMap<string, Announced>): void {
  const prototype = dto.prototype as object;
  const declared = (Reflect.getMetadata(KNOWN_PROPERTIES, prototype) ?? []) as string[];
  for (const [name, announced] of bounds)
    if (declared.includes(`:${name}`)) ApiProperty({ [ANNOUNCED]: announced } as object)(prototype, name);
  if (!Object.hasOwn(dto, PLUGIN_FACTORY)) return;
  const factory = Reflect.get(dto, PLUGIN_FACTORY) as () => Readonly<Record<string, object>>;
  const fields = (): Record<string, object> =>
    Object.fromEntries(
      Object.entries(factory()).map(([name, field]) => {
        const announced = bounds.get(name);
        return [name, announced === undefined ? field : { ...field, [ANNOUNCED]: announced }];
      }),
    );
  Reflect.set(dto, PLUGIN_FACTORY, fields);
}

/** Writes what was announced into the parameters and schemas, wherever they do not say it themselves. */
export function applyBounds(document: OpenAPIObject): void {
  for (const item of Object.values(document.paths))
    for (const method of METHODS)
      for (const parameter of item[method]?.parameters ?? []) {
        if (!('name' in parameter) || parameter.schema === undefined) continue;
        const announced = taken(parameter);
        if (announced !== undefined)
          parameter.schema = bounded(withoutBoundsOfItems(parameter.schema, announced), announced);
      }
  for (const schema of Object.values(document.components?.schemas ?? {})) {
    if ('$ref' in schema) continue;
    for (const [name, property] of Object.entries(schema.properties ?? {})) {
      const announced = taken(property);
      if (announced !== undefined && schema.properties !== undefined)
        schema.properties[name] = bounded(property, announced);
    }
  }
}

function taken(holder: object): Announced | undefined {
  const announced = Reflect.get(holder, ANNOUNCED) as Announced | undefined;
  Reflect.deleteProperty(holder, ANNOUNCED);
  return announced;
}

function announcedBy(rules: readonly Rule[]): Announced | undefined {
  const whole = narrowest(rules.filter(({ each }) => !each).map(boundsOf));
  const each = narrowest(rules.filter((rule) => rule.each).map(boundsOf));
  // A list that names nothing twice is no longer than what there is to name.
  const isUnique = rules.some(({ name }) => name === 'arrayUnique');
  if (isUnique && each.enum !== undefined) whole.maxItems ??= each.enum.length;
  return Object.keys(whole).length + Object.keys(each).length === 0 ? undefined : { whole, each };
}

/** The bounds that class-validator's own rules are, by their names. */
const RULES: Readonly<Record<string, (...constraints: unknown[]) => FieldBounds>> = {
  minLength: (least) => ({ minLength: Number(least) }),
  maxLength: (most) => ({ maxLength: Number(most) }),
  isLength: (least, most) => ({
    minLength: Number(least),
    ...(most === undefined ? {} : { maxLength: Number(most) }),
  }),
  // A character has one byte or more.
  maxBytes: (most) => ({ maxLength: Number(most) }),
  matches: (pattern) => (pattern instanceof RegExp ? boundsOfPattern(pattern) : {}),
  isIn: (values) => {
    const texts = Array.isArray(values) ? values.filter((value) => typeof value === 'string') : [];
    return texts.length === 0 ? {} : { enum: texts };
  },
  isUuid: () => ({ format: 'uuid' }),
  // The longest name has 32.
  isTimeZone: () => ({ maxLength: 64 }),
  isNotEmpty: () => ({ minLength: 1 }),
  arrayMinSize: (least) => ({ minItems: Number(least) }),
  arrayNotEmpty: () => ({ minItems: 1 }),
  arrayMaxSize: (most) => ({ maxItems: Number(most) }),
};

function boundsOf({ name, constraints = [], context, constraintCls }: Rule): FieldBounds {
  const told = boundsToldBy(context);
  // What a class of ours for `@Validate` says of itself.
  const { bounds: ofClass } = (constraintCls ?? {}) as { bounds?: FieldBounds };
  const known = name !== undefined && Object.hasOwn(RULES, name) ? RULES[name] : undefined;
  return { ...ofClass, ...known?.(...constraints), ...told };
}

function boundsOfPattern(pattern: RegExp): FieldBounds {
  const source = pattern.ignoreCase ? caselessPattern(pattern.source) : pattern.source;
  // OpenAPI knows no flags; what means something else without them is better left out.
  return /[^ig]/.test(pattern.flags) ? {} : { pattern: source };
}

function narrowest(all: readonly FieldBounds[]): FieldBounds {
  const result: FieldBounds = {};
  for (const bounds of all) {
    const { minLength, maxLength, minItems, maxItems, maxProperties, ...others } = bounds;
    Object.assign(result, { ...others, ...result });
    for (const [name, value] of Object.entries({ minLength, minItems }))
      if (value !== undefined)
        Object.assign(result, { [name]: Math.max(value, numberAt(result, name) ?? 0) });
    for (const [name, value] of Object.entries({ maxLength, maxItems, maxProperties }))
      if (value !== undefined)
        Object.assign(result, { [name]: Math.min(value, numberAt(result, name) ?? Infinity) });
  }
  return result;
}

function numberAt(bounds: FieldBounds, name: string): number | undefined {
  return Reflect.get(bounds, name) as number | undefined;
}

/** A new schema, since several fields may share the parts of theirs. */
function bounded(schema: SchemaOrReference, { whole, each }: Announced): SchemaOrReference {
  if ('$ref' in schema) return schema;
  const result: Schema = { ...schema };
  for (const parts of ['oneOf', 'anyOf', 'allOf'] as const)
    if (schema[parts] !== undefined)
      result[parts] = schema[parts].map((part) => bounded(part, { whole, each }));
  // OpenAPI 3.1's lists of types are not among what is made here.
  if (schema.type === 'string') return { ...textBoundsFor(schema, whole), ...result };
  if (schema.type === 'array') {
    const { minItems, maxItems, values } = whole;
    if (schema.items !== undefined)
      result.items = bounded(schema.items, { whole: { ...values, ...each }, each: {} });
    return { ...given({ minItems, maxItems }), ...result };
  }
  const { additionalProperties } = schema;
  if (schema.type === 'object' && additionalProperties !== undefined) {
    const { maxProperties, values } = whole;
    if (typeof additionalProperties === 'object' && values !== undefined)
      result.additionalProperties = bounded(additionalProperties, { whole: values, each: {} });
    return { ...given({ maxProperties }), ...result };
  }
  return result;
}

/** Several values in one text, as `sent,read`: what holds for each of them, which the plugin takes for the text's, does not for it. */
function withoutBoundsOfItems(schema: SchemaOrReference, { each }: Announced): SchemaOrReference {
  if ('$ref' in schema || schema.type !== 'string') return schema;
  const ofItems = Object.entries(each).map(([name, value]) => [name, JSON.stringify(value)].join());
  return Object.fromEntries(
    Object.entries(schema).filter(
      ([name, value]) =>
        !['minItems', 'maxItems', 'uniqueItems'].includes(name) &&
        !ofItems.includes([name, JSON.stringify(value)].join()),
    ),
  );
}

function textBoundsFor(
  schema: Schema,
  { minLength, maxLength, pattern, format, enum: values }: FieldBounds,
): Schema {
  if (schema.enum !== undefined) return {};
  if (values !== undefined) return { enum: [...values] };
  return given({ minLength, maxLength, pattern, format });
}

/** Without what is undefined. */
function given(bounds: { readonly [name in keyof FieldBounds]: FieldBounds[name] | undefined }): Schema {
  return Object.fromEntries(Object.entries(bounds).filter(([, value]) => value !== undefined));
}
