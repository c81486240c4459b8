/** How much may be looked for at once, in UTF-16 code units. */
export const LONGEST_SEARCH = 200;
