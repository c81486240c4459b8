import { applyDecorators } from '@nestjs/common';
import { ApiProperty, getSchemaPath } from '@nestjs/swagger';
import { Transform, Type, plainToInstance } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsUrl,
  MaxLength,
  ValidateBy,
  ValidateNested,
  type ValidationArguments,
} from 'class-validator';
import { isRecord } from '../../http/unfit-content';

/** For `@Length` and `@MaxLength`: says how long the text is, and by how much it has to become shorter. */
export const SIZED = {
  message: ({ property, value, constraints }: ValidationArguments): string => {
    const most = Math.max(...constraints.filter((limit): limit is number => typeof limit === 'number'));
    if (typeof value !== 'string') return `${property} must be text.`;
    // As the rule itself counts: a character beyond the basic plane, such as most emoji, is one.
    const length = Array.from(value).length;
    if (length === 0) return `${property} must not be empty.`;
    return `${property} has ${length} characters; Meta takes ${most} at most. Shorten it.`;
  },
};

/** Instagram counts the bytes of the UTF-8 form: an emoji has four, an Arabic letter two. */
export function MaxBytes(most: number): PropertyDecorator {
  return ValidateBy({
    name: 'maxBytes',
    constraints: [most],
    validator: {
      validate: (value) => typeof value !== 'string' || Buffer.byteLength(value) <= most,
      defaultMessage: (args) => {
        const size = typeof args?.value === 'string' ? Buffer.byteLength(args.value) : 0;
        return `$property has ${size} bytes; Meta takes ${most} at most. Shorten it, or send it as several messages.`;
      },
    },
  });
}

/** An address that Meta, or the person's app, opens: public and `https`. */
export function PublicAddress(): PropertyDecorator {
  return applyDecorators(
    IsUrl(
      { protocols: ['https'], require_protocol: true, require_tld: false },
      { message: '$property must be a public https address.' },
    ),
    MaxLength(2048, SIZED),
  );
}

/** A rule over a whole property for which class-validator has no word. */
export function Satisfies(
  name: string,
  holds: (value: unknown) => boolean,
  message: string,
): PropertyDecorator {
  return ValidateBy({ name, validator: { validate: holds, defaultMessage: () => message } });
}

/** One object that has its own DTO; a list of them is no object. */
export function Part(dto: () => new () => object): PropertyDecorator {
  return applyDecorators(Type(dto), OneObject(), ValidateNested());
}

/** So many objects that have their own DTO. */
export function Parts(dto: () => new () => object, least: number, most: number): PropertyDecorator {
  return applyDecorators(Type(dto), ...listRules(least, most));
}

type Classes = Readonly<Record<string, new () => object>>;

interface Forms {
  /** The property by which Meta tells the forms apart. */
  by: string;
  classes: Classes;
  /** What is checked where nothing says a known form: it knows the names of all. */
  base: new () => object;
  optional?: boolean;
}

/** One object in one of several forms. */
export function PartIn(forms: Forms): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ ...schemaOf(forms), required: forms.optional !== true }),
    OneObject(),
    ValidateNested(),
    InForm(forms),
  );
}

/** So many objects, each in one of several forms. */
export function PartsIn(forms: Forms, least: number, most: number): PropertyDecorator {
  return applyDecorators(
    ApiProperty({
      type: 'array',
      minItems: least,
      maxItems: most,
      items: schemaOf(forms),
      required: forms.optional !== true,
    }),
    ...listRules(least, most),
    InForm(forms),
  );
}

function schemaOf({ by, classes }: Forms): {
  oneOf: { $ref: string }[];
  discriminator: { propertyName: string; mapping: Record<string, string> };
} {
  return {
    oneOf: [...new Set(Object.values(classes))].map((dto) => ({ $ref: getSchemaPath(dto) })),
    discriminator: {
      propertyName: by,
      mapping: Object.fromEntries(Object.entries(classes).map(([word, dto]) => [word, getSchemaPath(dto)])),
    },
  };
}

/** From the untouched value: class-transformer has already made a copy without a class of the other. */
function InForm({ by, classes, base }: Forms): PropertyDecorator {
  const instanceOf = (value: unknown): unknown => {
    if (!isRecord(value)) return value;
    const word = value[by];
    const dto = typeof word === 'string' && Object.hasOwn(classes, word) ? classes[word] : undefined;
    return plainToInstance(dto ?? base, value);
  };
  return Transform(
    ({ obj, key }: { obj: unknown; key: string }) => {
      const value: unknown = isRecord(obj) ? obj[key] : undefined;
      return Array.isArray(value) ? value.map(instanceOf) : instanceOf(value);
    },
    { toClassOnly: true },
  );
}

function listRules(least: number, most: number): PropertyDecorator[] {
  const counted = { message: `$property takes ${least === most ? String(most) : `${least} to ${most}`}.` };
  return [
    IsArray(),
    ArrayMinSize(least, counted),
    ArrayMaxSize(most, counted),
    ValidateBy({
      name: 'isObject',
      validator: {
        validate: (items: unknown) => !Array.isArray(items) || items.every(isRecord),
        defaultMessage: () => 'each value in $property must be one object.',
      },
    }),
    ValidateNested({ each: true }),
  ];
}

/** `ValidateNested` checks what a list holds, so that it would take a list where one object is wanted. */
function OneObject(): PropertyDecorator {
  return ValidateBy({
    name: 'isObject',
    validator: {
      validate: isRecord,
      defaultMessage: () => '$property must be one object.',
    },
  });
}
