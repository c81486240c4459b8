/** Bodies to copy from the API documentation. */
export const SEND_MESSAGE_EXAMPLES: Record<string, { summary: string; value: Record<string, unknown> }> = {
  text: {
    summary: 'Text, inside the customer service window',
    value: {
      to: '+16505551234',
      type: 'text',
      text: { body: 'Your order is on its way.', preview_url: false },
    },
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
  template: {
    summary: 'Template with numbered variables',
    value: {
      to: '+16505551234',
      type: 'template',
      template: {
        name: 'order_confirmation',
        language: { code: 'en_US' },
        components: [
          {
            type: 'body',
            parameters: [
              { type: 'text', text: 'Ana' },
              { type: 'text', text: '860198-230332' },
            ],
          },
        ],
      },
    },
  },
  namedTemplate: {
    summary: 'Template with named variables, an image above and a button',
    value: {
      to: '+16505551234',
      type: 'template',
      template: {
        name: 'seasonal_offer',
        language: { code: 'en_US' },
        components: [
          {
            type: 'header',
            parameters: [{ type: 'image', image: { link: 'https://example.com/offer.png' } }],
          },
          { type: 'body', parameters: [{ type: 'text', parameter_name: 'first_name', text: 'Ana' }] },
          { type: 'button', sub_type: 'url', index: '0', parameters: [{ type: 'text', text: 'summer' }] },
        ],
      },
    },
  },
  image: {
    summary: 'Image from a public address',
    value: {
      to: '+16505551234',
      type: 'image',
      image: { link: 'https://example.com/shop.jpg', caption: 'Our new shop' },
    },
  },
  buttons: {
    summary: 'Buttons to answer with',
    value: {
      to: '+16505551234',
      type: 'interactive',
      interactive: {
        type: 'button',
        body: { text: 'Shall we deliver tomorrow?' },
        action: {
          buttons: [
            { type: 'reply', reply: { id: 'yes', title: 'Yes' } },
            { type: 'reply', reply: { id: 'later', title: 'Later' } },
          ],
        },
      },
    },
  },
};
