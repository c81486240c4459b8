import { applyDecorators } from '@nestjs/common';
import { Type } from 'class-transformer';
import { ValidateBy, ValidateIf, type ValidationArguments, ValidateNested } from 'class-validator';
import { type FieldBounds, boundedBy } from '../../http/field-bounds';

interface Typed {
  type?: unknown;
}

const valueAt = (object: object, key: string | symbol): unknown =>
  Object.getOwnPropertyDescriptor(object, key)?.value;

/**
 * For objects of the shape `{type: 'x', x: …}`: the property is required when `type` is one of these and refused
 * otherwise, where Meta would either ignore it or fail with a code that does not say what is wrong.
 */
export function ForType(...types: readonly string[]): PropertyDecorator {
  return (target, key) => {
    const belongs = ({ type }: Typed): boolean => typeof type === 'string' && types.includes(type);
    applyDecorators(
      ValidateIf((object: Typed) => belongs(object) || valueAt(object, key) !== undefined),
      ValidateBy({
        name: 'onlyForType',
        validator: {
          validate: (_value, args) => args !== undefined && belongs(args.object),
          defaultMessage: () => `$property belongs to type ${types.join(' or ')} only`,
        },
      }),
    )(target, key);
  };
}

/** `ValidateNested` checks what a list holds, so that it would take an empty list where one object is wanted. */
export function NotAList(): PropertyDecorator {
  return ValidateBy({
    name: 'isObject',
    validator: {
      validate: (value: unknown) => !Array.isArray(value),
      defaultMessage: () => '$property must be one object, not a list.',
    },
  });
}

/** One object that has its own DTO. */
export function Part(dto: () => new () => object): PropertyDecorator {
  return applyDecorators(Type(dto), NotAList(), ValidateNested());
}

/** Objects that have their own DTO; that they stand in a list is said by `@IsArray`. */
export function Parts(dto: () => new () => object): PropertyDecorator {
  return applyDecorators(
    Type(dto),
    ValidateBy({
      name: 'isObject',
      validator: {
        validate: (items: unknown) => !Array.isArray(items) || !items.some((item) => Array.isArray(item)),
        defaultMessage: () => 'each value in $property must be one object, not a list.',
      },
    }),
    ValidateNested({ each: true }),
  );
}

/** Each item's value of the field differs from all others'. */
export function DistinctBy<Item>(name: string, of: (item: Item) => unknown): PropertyDecorator {
  return ValidateBy({
    name: 'distinct',
    validator: {
      validate: (items: unknown) =>
        !Array.isArray(items) || new Set(items.map((item: Item) => of(item))).size === items.length,
      defaultMessage: () => `$property must have a different ${name} each`,
    },
  });
}

/**
 * A rule over a whole property for which class-validator has no word.
 * @param bounds that it keeps, for the API document
 */
export function Satisfies(
  name: string,
  holds: (value: unknown) => boolean,
  message: string,
  bounds: FieldBounds = {},
): PropertyDecorator {
  return ValidateBy(
    { name, validator: { validate: holds, defaultMessage: () => message } },
    boundedBy(bounds),
  );
}

/** For `@Length` and `@MaxLength`: says how long the text is, and by how much it has to become shorter. */
export const SIZED = {
  message: ({ property, value, constraints }: ValidationArguments): string => {
    const numbers = constraints.filter((limit): limit is number => typeof limit === 'number');
    const most = Math.max(...numbers);
    if (typeof value !== 'string') return `${property} must be text.`;
    // As the rule itself counts: a character beyond the basic plane, such as most emoji, is one.
    const length = Array.from(value).length;
    if (length === 0) return `${property} must not be empty.`;
    return `${property} has ${length} characters; Meta takes ${most} at most. Shorten it.`;
  },
};

/** The id of a catalogue in Commerce Manager. */
export const CATALOG_ID = {
  pattern: /^[A-Za-z0-9_-]{1,64}$/,
  options: { message: 'catalog_id must be the id of a catalogue, as Commerce Manager shows it.' },
};
