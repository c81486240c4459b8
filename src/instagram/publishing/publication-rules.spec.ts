import { PublishInstagramMediaDto } from '../dto/publish-media.dto';
import { problemsOf } from './publication-rules';

const NOW = new Date('2026-03-14T09:00:00Z');
const URL = 'https://cdn.example.com/a.jpg';
const rules = (order: Partial<PublishInstagramMediaDto>): string[] =>
  problemsOf(Object.assign(new PublishInstagramMediaDto(), { type: 'image', url: URL, ...order }), NOW).map(
    ({ path, rule }) => `${path} ${rule}`,
  );

describe('what of an order is refused before Meta is asked', () => {
  it('nothing that Instagram takes', () => {
    expect(rules({ caption: 'x'.repeat(2_200) })).toEqual([]);
    expect(rules({ caption: '🌷'.repeat(2_200) })).toEqual([]);
    expect(rules({ caption: Array.from({ length: 30 }, (_, at) => `#tag${at}`).join(' ') })).toEqual([]);
    // Neither addresses nor parts of web addresses are mentions or hashtags.
    expect(rules({ caption: 'a@b.example https://x.example/#top '.repeat(31) })).toEqual([]);
    expect(
      rules({ type: 'reel', shareToFeed: true, thumbOffset: 0, coverUrl: URL, audioName: 'Song' }),
    ).toEqual([]);
    expect(rules({ publishAt: '2026-03-14T10:00:00+00:30' })).toEqual([]);
  });

  it('captions beyond Instagram’s counts, in any script', () => {
    expect(rules({ caption: 'x'.repeat(2_201) })).toEqual(['caption maxLength']);
    expect(rules({ caption: '#زهور '.repeat(31) })).toEqual(['caption maxHashtags']);
    expect(rules({ caption: '#a#b '.repeat(16) })).toEqual([]);
    expect(rules({ caption: '@ana.lee '.repeat(21) })).toEqual(['caption maxMentions']);
  });

  it('fields that Instagram would ignore without a word', () => {
    expect(rules({ shareToFeed: true, audioName: 'x' })).toEqual([
      'shareToFeed notForType',
      'audioName notForType',
    ]);
    expect(rules({ type: 'story', fileType: 'image', locationId: '1' })).toEqual(['locationId notForType']);
    expect(rules({ type: 'reel', altText: 'x' })).toEqual(['altText notForType']);
  });

  it('a carousel with a file of its own, and two covers', () => {
    const parts = [
      { type: 'image' as const, url: URL },
      { type: 'image' as const, url: URL },
    ];
    expect(rules({ type: 'carousel', children: parts })).toEqual(['url notForType']);
    expect(rules({ type: 'reel', coverUrl: URL, coverMediaId: '1' })).toEqual(['coverMediaId exclusive']);
  });

  it('half a place of a tag', () => {
    expect(rules({ userTags: [{ username: 'ana', x: 0.5 }] })).toEqual(['userTags[0] place']);
    expect(rules({ type: 'story', fileType: 'image', userTags: [{ username: 'ana' }] })).toEqual([]);
  });
});
