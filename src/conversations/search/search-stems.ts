import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { arabicStems } from './arabic-stem';
import { SEARCH_LANGUAGES, languagesOfWord } from './search-languages';

/** Stems of words, each with its language's mark as it stands in the index: `en/walk`. */
export type StemsOfWords = ReadonlyMap<string, readonly string[]>;

interface StemRow {
  code: string;
  word: string;
  stem: string;
}

/** The mark of a language before a stem. No word holds a slash. */
export const marked = (code: string, stem: string): string => `${code}/${stem}`;

/** Brings words to their stems: by PostgreSQL's own dictionaries, and for Arabic by rules of ours beside them. */
@Injectable()
export class SearchStems {
  private known: Promise<ReadonlySet<string>> | null = null;

  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /**
   * @param wanted for each word the codes of the languages it may be in; only those of its own script are looked at. With `all`
   *   also a stem that is the word itself: it is that of other words
   */
  async of(
    db: EntityManager,
    wanted: ReadonlyMap<string, ReadonlySet<string> | 'all'>,
  ): Promise<StemsOfWords> {
    const dictionaries = await this.dictionaries();
    const asked = [...wanted].flatMap(([word, codes]) =>
      languagesOfWord(word)
        .filter(
          ({ code, dictionary }) => dictionaries.has(dictionary) && (codes === 'all' || codes.has(code)),
        )
        .map(({ code, dictionary }) => ({ word, code, dictionary })),
    );
    const stems = new Map<string, string[]>();
    const add = (word: string, stem: string): void => {
      stems.set(word, [...(stems.get(word) ?? []), stem]);
    };
    for (const word of wanted.keys())
      if (languagesOfWord(word).some(({ code }) => code === 'ar'))
        for (const stem of arabicStems(word)) add(word, marked('ar', stem));
    if (asked.length === 0) return stems;
    const rows: StemRow[] = await db.query(
      // No stem comes of a word that the language has everywhere; the word itself is found all the same.
      `SELECT asked.code, asked.word, stem
         FROM unnest($1::text[], $2::text[], $3::text[]) AS asked (code, dictionary, word)
        CROSS JOIN LATERAL unnest(ts_lexize(asked.dictionary::regdictionary, asked.word)) AS stem`,
      [
        asked.map(({ code }) => code),
        asked.map(({ dictionary }) => dictionary),
        asked.map(({ word }) => word),
      ],
    );
    // In the index the word itself is enough.
    for (const { code, word, stem } of rows)
      if (stem !== word || wanted.get(word) === 'all') add(word, marked(code, stem));
    return stems;
  }

  private async dictionaries(): Promise<ReadonlySet<string>> {
    this.known ??= this.database
      .query<{ name: string }[]>(
        `SELECT dictname::text AS name FROM pg_ts_dict
          WHERE dictnamespace = 'pg_catalog'::regnamespace AND dictname = ANY($1)`,
        [SEARCH_LANGUAGES.map(({ dictionary }) => dictionary)],
      )
      .then((rows) => new Set(rows.map(({ name }) => name)));
    try {
      return await this.known;
    } catch (error) {
      this.known = null; // asked again next time
      throw error;
    }
  }
}
