import { endsOf, numbersIn, significantDigits } from './phone-numbers';

const digitsIn = (text: string, least?: number): string[] =>
  numbersIn(text, least).map(({ digits }) => digits);

describe('phone numbers', () => {
  it.each([
    ['+1 (650) 555-1234', '16505551234'],
    ['+1.650.555.1234', '16505551234'],
    ['001 650 555 1234', '16505551234'],
    ['+49 (0) 171 1234567', '491711234567'],
    ['0171 / 123 45 67', '1711234567'],
    ['٠٥٠١٢٣٤٥٦٧', '501234567'],
    ['+۹۸ ۹۱۲ ۳۴۵ ۶۷۸۹', '989123456789'],
    ['+44\u00a020\u20117946\u20110958', '442079460958'],
  ])('are read from %s', (written, digits) => {
    expect(digitsIn(`Call me: ${written}, please.`)).toEqual([digits]);
    expect(significantDigits(written)).toBe(digits);
  });

  it('are told from other numbers by their length', () => {
    expect(digitsIn('2 boxes of 12, order 4711, room 101')).toEqual([]);
    expect(digitsIn('card 4111 1111 1111 1111 99')).toEqual([]);
    expect(digitsIn('ends with 1234', 4)).toEqual(['1234']);
  });

  it('know where they stand', () => {
    const text = 'Ring +1 (650) 555-1234.';
    const [found] = numbersIn(text);
    expect(text.slice(found?.start, found?.end)).toBe('+1 (650) 555-1234');
  });

  it('are found by any end of at least four digits', () => {
    expect(endsOf('16505551')).toEqual(['16505551', '6505551', '505551', '05551', '5551']);
    expect(endsOf('911')).toEqual([]);
  });

  it('are only looked for so many times in one text', () => {
    expect(
      digitsIn(Array.from({ length: 100 }, (_, index) => `+1650555${1000 + index};`).join(' ')),
    ).toHaveLength(10);
  });
});
