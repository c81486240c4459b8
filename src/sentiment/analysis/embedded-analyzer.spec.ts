import { EmbeddedAnalyzer } from './embedded-analyzer';

describe('the embedded analyzer', () => {
  const analyzer = new EmbeddedAnalyzer();
  const labelOf = async (text: string) => (await analyzer.analyze([text]))[0]?.label;
  const scoreOf = async (text: string) => (await analyzer.analyze([text]))[0]?.score ?? NaN;

  it.each([
    ['not good', 'negative'],
    ['not bad at all', 'positive'],
    ["doesn't work", 'negative'],
    ['ليس جيداً', 'negative'],
    ['مش حلو', 'negative'],
    ['ما عجبني', 'negative'],
    ['معجبنيش', 'negative'],
    ['مو زين', 'negative'],
    ['ما قصرتوا', 'positive'],
    ['no problem', 'neutral'],
  ])('knows what is denied: %s', async (text, label) => {
    expect(await labelOf(text)).toBe(label);
  });

  it.each([
    ['The food was great but the service was terrible', 'negative'],
    ['الشحن تأخر لكن المنتج رائع', 'positive'],
    ['thanks for nothing', 'negative'],
    ['How do I file a complaint?', 'neutral'],
    ['هل يغطي الضمان كسر الشاشة؟ أريد التفاصيل', 'neutral'],
    ['😡', 'negative'],
    ['👍👍', 'positive'],
    ['sooooo goooood', 'positive'],
    ['رااااائع', 'positive'],
    ['راااائعة جدًّا', 'positive'],
    ['very bad خدمة سيئة', 'negative'],
    ['kteer 7elo yslamo', 'positive'],
  ])('reads as people mean it: %s', async (text, label) => {
    expect(await labelOf(text)).toBe(label);
  });

  it('makes boosted words stronger', async () => {
    expect(await scoreOf('it is extremely bad')).toBeLessThan(await scoreOf('it is bad'));
    expect(await scoreOf('حلو اوي')).toBeGreaterThan(await scoreOf('حلو شوي'));
  });

  it.each([
    ['The parcel has arrived at my house', 'en'],
    ['وصل الطلب', 'ar'],
    ['3ayez a3raf el se3r law sama7t', 'ar'],
    ['Je voudrais changer l’adresse de livraison', 'fr'],
    ['¿Dónde está mi pedido? No ha llegado', 'es'],
    ['Ich möchte die Lieferadresse ändern', 'de'],
    ['Eu quero mudar o endereço de entrega, obrigado', 'pt'],
    ['Мне очень понравилось, спасибо большое', 'ru'],
    ['45882', null],
    ['👍', null],
  ])('tells the language: %s', async (text, language) => {
    expect((await analyzer.analyze([text]))[0]?.language).toBe(language);
  });

  it('says that it knows little where it knows no word', async () => {
    const [russian, unknown] = await analyzer.analyze([
      'Мне очень понравилось, спасибо большое',
      'The consignment departed from the second warehouse yesterday',
    ]);
    expect(russian).toMatchObject({ label: 'neutral', score: 0 });
    expect(russian?.confidence).toBeLessThan(0.5);
    expect(unknown).toMatchObject({ label: 'neutral', score: 0 });
    expect(unknown?.confidence).toBeLessThan(0.6);
  });

  it.each([
    ['', ''],
    ['spaces', '  \n '],
    ['no letters', '?!… 12/10'],
    ['a megabyte', 'not good '.repeat(120_000)],
    ['addresses without end', 'a@'.repeat(50_000)],
    ['one word without end', 'ا'.repeat(50_000)],
    ['apostrophes without end', "n't".repeat(20_000)],
    ['half of an emoji', '\ud83d'],
    ['marks alone', '\u0651\u0652\u0640'],
  ])('takes any text: %s', async (_name, text) => {
    const [result] = await analyzer.analyze([text]);
    expect(result?.confidence).toBeGreaterThanOrEqual(0);
    expect(result?.confidence).toBeLessThanOrEqual(1);
  });

  it('gives the same result for the same text, and stops when told to', async () => {
    const texts = ['good', 'bad', 'ok'];
    expect(await analyzer.analyze(texts)).toEqual(await analyzer.analyze(texts));
    await expect(analyzer.analyze(texts, AbortSignal.abort())).rejects.toThrow();
  });
});
