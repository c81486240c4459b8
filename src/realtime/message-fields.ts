import { isUuid } from '../database/ids';
import { type FieldProblem, ValidationFailedError } from '../errors/app.error';
import { isRecord } from '../http/unfit-content';

const MOST_IDS = 100;
const LONGEST_TEXT = 16_384;

/** Reads what a client sent field by field; everything that is wrong with it is told at once. */
export class MessageFields {
  private readonly given: Readonly<Record<string, unknown>>;
  private readonly problems: FieldProblem[] = [];

  /** @param known the fields that there are: others are refused */
  constructor(message: unknown, known: readonly string[]) {
    // Bytes are objects, too, with a field for each of them.
    const isObject = isRecord(message) && !ArrayBuffer.isView(message);
    this.given = isObject ? { ...message } : {};
    if (!isObject) this.refuse('', 'object', 'Send an object.');
    for (const name of Object.keys(this.given))
      if (!known.includes(name)) this.refuse(name, 'unknown', `${name} is not a field of this.`);
  }

  ids<Id extends string>(name: string): Id[] {
    const value = this.given[name];
    if (value === undefined) return [];
    const isList = Array.isArray(value) && value.length <= MOST_IDS;
    if (isList && value.every((id): id is Id => typeof id === 'string' && isUuid(id)))
      return [...new Set(value.map((id) => id.toLowerCase() as Id))];
    this.refuse(name, 'isUuid', `${name} is a list of at most ${MOST_IDS} ids.`);
    return [];
  }

  id<Id extends string>(name: string): Id {
    const value = this.given[name];
    if (typeof value === 'string' && isUuid(value)) return value.toLowerCase() as Id;
    this.refuse(name, 'isUuid', `${name} is an id.`);
    return '' as Id;
  }

  text(name: string): string {
    const value = this.given[name];
    if (typeof value === 'string' && value !== '' && value.length <= LONGEST_TEXT) return value;
    this.refuse(name, 'isString', `${name} is a text.`);
    return '';
  }

  flag(name: string, otherwise: boolean): boolean {
    const value = this.given[name];
    if (value === undefined || typeof value === 'boolean') return value ?? otherwise;
    this.refuse(name, 'isBoolean', `${name} is true or false.`);
    return otherwise;
  }

  refuse(path: string, rule: string, message: string): void {
    this.problems.push({ path, rule, message });
  }

  /** @throws ValidationFailedError */
  check(): void {
    if (this.problems.length > 0)
      throw new ValidationFailedError(this.problems, 'The message is not valid; see details.fields.');
  }
}
