import { parse } from 'lossless-json';

/**
 * Parses JSON from Meta, whose ids are documented as strings but also arrive as numbers above 2^53: integers that a
 * JavaScript number cannot hold exactly become strings of their digits, everything else is what `JSON.parse` gives.
 * @throws SyntaxError when the text is not JSON, or nested too deeply to be read
 */
export function parseJsonLosslessly(text: string): unknown {
  // Almost no text has such a number, and JSON.parse is many times faster than a parser written in JavaScript.
  if (!MAY_HOLD_LONG_NUMBER.test(text)) return JSON.parse(text) as unknown;
  try {
    return parse(text, null, { parseNumber, onDuplicateKey: ({ newValue }) => newValue });
  } catch (error) {
    if (error instanceof SyntaxError) throw error;
    throw new SyntaxError('JSON is nested too deeply', { cause: error });
  }
}

/** A number starts the text or follows one of these; ids written as strings follow a quote and do not match. */
const MAY_HOLD_LONG_NUMBER = /(?:^|[:,[\s])-?\d{16}/;

function parseNumber(digits: string): number | string {
  const value = Number(digits);
  return /^-?\d+$/.test(digits) && !Number.isSafeInteger(value) ? digits : value;
}
