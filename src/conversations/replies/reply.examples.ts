/** One body for each thing that a reply may be, for the Swagger UI. */
export const REPLY_EXAMPLES = {
  text: {
    summary: 'A text',
    value: { type: 'text', text: { body: 'Yes, until six in the evening.' }, assign: true },
  },
  answer: {
    summary: 'A text that answers one message of the conversation',
    value: {
      type: 'text',
      text: { body: 'That one is sold out.' },
      replyTo: '0190a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b',
    },
  },
  image: {
    summary: 'A file that was uploaded before',
    value: { type: 'image', media: { id: '0190a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1c' } },
  },
  private: {
    summary: 'A direct message to who wrote a comment',
    value: { type: 'text', text: { body: 'Hello! How can we help?' }, visibility: 'private' },
  },
  template: {
    summary: 'WhatsApp: a template',
    value: { type: 'template', template: { name: 'order_confirmation', language: { code: 'en_US' } } },
  },
  whatsapp: {
    summary: 'WhatsApp: its own message object',
    value: {
      type: 'whatsapp',
      whatsapp: { type: 'location', location: { latitude: 37.48, longitude: -122.14, name: 'Our shop' } },
    },
  },
  messenger: {
    summary: 'Messenger: its own message object',
    value: {
      type: 'messenger',
      messenger: {
        message: {
          text: 'Shall we deliver it?',
          quick_replies: [{ content_type: 'text', title: 'Yes', payload: 'YES' }],
        },
      },
    },
  },
  instagram: {
    summary: 'Instagram: its own message object',
    value: { type: 'instagram', instagram: { message: { attachment: { type: 'like_heart' } } } },
  },
};
