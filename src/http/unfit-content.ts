import type { FieldProblem } from '../errors/app.error';

export const MAX_DEPTH = 64;

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

// `__proto__`, `constructor`, `toString` and the like: class-transformer would drop them without a word.
const INHERITED_NAMES = new Set(Object.getOwnPropertyNames(Object.prototype));
const MAX_PROBLEMS = 20;

/**
 * What no field may hold, wherever in the request it stands: names that every object inherits, and text that PostgreSQL
 * refuses to store (NUL, half of a surrogate pair) and which would be a SERVER_ERROR later.
 * Walks with a stack of its own, since the depth is the caller's.
 */
export function findUnfitContent(value: unknown, root = ''): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const stack: { value: unknown; path: string; depth: number }[] = [{ value, path: root, depth: 0 }];
  for (let next = stack.pop(); next !== undefined && problems.length < MAX_PROBLEMS; next = stack.pop()) {
    const { path, depth } = next;
    if (typeof next.value === 'string') {
      const problem = problemOfText(next.value, path);
      if (problem !== undefined) problems.push(problem);
    } else if (typeof next.value === 'object' && next.value !== null) {
      if (depth > MAX_DEPTH) {
        problems.push({
          path,
          rule: 'depth',
          message: `The request is nested deeper than ${MAX_DEPTH} levels.`,
        });
        break;
      }
      // Backwards, so that problems come in the order of the request.
      for (const [key, item] of Object.entries(next.value).reverse()) {
        const itemPath = path === '' ? key : `${path}.${key}`;
        if (!Array.isArray(next.value) && INHERITED_NAMES.has(key))
          problems.push({
            path: itemPath,
            rule: 'unknownField',
            message: `${itemPath} is not a field of this request.`,
          });
        else stack.push({ value: item, path: itemPath, depth: depth + 1 });
      }
    }
  }
  return problems;
}

function problemOfText(text: string, path: string): FieldProblem | undefined {
  if (text.includes('\0'))
    return { path, rule: 'text', message: `${path} must not contain the NUL character.` };
  if (/\p{Surrogate}/u.test(text))
    return { path, rule: 'text', message: `${path} must be well-formed Unicode.` };
  return undefined;
}
