import { type FileNature, natureOf } from '../../media/file-nature';
import { isAnimatedWebp, judgeFile, limitOf, misfitOf, toldLengthOf } from './media-kinds';

const nature = (types: string[], rest: Partial<FileNature> = {}): FileNature => ({
  types,
  runs: null,
  isText: false,
  ...rest,
});

describe('a file', () => {
  it.each([
    ['image/jpeg', ['image/jpeg'], null, { kind: 'image', mimeType: 'image/jpeg' }],
    [null, ['image/png', 'image/apng'], null, { kind: 'image', mimeType: 'image/png' }],
    ['image/webp', ['image/webp'], null, { kind: 'sticker', mimeType: 'image/webp' }],
    [null, ['video/mp4', 'audio/mp4'], null, { kind: 'video', mimeType: 'video/mp4' }],
    [null, ['video/mp4', 'audio/mp4'], 'audio', { kind: 'audio', mimeType: 'audio/mp4' }],
    ['audio/mp4', ['video/mp4', 'audio/mp4'], null, { kind: 'audio', mimeType: 'audio/mp4' }],
    ['application/x-own', [], null, { kind: 'document', mimeType: 'application/x-own' }],
    [null, [], null, { kind: 'document', mimeType: 'application/octet-stream' }],
    ['image/jpeg', ['image/jpeg'], 'document', { kind: 'document', mimeType: 'image/jpeg' }],
    ['image/gif', ['image/gif'], 'document', { kind: 'document', mimeType: 'image/gif' }],
  ] as const)('told as %j that shows %j, for %j', (told, types, wanted, verdict) => {
    expect(judgeFile(told, nature([...types]), wanted)).toEqual(verdict);
  });

  it('of text has the type of text', () => {
    expect(judgeFile(null, natureOf(Buffer.from('hello')), null)).toEqual({
      kind: 'document',
      mimeType: 'text/plain',
    });
  });

  it.each([
    ['image/jpeg', natureOf(Buffer.from('<html>')), null, 'web page'],
    ['image/jpeg', nature(['image/png']), null, 'image/png'],
    ['image/jpeg', nature([]), null, 'not'],
    ['image/gif', nature(['image/gif']), null, 'kind document'],
    [null, nature(['video/quicktime']), null, 'kind document'],
    ['audio/mpeg', nature(['audio/mpeg']), 'image', 'image/jpeg, image/png'],
    [null, nature(['application/x-executable'], { runs: 'program' }), null, 'kind document'],
  ] as const)('told as %j is refused, with the reason', (told, shown, wanted, words) => {
    expect(judgeFile(told, shown, wanted).refusal).toContain(words);
  });

  it('fits a kind by its type and size', () => {
    const sticker = { mimeType: 'image/webp', size: 200 * 1024, isAnimated: true };
    expect(misfitOf('sticker', sticker)).toBeNull();
    expect(misfitOf('sticker', { ...sticker, isAnimated: false })?.rule).toBe('mediaSize');
    expect(misfitOf('image', sticker)?.rule).toBe('mediaType');
    expect(misfitOf('document', sticker)).toBeNull();
    expect(
      misfitOf('image', { mimeType: 'image/png', size: limitOf('image', false) + 1, isAnimated: false }),
    ).toEqual({
      rule: 'mediaSize',
      message: 'WhatsApp takes an image file of at most 5 MB.',
    });
  });
});

describe('a WebP', () => {
  const webp = (flags: number): Buffer => {
    const bytes = Buffer.alloc(40);
    bytes.write('RIFF', 0, 'latin1');
    bytes.writeUInt32LE(1_000, 4);
    bytes.write('WEBPVP8X', 8, 'latin1');
    bytes.writeUInt8(flags, 20);
    return bytes;
  };
  it('tells whether it moves and how long it is', () => {
    expect(isAnimatedWebp(webp(0x02))).toBe(true);
    expect(isAnimatedWebp(webp(0x10))).toBe(false);
    expect(isAnimatedWebp(Buffer.from('RIFF'))).toBe(false);
    expect(toldLengthOf(webp(0))).toBe(1_008);
    expect(toldLengthOf(Buffer.from('GIF89a'))).toBeNull();
  });
});
