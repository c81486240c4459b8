import { ValidationFailedError } from '../errors/app.error';
import { PASSWORD_MIN } from './dto/user-requests.dto';

/** What is known of whoever chooses a password; it may not be made of that. */
export interface PasswordOwner {
  email: string;
  name: string;
}

/** What people begin with who want to make up nothing, and what guessers therefore begin with. Letters only. */
const COMMON_WORDS = words(`
  password passwort passwd motdepasse contrasena senha parola kennwort secret geheim letmein welcome willkommen bienvenue
  admin administrator root user guest test testing demo sample example default login master access changeme
  qwerty qwertz azerty asdf zxcvbn iloveyou iloveu loveyou lovely princess sunshine dragon monkey football baseball
  basketball hockey soccer superman batman spiderman starwars pokemon minecraft naruto shadow michael jordan jennifer
  charlie thomas daniel jessica ashley nicole hunter ranger buster tigger cookie cheese chocolate flower summer winter
  spring autumn january february march april june july august september october november december monday friday
  liverpool arsenal chelsea barcelona juventus freedom whatever trustno internet computer samsung google apple android
  windows microsoft amazon hello world abc xyz habibi bismillah mohammed muhammad ahmed
`);
/** What this service is called and is about: the next thing that somebody thinks of at its login. */
const PRODUCT_WORDS = words(
  'meta business backend whatsapp messenger instagram facebook company support service inbox',
);
const ROWS = [
  'abcdefghijklmnopqrstuvwxyz',
  '01234567890',
  'qwertyuiop',
  'asdfghjkl',
  'zxcvbnm',
  'qwertzuiop',
  'azertyuiop',
];
const LEET: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
  '!': 'i',
};
const LEAST_DIFFERENT = 5;
/** So many characters must be left when the words are taken away. */
const LEAST_OWN = 6;
const SHORTEST_WORD = 4;

/**
 * Length, and not what is guessed first, as NIST SP 800-63B asks; no rules on kinds of characters, which only make passwords
 * worse.
 * @param path of the field, for the error
 * @throws ValidationFailedError
 */
export function requireFitPassword(password: string, owner: PasswordOwner, path = 'password'): void {
  const text = password.normalize('NFC');
  if (countOf(text) < PASSWORD_MIN)
    throw ValidationFailedError.of(
      path,
      'minLength',
      `${path} must have at least ${PASSWORD_MIN} characters.`,
    );
  const problem = weaknessOf(text.normalize('NFKC').toLowerCase(), owner);
  if (problem !== undefined)
    throw ValidationFailedError.of(
      path,
      'passwordStrength',
      `${path} ${problem} Choose something harder to guess.`,
    );
}

function weaknessOf(text: string, owner: PasswordOwner): string | undefined {
  const unit = repeatedUnit(text);
  if (new Set(text).size < LEAST_DIFFERENT || (unit !== text && countOf(unit) < 8))
    return 'is the same few characters again and again.';
  if (isSequence(text)) return 'is a row of neighbouring letters, digits or keys.';
  const known = [...COMMON_WORDS, ...PRODUCT_WORDS, ...wordsOf(owner)];
  if ([unit, unleet(unit)].some((form) => ownPart(form, known) < LEAST_OWN))
    return 'is made of your name, your address, this product or words that everybody thinks of first.';
  return undefined;
}

/** `abc` of `abcabcabc`. */
function repeatedUnit(text: string): string {
  const at = (text + text).indexOf(text, 1);
  return text.slice(0, at);
}

/** All but a few characters stand beside the one before them in the alphabet, among the digits or on a keyboard. */
function isSequence(text: string): boolean {
  let jumps = 0;
  for (let index = 1; index < text.length; index++) {
    const [before, after] = [text.charAt(index - 1), text.charAt(index)];
    const isStep = ROWS.some((row) => row.includes(before + after) || row.includes(after + before));
    if (before !== after && !isStep) jumps += 1;
  }
  return jumps <= text.length / 5;
}

function unleet(text: string): string {
  return text.replace(/[^\p{L}]/gu, (sign) => LEET[sign] ?? sign);
}

/** How many letters are left without the words; digits and signs around them are what people add to be let through. */
function ownPart(text: string, known: readonly string[]): number {
  let left = text.replace(/[^\p{L}\p{N}]/gu, '');
  for (const word of [...known].sort((a, b) => b.length - a.length)) left = left.replaceAll(word, '');
  return countOf(left.replace(/\p{N}/gu, '')) + Math.floor(countOf(left.replace(/\P{N}/gu, '')) / 2.5);
}

function wordsOf({ email, name }: PasswordOwner): string[] {
  const parts = `${email} ${name}`
    .normalize('NFKC')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u);
  return parts.filter((part) => countOf(part) >= SHORTEST_WORD);
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

/** In code points, as people and NIST count. */
function countOf(text: string): number {
  return Array.from(text).length;
}
