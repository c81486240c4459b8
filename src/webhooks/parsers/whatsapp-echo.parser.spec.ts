import {
  aContact,
  aMessage,
  aMessagingValue,
  aWhatsAppDelivery,
  BUSINESS_NUMBER,
  CUSTOMER_BSUID,
  CUSTOMER_NUMBER,
} from '../../../test/factories/whatsapp-delivery';
import { parseDelivery } from './delivery.parser';

const receivedAt = new Date('2026-11-21T12:00:00Z');
const anEcho = (parts: Record<string, unknown> = {}) =>
  aMessage({ from: BUSINESS_NUMBER, to: CUSTOMER_NUMBER, id: 'wamid.echo.1', ...parts });
const parse = (...message_echoes: unknown[]) =>
  parseDelivery(
    aWhatsAppDelivery('smb_message_echoes', aMessagingValue({ contacts: [aContact()], message_echoes })),
    receivedAt,
  );

describe('an echo of the app on the phone', () => {
  it('is a message that the business sent', () => {
    expect(parse(anEcho({ context: { id: 'wamid.in.1' } })).events).toMatchObject([
      {
        kind: 'whatsapp.message.echoed',
        payload: {
          action: 'sent',
          wamid: 'wamid.echo.1',
          to: { waId: CUSTOMER_NUMBER, name: 'Nour Haddad' },
          content: { type: 'text' },
          context: { wamid: 'wamid.in.1' },
        },
      },
    ]);
  });

  it('is a message edited or taken back', () => {
    const edit = { original_message_id: 'wamid.echo.0', message: { type: 'text', text: { body: 'Better' } } };
    expect(
      parse(
        anEcho({ type: 'edit', edit }),
        anEcho({ type: 'revoke', revoke: { original_message_id: 'wamid.echo.0' } }),
      ).events,
    ).toMatchObject([
      {
        payload: {
          action: 'edited',
          originalWamid: 'wamid.echo.0',
          content: { type: 'text', body: 'Better' },
        },
      },
      { payload: { action: 'revoked', originalWamid: 'wamid.echo.0', to: { waId: CUSTOMER_NUMBER } } },
    ]);
  });

  it('never takes the business for the customer', () => {
    expect(parse(anEcho({ from: CUSTOMER_NUMBER, to: `+${BUSINESS_NUMBER}` })).events).toMatchObject([
      { payload: { to: { waId: CUSTOMER_NUMBER } } },
    ]);
  });

  it('may go to somebody without a number, or to a group', () => {
    expect(
      parse(anEcho({ to: undefined, to_user_id: CUSTOMER_BSUID, to_parent_user_id: 'GB.ENT.9' })).events,
    ).toMatchObject([
      { payload: { to: { bsuid: CUSTOMER_BSUID, parentBsuid: 'GB.ENT.9', name: 'Nour Haddad' } } },
    ]);
    expect(parse(anEcho({ to: undefined, group_id: 'group-1' })).events).toMatchObject([
      { payload: { groupId: 'group-1' } },
    ]);
  });

  it('is kept unrecognized when it went to nobody', () => {
    const value = aMessagingValue({ message_echoes: [anEcho({ to: undefined })] });
    expect(parseDelivery(aWhatsAppDelivery('smb_message_echoes', value), receivedAt)).toMatchObject({
      events: [],
      unrecognized: [
        { field: 'smb_message_echoes', reason: 'message_echoes[0]: to and to_user_id are missing' },
      ],
    });
  });
});
