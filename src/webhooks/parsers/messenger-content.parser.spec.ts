import type { MessagingContent } from '../messenger-message-content';
import { parseMessagingContent } from './messenger-content.parser';

const url = 'https://example.com/file';
const contentOf = (parts: object): MessagingContent => parseMessagingContent({ mid: 'm_1', ...parts });
const attachment = (...attachments: unknown[]) => contentOf({ attachments }).attachments;

describe('the content of a direct message', () => {
  it('may be a text, with what was pressed for it', () => {
    const parts = { text: 'Yes', quick_reply: { payload: 'YES' }, commands: [{ name: 'help' }, {}] };
    expect(contentOf(parts)).toEqual({
      text: 'Yes',
      quickReply: { payload: 'YES' },
      commands: ['help'],
      attachments: [],
      unsupported: false,
    });
  });

  it('may be missing, because Meta does not hand it on', () => {
    expect(contentOf({ is_unsupported: true })).toEqual({ attachments: [], unsupported: true });
  });

  it.each(['image', 'video', 'audio', 'file'])('may be of type %s', (type) => {
    expect(attachment({ type, payload: { url } })).toEqual([{ type, url }]);
    expect(attachment({ type })).toEqual([{ type, url: null }]);
  });

  it('may be a sticker, alone or as an image beside', () => {
    const payload = { url, sticker_id: 369239263222822 };
    const parts = {
      sticker_id: 369239263222822,
      attachments: [
        { type: 'sticker', payload },
        { type: 'image', payload },
      ],
    };
    expect(contentOf(parts)).toMatchObject({
      stickerId: '369239263222822',
      attachments: [
        { type: 'sticker', url, stickerId: '369239263222822' },
        { type: 'image', url, stickerId: '369239263222822' },
      ],
    });
  });

  it.each([
    ['share', { url }, {}],
    ['media_share', { id: '7' }, { mediaId: '7' }],
    ['post', { url, title: 'Post' }, { title: 'Post' }],
    [
      'ig_post',
      { url, title: 'Post', ig_post_media_id: '17897654949593778' },
      { mediaId: '17897654949593778' },
    ],
    ['reel', { url, reel_video_id: 1234 }, { mediaId: '1234' }],
    ['ig_reel', { url, title: 'Reel', reel_video_id: '1234' }, { title: 'Reel', mediaId: '1234' }],
    ['ig_story', { url, story_media_id: '9' }, { mediaId: '9' }],
    ['story_mention', { url }, {}],
  ])('may be shared, as %s', (type, payload, rest) => {
    expect(attachment({ type, payload })).toMatchObject([
      { type, url: 'url' in payload ? url : null, ...rest },
    ]);
  });

  it.each([[{ payload: 'BLOB' }], [{ payload: null }], [{ payload: {} }], [{}]])(
    'may be a link, whose payload may be %j',
    (parts) => {
      expect(attachment({ type: 'fallback', title: 'Title', url, ...parts })).toEqual([
        { type: 'fallback', title: 'Title', url },
      ]);
    },
  );

  it('may be a place', () => {
    const payload = { coordinates: { lat: 12.34, long: '43.21' } };
    expect(attachment({ type: 'location', title: 'Here', url, payload })).toEqual([
      { type: 'location', latitude: 12.34, longitude: 43.21, title: 'Here', url },
    ]);
    expect(attachment({ type: 'location', payload: {} })).toMatchObject([
      { type: 'unknown', metaType: 'location' },
    ]);
  });

  it('may be a template, kept as received, or products of a shop', () => {
    const buttons = { template_type: 'button', text: 'Which?', buttons: [{ type: 'web_url', url }] };
    const element = { id: 1, retailer_id: 'shirt', title: 'Shirt', subtitle: '$40', image_url: url };
    const products = { product: { elements: [element, null] } };
    expect(
      attachment({ type: 'template', payload: buttons }, { type: 'template', payload: products }),
    ).toEqual([
      { type: 'template', templateType: 'button', text: 'Which?', url: null, products: [], payload: buttons },
      {
        type: 'template',
        templateType: 'product',
        url: null,
        products: [{ id: '1', retailerId: 'shirt', title: 'Shirt', subtitle: '$40', imageUrl: url }],
        payload: products,
      },
    ]);
  });

  it('may be an appointment, its times in seconds', () => {
    const payload = { booking_id: 5, status: 'requested', start_time: 1739612400, timezone: 'Asia/Dubai' };
    expect(attachment({ type: 'appointment_booking', payload })).toEqual([
      {
        type: 'appointment_booking',
        bookingId: '5',
        status: 'requested',
        startsAt: new Date(1739612400_000),
        timezone: 'Asia/Dubai',
      },
    ]);
  });

  it('may be something to be seen once', () => {
    expect(attachment({ type: 'ephemeral' })).toEqual([{ type: 'ephemeral' }]);
  });

  it.each([['unsupported_type'], ['hologram'], ['constructor'], ['__proto__']])(
    'keeps an attachment of type %s as it is',
    (type) => {
      const raw = { type, payload: { url } };
      expect(attachment(raw)).toEqual([{ type: 'unknown', metaType: type, url, raw }]);
    },
  );

  it('keeps what is no attachment or no list of them', () => {
    expect(attachment('x')).toEqual([{ type: 'unknown', metaType: '', url: null, raw: 'x' }]);
    expect(contentOf({ attachments: { type: 'image', payload: { url } } }).attachments).toEqual([
      { type: 'image', url },
    ]);
  });
});
