import { type FieldProblem, ValidationFailedError } from '../../errors/app.error';
import {
  personOf,
  readRecipient,
  readTarget,
  recipientFields,
  recipientOfRequest,
  targetFields,
  whatsAppFormsOf,
} from './recipient';

/** The field that is complained about, or null where nobody complains. */
function problemOf(to: string | undefined, recipient: string | undefined): string | null {
  try {
    readRecipient(to, recipient);
    return null;
  } catch (error) {
    if (!(error instanceof ValidationFailedError)) throw error;
    return (error.details.fields as FieldProblem[]).map(({ path }) => path).join();
  }
}

const GROUP = 'Y2FwaV9ncm91cDoxNzA1NTU1MDEzOToxMjAzNjM0MDQ2OTQyMzM4MjAZD';

describe('the target of a message', () => {
  it.each(['text', 'image', 'video', 'audio', 'document', 'sticker', 'template', 'pin'])(
    'may be a group for %s',
    (type) => {
      const target = readTarget({ type, recipient_type: 'group', to: GROUP });
      expect(target).toEqual({ kind: 'group', id: GROUP });
      expect(targetFields(target)).toEqual({ recipient_type: 'group', to: GROUP });
      expect(recipientOfRequest(targetFields(target))).toBeNull();
    },
  );

  it.each(['individual', undefined])('is a person with recipient_type %s', (kind) => {
    const target = readTarget({ type: 'text', recipient_type: kind, to: '+1 650 555 1234' });
    expect(targetFields(target)).toEqual({ recipient_type: 'individual', to: '+16505551234' });
  });

  it.each([
    ['a kind of message that groups do not take', { type: 'interactive', to: GROUP }, 'type'],
    ['a phone number', { type: 'text', to: '+1 (650) 555-1234' }, 'to'],
    ['nothing', { type: 'text' }, 'to'],
    ['a user id beside it', { type: 'text', to: GROUP, recipient: 'US.13491208655302741918' }, 'recipient'],
  ])('is no group with %s', (_, message, path) => {
    expect(() => readTarget({ recipient_type: 'group', ...message })).toThrow(
      expect.objectContaining({
        details: { fields: [expect.objectContaining({ path }) as unknown] },
      }) as Error,
    );
  });

  it('is a group where a message is to be pinned', () => {
    expect(() => readTarget({ type: 'pin', to: '+16505551234' })).toThrow(/pinned in groups only/);
  });
});

describe('the recipient of a message', () => {
  it.each([
    ['+16505551234', '16505551234'],
    ['16505551234', '16505551234'],
    ['+1 (650) 555-1234', '16505551234'],
    ['1 650 555 1234', '16505551234'],
    ['1.650.555.1234', '16505551234'],
    ['0016505551234', '16505551234'],
    ['+44 (0)20 7946 0018', '442079460018'],
    [' +972 54-123-4567 ', '972541234567'],
    ['+5215512345678', '5215512345678'],
    ['5511987654321', '5511987654321'],
    ['15550783881', '15550783881'],
    ['+972987654321', '972987654321'],
    ['972987654321', '972987654321'],
  ])('%s is +%s at Meta', (to, digits) => {
    const recipient = readRecipient(to, undefined);
    expect(recipientFields(recipient)).toEqual({ to: `+${digits}` });
    expect(recipientOfRequest(recipientFields(recipient))).toEqual(recipient);
  });

  it.each([
    ['letters', '+1650FLOWERS'],
    ['an extension', '+16505551234 ext. 5'],
    ['too short', '+12345'],
    ['too long', '+1650555123456789'],
    ['a national number of the United States', '6505551234'],
    ['a national number of the United Kingdom', '07911 123456'],
    ['a national number of Brazil', '11987654321'],
    ['a country code that does not exist', '+99912345678'],
    ['two plus signs', '++16505551234'],
    ['a plus sign inside', '1+6505551234'],
    ['a web address', 'tel:+16505551234'],
    ['blank', '   '],
  ])('%s is refused: %s', (_, to) => {
    expect(problemOf(to, undefined)).toBe('to');
  });

  it('may be a business-scoped user id', () => {
    const recipient = readRecipient(undefined, 'US.13491208655302741918');
    expect(recipientFields(recipient)).toEqual({ recipient: 'US.13491208655302741918' });
    expect(recipientOfRequest(recipientFields(recipient))).toEqual(recipient);
    expect(personOf(recipient).identities).toEqual([{ kind: 'bsuid', value: 'US.13491208655302741918' }]);
  });

  it('may be the id that businesses of one parent share', () => {
    const recipient = readRecipient(undefined, 'US.ENT.11815799212886844830');
    expect(personOf(recipient).identities).toEqual([
      { kind: 'parent_bsuid', value: 'US.ENT.11815799212886844830' },
    ]);
  });

  it.each([
    ['both', '+16505551234', 'US.13491208655302741918', 'recipient'],
    ['neither', undefined, undefined, 'to'],
    ['a number as user id', undefined, '+16505551234', 'recipient'],
    ['a user id without its country', undefined, '13491208655302741918', 'recipient'],
  ])('%s is refused', (_, to, recipient, path) => {
    expect(problemOf(to, recipient)).toBe(path);
  });

  it.each([
    ['5511987654321', '551187654321'],
    ['551187654321', '5511987654321'],
    ['5531987654321', '553187654321'],
    ['553187654321', '5531987654321'],
    ['5215512345678', '525512345678'],
    ['525512345678', '5215512345678'],
    ['5491123456789', '541123456789'],
    ['541123456789', '5491123456789'],
  ])('%s may be known to WhatsApp as %s', (dialled, known) => {
    expect(whatsAppFormsOf(dialled)).toEqual([dialled, known]);
  });

  it('knows no other form of a number elsewhere, nor of a Brazilian landline', () => {
    expect(whatsAppFormsOf('16505551234')).toEqual(['16505551234']);
    expect(whatsAppFormsOf('553123456789')).toEqual(['553123456789']);
  });
});
