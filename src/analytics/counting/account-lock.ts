/**
 * First of the two numbers of the advisory lock under which an account's figures change; the second is a hash of the
 * account's id. Any fixed number.
 */
export const ACCOUNT_LOCK = 7_205_060;

/** The same for figures of comments by post, which depend on no others: neither waits for the other. */
export const COMMENTS_LOCK = 7_205_061;
