/**
 * The one place that decides what a word is, for what is stored and for what is looked for: whatever is written here is
 * found by whatever is folded to the same.
 */
export interface Word {
  /** Folded: letters and digits only. */
  text: string;
  /** Place in the text, from 1 on. What stands side by side has places side by side. */
  place: number;
  /** Where it stands in the text as it was given, in UTF-16 code units; the end is not part of it. */
  start: number;
  end: number;
}

/** Longer than any word, shorter than what PostgreSQL takes as one. What is longer is cut in both. */
const LONGEST_WORD = 64;

/** A run of what words are made of, with what is written inside of words and left out of them. */
const RUNS = /[\p{L}\p{N}\p{M}\u00AD\u200B-\u200D\u2060\uFEFF]+/gu;
const PARTS = /[\p{L}\p{N}\p{M}]+/gu;
const INVISIBLE = /[\u00AD\u200B-\u200D\u2060\uFEFF]/g;

/** Marks above and below letters of alphabets that are read without them; the vowels of Indian scripts are marks, too, and stay. */
const MARKS =
  /[\u0300-\u036F\u0483-\u0487\u0591-\u05BD\u05BF\u05C1\u05C2\u05C4\u05C5\u05C7\u0610-\u061A\u064B-\u065F\u0670\u06D6-\u06DC\u06DF-\u06E4\u06E7\u06E8\u06EA-\u06ED\u0640]/g;

/** What Unicode does not take apart. */
const LETTERS: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ł: 'l',
  ħ: 'h',
  ı: 'i',
  ŋ: 'n',
  ς: 'σ',
  // Arabic: one form of alef, ya, ha and kaf, whichever keyboard they were typed on.
  ٱ: 'ا',
  ى: 'ي',
  ی: 'ي',
  ې: 'ي',
  ة: 'ه',
  ۀ: 'ه',
  ہ: 'ه',
  ھ: 'ه',
  ە: 'ه',
  ک: 'ك',
  ء: '',
};
const LETTER = new RegExp(`[${Object.keys(LETTERS).join('')}]`, 'g');

/** The zeros of scripts whose digits Unicode does not fold to ours. */
const ZEROS = [
  0x0660, 0x06f0, 0x07c0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66, 0x0be6, 0x0c66, 0x0ce6, 0x0d66, 0x0e50,
  0x0ed0, 0x0f20, 0x1040,
];
const DIGIT = /\p{Nd}/gu;

/** Scripts without spaces between words: each character is a word there, and several of them are looked for in their order. */
const SPACELESS =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

const ASCII = /^[ -~]*$/;
/** Each with its marks, whether they are part of it or written after it. */
const CHARACTERS = /.\p{M}*/gsu;

/** Lower case, without accents, with Latin digits, in one form of each letter. */
export function folded(text: string): string {
  // Nothing else can be folded in most of what people write.
  if (ASCII.test(text)) return text.toLowerCase();
  const apart = text.normalize('NFKD').toLowerCase().replace(INVISIBLE, '').replace(MARKS, '');
  return apart
    .normalize('NFC')
    .replace(LETTER, (letter) => LETTERS[letter] ?? letter)
    .replace(DIGIT, latinDigit);
}

/** All words of a text, in their order. */
export function wordsOf(text: string): Word[] {
  const words: Word[] = [];
  for (const run of text.matchAll(RUNS)) {
    const span = { start: run.index, end: run.index + run[0].length };
    if (SPACELESS.test(run[0])) addSpaceless(words, run[0], span.start);
    else addParts(words, run[0], span);
  }
  return words;
}

function addParts(words: Word[], run: string, span: { start: number; end: number }): void {
  for (const [part] of folded(run).matchAll(PARTS))
    for (const text of SPACELESS.test(part) ? charactersOf(part) : [part]) add(words, text, span);
}

/** One sign may stand for two characters. */
function charactersOf(part: string): string[] {
  const characters: string[] = [];
  let other = '';
  for (const [character] of part.matchAll(CHARACTERS)) {
    if (!SPACELESS.test(character)) {
      other += character;
      continue;
    }
    if (other !== '') characters.push(other);
    characters.push(character);
    other = '';
  }
  return other === '' ? characters : [...characters, other];
}

/** The characters by themselves, what stands between them in other scripts as it would elsewhere. */
function addSpaceless(words: Word[], run: string, start: number): void {
  let position = start;
  let other = '';
  const endOther = (): void => {
    if (other !== '') addParts(words, other, { start: position - other.length, end: position });
    other = '';
  };
  for (const [character] of run.matchAll(CHARACTERS)) {
    if (SPACELESS.test(character)) {
      endOther();
      addParts(words, character, { start: position, end: position + character.length });
    } else other += character;
    position += character.length;
  }
  endOther();
}

function add(words: Word[], text: string, { start, end }: { start: number; end: number }): void {
  words.push({ text: Array.from(text).slice(0, LONGEST_WORD).join(''), place: words.length + 1, start, end });
}

function latinDigit(digit: string): string {
  const code = digit.codePointAt(0) ?? 0;
  const zero = ZEROS.find((start) => code >= start && code < start + 10);
  return zero === undefined ? digit : String(code - zero);
}
