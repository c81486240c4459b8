import { Lexicon } from './lexicon';

describe('a lexicon', () => {
  const lexicon = new Lexicon(
    `!not not never
    !boost very
    +2
      good thank*
    -2
      bad not_bad~idea
    -3
      money_back waiting~weeks scam*`,
    '+1 bad other',
  );
  const find = (words: string) =>
    lexicon.find(
      words.split(' ').map((word) => lexicon.withDenial([word])),
      0,
    );

  it('knows words, and words that begin alike', () => {
    expect(find('good')).toEqual({ role: 'score', score: 2, length: 1 });
    expect(find('thankful')).toMatchObject({ score: 2 });
    expect(find('goodness')).toBeNull();
    expect(find('very')).toMatchObject({ role: 'boost' });
  });

  it('lets the first source count', () => {
    expect([find('bad')?.score, find('other')?.score]).toEqual([-2, 1]);
  });

  it('finds phrases before words, with what may stand between', () => {
    expect(find('money back')).toEqual({ role: 'score', score: -3, length: 2 });
    expect(find('money is back')).toBeNull();
    expect(find('waiting for three weeks')).toMatchObject({ score: -3, length: 4 });
    expect(find('waiting for more than three weeks')).toBeNull();
  });

  it('lets one word stand for all that deny', () => {
    expect(find('never bad idea')).toMatchObject({ score: -2, length: 3 });
  });

  it('refuses a line that nobody understands', () => {
    expect(() => new Lexicon('!shout loud')).toThrow('shout');
  });
});
