import type { FieldProblem } from '../../errors/app.error';
import { ValidationFailedError } from '../../errors/app.error';
import { SEND_INTERACTIVE_EXAMPLES } from './send-interactive.examples';
import { SendMessagePipe } from './send-message.pipe';

const pipe = new SendMessagePipe();
const check = (body: unknown) => pipe.transform(body, { type: 'body' });

async function problemsOf(body: unknown): Promise<string[]> {
  try {
    await check(body);
    return [];
  } catch (error) {
    if (!(error instanceof ValidationFailedError)) throw error;
    return [...new Set((error.details.fields as FieldProblem[]).map(({ path }) => path))];
  }
}

interface Body {
  interactive: Record<string, unknown> & { action: Record<string, unknown> };
}

/** An example with one thing changed: what is wrong with it then is that thing. */
function changed(name: string, change: (interactive: Body['interactive']) => void): unknown {
  const body = JSON.parse(JSON.stringify(SEND_INTERACTIVE_EXAMPLES[name]?.value)) as Body;
  change(body.interactive);
  return body;
}

type Json = Record<string, unknown>;
const parameters = ({ action }: Body['interactive']): Json => action.parameters as Json;
const cards = ({ action }: Body['interactive']): Json[] => action.cards as Json[];
const path = (...parts: (string | number)[]): string => ['interactive', ...parts].join('.');

describe('an interactive message', () => {
  it.each(Object.entries(SEND_INTERACTIVE_EXAMPLES))(
    'as in the example %s reaches Meta as it was given',
    async (_, { value }) => {
      expect(JSON.parse(JSON.stringify(await check(value)))).toEqual(value);
    },
  );

  it.each([
    [
      'list',
      'a row twice',
      (i: Body['interactive']) => {
        const rows = (row: string) => ({ title: row, rows: [{ id: 'same', title: row }] });
        i.action.sections = [rows('A'), rows('B')];
      },
      [path('action', 'sections')],
    ],
    [
      'list',
      'a picture above',
      (i: Body['interactive']) => {
        i.header = { type: 'image', image: { id: '1' } };
      },
      [path('header', 'image'), path('header', 'type'), path('header', 'text')],
    ],
    [
      'list',
      'a button of 21 characters',
      (i: Body['interactive']) => {
        i.action.button = 'x'.repeat(21);
      },
      [path('action', 'button')],
    ],
    [
      'ctaUrl',
      'an address that is none',
      (i: Body['interactive']) => {
        parameters(i).url = 'javascript:alert(1)';
      },
      [path('action', 'parameters', 'url')],
    ],
    [
      'flow',
      'two flows',
      (i: Body['interactive']) => {
        parameters(i).flow_name = 'visit';
      },
      [path('action', 'parameters', 'flow_id')],
    ],
    [
      'flow',
      'no flow',
      (i: Body['interactive']) => {
        delete parameters(i).flow_id;
      },
      [path('action', 'parameters', 'flow_id')],
    ],
    [
      'flow',
      'empty data',
      (i: Body['interactive']) => {
        parameters(i).flow_action_payload = { screen: 'A', data: {} };
      },
      [path('action', 'parameters', 'flow_action_payload', 'data')],
    ],
    [
      'flow',
      'an unknown mode',
      (i: Body['interactive']) => {
        parameters(i).mode = 'test';
      },
      [path('action', 'parameters', 'mode')],
    ],
    [
      'product',
      'a header',
      (i: Body['interactive']) => {
        i.header = { type: 'text', text: 'Top' };
      },
      [path('header')],
    ],
    [
      'productList',
      'no header',
      (i: Body['interactive']) => {
        delete i.header;
      },
      [path('header')],
    ],
    [
      'productList',
      'thirty-one products',
      (i: Body['interactive']) => {
        const items = (count: number) =>
          Array.from({ length: count }, (_, n) => ({ product_retailer_id: `p${n}` }));
        i.action.sections = [
          { title: 'A', product_items: items(16) },
          { title: 'B', product_items: items(15) },
        ];
      },
      [path('action', 'sections')],
    ],
    [
      'urlCarousel',
      'one card',
      (i: Body['interactive']) => {
        i.action.cards = cards(i).slice(0, 1);
      },
      [path('action', 'cards')],
    ],
    [
      'urlCarousel',
      'a footer',
      (i: Body['interactive']) => {
        i.footer = { text: 'End' };
      },
      [path('footer')],
    ],
    [
      'urlCarousel',
      'a card of text',
      (i: Body['interactive']) => {
        for (const card of cards(i)) card.header = { type: 'text', text: 'Top' };
      },
      [0, 1].flatMap((n) => [
        path('action', 'cards', n, 'header', 'text'),
        path('action', 'cards', n, 'header', 'type'),
      ]),
    ],
    [
      'urlCarousel',
      'two cards at one place',
      (i: Body['interactive']) => {
        for (const card of cards(i)) card.card_index = 0;
      },
      [path('action', 'cards')],
    ],
    [
      'urlCarousel',
      'a card of four lines',
      (i: Body['interactive']) => {
        Object.assign(cards(i)[0] ?? {}, { body: { text: 'a\nb\nc\nd' } });
      },
      [path('action', 'cards', 0, 'body', 'text')],
    ],
    [
      'replyCarousel',
      'cards with different numbers of buttons',
      (i: Body['interactive']) => {
        const button = (id: string) => ({ type: 'quick_reply', quick_reply: { id, title: 'More' } });
        Object.assign(cards(i)[0] ?? {}, { action: { buttons: [button('a'), button('b')] } });
      },
      [path('action', 'cards')],
    ],
    [
      'replyCarousel',
      'a button that is on two cards',
      (i: Body['interactive']) => {
        for (const card of cards(i))
          card.action = { buttons: [{ type: 'quick_reply', quick_reply: { id: 'same', title: 'More' } }] };
      },
      [path('action', 'cards')],
    ],
    [
      'productCarousel',
      'two catalogues',
      (i: Body['interactive']) => {
        Object.assign(cards(i)[0] ?? {}, { action: { product_retailer_id: 'a', catalog_id: '1' } });
      },
      [path('action', 'cards')],
    ],
    [
      'productCarousel',
      'a card that is none',
      (i: Body['interactive']) => {
        i.action.cards = [...cards(i), 'third'];
      },
      [path('action', 'cards'), path('action', 'cards', 2)],
    ],
    [
      'addressRequest',
      'no country',
      (i: Body['interactive']) => {
        delete parameters(i).country;
      },
      [path('action', 'parameters', 'country')],
    ],
    [
      'addressRequest',
      'values that are no text',
      (i: Body['interactive']) => {
        parameters(i).values = { floor_number: 8 };
      },
      [path('action', 'parameters', 'values')],
    ],
    [
      'voiceCall',
      'a button for more than thirty days',
      (i: Body['interactive']) => {
        parameters(i).ttl_minutes = 43_201;
      },
      [path('action', 'parameters', 'ttl_minutes')],
    ],
    [
      'callPermission',
      'parameters of its own',
      (i: Body['interactive']) => {
        i.action.parameters = { phone_number: '+16505551234' };
      },
      [path('action', 'parameters')],
    ],
    [
      'orderDetails',
      'a reference with spaces',
      (i: Body['interactive']) => {
        parameters(i).reference_id = 'order 4471';
      },
      [path('action', 'parameters', 'reference_id')],
    ],
    [
      'orderDetails',
      'an amount with decimals',
      (i: Body['interactive']) => {
        parameters(i).total_amount = { value: 12.5, offset: 100 };
      },
      [path('action', 'parameters', 'total_amount', 'value')],
    ],
    [
      'orderStatus',
      'a status that there is not',
      (i: Body['interactive']) => {
        parameters(i).order = { status: 'lost' };
      },
      [path('action', 'parameters', 'order', 'status')],
    ],
    [
      'locationRequest',
      'the action of another kind',
      (i: Body['interactive']) => {
        i.action.name = 'request_contact_info';
      },
      [path('action', 'name')],
    ],
  ])('like %s with %s is refused', async (name, _, change, paths) => {
    expect((await problemsOf(changed(name, change))).sort()).toEqual([...paths].sort());
  });

  it('may have cards whose type is left out, or is what some client libraries write', async () => {
    const asLibraries = changed('replyCarousel', (i) => {
      for (const card of cards(i)) card.type = 'cta_url';
    });
    expect(await problemsOf(asLibraries)).toEqual([]);
    const bare = changed('urlCarousel', (i) => {
      for (const card of cards(i)) delete card.type;
    });
    expect(await problemsOf(bare)).toEqual([]);
  });
});
