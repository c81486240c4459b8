import type { ArgumentMetadata } from '@nestjs/common';
import { instanceToPlain } from 'class-transformer';
import type { FieldProblem } from '../../errors/app.error';
import { InstagramBodyPipe } from './instagram-body.pipe';
import { SEND_INSTAGRAM_EXAMPLES } from './send-instagram.examples';

type Json = Record<string, unknown>;

const METADATA: ArgumentMetadata = { type: 'body', metatype: Object };
const pipe = new InstagramBodyPipe();
const check = (body: Json) => pipe.transform({ recipient: { id: '5614879045272581' }, ...body }, METADATA);
const template = (payload: Json): Json => ({ message: { attachment: { type: 'template', payload } } });

describe('what may be sent on Instagram', () => {
  it.each(Object.entries(SEND_INSTAGRAM_EXAMPLES))('the example %s', async (_, { value }) => {
    const dto = await pipe.transform(value, METADATA);
    expect(instanceToPlain(dto)).toEqual(value);
  });

  it.each([
    ['1000 letters', 'x'.repeat(1000)],
    ['250 emoji, which have four bytes each', '😀'.repeat(250)],
    ['500 Arabic letters', 'س'.repeat(500)],
  ])('%s', async (_, text) => {
    await expect(check({ message: { text } })).resolves.toBeDefined();
  });
});

describe('what Instagram would refuse is refused before any call', () => {
  it.each<[string, Json, string, RegExp]>([
    ['1001 bytes', { message: { text: 'x'.repeat(1001) } }, 'message.text', /1001 bytes; Meta takes 1000/],
    ['251 emoji', { message: { text: '😀'.repeat(251) } }, 'message.text', /1004 bytes/],
    [
      'a receipt',
      template({ template_type: 'receipt' }),
      'message.attachment.payload.template_type',
      /generic or button/,
    ],
    [
      'a button that only Messenger has',
      template({
        template_type: 'button',
        text: 'x',
        buttons: [{ type: 'phone_number', title: 'x', payload: '+1650555123' }],
      }),
      'message.attachment.payload.buttons.0.type',
      /must be one of/,
    ],
    ['several images', { message: { attachments: [] } }, 'message.attachments', /not a field/],
    ['a sticker', { message: { sticker_id: '369239263222822' } }, 'message.sticker_id', /not a field/],
    [
      'a notification type',
      { message: { text: 'x' }, notification_type: 'NO_PUSH' },
      'notification_type',
      /not a field/,
    ],
    [
      'a share without a media',
      { message: { attachment: { type: 'MEDIA_SHARE', payload: {} } } },
      'message.attachment.payload.id',
      /media of the account/,
    ],
    ['a reaction without its message', { sender_action: 'react' }, 'payload', /payload/],
    ['a dead tag', { message: { text: 'x' }, tag: 'POST_PURCHASE_UPDATE' }, 'tag', /utility messages/],
  ])('%s', async (_, body, path, message) => {
    const error: unknown = await check(body).catch((thrown: unknown) => thrown);
    const { details } = error as { details: { fields: FieldProblem[] } };
    expect(details.fields.filter((problem) => problem.path === path)).toContainEqual(
      expect.objectContaining({ message: expect.stringMatching(message) }),
    );
  });
});
