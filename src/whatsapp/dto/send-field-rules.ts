import { applyDecorators } from '@nestjs/common';
import { ValidateBy, ValidateIf } from 'class-validator';

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
