import type { FieldProblem } from '../../errors/app.error';
import { ValidationFailedError } from '../../errors/app.error';
import { SendMessagePipe } from './send-message.pipe';
import { SEND_TEMPLATE_EXAMPLES } from './send-template.examples';

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

describe('the parts of a template', () => {
  it.each(Object.entries(SEND_TEMPLATE_EXAMPLES))(
    'as in the example %s reach Meta as they were given',
    async (_, { value }) => {
      expect(JSON.parse(JSON.stringify(await check(value)))).toEqual(value);
    },
  );

  const withComponents = (...components: Record<string, unknown>[]) => ({
    to: '+16505551234',
    type: 'template',
    template: { name: 'a', language: { code: 'en' }, components },
  });
  const at = (...parts: (string | number)[]): string => ['template.components.0', ...parts].join('.');

  it.each([
    [
      'a call button without its place',
      { type: 'button', sub_type: 'voice_call', parameters: [{ type: 'ttl_minutes', ttl_minutes: 5 }] },
      [],
    ],
    [
      'a button without its place',
      { type: 'button', sub_type: 'url', parameters: [{ type: 'text', text: 'x' }] },
      [at('index')],
    ],
    [
      'a button of an unknown kind',
      { type: 'button', sub_type: 'share', index: 0, parameters: [{ type: 'text', text: 'x' }] },
      [at('sub_type')],
    ],
    [
      'a flow with an unknown field',
      { type: 'button', sub_type: 'flow', index: 0, parameters: [{ type: 'action', action: { flow: 1 } }] },
      [at('parameters', 0, 'action', 'flow')],
    ],
    [
      'a GIF above',
      { type: 'header', parameters: [{ type: 'gif', gif: { link: 'https://example.com/a.mp4' } }] },
      [],
    ],
    [
      'a product above',
      {
        type: 'header',
        parameters: [{ type: 'product', product: { product_retailer_id: 'a', catalog_id: '1' } }],
      },
      [],
    ],
    [
      'a carousel inside a carousel',
      { type: 'carousel', cards: [{ card_index: 0, components: [{ type: 'carousel', cards: [] }] }] },
      [at('cards', 0, 'components'), at('cards', 0, 'components', 0, 'cards')],
    ],
    [
      'two cards at one place',
      { type: 'carousel', cards: [0, 0].map((card_index) => ({ card_index, components: [] })) },
      [at('cards')],
    ],
    [
      'a call button for no time',
      {
        type: 'button',
        sub_type: 'voice_call',
        index: 0,
        parameters: [{ type: 'ttl_minutes', ttl_minutes: 0 }],
      },
      [at('parameters', 0, 'ttl_minutes')],
    ],
  ])('with %s', async (_, component, paths) => {
    expect((await problemsOf(withComponents(component))).sort()).toEqual([...paths].sort());
  });
});
