import fc from 'fast-check';
import {
  MAX_ID_LENGTH,
  present,
  presentOrNothing,
  readBoolean,
  readId,
  readInstant,
  readNumber,
  readOwn,
  readText,
  requireId,
  requireWord,
} from './json-reader';

describe('readId', () => {
  it.each([
    ['text', 'wamid.x', 'wamid.x'],
    ['a number', 106540352242922, '106540352242922'],
    ['nothing', undefined, undefined],
    ['null', null, undefined],
    ['empty text', '', undefined],
  ])('reads %s', (_, value, id) => {
    expect(readId({ id: value }, 'id')).toBe(id);
  });

  it.each([[{}], [[]], [true], [1.5], [2 ** 60]])('refuses %j', (value) => {
    expect(() => readId({ id: value }, 'id')).toThrow('id is not an id');
  });

  it('refuses what no index would hold', () => {
    expect(readId({ id: 'x'.repeat(MAX_ID_LENGTH) }, 'id')).toHaveLength(MAX_ID_LENGTH);
    expect(() => readId({ id: 'x'.repeat(MAX_ID_LENGTH + 1) }, 'id')).toThrow('id is too long');
  });

  it('is the same as requireId, except where there is none', () => {
    expect(requireId({ id: 7 }, 'id')).toBe('7');
    expect(() => requireId({}, 'id')).toThrow('id is missing');
  });
});

describe('readInstant', () => {
  const at = (value: unknown) => readInstant({ at: value }, 'at')?.toISOString();

  it.each([
    ['seconds as text', '1749416383', '2025-06-08T20:59:43.000Z'],
    ['seconds as number', 1749416383, '2025-06-08T20:59:43.000Z'],
    ['milliseconds as number', 1749416383123, '2025-06-08T20:59:43.123Z'],
    ['milliseconds as text', '1749416383123', '2025-06-08T20:59:43.123Z'],
    ['fractions of a second', 1749416383.5, '2025-06-08T20:59:43.500Z'],
    ['ISO 8601 with an offset', '2021-09-08T06:34:04+0000', '2021-09-08T06:34:04.000Z'],
  ])('reads %s', (_, value, expected) => {
    expect(at(value)).toBe(expected);
  });

  it.each([
    [undefined],
    [null],
    [''],
    ['order 7'],
    [0],
    ['0'],
    [-5],
    ['1e400'],
    [9e20],
    [{}],
    [true],
    ['253402300800000'],
  ])('takes %j for no time', (value) => {
    expect(at(value)).toBeUndefined();
  });

  it('gives nothing outside of 1970 to 9999, whatever it reads', () => {
    fc.assert(
      fc.property(fc.oneof(fc.double(), fc.integer(), fc.string(), fc.date().map(String)), (value) => {
        const year = readInstant({ at: value }, 'at')?.getUTCFullYear() ?? 2000;
        expect(year).toBeGreaterThanOrEqual(1970);
        expect(year).toBeLessThanOrEqual(9999);
      }),
    );
  });
});

describe('the other readers', () => {
  it('take the empty text for none, and numbers for their digits', () => {
    expect(readText({ name: '' }, 'name')).toBeUndefined();
    expect(readText({ name: 2000 }, 'name')).toBe('2000');
    expect(readText({ name: { text: 'x' } }, 'name')).toBeUndefined();
  });

  it('read numbers written as text, and nothing else as a number', () => {
    expect(readNumber({ n: '30.5' }, 'n')).toBe(30.5);
    expect(readNumber({ n: ' ' }, 'n')).toBeUndefined();
    expect(readNumber({ n: [] }, 'n')).toBeUndefined();
    expect(readNumber({ n: null }, 'n')).toBeUndefined();
  });

  it('read the ways in which Meta writes true and false', () => {
    expect([true, 'true', 1].map((b) => readBoolean({ b }, 'b'))).toEqual([true, true, true]);
    expect([false, 'false', 0].map((b) => readBoolean({ b }, 'b'))).toEqual([false, false, false]);
    expect(readBoolean({ b: 'maybe' }, 'b')).toBeUndefined();
  });

  it('want a word that an index holds', () => {
    expect(requireWord({ status: 'sent' }, 'status')).toBe('sent');
    expect(() => requireWord({ status: 'x'.repeat(MAX_ID_LENGTH + 1) }, 'status')).toThrow(
      'status is too long',
    );
    expect(() => requireWord({}, 'status')).toThrow('status is missing');
  });

  it('do not find what every object inherits', () => {
    expect(readOwn({}, 'constructor')).toBeUndefined();
    expect(readOwn({ constructor: 1 }, 'constructor')).toBe(1);
  });

  it('leave out what is undefined', () => {
    expect(Object.keys(present({ a: undefined, b: null, c: false }))).toEqual(['b', 'c']);
    expect(presentOrNothing({ a: undefined })).toBeUndefined();
    expect(presentOrNothing({ a: undefined, b: 0 })).toEqual({ b: 0 });
  });
});
