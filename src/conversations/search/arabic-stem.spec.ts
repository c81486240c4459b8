import { arabicStems } from './arabic-stem';
import { folded } from './search-words';

/** Words are the same for a search where they, or any of their stems, are the same. */
const meet = (a: string, b: string): boolean => {
  const [formsOfA, formsOfB] = [a, b].map((word) => [folded(word), ...arabicStems(folded(word))]);
  return formsOfA?.some((form) => formsOfB?.includes(form)) === true;
};

describe('stems of Arabic words', () => {
  it.each([
    ['the article', 'الكتاب', 'كتاب'],
    ['and the', 'والكتاب', 'كتاب'],
    ['with the', 'بالكتاب', 'الكتاب'],
    ['for the', 'للمدرسة', 'المدرسة'],
    ['like the', 'كالبيت', 'بيت'],
    ['and', 'وشكرا', 'شكرا'],
    ['for', 'لطلب', 'طلب'],
    ['with', 'بطاقة', 'طاقة'],
    ['a feminine ending', 'جميلة', 'جميل'],
    ['a plural', 'معلومات', 'معلوم'],
    ['whose it is', 'طلبهم', 'طلب'],
    ['mine', 'طلبي', 'الطلب'],
    ['both at once', 'وطلباتي', 'طلبات'],
  ])('join words that differ by %s', (_, one, other) => {
    expect(meet(one, other)).toBe(true);
  });

  it.each([
    ['باب', 'اب'],
    ['ولد', 'لد'],
    ['كلب', 'لب'],
    ['الله', 'مله'],
    ['طلب', 'كتاب'],
  ])('leave short words whole: %s is not %s', (one, other) => {
    expect(meet(one, other)).toBe(false);
  });

  it('are never empty, and never the word itself', () => {
    for (const word of ['ال', 'و', 'وال', 'الم', 'لل', 'ات', 'يات'])
      for (const stem of arabicStems(word)) {
        expect(stem).not.toBe('');
        expect(stem).not.toBe(word);
      }
  });
});
