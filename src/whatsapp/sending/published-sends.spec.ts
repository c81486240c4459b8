import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { WhatsAppClient } from '@kapso/whatsapp-cloud-api';
import { ValidationFailedError } from '../../errors/app.error';
import { SendMessagePipe } from './send-message.pipe';

/**
 * Messages to send that Meta and others have published. They are not part of this project: where they are absent this
 * file says so, and only what a client library makes is checked.
 */
const FIXTURES = resolve(__dirname, '../../../../shared/meta/fixtures/graph-whatsapp');
const available = existsSync(FIXTURES);
if (!available) console.warn(`Not run: the sends published by others are not at ${FIXTURES}.`);

const pipe = new SendMessagePipe();

/** What is wrong with it; nothing for what is taken unchanged. */
async function complaintsOf(body: unknown): Promise<unknown> {
  try {
    const checked = await pipe.transform(body, { type: 'body' });
    expect(JSON.parse(JSON.stringify(checked))).toEqual(body);
    return [];
  } catch (error) {
    if (!(error instanceof ValidationFailedError)) throw error;
    return error.details.fields;
  }
}

/** Published with names in the place of values, some of which are no valid values. */
const VALUES: [RegExp, string][] = [
  [/\{\{Recipient-(?:WA-)?Phone-Number\}\}/g, '+16505551234'],
  [/\{\{Flow-ID\}\}/g, '1635226200519482'],
  [/http\(s\):\/\/the-image-url/g, 'https://example.com/image.png'],
  [/language-and-locale-code/g, 'en_US'],
  [/template-name/g, 'template_name'],
];

const published = available
  ? readdirSync(FIXTURES).filter(
      (name) => name.startsWith('messages-request-') && name !== 'messages-request-read-and-typing.json',
    )
  : [];

(available ? describe : describe.skip)('sends published by others (skipped where they are absent)', () => {
  it('are there', () => {
    expect(published.length).toBeGreaterThan(5);
  });

  it.each(available ? published : ['(absent)'])('%s is taken', async (name) => {
    const text = readFileSync(join(FIXTURES, name), 'utf8');
    const filled = VALUES.reduce((body, [pattern, value]) => body.replaceAll(pattern, value), text);
    expect(await complaintsOf(JSON.parse(filled))).toEqual([]);
  });
});

/** What the library would have sent to Meta. */
async function madeBy(use: (client: WhatsAppClient) => Promise<unknown>): Promise<unknown> {
  let body: unknown;
  const client = new WhatsAppClient({
    accessToken: 'token',
    fetch: (_url: unknown, init?: { body?: unknown }) => {
      body = typeof init?.body === 'string' ? JSON.parse(init.body) : undefined;
      const answer = { messaging_product: 'whatsapp', contacts: [], messages: [{ id: 'wamid.1' }] };
      return Promise.resolve(
        new Response(JSON.stringify(answer), { headers: { 'content-type': 'application/json' } }),
      );
    },
  });
  await use(client);
  return body;
}

describe('sends that a client library makes', () => {
  const base = { phoneNumberId: '106540352242922', to: '+16505551234' };
  const image = { type: 'image', image: { link: 'https://example.com/a.png' } } as const;

  it.each<[string, (client: WhatsAppClient) => Promise<unknown>]>([
    ['text', ({ messages }) => messages.sendText({ ...base, body: 'Hi', previewUrl: true })],
    ['an answer', ({ messages }) => messages.sendText({ ...base, body: 'Hi', contextMessageId: 'wamid.1' })],
    ['an image', ({ messages }) => messages.sendImage({ ...base, image: { id: '1', caption: 'a' } })],
    ['a voice note', ({ messages }) => messages.sendAudio({ ...base, audio: { id: '1', voice: true } })],
    [
      'a document',
      ({ messages }) =>
        messages.sendDocument({
          ...base,
          document: { link: 'https://example.com/a.pdf', filename: 'a.pdf' },
        }),
    ],
    ['a sticker', ({ messages }) => messages.sendSticker({ ...base, sticker: { id: '1' } })],
    [
      'a location',
      ({ messages }) =>
        messages.sendLocation({ ...base, location: { latitude: 1, longitude: 2, name: 'a' } }),
    ],
    [
      'a reaction',
      ({ messages }) => messages.sendReaction({ ...base, reaction: { messageId: 'wamid.1', emoji: '👍' } }),
    ],
    [
      'buttons',
      ({ messages }) =>
        messages.sendInteractiveButtons({
          ...base,
          bodyText: 'Choose',
          header: image,
          footerText: 'End',
          buttons: [{ id: 'a', title: 'A' }],
        }),
    ],
    [
      'a list',
      ({ messages }) =>
        messages.sendInteractiveList({
          ...base,
          bodyText: 'Choose',
          buttonText: 'Open',
          sections: [{ title: 'A', rows: [{ id: 'a', title: 'A', description: 'first' }] }],
        }),
    ],
    [
      'a web address',
      ({ messages }) =>
        messages.sendInteractiveCtaUrl({
          ...base,
          bodyText: 'See',
          parameters: { displayText: 'See', url: 'https://example.com' },
        }),
    ],
    [
      'cards with web addresses',
      ({ messages }) =>
        messages.sendInteractiveCarousel({
          ...base,
          bodyText: 'See',
          cards: [0, 1].map((cardIndex) => ({
            cardIndex,
            header: image,
            bodyText: 'a',
            action: { displayText: 'See', url: 'https://example.com' },
          })),
        }),
    ],
    [
      'cards with quick replies',
      ({ messages }) =>
        messages.sendInteractiveCarousel({
          ...base,
          bodyText: 'See',
          cards: [0, 1].map((cardIndex) => ({
            cardIndex,
            header: image,
            action: { buttons: [{ id: `b${cardIndex}`, title: 'More' }] },
          })),
        }),
    ],
    [
      'a flow',
      ({ messages }) =>
        messages.sendInteractiveFlow({
          ...base,
          bodyText: 'Book',
          parameters: { flowId: '1', flowCta: 'Book', flowToken: 't' },
        }),
    ],
    [
      'products',
      ({ messages }) =>
        messages.sendInteractiveProductList({
          ...base,
          bodyText: 'New',
          header: { type: 'text', text: 'Ours' },
          catalogId: '1',
          sections: [{ title: 'A', productItems: [{ productRetailerId: 'a' }] }],
        }),
    ],
    [
      'the catalogue',
      ({ messages }) =>
        messages.sendInteractiveCatalogMessage({
          ...base,
          bodyText: 'Browse',
          parameters: { thumbnailProductRetailerId: 'a' },
        }),
    ],
  ])('%s', async (_, use) => {
    expect(await complaintsOf(await madeBy(use))).toEqual([]);
  });
});
