import { Transform } from 'class-transformer';

/** Comma-separated values. */
export const list = Transform(({ value }: { value: unknown }) =>
  typeof value === 'string'
    ? value
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== '')
    : value,
);
export const integer = Transform(({ value }: { value: unknown }) =>
  typeof value === 'string' && /^-?\d+$/.test(value.trim()) ? Number(value) : value,
);
export const decimal = Transform(({ value }: { value: unknown }) =>
  typeof value === 'string' && /^-?\d+(?:\.\d+)?$/.test(value.trim()) ? Number(value) : value,
);
export const flag = Transform(({ value }: { value: unknown }) =>
  value === 'true' || value === '1' ? true : value === 'false' || value === '0' ? false : value,
);
export const origin = Transform(({ value }: { value: unknown }) =>
  typeof value === 'string' ? value.trim().replace(/\/+$/, '') : value,
);
/** Origins as browsers write them, lower case and without the port that the scheme has anyway; others stay as they are. */
export const origins = Transform(({ value }: { value: unknown }) =>
  typeof value === 'string'
    ? value
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== '')
        .map(asOrigin)
    : value,
);

function asOrigin(text: string): string {
  if (!URL.canParse(text)) return text;
  const { origin: plain, href } = new URL(text);
  return href === `${plain}/` ? plain : text;
}
