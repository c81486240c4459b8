import { GraphRejectedError } from '../../graph-client/graph.error';

export interface FieldWishes {
  /** What is asked for first. */
  fields: readonly string[];
  /** What to ask for in place of a field that this Graph version does not have. */
  substitutes?: Readonly<Record<string, string>>;
}

const NONEXISTING = /nonexisting field \((\w+)\)/i;
const INVALID_PARAMETER = 100;
/** "Unsupported get request": the object itself is missing, so that no other choice of fields would help. */
const NO_SUCH_OBJECT = 33;

/**
 * Reads a node or edge although one of the wished fields may be unknown to the Graph version in use, which makes Meta
 * refuse the whole request: the field it names is replaced or left out and the request made again; when it names none
 * of them, Meta's default fields have to do.
 * @param read makes the request with this value of `fields`; undefined stands for the defaults
 */
export async function withKnownFields<T>(
  { fields, substitutes = {} }: FieldWishes,
  read: (fields: string | undefined) => Promise<T>,
): Promise<T> {
  let wished = [...fields];
  for (;;) {
    try {
      return await read(wished.length === 0 ? undefined : wished.join(','));
    } catch (error) {
      if (wished.length === 0 || !isAboutFields(error)) throw error;
      const unknown = NONEXISTING.exec(error.meta?.message ?? '')?.[1];
      if (unknown === undefined || !wished.includes(unknown)) {
        wished = [];
        continue;
      }
      const substitute = substitutes[unknown];
      wished = wished.filter((field) => field !== unknown);
      if (substitute !== undefined) wished.push(substitute);
    }
  }
}

function isAboutFields(error: unknown): error is GraphRejectedError {
  return (
    error instanceof GraphRejectedError &&
    error.meta?.code === INVALID_PARAMETER &&
    error.meta.subcode !== NO_SUCH_OBJECT &&
    /field/i.test(error.meta.message)
  );
}
