import type { FieldProblem } from '../../errors/app.error';
import { ValidationFailedError } from '../../errors/app.error';
import { SEND_MESSAGE_EXAMPLES } from './send-message.examples';
import { SendMessagePipe } from './send-message.pipe';

const pipe = new SendMessagePipe();
const check = (body: unknown) => pipe.transform(body, { type: 'body' });
const to = '+16505551234';

async function problemsOf(body: unknown): Promise<string[]> {
  try {
    await check(body);
    return [];
  } catch (error) {
    if (!(error instanceof ValidationFailedError)) throw error;
    return (error.details.fields as FieldProblem[]).map(({ path }) => path);
  }
}

const template = (parameter: Record<string, unknown>) => ({
  to,
  type: 'template',
  template: { name: 'a', language: { code: 'en' }, components: [{ type: 'body', parameters: [parameter] }] },
});
const interactive = (rest: Record<string, unknown>) => ({
  to,
  type: 'interactive',
  interactive: { body: { text: 'Choose' }, ...rest },
});
const reply = (id: string, title = id) => ({ type: 'reply', reply: { id, title } });
const rows = (count: number) => Array.from({ length: count }, (_, n) => ({ id: `r${n}`, title: `Row ${n}` }));

describe('a message to send', () => {
  it.each(Object.entries(SEND_MESSAGE_EXAMPLES))('is taken as in the example %s', async (_, { value }) => {
    await expect(check(value)).resolves.toMatchObject({ type: value.type });
  });

  it.each([
    [
      'with everything that Meta’s own object has',
      { messaging_product: 'whatsapp', recipient_type: 'individual' },
    ],
    ['from a number named', { phoneNumberId: '106540352242922' }],
  ])('is taken %s', async (_, rest) => {
    expect(await problemsOf({ to, type: 'text', text: { body: 'Hi' }, ...rest })).toEqual([]);
  });

  it.each([
    ['audio', { type: 'audio', audio: { id: '1', voice: true } }],
    ['sticker', { type: 'sticker', sticker: { link: 'https://example.com/a.webp' } }],
    ['upload', { type: 'image', image: { id: '0190a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b' } }],
    ['reaction of a family', { type: 'reaction', reaction: { message_id: 'wamid.1', emoji: '👨‍👩‍👧‍👦' } }],
    ['reaction of a flag', { type: 'reaction', reaction: { message_id: 'wamid.1', emoji: '🇧🇷' } }],
    ['reaction of a heart', { type: 'reaction', reaction: { message_id: 'wamid.1', emoji: '❤️' } }],
    ['reaction of a key', { type: 'reaction', reaction: { message_id: 'wamid.1', emoji: '5️⃣' } }],
    ['location', { type: 'location', location: { latitude: 37.4, longitude: '-122.1', name: 'Shop' } }],
    ['reaction', { type: 'reaction', reaction: { message_id: 'wamid.1', emoji: '' } }],
    ['contacts', { type: 'contacts', contacts: [{ name: { formatted_name: 'Ana', first_name: 'Ana' } }] }],
    ['list', interactive({ type: 'list', action: { button: 'Open', sections: [{ rows: rows(10) }] } })],
    ['unpin', { recipient_type: 'group', type: 'pin', pin: { type: 'unpin', message_id: 'wamid.1' } }],
    ['text for later', { type: 'text', text: { body: 'Hi' }, sendAt: '2026-12-24T09:00:00.5+01:00' }],
  ])('of type %s is taken', async (_, message) => {
    expect(await problemsOf({ to, ...message })).toEqual([]);
  });

  it.each([
    [
      'too long',
      { type: 'text', text: { body: 'x'.repeat(4100) } },
      'body has 4100 characters; Meta takes 4096',
    ],
    ['empty', { type: 'text', text: { body: '' } }, 'body must not be empty'],
    ['no text', { type: 'text', text: { body: 5 } }, 'body must be text'],
    [
      'a caption',
      { type: 'image', image: { id: '1', caption: '👍'.repeat(1025) } },
      'caption has 1025 characters',
    ],
  ])('says of text that is %s what to do', async (_, message, words) => {
    await expect(check({ to, ...message })).rejects.toMatchObject({
      details: {
        fields: expect.arrayContaining([
          expect.objectContaining({ message: expect.stringContaining(words) as unknown }),
        ]) as unknown,
      },
    });
  });

  it('keeps everything that was given', async () => {
    const message = interactive({
      type: 'button',
      header: { type: 'text', text: 'Top' },
      footer: { text: 'End' },
      action: { buttons: [reply('a'), reply('b')] },
    });
    expect(JSON.parse(JSON.stringify(await check(message)))).toEqual(message);
  });

  it.each([
    ['no body', undefined, ['type']],
    ['a list', [], ['type']],
    ['no type', { to, text: { body: 'Hi' } }, ['type']],
    ['an unknown type', { to, type: 'poll', poll: {} }, ['type']],
    ['the name of an inherited property as type', { to, type: 'constructor' }, ['type']],
    ['no content', { to, type: 'text' }, ['text']],
    ['content that is text', { to, type: 'text', text: 'Hi' }, ['text']],
    ['an empty text', { to, type: 'text', text: { body: '' } }, ['text.body', 'text.body']],
    ['a blank text', { to, type: 'text', text: { body: ' \n' } }, ['text.body']],
    ['a text of 4097 characters', { to, type: 'text', text: { body: 'x'.repeat(4097) } }, ['text.body']],
    [
      'a wrong type of value',
      { to, type: 'text', text: { body: 'Hi', preview_url: 'yes' } },
      ['text.preview_url'],
    ],
    ['an unknown field', { to, type: 'text', text: { body: 'Hi' }, priority: 1 }, ['priority']],
    ['an unknown field further in', { to, type: 'text', text: { body: 'Hi', bold: true } }, ['text.bold']],
    [
      'the content of another type',
      { to, type: 'text', text: { body: 'Hi' }, image: { id: '1' } },
      ['image'],
    ],
    [
      'our correlation field',
      { to, type: 'text', text: { body: 'Hi' }, biz_opaque_callback_data: 'x' },
      ['biz_opaque_callback_data'],
    ],
    [
      'a context without its message',
      { to, type: 'text', text: { body: 'Hi' }, context: {} },
      ['context.message_id', 'context.message_id'],
    ],
    [
      'both id and link',
      { to, type: 'image', image: { id: '1', link: 'https://example.com/a.png' } },
      ['image.id'],
    ],
    ['neither id nor link', { to, type: 'image', image: {} }, ['image.id']],
    [
      'a link without TLS',
      { to, type: 'image', image: { link: 'http://example.com/a.png' } },
      ['image.link'],
    ],
    ['an id that is none', { to, type: 'image', image: { id: 'my-picture' } }, ['image.id']],
    [
      'two emoji',
      { to, type: 'reaction', reaction: { message_id: 'wamid.1', emoji: '👍👍' } },
      ['reaction.emoji'],
    ],
    [
      'a word for an emoji',
      { to, type: 'reaction', reaction: { message_id: 'wamid.1', emoji: 'ok' } },
      ['reaction.emoji'],
    ],
    [
      'a time without its zone',
      { to, type: 'text', text: { body: 'Hi' }, sendAt: '2026-12-24T09:00:00' },
      ['sendAt'],
    ],
    ['a day for a time', { to, type: 'text', text: { body: 'Hi' }, sendAt: '2026-12-24' }, ['sendAt']],
    [
      'a kind of recipient that there is not',
      { to, type: 'text', text: { body: 'Hi' }, recipient_type: 'channel' },
      ['recipient_type'],
    ],
    [
      'a pin for nobody in particular',
      { to, type: 'pin', pin: { type: 'unpin', message_id: 'wamid.1' } },
      ['recipient_type'],
    ],
    [
      'a pin for one person',
      { to, recipient_type: 'individual', type: 'pin', pin: { type: 'unpin', message_id: 'wamid.1' } },
      ['recipient_type'],
    ],
    [
      'a pin for too long',
      {
        to,
        recipient_type: 'group',
        type: 'pin',
        pin: { type: 'pin', message_id: 'w', expiration_days: 31 },
      },
      ['pin.expiration_days'],
    ],
    [
      'a pin for ever',
      { to, recipient_type: 'group', type: 'pin', pin: { type: 'pin', message_id: 'w' } },
      ['pin.expiration_days'],
    ],
    [
      'a marketing policy that Meta does not know',
      {
        to,
        type: 'template',
        template: { name: 'a', language: { code: 'en' } },
        marketing: { productPolicy: 'FALLBACK' },
      },
      ['marketing.productPolicy'],
    ],
    [
      'marketing on what is no template',
      { to, type: 'text', text: { body: 'Hi' }, marketing: { productPolicy: 'STRICT' } },
      ['marketing'],
    ],
    [
      'a caption where there is none',
      { to, type: 'audio', audio: { id: '1', caption: 'x' } },
      ['audio.caption'],
    ],
    [
      'a place that is not on earth',
      { to, type: 'location', location: { latitude: 91, longitude: 0 } },
      ['location.latitude'],
    ],
    [
      'a template name in capitals',
      { to, type: 'template', template: { name: 'A', language: { code: 'en' } } },
      ['template.name'],
    ],
    ['no template language', { to, type: 'template', template: { name: 'a' } }, ['template.language']],
    [
      'a parameter without its value',
      template({ type: 'text' }),
      ['template.components.0.parameters.0.text'],
    ],
    [
      'a parameter with the value of another type',
      template({ type: 'text', text: 'x', payload: 'y' }),
      ['template.components.0.parameters.0.payload'],
    ],
    [
      'four buttons',
      interactive({ type: 'button', action: { buttons: ['a', 'b', 'c', 'd'].map((id) => reply(id)) } }),
      ['interactive.action.buttons'],
    ],
    [
      'two buttons with one id',
      interactive({ type: 'button', action: { buttons: [reply('a', 'A'), reply('a', 'B')] } }),
      ['interactive.action.buttons'],
    ],
    [
      'eleven rows in all',
      interactive({
        type: 'list',
        action: {
          button: 'Open',
          sections: [
            { title: 'A', rows: rows(6) },
            { title: 'B', rows: rows(5) },
          ],
        },
      }),
      ['interactive.action.sections'],
    ],
    [
      'sections without title',
      interactive({
        type: 'list',
        action: { button: 'Open', sections: [{ rows: rows(1) }, { title: 'B', rows: rows(1) }] },
      }),
      ['interactive.action.sections'],
    ],
    [
      'an unknown interactive type',
      interactive({ type: 'hologram', action: {} }),
      ['interactive.body', 'interactive.action', 'interactive.type'],
    ],
  ])('with %s is refused', async (_, body, paths) => {
    expect(new Set(await problemsOf(body))).toEqual(new Set(paths));
  });
});
