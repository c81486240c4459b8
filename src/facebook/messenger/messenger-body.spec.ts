import type { ArgumentMetadata } from '@nestjs/common';
import { instanceToPlain } from 'class-transformer';
import type { FieldProblem } from '../../errors/app.error';
import { MessengerBodyPipe } from './messenger-body.pipe';
import { SEND_MESSENGER_EXAMPLES } from './send-messenger.examples';

type Json = Record<string, unknown>;

const METADATA: ArgumentMetadata = { type: 'body', metatype: Object };
const pipe = new MessengerBodyPipe();
const recipient = { id: '9876543210123' };
const check = (body: Json) => pipe.transform({ recipient, ...body }, METADATA);
const problems = async (body: Json): Promise<FieldProblem[]> => {
  const error: unknown = await check(body).catch((thrown: unknown) => thrown);
  const { details } = error as { details?: { fields: FieldProblem[] } };
  if (details === undefined) throw new Error('It was not refused');
  return details.fields;
};
const template = (payload: Json): Json => ({ message: { attachment: { type: 'template', payload } } });
const buttons = (...list: Json[]): Json => template({ template_type: 'button', text: 'x', buttons: list });
const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));
const card = { title: 'x', subtitle: 'y' };
const url = 'https://example.com/a.jpg';

describe('what may be sent in Messenger', () => {
  it.each(Object.entries(SEND_MESSENGER_EXAMPLES))('the example %s', async (_, { value }) => {
    const dto = await pipe.transform(value, METADATA);
    expect(instanceToPlain(dto)).toEqual(value);
  });

  it.each<[string, Json]>([
    ['2000 characters', { message: { text: '😀'.repeat(2000) } }],
    [
      '13 quick replies',
      {
        message: {
          text: 'x',
          quick_replies: times(13, (i) => ({ content_type: 'text', title: `${i}`, payload: 'p' })),
        },
      },
    ],
    ['30 images', { message: { attachments: times(30, () => ({ type: 'image', payload: { url } })) } }],
    ['10 cards', template({ template_type: 'generic', elements: times(10, () => card) })],
    [
      'every kind of button',
      buttons(
        { type: 'account_link', url: 'https://example.com/login' },
        { type: 'account_unlink' },
        { type: 'game_play', title: 'Play', game_metadata: { player_id: '1' } },
      ),
    ],
    [
      'a message by conversation',
      {
        recipient: undefined,
        conversationId: '0199f3a2-7c1e-7b52-9d6b-3f1f8f4f2a10',
        message: { text: 'x' },
      },
    ],
  ])('%s', async (_, body) => {
    await expect(check(body)).resolves.toBeDefined();
  });
});

describe('what Meta would refuse is refused before any call', () => {
  it.each<[string, Json, string, RegExp]>([
    ['no message', {}, 'message', /message/],
    ['an empty text', { message: { text: '' } }, 'message.text', /must not be empty/],
    ['a blank text', { message: { text: ' \n' } }, 'message.text', /blank/],
    [
      '2001 characters',
      { message: { text: 'x'.repeat(2001) } },
      'message.text',
      /has 2001 characters; Meta takes 2000/,
    ],
    ['metadata, which is ours', { message: { text: 'x', metadata: 'y' } }, 'message.metadata', /not a field/],
    [
      'a text beside an attachment',
      { message: { text: 'x', attachment: { type: 'image', payload: { url } } } },
      'message.text',
      /not a field/,
    ],
    [
      '14 quick replies',
      {
        message: {
          text: 'x',
          quick_replies: times(14, () => ({ content_type: 'text', title: 'a', payload: 'p' })),
        },
      },
      'message.quick_replies',
      /1 to 13/,
    ],
    [
      'a long title of a quick reply',
      {
        message: {
          text: 'x',
          quick_replies: [{ content_type: 'text', title: 'x'.repeat(21), payload: 'p' }],
        },
      },
      'message.quick_replies.0.title',
      /20 at most/,
    ],
    [
      'a long payload of one',
      {
        message: {
          text: 'x',
          quick_replies: [{ content_type: 'text', title: 'x', payload: 'p'.repeat(1001) }],
        },
      },
      'message.quick_replies.0.payload',
      /1000 at most/,
    ],
    [
      'an unknown quick reply',
      { message: { text: 'x', quick_replies: [{ content_type: 'location' }] } },
      'message.quick_replies.0.content_type',
      /must be one of/,
    ],
    [
      'quick replies that are none',
      { message: { text: 'x', quick_replies: [null] } },
      'message.quick_replies',
      /one object/,
    ],
    [
      'an address without https',
      { message: { attachment: { type: 'image', payload: { url: 'http://example.com/a.jpg' } } } },
      'message.attachment.payload.url',
      /https/,
    ],
    [
      'a file without anything',
      { message: { attachment: { type: 'image', payload: {} } } },
      'message.attachment.payload.attachment_id',
      /url, or attachment_id/,
    ],
    [
      'a file twice',
      { message: { attachment: { type: 'image', payload: { url, attachment_id: '1' } } } },
      'message.attachment.payload.attachment_id',
      /url, or attachment_id/,
    ],
    [
      'an unknown attachment',
      { message: { attachment: { type: 'location', payload: { url } } } },
      'message.attachment.type',
      /must be one of/,
    ],
    [
      'a video among the images',
      { message: { attachments: [{ type: 'video', payload: { url } }] } },
      'message.attachments.0.type',
      /images only/,
    ],
    [
      '31 images',
      { message: { attachments: times(31, () => ({ type: 'image', payload: { url } })) } },
      'message.attachments',
      /1 to 30/,
    ],
    [
      'an unknown template',
      template({ template_type: 'list' }),
      'message.attachment.payload.template_type',
      /must be one of/,
    ],
    [
      '11 cards',
      template({ template_type: 'generic', elements: times(11, () => card) }),
      'message.attachment.payload.elements',
      /1 to 10/,
    ],
    [
      'a card with a title alone',
      template({ template_type: 'generic', elements: [{ title: 'x' }] }),
      'message.attachment.payload.elements',
      /beside its title/,
    ],
    [
      'a long subtitle',
      template({ template_type: 'generic', elements: [{ title: 'x', subtitle: 'y'.repeat(81) }] }),
      'message.attachment.payload.elements.0.subtitle',
      /80 at most/,
    ],
    ['no buttons', buttons(), 'message.attachment.payload.buttons', /1 to 3/],
    [
      'four buttons',
      buttons(...times(4, () => ({ type: 'postback', title: 'x', payload: 'y' }))),
      'message.attachment.payload.buttons',
      /1 to 3/,
    ],
    [
      'a button of no kind',
      buttons({ type: 'element_share' }),
      'message.attachment.payload.buttons.0.type',
      /must be one of/,
    ],
    [
      'a postback without payload',
      buttons({ type: 'postback', title: 'x' }),
      'message.attachment.payload.buttons.0.payload',
      /payload/,
    ],
    [
      'a long title of a button',
      buttons({ type: 'postback', title: 'x'.repeat(21), payload: 'y' }),
      'message.attachment.payload.buttons.0.title',
      /20 at most/,
    ],
    [
      'a number without its country',
      buttons({ type: 'phone_number', title: 'x', payload: '6505551234' }),
      'message.attachment.payload.buttons.0.payload',
      /country code/,
    ],
    [
      'a text of 641 beside buttons',
      template({
        template_type: 'button',
        text: 'x'.repeat(641),
        buttons: [{ type: 'postback', title: 'x', payload: 'y' }],
      }),
      'message.attachment.payload.text',
      /640 at most/,
    ],
    [
      'a picture of another site in a media template',
      template({ template_type: 'media', elements: [{ media_type: 'image', url }] }),
      'message.attachment.payload.elements.0.url',
      /facebook\.com/,
    ],
    [
      'one image in a grid',
      template({ template_type: 'image_grid', elements: [{ images: [{ url }] }] }),
      'message.attachment.payload.elements.0.images',
      /2 to 6/,
    ],
    [
      'a coupon without code and address',
      template({ template_type: 'coupon', title: 'x' }),
      'message.attachment.payload.coupon_code',
      /coupon_code or coupon_url/,
    ],
    [
      'MESSAGE_TAG without a tag',
      { message: { text: 'x' }, messaging_type: 'MESSAGE_TAG' },
      'messaging_type',
      /HUMAN_AGENT/,
    ],
    [
      'an unknown tag',
      { message: { text: 'x' }, tag: 'CUSTOMER_FEEDBACK' },
      'tag',
      /HUMAN_AGENT, the only one/,
    ],
    [
      'a dead tag',
      { message: { text: 'x' }, tag: 'ACCOUNT_UPDATE' },
      'tag',
      /ACCOUNT_UPDATE since 27 April 2026: utility messages/,
    ],
    [
      'a reply to a comment',
      { recipient: { comment_id: '1_2' }, message: { text: 'x' } },
      'recipient.comment_id',
      /private-reply/,
    ],
    [
      'a phone number',
      { recipient: { phone_number: '+1' }, message: { text: 'x' } },
      'recipient.phone_number',
      /no longer/,
    ],
    ['an id that is a number', { recipient: { id: 123 }, message: { text: 'x' } }, 'recipient.id', /as text/],
    [
      'a time without its zone',
      { message: { text: 'x' }, sendAt: '2026-12-24T09:00' },
      'sendAt',
      /time zone/,
    ],
    ['an unknown action', { sender_action: 'wave' }, 'sender_action', /must be one of/],
    [
      'a message beside an action',
      { sender_action: 'typing_on', message: { text: 'x' } },
      'message',
      /not a field/,
    ],
    ['a field of nobody', { message: { text: 'x' }, foo: 1 }, 'foo', /not a field/],
  ])('%s', async (_, body, path, message) => {
    const found = await problems(body);
    expect(found.filter((problem) => problem.path === path)).toContainEqual(
      expect.objectContaining({ message: expect.stringMatching(message) }),
    );
  });
});
