import { newId } from '../database/ids';
import { fileKey, filesOf, misfitOf, withReferences } from './direct-files';
import { orderedContentOf } from './direct-content';

const ours = newId();
const other = newId();

describe('uploads of ours in messages', () => {
  const single = { attachment: { type: 'video', payload: { attachment_id: ours.toUpperCase() } } };
  const several = {
    attachments: [
      { type: 'image', payload: { attachment_id: ours } },
      { type: 'image', payload: { url: 'https://example.com/1.jpg' } },
      { type: 'image', payload: { attachment_id: other } },
    ],
  };
  const template = {
    attachment: {
      type: 'template',
      payload: { template_type: 'media', elements: [{ media_type: 'image', attachment_id: ours }] },
    },
  };

  it('are found wherever Meta gives files a place', () => {
    expect(filesOf(single)).toEqual([
      { path: 'message.attachment.payload.attachment_id', type: 'video', uploadId: ours },
    ]);
    expect(filesOf(several).map(({ path }) => path)).toEqual([
      'message.attachments.0.payload.attachment_id',
      'message.attachments.2.payload.attachment_id',
    ]);
    expect(filesOf(template)).toEqual([
      {
        path: 'message.attachment.payload.elements.0.attachment_id',
        type: 'image',
        uploadId: ours,
      },
    ]);
  });

  it('are not what Meta knows by an id of its own, nor what only looks alike', () => {
    expect(
      filesOf({ attachment: { type: 'image', payload: { attachment_id: '1857777774821032' } } }),
    ).toEqual([]);
    expect(filesOf({ text: ours, quick_replies: [{ payload: ours }] })).toEqual([]);
  });

  it('are replaced by what Meta knows them by', () => {
    const references = new Map([[fileKey({ type: 'image', uploadId: ours }), { attachment_id: '77' }]]);
    expect(withReferences(template, references)).toMatchObject({
      attachment: { payload: { elements: [{ media_type: 'image', attachment_id: '77' }] } },
    });
    const linked = new Map([
      [fileKey({ type: 'video', uploadId: ours }), { url: 'https://service.example.com/x.mp4' }],
    ]);
    expect(withReferences(single, linked)).toEqual({
      attachment: { type: 'video', payload: { url: 'https://service.example.com/x.mp4' } },
    });
  });

  it.each([
    ['image', 'image/webp', 1_000, 'mediaType'],
    ['image', 'image/png', 9 * 1024 * 1024, 'mediaSize'],
    ['audio', 'video/mp4', 1_000, 'mediaType'],
    ['file', 'application/pdf', 26 * 1024 * 1024, 'mediaSize'],
  ] as const)('that do not fit are refused: %s of %s with %d bytes', (type, mimeType, size, rule) => {
    expect(misfitOf(type, { mimeType, size })).toMatchObject({ rule });
  });

  it.each([
    ['image', 'image/gif', 8 * 1024 * 1024],
    ['video', 'video/mp4', 25 * 1024 * 1024],
    ['file', 'image/webp', 1],
  ] as const)('that fit are not: %s of %s with %d bytes', (type, mimeType, size) => {
    expect(misfitOf(type, { mimeType, size })).toBeNull();
  });
});

describe('a message as it is stored for people', () => {
  it.each<[object, object]>([
    [
      { text: 'Hi', quick_replies: [] },
      { type: 'text', text: 'Hi', content: { text: 'Hi', quick_replies: [] } },
    ],
    [
      { attachment: { type: 'image', payload: { url: 'u' } } },
      { type: 'image', text: null, content: { attachments: [{ type: 'image', payload: { url: 'u' } }] } },
    ],
    [{ attachment: { type: 'MEDIA_SHARE', payload: { id: '1' } } }, { type: 'media_share', text: null }],
    [{ sticker_id: '369' }, { type: 'sticker', text: null, content: { sticker_id: '369' } }],
    [
      { attachment: { type: 'template', payload: { template_type: 'button', text: 'Choose' } } },
      { type: 'template', text: 'Choose' },
    ],
    [
      { attachment: { type: 'template', payload: { elements: [{ title: 'A' }, { title: 'B' }] } } },
      { type: 'template', text: 'A, B' },
    ],
    [
      {
        attachments: [
          { type: 'image', payload: { url: '1' } },
          { type: 'image', payload: { url: '2' } },
        ],
      },
      { type: 'image', content: { attachments: [{}, {}] } },
    ],
  ])('%j', (message, expected) => {
    expect(orderedContentOf({ ...message })).toMatchObject(expected);
  });
});
