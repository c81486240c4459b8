/** What is written together with an Arabic word: "and the", "with the", "like the", "so the", "for the", "the". */
const ARTICLES = ['وال', 'بال', 'كال', 'فال', 'ولل', 'لل', 'ال'];
/** And, so, with, for, like: single letters, which words begin with as well. */
const CLITICS = ['و', 'ف', 'ب', 'ل', 'ك'];
/** Plurals, duals, and whose it is. */
const ENDINGS = ['يات', 'ها', 'هم', 'كم', 'نا', 'ان', 'ات', 'ون', 'ين', 'يه', 'ه', 'ي'];

/** With less than that left, what was taken off belonged to the word. */
const SHORTEST = 3;
const SHORTEST_AFTER_ARTICLE = 2;

/**
 * What a folded Arabic word may be without article, clitics and ending. Several, as a letter at its beginning may belong to
 * it or not, and nothing but a dictionary tells: two words are taken for the same where they have one of these in common.
 * @returns without the word itself
 */
export function arabicStems(word: string): string[] {
  const stems = new Set<string>();
  const bare = [word, ...withoutClitic(word)].flatMap((form) => [form, ...withoutArticle(form)]);
  for (const form of bare) {
    stems.add(form);
    const ending = ENDINGS.find((end) => form.endsWith(end) && form.length - end.length >= SHORTEST);
    if (ending !== undefined) stems.add(form.slice(0, -ending.length));
  }
  stems.delete(word);
  return [...stems];
}

function withoutArticle(word: string): string[] {
  const article = ARTICLES.find(
    (start) => word.startsWith(start) && word.length - start.length >= SHORTEST_AFTER_ARTICLE,
  );
  return article === undefined ? [] : [word.slice(article.length)];
}

function withoutClitic(word: string): string[] {
  return CLITICS.some((letter) => word.startsWith(letter)) && word.length > SHORTEST ? [word.slice(1)] : [];
}
