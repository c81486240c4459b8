import type { SendExample } from './send-example';

function interactive(
  type: string,
  words: string | null,
  rest: Record<string, unknown>,
): Record<string, unknown> {
  return {
    to: '+16505551234',
    type: 'interactive',
    interactive: { type, ...(words === null ? {} : { body: { text: words } }), ...rest },
  };
}

const CATALOG = '194836987003835';
const card = (place: number, plant: string, rest: Record<string, unknown>) => ({
  card_index: place,
  ...rest,
  header: { type: 'image', image: { link: `https://example.com/${plant}.jpeg` } },
  body: { text: `*${plant}*` },
});

export const SEND_INTERACTIVE_EXAMPLES: Record<string, SendExample> = {
  buttons: {
    summary: 'Buttons to answer with',
    value: interactive('button', 'Shall we deliver tomorrow?', {
      action: {
        buttons: [
          { type: 'reply', reply: { id: 'yes', title: 'Yes' } },
          { type: 'reply', reply: { id: 'later', title: 'Later' } },
        ],
      },
    }),
  },
  list: {
    summary: 'List to choose from',
    value: interactive('list', 'When shall we come?', {
      header: { type: 'text', text: 'Your delivery' },
      footer: { text: 'Lucky Shrub' },
      action: {
        button: 'Show times',
        sections: [
          { title: 'Saturday', rows: [{ id: 'sat-9', title: '9 to 12', description: 'In the morning' }] },
          { title: 'Monday', rows: [{ id: 'mon-14', title: '14 to 17' }] },
        ],
      },
    }),
  },
  ctaUrl: {
    summary: 'Button that opens a web page',
    value: interactive('cta_url', 'Tap below to see the dates.', {
      header: { type: 'image', image: { link: 'https://example.com/dates.png' } },
      action: {
        name: 'cta_url',
        parameters: { display_text: 'See dates', url: 'https://www.luckyshrub.com/dates' },
      },
    }),
  },
  flow: {
    summary: 'Form (flow)',
    value: interactive('flow', 'Book a visit to our garden.', {
      action: {
        name: 'flow',
        parameters: {
          flow_message_version: '3',
          flow_id: '1635226200519482',
          flow_cta: 'Book',
          flow_token: 'visit-4711',
          flow_action: 'navigate',
          flow_action_payload: { screen: 'RECOMMEND', data: { city: 'Rome' } },
        },
      },
    }),
  },
  product: {
    summary: 'One product',
    value: interactive('product', 'This one is back.', {
      action: { catalog_id: CATALOG, product_retailer_id: 'di9ozbzfi4' },
    }),
  },
  productList: {
    summary: 'Several products',
    value: interactive('product_list', 'These are new.', {
      header: { type: 'text', text: 'Our plants' },
      action: {
        catalog_id: CATALOG,
        sections: [{ title: 'Succulents', product_items: [{ product_retailer_id: 'di9ozbzfi4' }] }],
      },
    }),
  },
  catalog: {
    summary: 'The whole catalogue',
    value: interactive('catalog_message', 'Browse and order here.', {
      action: { name: 'catalog_message', parameters: { thumbnail_product_retailer_id: '2lc20305pt' } },
    }),
  },
  urlCarousel: {
    summary: 'Cards, each with a button that opens a web page',
    value: interactive('carousel', 'Three of our latest arrivals:', {
      action: {
        cards: ['blue-echeveria', 'zebra-haworthia'].map((plant, place) =>
          card(place, plant, {
            type: 'cta_url',
            action: {
              name: 'cta_url',
              parameters: { display_text: 'Buy now', url: `https://example.com/${plant}` },
            },
          }),
        ),
      },
    }),
  },
  replyCarousel: {
    summary: 'Cards, each with buttons to answer with',
    value: interactive('carousel', 'Which do you like?', {
      action: {
        cards: ['blue-echeveria', 'zebra-haworthia'].map((plant, place) =>
          card(place, plant, {
            action: {
              buttons: [{ type: 'quick_reply', quick_reply: { id: `learn-${plant}`, title: 'Learn more' } }],
            },
          }),
        ),
      },
    }),
  },
  productCarousel: {
    summary: 'Cards with products',
    value: interactive('carousel', 'Our featured products:', {
      action: {
        cards: ['abc123xyz', 'def456uvw'].map((product, place) => ({
          card_index: place,
          type: 'product',
          action: { product_retailer_id: product, catalog_id: CATALOG },
        })),
      },
    }),
  },
  locationRequest: {
    summary: 'Ask for a location',
    value: interactive('location_request_message', 'Where shall we pick you up?', {
      action: { name: 'send_location' },
    }),
  },
  addressRequest: {
    summary: 'Ask for a postal address (India)',
    value: interactive('address_message', 'Where shall we deliver?', {
      action: {
        name: 'address_message',
        parameters: { country: 'IN', values: { name: 'Ana', phone_number: '+911234567890' } },
      },
    }),
  },
  contactRequest: {
    summary: 'Ask somebody who hides it for their phone number',
    value: interactive('request_contact_info', 'May we call you when it arrives?', {
      action: { name: 'request_contact_info' },
    }),
  },
  callPermission: {
    summary: 'Ask for leave to call',
    value: interactive('call_permission_request', 'May we call you about your order?', {
      action: { name: 'call_permission_request' },
    }),
  },
  voiceCall: {
    summary: 'Button that calls the business over WhatsApp',
    value: interactive('voice_call', 'Need help with your order? Call us.', {
      action: { name: 'voice_call', parameters: { display_text: 'Call us', ttl_minutes: 1440 } },
    }),
  },
  orderDetails: {
    summary: 'Bill to pay in WhatsApp (Brazil: Pix)',
    value: interactive('order_details', 'Your order, ready to be paid.', {
      action: {
        name: 'review_and_pay',
        parameters: {
          reference_id: 'order-4471-1',
          type: 'physical-goods',
          payment_type: 'br',
          payment_settings: [
            {
              type: 'pix_dynamic_code',
              pix_dynamic_code: {
                code: '00020101021226700014br.gov.bcb.pix',
                merchant_name: 'Lucky Shrub',
                key: '39580525000189',
                key_type: 'CNPJ',
              },
            },
          ],
          currency: 'BRL',
          total_amount: { value: 50_000, offset: 100 },
          order: {
            status: 'pending',
            items: [{ name: 'Cake', amount: { value: 50_000, offset: 100 }, quantity: 1 }],
            subtotal: { value: 50_000, offset: 100 },
          },
        },
      },
    }),
  },
  orderStatus: {
    summary: 'How far an order has come',
    value: interactive('order_status', 'Your order is on its way.', {
      action: {
        name: 'review_order',
        parameters: {
          reference_id: 'order-4471-1',
          order: { status: 'shipped', description: 'With the courier' },
        },
      },
    }),
  },
};
