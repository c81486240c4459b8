/** What stands before a word without being part of it: and, then, the, with, to, as, will. Longest first. */
const BEFORE = ['وال', 'فال', 'بال', 'كال', 'ولل', 'لل', 'ال', 'و', 'ف', 'ب', 'ل', 'ك', 'س', 'ه', 'ح'];
/** Whose it is, who does it, how many there are. */
const AFTER = [
  ...['ها', 'هم', 'هن', 'كم', 'كن', 'كو', 'نا', 'ني', 'ون', 'ين', 'ات', 'وا', 'تم', 'تو'],
  ...['ه', 'ا', 'ي', 'ك', 'و', 'ت'],
];
const SHORTEST_STEM = 3;

/** The word and what may be left of it without its particles and endings, the word itself first. */
export function arabicForms(word: string): string[] {
  const forms = [word];
  for (const particle of BEFORE)
    if (word.startsWith(particle) && word.length - particle.length >= SHORTEST_STEM)
      forms.push(word.slice(particle.length));
  for (const form of [...forms])
    for (const ending of AFTER)
      if (form.endsWith(ending) && form.length - ending.length >= SHORTEST_STEM)
        forms.push(form.slice(0, form.length - ending.length));
  return forms;
}

/**
 * Egypt's denial goes around the verb: `معجبنيش` is `ما عجبني`.
 * @returns the verb inside, or null
 */
export function deniedVerb(word: string): string | null {
  const [, verb] = /^و?(?:ما|م)(\p{L}{3,})ش(?:ي)?$/u.exec(word) ?? [];
  return verb ?? null;
}

/** The same in Latin letters: `ma3agabnish`. */
export function deniedLatinVerb(word: string): string | null {
  const [, verb] = /^ma(\w{4,})sh$/u.exec(word) ?? [];
  return verb ?? null;
}
