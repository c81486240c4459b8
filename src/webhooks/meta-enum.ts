/**
 * One of Meta's enumerations: the values that are known, for completion and comparison, and any other text, because
 * Meta adds values without notice and an event must not be lost over it.
 */
export type Known<Values extends string> = Values | (string & {});
