interface SendExample {
  summary: string;
  value: Record<string, unknown>;
}

const recipient = { id: '9876543210123' };

const template = (payload: Record<string, unknown>): Record<string, unknown> => ({
  recipient,
  message: { attachment: { type: 'template', payload } },
});

/** Bodies to copy from the API documentation: every kind of message. */
export const SEND_MESSENGER_EXAMPLES: Record<string, SendExample> = {
  text: {
    summary: 'Text, within 24 hours of what the person wrote',
    value: { recipient, message: { text: 'Your order is on its way.' } },
  },
  answer: {
    summary: 'Answer in a conversation of ours, quoting a message',
    value: {
      conversationId: '0199f3a2-7c1e-7b52-9d6b-3f1f8f4f2a10',
      reply_to: { mid: 'm_AG5Hz2Uq7tuwNEhXfYYKj8mJEM_QPpz5jdCK48PnKAjSdjfipqx' },
      message: { text: 'Yes, also in blue.' },
    },
  },
  human: {
    summary: 'Written by a human, up to 7 days later',
    value: { recipient, tag: 'HUMAN_AGENT', message: { text: 'Sorry for the wait: it has arrived.' } },
  },
  scheduled: {
    summary: 'Text that goes out later',
    value: { recipient, sendAt: '2026-12-24T09:00:00+01:00', message: { text: 'We close at noon today.' } },
  },
  quick_replies: {
    summary: 'Quick replies',
    value: {
      recipient,
      message: {
        text: 'Shall we deliver tomorrow?',
        quick_replies: [
          { content_type: 'text', title: 'Yes', payload: 'DELIVERY_YES' },
          { content_type: 'text', title: 'No', payload: 'DELIVERY_NO' },
          { content_type: 'user_phone_number' },
          { content_type: 'user_email' },
        ],
      },
    },
  },
  image: {
    summary: 'Image from a public address',
    value: {
      recipient,
      message: { attachment: { type: 'image', payload: { url: 'https://example.com/shop.jpg' } } },
    },
  },
  upload: {
    summary: 'File that was uploaded here, or that Meta has',
    value: {
      recipient,
      message: {
        attachment: { type: 'file', payload: { attachment_id: '0190a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b' } },
      },
    },
  },
  images: {
    summary: 'Several images',
    value: {
      recipient,
      message: {
        attachments: [
          { type: 'image', payload: { url: 'https://example.com/1.jpg' } },
          { type: 'image', payload: { url: 'https://example.com/2.jpg' } },
        ],
      },
    },
  },
  sticker: { summary: 'Sticker', value: { recipient, message: { sticker_id: '369239263222822' } } },
  generic: {
    summary: 'Cards',
    value: template({
      template_type: 'generic',
      elements: [
        {
          title: 'Blue Echeveria',
          subtitle: 'A rosette of powdery blue leaves',
          image_url: 'https://example.com/echeveria.jpg',
          default_action: { type: 'web_url', url: 'https://shop.example.com/echeveria' },
          buttons: [
            { type: 'web_url', title: 'Buy', url: 'https://shop.example.com/echeveria' },
            { type: 'postback', title: 'Ask', payload: 'ASK_ECHEVERIA' },
          ],
        },
      ],
    }),
  },
  button: {
    summary: 'Text with buttons',
    value: template({
      template_type: 'button',
      text: 'What would you like to do?',
      buttons: [
        { type: 'postback', title: 'Talk to us', payload: 'ASK_A_HUMAN' },
        { type: 'phone_number', title: 'Call us', payload: '+16505551234' },
      ],
    }),
  },
  media: {
    summary: 'Picture with a button',
    value: template({
      template_type: 'media',
      elements: [
        {
          media_type: 'image',
          attachment_id: '1857777774821032',
          buttons: [{ type: 'web_url', title: 'See more', url: 'https://shop.example.com' }],
        },
      ],
    }),
  },
  receipt: {
    summary: 'Receipt',
    value: template({
      template_type: 'receipt',
      recipient_name: 'Stephane Crozatier',
      order_number: '12345678902',
      currency: 'USD',
      payment_method: 'Visa 2345',
      summary: { subtotal: 75, shipping_cost: 4.95, total_tax: 6.19, total_cost: 56.14 },
      adjustments: [{ name: 'New customer discount', amount: 30 }],
      elements: [{ title: 'Classic white T-shirt', quantity: 2, price: 50, currency: 'USD' }],
    }),
  },
  coupon: {
    summary: 'Coupon',
    value: template({
      template_type: 'coupon',
      title: '10% off everything',
      coupon_code: '10PERCENT',
      coupon_url: 'https://shop.example.com',
    }),
  },
  customer_feedback: {
    summary: 'Question after a conversation',
    value: template({
      template_type: 'customer_feedback',
      title: 'How did we do?',
      button_title: 'Rate us',
      feedback_screens: [
        {
          questions: [{ id: 'delivery1', type: 'csat', score_label: 'neg_pos', score_option: 'five_stars' }],
        },
      ],
      business_privacy: { url: 'https://example.com/privacy' },
    }),
  },
  product: {
    summary: 'Products of the catalogue',
    value: template({ template_type: 'product', elements: [{ id: '4370463699739142' }] }),
  },
  image_grid: {
    summary: 'Images in a grid',
    value: template({
      template_type: 'image_grid',
      elements: [
        {
          title: 'New this week',
          images: [{ url: 'https://example.com/1.jpg' }, { url: 'https://example.com/2.jpg' }],
        },
      ],
    }),
  },
  typing: { summary: 'Show typing', value: { recipient, sender_action: 'typing_on' } },
};
