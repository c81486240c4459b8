/** Somebody remembers the end of a number: so much of it at least. */
export const SHORTEST_PART = 4;
/** In a text, what has fewer digits is no phone number; more than fifteen none has (ITU-T E.164). */
const SHORTEST_NUMBER = 7;
const LONGEST_NUMBER = 15;
/** Of one text. Who lists more of them writes no letter. */
const MOST_NUMBERS = 10;

/** Digits with what is written between those of a phone number; in any script, as the digits are folded afterwards. */
const WRITTEN = /[+(]?\p{Nd}(?:[\s().\-/\u2010-\u2015\u00A0\u202F]{0,3}\p{Nd})*/gu;
/** The trunk zero of `+49 (0) 171`: dialled at home only. */
const TRUNK_ZERO = /\(\s*[0٠۰]\s*\)/g;

const LEADING_ZEROS = /^0+/;

export interface WrittenNumber {
  /** Latin digits, without the zeros that lead out of a town or country. */
  digits: string;
  /** All of them: the end of a number may begin with zeros. */
  written: string;
  /** Where it stands in the text, in UTF-16 code units. */
  start: number;
  end: number;
}

/** What may be phone numbers in a text, in any of their usual spellings, of at least so many digits. */
export function numbersIn(text: string, leastDigits: number = SHORTEST_NUMBER): WrittenNumber[] {
  const found: WrittenNumber[] = [];
  for (const match of text.matchAll(WRITTEN)) {
    const written = digitsOf(match[0]);
    const digits = written.replace(LEADING_ZEROS, '');
    if (written.length < leastDigits || digits.length > LONGEST_NUMBER) continue;
    found.push({ digits, written, start: match.index, end: match.index + match[0].length });
    if (found.length === MOST_NUMBERS) break;
  }
  return found;
}

/** The ends of a number, from the whole of it down to the shortest part that somebody may look for. */
export function endsOf(digits: string): string[] {
  const ends: string[] = [];
  for (let from = 0; digits.length - from >= SHORTEST_PART; from += 1) ends.push(digits.slice(from));
  return ends;
}

/** The same number, dialled from near or far: without trunk zero, `00` and everything that is no digit. */
export function significantDigits(written: string): string {
  return digitsOf(written).replace(LEADING_ZEROS, '');
}

function digitsOf(written: string): string {
  return written
    .replace(TRUNK_ZERO, '')
    .normalize('NFKC')
    .replace(/[٠-٩]/g, (digit) => String(digit.charCodeAt(0) - 0x0660))
    .replace(/[۰-۹]/g, (digit) => String(digit.charCodeAt(0) - 0x06f0))
    .replace(/\D/g, '');
}
