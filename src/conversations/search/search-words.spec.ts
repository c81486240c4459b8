import fc from 'fast-check';
import { folded, wordsOf } from './search-words';

const texts = (text: string): string[] => wordsOf(text).map((word) => word.text);

describe('folding', () => {
  it.each([
    ['Crème BRÛLÉE', 'creme brulee'],
    ['Straße', 'strasse'],
    ['İstanbul ılık', 'istanbul ilik'],
    ['Łódź, Æther', 'lodz, aether'],
    ['ΟΔΟΣ', 'οδοσ'],
    ['ﬁn ＦＵＬＬ', 'fin full'],
    ['ёлка', 'елка'],
  ])('takes %s for %s', (written, expected) => {
    expect(folded(written)).toBe(expected);
  });

  it.each([
    ['vowel signs', 'مَرْحَبًا', 'مرحبا'],
    ['tatweel', 'شـــكرا', 'شكرا'],
    ['alef with hamza above', 'أحمد', 'احمد'],
    ['alef with hamza below', 'إسلام', 'اسلام'],
    ['alef with madda', 'آسف', 'اسف'],
    ['alef wasla', 'ٱلكتاب', 'الكتاب'],
    ['waw and ya with hamza', 'مسؤول رئيس', 'مسوول رييس'],
    ['hamza alone', 'شيء', 'شي'],
    ['alef maqsura', 'مستشفى', 'مستشفي'],
    ['ta marbuta', 'مدرسة', 'مدرسه'],
    ['a Persian keyboard', 'کتاب فارسی', 'كتاب فارسي'],
    ['Arabic digits', '٤٧١١', '4711'],
    ['Persian digits', '۴۷۱۱', '4711'],
    ['the sign that joins nothing', 'می‌خواهم', 'ميخواهم'],
  ])('knows %s in Arabic letters', (_, written, expected) => {
    expect(folded(written)).toBe(expected);
  });

  it('keeps the vowels of scripts that are not read without them', () => {
    expect(folded('की')).not.toBe(folded('कि'));
  });
});

describe('words', () => {
  it('are letters and digits, whatever stands between them', () => {
    expect(texts('Hello, world! It’s order #4711-B (e-mail: jane.doe@example.com)')).toEqual(
      'hello world it s order 4711 b e mail jane doe example com'.split(' '),
    );
  });

  it('are single characters in scripts without spaces', () => {
    expect(texts('我要退款 ok')).toEqual(['我', '要', '退', '款', 'ok']);
    expect(texts('退款ABC１２')).toEqual(['退', '款', 'abc12']);
  });

  it('are none in signs alone', () => {
    expect(texts('?!… 👍 & | () \0 \u{1F600}')).toEqual([]);
  });

  it('know where they stand in the text, which folding may make longer or shorter', () => {
    const text = 'Die Straße, ﬁnally: الكِتَاب';
    expect(wordsOf(text).map(({ start, end }) => text.slice(start, end))).toEqual([
      'Die',
      'Straße',
      'ﬁnally',
      'الكِتَاب',
    ]);
  });

  it('are the same however the text was composed, and have places that count up', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(texts(text.normalize('NFD'))).toEqual(texts(text.normalize('NFC')));
        expect(wordsOf(text).map(({ place }) => place)).toEqual(wordsOf(text).map((_, index) => index + 1));
      }),
    );
  });

  it('stay what they are when they are folded again, so that a word is found by itself', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        for (const word of texts(text)) expect(texts(word)).toEqual([word]);
      }),
      { numRuns: 500 },
    );
  });

  it('have an end: what nobody would type is cut', () => {
    expect(texts('a'.repeat(10_000))).toEqual(['a'.repeat(64)]);
  });
});
