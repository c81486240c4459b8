/** Ids that the deliveries below use where a test names no others. */
export const WABA_ID = '215589313241560883';
export const PHONE_NUMBER_ID = '7794189252778687';
export const BUSINESS_NUMBER = '15559876543';
export const CUSTOMER_NUMBER = '447700900123';
export const CUSTOMER_BSUID = 'GB.5512345678901234';

type Json = Record<string, unknown>;

/** The body of a delivery of WhatsApp's with one entry of one change. */
export function aWhatsAppDelivery(field: string, value: unknown, entry: Json = {}): Json {
  return {
    object: 'whatsapp_business_account',
    entry: [{ id: WABA_ID, changes: [{ field, value }], ...entry }],
  };
}

/** The value of a change that concerns a phone number: `messages`, `calls`, `history` and their like. */
export function aMessagingValue(parts: Json): Json {
  return {
    messaging_product: 'whatsapp',
    metadata: { display_phone_number: BUSINESS_NUMBER, phone_number_id: PHONE_NUMBER_ID },
    ...parts,
  };
}

export function aMessagesDelivery(...messages: unknown[]): Json {
  return aWhatsAppDelivery('messages', aMessagingValue({ contacts: [aContact()], messages }));
}

export function aContact(parts: Json = {}): Json {
  return { profile: { name: 'Nour Haddad' }, wa_id: CUSTOMER_NUMBER, user_id: CUSTOMER_BSUID, ...parts };
}

/** A message from the customer: text, unless `parts` say otherwise. */
export function aMessage(parts: Json = {}): Json {
  const content = parts.type === undefined ? { type: 'text', text: { body: 'Is the shop open today?' } } : {};
  return { from: CUSTOMER_NUMBER, id: 'wamid.in.1', timestamp: '1780000000', ...content, ...parts };
}

export function aStatus(parts: Json = {}): Json {
  return {
    id: 'wamid.out.1',
    status: 'delivered',
    timestamp: '1780000100',
    recipient_id: CUSTOMER_NUMBER,
    ...parts,
  };
}
