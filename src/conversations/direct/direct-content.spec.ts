import type { MessagingAttachment, MessagingContent } from '../../webhooks/messenger-message-content';
import { contentOfDirect, textOfDirect, typeOfDirect } from './direct-content';

const content = (...attachments: MessagingAttachment[]): MessagingContent => ({
  attachments,
  unsupported: false,
});
const link: MessagingAttachment = { type: 'fallback', url: 'https://x.example', title: 'Our shop' };

describe('the type of a direct message', () => {
  it('is that of its first attachment, and Meta’s own word for one that is not known', () => {
    expect(typeOfDirect(content({ type: 'image', url: null }, { type: 'file', url: null }))).toBe('image');
    expect(typeOfDirect(content({ type: 'unknown', metaType: 'hologram', url: null, raw: {} }))).toBe(
      'hologram',
    );
  });

  it('is a sticker also where Meta sends the sticker as an image', () => {
    expect(typeOfDirect({ ...content({ type: 'image', url: null }), stickerId: '369' })).toBe('sticker');
    expect(typeOfDirect(content({ type: 'image', url: null, stickerId: '369' }))).toBe('sticker');
  });

  it('is text for a link with words, whatever Messenger shows of the link', () => {
    expect(typeOfDirect({ ...content(link), text: 'Look' })).toBe('text');
    expect(typeOfDirect(content(link))).toBe('fallback');
  });

  it('is unsupported where Meta hands on nothing', () => {
    expect(typeOfDirect({ ...content(), unsupported: true })).toBe('unsupported');
    expect(typeOfDirect(content())).toBe('unsupported');
  });
});

describe('the words of a direct message', () => {
  it('are its text, else what its attachments are called', () => {
    expect(textOfDirect({ ...content(link), text: 'Look' })).toBe('Look');
    expect(textOfDirect(content(link))).toBe('Our shop');
    expect(
      textOfDirect(content({ type: 'template', url: null, products: [{ title: 'Tea' }, {}], payload: {} })),
    ).toBe('Tea');
  });

  it('are none where there are none', () => {
    expect(textOfDirect(content({ type: 'ephemeral' }))).toBeNull();
    expect(textOfDirect({ ...content(), text: ' \n' })).toBeNull();
  });
});

describe('the content of a direct message', () => {
  it('is the message as Meta sent it, known or not, without what is stored elsewhere', () => {
    expect(
      contentOfDirect({
        mid: 'm',
        is_echo: true,
        app_id: 1,
        text: 'Hi',
        hologram: { depth: 3 },
        reply_to: {},
      }),
    ).toEqual({ text: 'Hi', hologram: { depth: 3 } });
    expect(contentOfDirect('Hi')).toEqual({});
  });
});
