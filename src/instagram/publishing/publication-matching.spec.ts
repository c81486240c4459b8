import { type AwaitedMedia, type PublishedMedia, couldBe, likeliest } from './publication-matching';

const AT = new Date('2026-03-14T09:00:00Z');
const awaited = (rest: Partial<AwaitedMedia> = {}): AwaitedMedia => ({
  kind: 'image',
  request: { files: [{ type: 'image' }], caption: 'Spring' },
  publishingAt: AT,
  ...rest,
});
const media = (rest: Partial<PublishedMedia> = {}): PublishedMedia => ({
  mediaId: '1',
  caption: 'Spring',
  mediaType: 'IMAGE',
  productType: 'FEED',
  at: new Date(AT.getTime() + 1_000),
  permalink: null,
  ...rest,
});

describe('whether a media is what was to be published', () => {
  it('goes by caption, type and time', () => {
    expect(couldBe(media(), awaited())).toBe(true);
    expect(couldBe(media({ caption: 'Autumn' }), awaited())).toBe(false);
    expect(couldBe(media({ mediaType: 'VIDEO' }), awaited())).toBe(false);
    expect(couldBe(media({ at: new Date(AT.getTime() - 10 * 60_000) }), awaited())).toBe(false);
    expect(couldBe(media({ at: null }), awaited())).toBe(false);
  });

  it('does not mind what Instagram does to captions, and clocks that differ a little', () => {
    const text = awaited({ request: { files: [{ type: 'image' }], caption: '  Cafe\u0301 \r\nnow ' } });
    expect(couldBe(media({ caption: 'Café\nnow' }), text)).toBe(true);
    expect(couldBe(media({ at: new Date(AT.getTime() - 30_000) }), awaited())).toBe(true);
    expect(couldBe(media({ caption: null }), awaited({ request: { files: [{ type: 'image' }] } }))).toBe(
      true,
    );
  });

  it('knows what each kind reads back as', () => {
    const files = [{ type: 'video' as const }];
    const request = { files, caption: 'Spring' };
    expect(couldBe(media({ mediaType: 'VIDEO' }), awaited({ kind: 'reel', request }))).toBe(true);
    expect(couldBe(media({ mediaType: 'CAROUSEL_ALBUM' }), awaited({ kind: 'carousel', request }))).toBe(
      true,
    );
    // Stories have no caption.
    expect(couldBe(media({ mediaType: 'VIDEO', caption: null }), awaited({ kind: 'story', request }))).toBe(
      true,
    );
    expect(couldBe(media({ caption: null }), awaited({ kind: 'story', request }))).toBe(false);
  });

  it('takes the first that came', () => {
    const late = media({ mediaId: 'late', at: new Date(AT.getTime() + 60_000) });
    expect(likeliest([late, media({ mediaId: 'first' })])?.mediaId).toBe('first');
    expect(likeliest([])).toBeNull();
  });
});
