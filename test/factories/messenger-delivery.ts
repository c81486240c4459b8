/** Ids that the deliveries below use where a test names no others. */
export const PAGE_ID = '1234567890321';
export const INSTAGRAM_ID = '17841452691600098';
export const PSID = '9876543210123';
export const IGSID = '5614879045272581';
/** Of Messenger's and Instagram's items, in milliseconds. */
export const ITEM_TIME = 1_780_000_000_123;
/** Of entries: in milliseconds of those with messages, in seconds of those with changes. */
export const ENTRY_TIME = 1_780_000_001_456;

type Json = Record<string, unknown>;

/** The body of a delivery of Messenger's with one entry. */
export function aPageDelivery(entry: Json): Json {
  return { object: 'page', entry: [{ id: PAGE_ID, time: ENTRY_TIME, ...entry }] };
}

export function anInstagramDelivery(entry: Json): Json {
  return { object: 'instagram', entry: [{ id: INSTAGRAM_ID, time: ENTRY_TIME, ...entry }] };
}

/** One of `messaging[]` from a person to the Page, without what the person did. */
export function aMessengerItem(parts: Json): Json {
  return { sender: { id: PSID }, recipient: { id: PAGE_ID }, timestamp: ITEM_TIME, ...parts };
}

export function anInstagramItem(parts: Json): Json {
  return { sender: { id: IGSID }, recipient: { id: INSTAGRAM_ID }, timestamp: ITEM_TIME, ...parts };
}

export function aMessengerDelivery(...items: unknown[]): Json {
  return aPageDelivery({ messaging: items });
}

export function anInstagramMessagingDelivery(...items: unknown[]): Json {
  return anInstagramDelivery({ messaging: items });
}

/** A person's message: text, unless `parts` say otherwise. */
export function aDirectMessage(parts: Json = {}): Json {
  return { mid: 'm_in.1', text: 'Is the shop open today?', ...parts };
}

/** A change of the Page's feed, with the entry's time in seconds as Meta has it there. */
export function aFeedDelivery(value: unknown, field = 'feed'): Json {
  return aPageDelivery({ time: Math.floor(ENTRY_TIME / 1000), changes: [{ field, value }] });
}

export function anInstagramChangeDelivery(field: string, value: unknown): Json {
  return anInstagramDelivery({ time: Math.floor(ENTRY_TIME / 1000), changes: [{ field, value }] });
}
