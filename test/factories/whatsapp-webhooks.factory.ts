import { newId } from '../../src/database/ids';

export interface WhatsAppChannel {
  wabaId: string;
  phoneNumberId: string;
}

export const A_CHANNEL: WhatsAppChannel = { wabaId: '102290129340398', phoneNumberId: '106540352242922' };

/** A change of the field `messages`, in Meta's envelope. */
export function aMessagesChange(
  channel: WhatsAppChannel,
  value: Record<string, unknown>,
): Record<string, unknown> {
  return {
    object: 'whatsapp_business_account',
    entry: [
      {
        id: channel.wabaId,
        changes: [
          {
            field: 'messages',
            value: {
              messaging_product: 'whatsapp',
              metadata: { display_phone_number: '15550783881', phone_number_id: channel.phoneNumberId },
              ...value,
            },
          },
        ],
      },
    ],
  };
}

export function aTextMessage(text: string, changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    from: '16505551234',
    id: `wamid.${newId()}`,
    timestamp: '1773480000',
    type: 'text',
    text: { body: text },
    ...changes,
  };
}

export const ANA = { profile: { name: 'Ana' }, wa_id: '16505551234' };
