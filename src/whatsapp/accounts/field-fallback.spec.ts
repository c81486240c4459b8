import { GraphRejectedError } from '../../graph-client/graph.error';
import { withKnownFields } from './field-fallback';

const refusal = (message: string, code = 100, subcode: number | null = null) =>
  new GraphRejectedError(message, {
    meta: { code, subcode, type: 'OAuthException', title: null, message, fbtraceId: null },
  });
const nonexisting = (field: string) =>
  refusal(`(#100) Tried accessing nonexisting field (${field}) on node type (WhatsAppBusinessPhoneNumber)`);

/** Meta with these fields and no others; keeps what it was asked. */
function metaWith(known: readonly string[], otherwise = nonexisting) {
  const asked: (string | undefined)[] = [];
  const read = (fields: string | undefined): Promise<string> => {
    asked.push(fields);
    const unknown = fields?.split(',').find((field) => !known.includes(field));
    return unknown === undefined ? Promise.resolve(fields ?? 'defaults') : Promise.reject(otherwise(unknown));
  };
  return { asked, read };
}

describe('withKnownFields', () => {
  it('asks once when Meta knows all fields', async () => {
    const { asked, read } = metaWith(['a', 'b']);
    await expect(withKnownFields({ fields: ['a', 'b'] }, read)).resolves.toBe('a,b');
    expect(asked).toEqual(['a,b']);
  });

  it('leaves out one after the other what Meta does not know', async () => {
    const { asked, read } = metaWith(['b']);
    await withKnownFields({ fields: ['a', 'b', 'c'] }, read);
    expect(asked).toEqual(['a,b,c', 'b,c', 'b']);
  });

  it('asks for the substitute of an unknown field, and gives that up too', async () => {
    const wishes = { fields: ['a', 'limit'], substitutes: { limit: 'tier' } };
    const old = metaWith(['a', 'tier']);
    await expect(withKnownFields(wishes, old.read)).resolves.toBe('a,tier');
    const older = metaWith(['a']);
    await expect(withKnownFields(wishes, older.read)).resolves.toBe('a');
  });

  it('takes the defaults when Meta does not say which field it is', async () => {
    const { asked, read } = metaWith([], () => refusal('(#100) Invalid fields'));
    await expect(withKnownFields({ fields: ['a', 'b'] }, read)).resolves.toBe('defaults');
    expect(asked).toEqual(['a,b', undefined]);
  });

  it.each([
    ['an object that is not there', refusal('Unsupported get request', 100, 33)],
    ['a parameter that has nothing to do with fields', refusal('(#100) Param limit must be smaller')],
    ['another refusal', refusal('(#131009) Parameter value is not valid', 131009)],
    ['something of our own', new Error('field (a)')],
  ])('does not hide %s', async (_name, error) => {
    const read = jest.fn(() => Promise.reject(error));
    await expect(withKnownFields({ fields: ['a', 'b'] }, read)).rejects.toBe(error);
    expect(read).toHaveBeenCalledTimes(1);
  });

  it('passes on a refusal that remains without any wish', async () => {
    const error = refusal('(#100) nonexisting field (id)');
    const read = jest.fn(() => Promise.reject(error));
    await expect(withKnownFields({ fields: ['a'] }, read)).rejects.toBe(error);
    expect(read).toHaveBeenCalledTimes(2);
  });
});
