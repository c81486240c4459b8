import { type FieldProblem, ValidationFailedError } from '../../errors/app.error';
import { isRecord } from '../../http/unfit-content';

/** @throws ValidationFailedError: the platform cannot do it, and this is what it can do */
export function refuse(path: string, message: string): never {
  throw ValidationFailedError.of(path, 'notOnThisPlatform', message);
}

/** Fields of a platform's own body that the conversation decides. */
export function refuseDecided(
  part: string,
  body: Readonly<Record<string, unknown>>,
  fields: readonly string[],
): void {
  const named = fields.filter((field) => body[field] !== undefined);
  if (named.length === 0) return;
  throw new ValidationFailedError(
    named.map((field) => ({
      path: `${part}.${field}`,
      rule: 'unknownField',
      message: `${part}.${field}: the conversation says from where and to whom. Leave it out.`,
    })),
  );
}

/** What is given in the reply itself must not stand in the platform's own body, too. */
export function refuseTwice(part: string, own: string, field: string): never {
  throw ValidationFailedError.of(field, 'exclusive', `Give either ${field} or ${part}.${own}, not both.`);
}

/** Lets a check speak of the fields of the reply, and not of those that they were turned into. */
export async function renaming<T>(nameOf: (path: string) => string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ValidationFailedError)) throw error;
    const fields = problemsOf(error).map((problem) => ({ ...problem, path: nameOf(problem.path) }));
    throw new ValidationFailedError(fields, error.message);
  }
}

function problemsOf({ details: { fields } }: ValidationFailedError): FieldProblem[] {
  return Array.isArray(fields) ? fields.filter(isProblem) : [];
}

function isProblem(value: unknown): value is FieldProblem {
  return (
    isRecord(value) &&
    typeof value.path === 'string' &&
    typeof value.rule === 'string' &&
    typeof value.message === 'string'
  );
}

/** @param names longest first where one begins another @returns a path with the first of the prefixes that it has replaced */
export function renamed(
  path: string,
  names: readonly (readonly [from: string, to: string])[],
): string | null {
  for (const [from, to] of names) {
    if (path === from) return to;
    if (path.startsWith(`${from}.`)) return `${to}${path.slice(from.length)}`;
  }
  return null;
}
