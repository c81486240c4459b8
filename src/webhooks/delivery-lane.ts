export const DELIVERY_LANES = ['message', 'status', 'account', 'bulk'] as const;
/**
 * Which queue and which workers a delivery waits for, so that none has to wait for what is less urgent. `message`: what
 * people wrote. `status`: what the business sent by other means, and what became of all it sent. `account`: templates,
 * numbers, accounts, permissions. `bulk`: imported history and replays. The lane says how soon a delivery is looked at,
 * never what is done with it.
 */
export type DeliveryLane = (typeof DELIVERY_LANES)[number];

/** Each lane has a Bull queue of its own. */
export function queueOf<L extends DeliveryLane>(lane: L): `webhook-${L}` {
  return `webhook-${lane}`;
}

/** Within a JSON text these cannot stem from somebody's words: there the quotes would be escaped. */
const BULK = ['"field":"history"', '"field":"smb_app_state_sync"'].map((mark) => Buffer.from(mark));
const MESSAGES = [
  '"messages":[',
  '"message":{',
  '"postback":{',
  '"field":"feed"',
  '"field":"comments"',
  '"field":"live_comments"',
].map((mark) => Buffer.from(mark));
// Apart from people's messages: a batch with both would lock two lists of conversations, and two of those may meet crosswise.
const ECHOES = ['"message_echoes":[', '"is_echo":true'].map((mark) => Buffer.from(mark));
const STATUSES = ['"statuses":[', '"delivery":{', '"read":{'].map((mark) => Buffer.from(mark));

/**
 * Chooses by the looks of the bytes, since nothing is parsed before the acknowledgement. A wrong guess, for instance at
 * JSON with unusual spaces, only makes somebody wait for the neighbours in that lane. What holds both messages and
 * statuses goes with the messages.
 */
export function laneOf(body: Buffer): DeliveryLane {
  if (BULK.some((mark) => body.includes(mark))) return 'bulk';
  if (ECHOES.some((mark) => body.includes(mark))) return 'status';
  if (MESSAGES.some((mark) => body.includes(mark))) return 'message';
  if (STATUSES.some((mark) => body.includes(mark))) return 'status';
  return 'account';
}
