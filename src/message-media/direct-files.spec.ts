import { directFilesOf, freshAddressOf } from './direct-files';

const CDN = 'https://scontent.xx.fbcdn.net';
const isFileHost = (url: string): boolean => url.startsWith(CDN);
const attachment = (type: string, payload: unknown, more: object = {}) => ({ type, payload, ...more });
const at = (type: string, name: string, more: object = {}) =>
  attachment(type, { url: `${CDN}/${name}`, ...more });
const filesOf = (...attachments: unknown[]) => directFilesOf([{ attachments }], isFileHost);

describe('the files of a direct message', () => {
  it.each([
    ['image', 'image'],
    ['video', 'video'],
    ['audio', 'audio'],
    ['file', 'document'],
    ['sticker', 'sticker'],
    ['reel', null],
    ['ig_reel', null],
    ['share', null],
    ['ig_post', null],
    ['something_new', null],
  ])('are its attachments of type %s', (type, kind) => {
    expect(filesOf(at(type, 'a'))).toEqual([{ place: 0, url: `${CDN}/a`, kind, isStory: false, name: null }]);
  });

  it.each(['story_mention', 'ig_story'])('that are in a %s are marked', (type) => {
    expect(filesOf(at(type, 'a'))).toMatchObject([{ isStory: true }]);
  });

  it.each([
    ['a shared page', attachment('share', { url: 'https://www.instagram.com/p/abc/' })],
    ['a reel’s page', attachment('reel', { url: 'https://www.facebook.com/reel/1' })],
    ['a link', attachment('fallback', null, { url: `${CDN}/a` })],
    ['a place', attachment('location', { coordinates: { lat: 1, long: 2 }, url: `${CDN}/a` })],
    ['cards', attachment('template', { template_type: 'generic', url: `${CDN}/a` })],
    ['a photo to be seen once', attachment('ephemeral', null)],
    ['an image without an address', attachment('image', null)],
    ['nothing readable', 'image'],
  ])('are not %s', (_, given) => {
    expect(filesOf(given)).toEqual([]);
  });

  it('keep their places among the other attachments', () => {
    const files = filesOf(
      attachment('location', {}),
      at('image', 'a'),
      attachment('fallback', null),
      at('file', 'b'),
    );
    expect(files.map(({ place }) => place)).toEqual([1, 3]);
  });

  it('are one where a sticker stands twice, and two where there are two stickers', () => {
    const sticker = at('sticker', 'a', { sticker_id: '1' });
    expect(filesOf(sticker, at('image', 'a', { sticker_id: '1' }))).toMatchObject([{ place: 0 }]);
    expect(filesOf(sticker, at('image', 'b', { sticker_id: '2' }))).toHaveLength(2);
    expect(filesOf(at('image', 'b', { sticker_id: '2' }))).toMatchObject([{ kind: 'sticker' }]);
  });

  it('are those of the version before where an edit tells the text only', () => {
    const versions = [{ text: 'new' }, { text: 'old', attachments: [at('image', 'a')] }];
    expect(directFilesOf(versions, isFileHost)).toHaveLength(1);
  });

  it('are not without number', () => {
    expect(filesOf(...Array.from({ length: 500 }, () => at('image', 'a'))).length).toBeLessThan(100);
  });
});

describe('the address that Meta gives when it is asked again', () => {
  const freshOf = (old: unknown[], fresh: unknown[], place: number): string | null => {
    const file = filesOf(...old).find((each) => each.place === place);
    if (file === undefined) throw new Error('There is no file at this place');
    return freshAddressOf(file, [{ attachments: old }], { attachments: fresh }, isFileHost);
  };

  it('is that of the same one of its kind, in whatever order kinds come', () => {
    const old = [at('video', 'v'), at('image', 'a'), at('image', 'b')];
    const fresh = [at('image', 'a2'), at('image', 'b2'), at('video', 'v2')];
    expect([0, 1, 2].map((place) => freshOf(old, fresh, place))).toEqual([
      `${CDN}/v2`,
      `${CDN}/a2`,
      `${CDN}/b2`,
    ]);
  });

  it('is found by its place where Graph calls it otherwise', () => {
    expect(freshOf([at('image', 'a'), at('audio', 's')], [at('image', 'a2'), at('file', 's2')], 1)).toBe(
      `${CDN}/s2`,
    );
  });

  it('is none where one is missing and nobody can say which', () => {
    expect(freshOf([at('image', 'a'), at('image', 'b')], [at('image', 'c')], 0)).toBeNull();
  });

  it('is that of what was shared, which Graph tells of without its kind', () => {
    expect(freshOf([at('ig_reel', 'a')], [at('fallback', 'a2')], 0)).toBe(`${CDN}/a2`);
  });

  it('is not that of a page', () => {
    expect(
      freshOf([at('reel', 'a')], [attachment('fallback', { url: 'https://www.facebook.com/reel/1' })], 0),
    ).toBeNull();
  });
});
