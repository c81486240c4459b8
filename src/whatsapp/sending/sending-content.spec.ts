import { ValidationFailedError } from '../../errors/app.error';
import type { SendMessageDto } from '../dto/send-message.dto';
import { orderedContent, sendTimeOf } from './sending-content';
import { SEND_MESSAGE_EXAMPLES } from './send-message.examples';
import { SendMessagePipe } from './send-message.pipe';

const now = new Date('2026-11-21T12:00:00Z');

describe('when a message is to go out', () => {
  it('is at once where nothing is said', () => {
    expect(sendTimeOf({}, now)).toBeNull();
  });

  it('is the instant given, in whatever time zone', () => {
    expect(sendTimeOf({ sendAt: '2026-11-21T13:00:01+01:00' }, now)).toEqual(
      new Date('2026-11-21T12:00:01Z'),
    );
    expect(sendTimeOf({ sendAt: '2027-01-20T12:00:00Z' }, now)).toEqual(new Date('2027-01-20T12:00:00Z'));
  });

  it.each([
    ['has passed', '2026-11-21T12:59:59+01:00', /has passed/],
    ['is now', '2026-11-21T12:00:00Z', /has passed/],
    ['is more than sixty days ahead', '2027-01-20T12:00:01Z', /60 days/],
    ['does not exist', '2026-13-21T12:00:00Z', /exist/],
  ])('is refused when it %s', (_, sendAt, words) => {
    expect(() => sendTimeOf({ sendAt }, now)).toThrow(words);
    expect(() => sendTimeOf({ sendAt }, now)).toThrow(ValidationFailedError);
  });
});

describe('a message as it is stored', () => {
  const pipe = new SendMessagePipe();
  const ordered = async (name: string) => {
    const dto: SendMessageDto = await pipe.transform(SEND_MESSAGE_EXAMPLES[name]?.value, { type: 'body' });
    return orderedContent(dto, null);
  };

  it.each([
    ['text', 'Your order is on its way.'],
    ['image', 'Our new shop'],
    ['document', 'Your invoice'],
    ['sticker', null],
    ['location', 'Philz Coffee, 101 Forest Ave, Palo Alto, CA 94301'],
    ['contacts', 'Barbara J. Johnson'],
    ['reaction', '👍'],
    ['pin', null],
    ['template', 'order_confirmation'],
    ['list', 'When shall we come?'],
    ['productCarousel', 'Our featured products:'],
  ])('of the example %s reads %j', async (name, text) => {
    expect((await ordered(name)).text).toBe(text);
  });

  it.each(['reaction', 'pin', 'answer'])('of the example %s belongs to another message', async (name) => {
    expect((await ordered(name)).context).toEqual({ message_id: 'wamid.HBgLMTY1MDU1NTEyMzQVAgASGBQzQTRB' });
  });
});
