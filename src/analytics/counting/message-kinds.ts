/** Reactions and notices are stored as messages, but nobody would say that they sent or got one. */
const NOT_MESSAGES = `('reaction', 'system', 'request_welcome')`;

/** Of a row of messages, as SQL: whether it is one, and of the moment. */
export const isMessage = (alias: string): string =>
  `(${alias}.type NOT IN ${NOT_MESSAGES} AND NOT ${alias}.metadata @> '{"imported": true}')`;

/** Of a row of messages, as SQL: whether a customer wrote it. */
export const isCustomersWord = (alias: string): string =>
  `(${alias}.direction = 'inbound' AND ${alias}.sender_type = 'customer' AND ${isMessage(alias)})`;
