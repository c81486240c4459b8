import type { SendExample } from './send-example';

function template(
  name: string,
  components: Record<string, unknown>[],
  more: Record<string, unknown> = {},
): Record<string, unknown> {
  return {
    to: '+16505551234',
    type: 'template',
    template: { name, language: { code: 'en_US' }, components },
    ...more,
  };
}

const text = (value: string) => ({ type: 'text', text: value });
const body = (...values: string[]) => ({ type: 'body', parameters: values.map(text) });
const button = (subType: string, index: number, parameter: Record<string, unknown>) => ({
  type: 'button',
  sub_type: subType,
  index: String(index),
  parameters: [parameter],
});
const picture = { type: 'image', image: { link: 'https://example.com/offer.png' } };

export const SEND_TEMPLATE_EXAMPLES: Record<string, SendExample> = {
  template: {
    summary: 'Template with numbered variables',
    value: template('order_confirmation', [body('Ana', '860198-230332')]),
  },
  namedTemplate: {
    summary: 'Template with named variables, an image above and a button',
    value: template('seasonal_offer', [
      { type: 'header', parameters: [picture] },
      { type: 'body', parameters: [{ type: 'text', parameter_name: 'first_name', text: 'Ana' }] },
      button('url', 0, text('summer')),
    ]),
  },
  authenticationTemplate: {
    summary: 'Template with a one-time password: the same code in the body and in the button',
    value: template('verification_code', [body('J$FpnYnP'), button('url', 0, text('J$FpnYnP'))]),
  },
  placeTemplate: {
    summary: 'Template with a place above and quick replies',
    value: template('delivery_arrived', [
      {
        type: 'header',
        parameters: [
          {
            type: 'location',
            location: { latitude: 37.48, longitude: -122.15, name: 'Pickup point', address: '1 Hacker Way' },
          },
        ],
      },
      body('Ana'),
      button('quick_reply', 0, { type: 'payload', payload: 'COLLECTED' }),
      button('quick_reply', 1, { type: 'payload', payload: 'LATER' }),
    ]),
  },
  couponTemplate: {
    summary: 'Template with an offer that ends, a code to copy, through the Marketing Messages API',
    value: template(
      'limited_offer',
      [
        { type: 'header', parameters: [picture] },
        body('Ana'),
        {
          type: 'limited_time_offer',
          parameters: [
            { type: 'limited_time_offer', limited_time_offer: { expiration_time_ms: 1_798_761_600_000 } },
          ],
        },
        button('copy_code', 0, { type: 'coupon_code', coupon_code: 'SUMMER25' }),
      ],
      { marketing: { productPolicy: 'CLOUD_API_FALLBACK', messageActivitySharing: true } },
    ),
  },
  flowTemplate: {
    summary: 'Template with a form (flow)',
    value: template('book_a_visit', [
      body('Ana'),
      button('flow', 0, {
        type: 'action',
        action: { flow_token: 'visit-4711', flow_action_data: { city: 'Rome' } },
      }),
    ]),
  },
  productsTemplate: {
    summary: 'Template with several products of the catalogue',
    value: template('new_plants', [
      body('Ana'),
      button('mpm', 0, {
        type: 'action',
        action: {
          thumbnail_product_retailer_id: '2lc20305pt',
          sections: [
            {
              title: 'Popular bundles',
              product_items: [{ product_retailer_id: '2lc20305pt' }, { product_retailer_id: 'nseiw1x3ch' }],
            },
          ],
        },
      }),
    ]),
  },
  catalogTemplate: {
    summary: 'Template that opens the catalogue',
    value: template('our_catalogue', [
      body('Ana'),
      button('catalog', 0, { type: 'action', action: { thumbnail_product_retailer_id: '2lc20305pt' } }),
    ]),
  },
  carouselTemplate: {
    summary: 'Template with cards',
    value: template('summer_carousel', [
      body('10OFF', '10%'),
      {
        type: 'carousel',
        cards: ['blue-elf', 'blue-pearl'].map((plant, place) => ({
          card_index: place,
          components: [
            {
              type: 'header',
              parameters: [{ type: 'image', image: { link: `https://example.com/${plant}.png` } }],
            },
            button('quick_reply', 0, { type: 'payload', payload: `more-${plant}` }),
            button('url', 1, text(plant)),
          ],
        })),
      },
    ]),
  },
  orderTemplate: {
    summary: 'Template with a bill to pay in WhatsApp (India)',
    value: template('order_bill', [
      body('Ana'),
      button('order_details', 0, {
        type: 'action',
        action: {
          order_details: {
            reference_id: 'order-4471-1',
            type: 'digital-goods',
            payment_type: 'upi',
            payment_configuration: 'my-payment-config',
            currency: 'INR',
            total_amount: { value: 21_000, offset: 100 },
            order: {
              status: 'pending',
              items: [{ name: 'Bread', amount: { value: 10_000, offset: 100 }, quantity: 2 }],
              subtotal: { value: 20_000, offset: 100 },
              tax: { value: 1000, offset: 100 },
            },
          },
        },
      }),
    ]),
  },
  callTemplate: {
    summary: 'Template with a button that calls the business over WhatsApp',
    value: template('call_us', [
      body('Ana'),
      {
        type: 'button',
        sub_type: 'voice_call',
        index: '0',
        parameters: [
          { type: 'ttl_minutes', ttl_minutes: 1440 },
          { type: 'payload', payload: 'order-4471' },
        ],
      },
    ]),
  },
};
