import type { JsonObject, JsonValue } from '../json';

const GIF_1PX = 'R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7';
const JPEG_1PX =
  '/9j/4AAQSkZJRgABAQEAYABgAAD/2wBDAAMCAgICAgMCAgIDAwMDBAYEBAQEBAgGBgUGCQgKCgkICQkKDA8MCgsOCwkJDRENDg8QEBEQCgwSExIQEw8QEBD/' +
  'yQALCAABAAEBAREA/8wABgAQEAX/2gAIAQEAAD8A0s8g/9k=';

export interface MediaSample {
  mimeType: string;
  base64: string;
  filename?: string;
  more?: JsonObject;
}

/** What a person sends when the caller names only the type. */
export const MEDIA_SAMPLES: Readonly<Record<string, MediaSample>> = {
  image: { mimeType: 'image/jpeg', base64: JPEG_1PX, more: { caption: 'Look at this' } },
  video: { mimeType: 'video/mp4', base64: 'AAAAGGZ0eXBtcDQyAAAAAG1wNDJpc29t' },
  audio: { mimeType: 'audio/ogg; codecs=opus', base64: 'T2dnUwACAAAAAAAAAAA=', more: { voice: true } },
  document: { mimeType: 'application/pdf', base64: 'JVBERi0xLjQKJUVPRgo=', filename: 'invoice.pdf' },
  sticker: { mimeType: 'image/webp', base64: GIF_1PX, more: { animated: false } },
};

export const CONTENT_SAMPLES: Readonly<Record<string, JsonValue>> = {
  text: { body: 'Hello' },
  location: { latitude: 37.4847, longitude: -122.1473, name: 'Meta HQ', address: '1 Hacker Way' },
  contacts: [
    {
      name: { formatted_name: 'Ana Lee', first_name: 'Ana', last_name: 'Lee' },
      phones: [{ phone: '+1 650 555 0000', type: 'WORK', wa_id: '16505550000' }],
    },
  ],
  reaction: { message_id: 'wamid.unknown', emoji: '😀' },
  button: { payload: 'STOP', text: 'Stop' },
  interactive: { type: 'button_reply', button_reply: { id: 'yes', title: 'Yes' } },
  order: {
    catalog_id: '354160437058781',
    text: '',
    product_items: [{ product_retailer_id: 'HAMBURGER', quantity: 3, item_price: 30, currency: 'ILS' }],
  },
  unsupported: { type: 'poll' },
  edit: { original_message_id: 'wamid.unknown', message: { type: 'text', text: { body: 'Hello again' } } },
  revoke: { original_message_id: 'wamid.unknown' },
};
