import type { SendExample } from './send-example';
import { SEND_INTERACTIVE_EXAMPLES } from './send-interactive.examples';
import { SEND_TEMPLATE_EXAMPLES } from './send-template.examples';

const to = '+16505551234';

/** Bodies to copy from the API documentation: every type of message, and every kind of those that have kinds. */
export const SEND_MESSAGE_EXAMPLES: Record<string, SendExample> = {
  text: {
    summary: 'Text, inside the customer service window',
    value: { to, type: 'text', text: { body: 'Your order is on its way.', preview_url: false } },
  },
  answer: {
    summary: 'Text that quotes the message it answers, to somebody whose number is hidden',
    value: {
      recipient: 'US.13491208655302741918',
      type: 'text',
      context: { message_id: 'wamid.HBgLMTY1MDU1NTEyMzQVAgASGBQzQTRB' },
      text: { body: 'Yes, also in blue.' },
    },
  },
  scheduled: {
    summary: 'Text that goes out later',
    value: {
      to,
      type: 'text',
      sendAt: '2026-12-24T09:00:00+01:00',
      text: { body: 'We are closed from noon today. Merry Christmas!' },
    },
  },
  image: {
    summary: 'Image from a public address',
    value: {
      to,
      type: 'image',
      image: { link: 'https://example.com/shop.jpg', caption: 'Our new shop' },
    },
  },
  upload: {
    summary: 'Image that was uploaded with POST /media',
    value: {
      to,
      type: 'image',
      image: { id: '0190a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b', caption: 'Your parcel' },
    },
  },
  video: {
    summary: 'Video',
    value: { to, type: 'video', video: { id: '4490709327384033', caption: 'How to repot it' } },
  },
  voice: {
    summary: 'Voice note: OGG with OPUS',
    value: { to, type: 'audio', audio: { id: '4490709327384033', voice: true } },
  },
  document: {
    summary: 'Document with the name that the person sees',
    value: {
      to,
      type: 'document',
      document: {
        link: 'https://example.com/invoice.pdf',
        filename: 'invoice-4711.pdf',
        caption: 'Your invoice',
      },
    },
  },
  sticker: {
    summary: 'Sticker',
    value: { to, type: 'sticker', sticker: { id: '4490709327384033' } },
  },
  location: {
    summary: 'Place',
    value: {
      to,
      type: 'location',
      location: {
        latitude: 37.44216251868683,
        longitude: -122.16153582049394,
        name: 'Philz Coffee',
        address: '101 Forest Ave, Palo Alto, CA 94301',
      },
    },
  },
  contacts: {
    summary: 'Card of an address book',
    value: {
      to,
      type: 'contacts',
      contacts: [
        {
          name: { formatted_name: 'Barbara J. Johnson', first_name: 'Barbara', last_name: 'Johnson' },
          org: { company: 'Lucky Shrub', title: 'Lead botanist' },
          phones: [{ phone: '+16505559999', type: 'WORK', wa_id: '16505559999' }],
          emails: [{ email: 'bjohnson@luckyshrub.com', type: 'WORK' }],
        },
      ],
    },
  },
  reaction: {
    summary: 'Reaction to a message; an empty emoji takes it back',
    value: {
      to,
      type: 'reaction',
      reaction: { message_id: 'wamid.HBgLMTY1MDU1NTEyMzQVAgASGBQzQTRB', emoji: '👍' },
    },
  },
  group: {
    summary: 'Text into a group',
    value: {
      recipient_type: 'group',
      to: 'Y2FwaV9ncm91cDoxNzA1NTU1MDEzOToxMjAzNjM0MDQ2OTQyMzM4MjAZD',
      type: 'text',
      text: { body: 'The bus leaves at nine.' },
    },
  },
  pin: {
    summary: 'Pin a message in a group for a week',
    value: {
      recipient_type: 'group',
      to: 'Y2FwaV9ncm91cDoxNzA1NTU1MDEzOToxMjAzNjM0MDQ2OTQyMzM4MjAZD',
      type: 'pin',
      pin: { type: 'pin', message_id: 'wamid.HBgLMTY1MDU1NTEyMzQVAgASGBQzQTRB', expiration_days: 7 },
    },
  },
  ...SEND_TEMPLATE_EXAMPLES,
  ...SEND_INTERACTIVE_EXAMPLES,
};
