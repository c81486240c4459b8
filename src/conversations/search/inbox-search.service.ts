import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { ContactId, ConversationId } from '../../database/ids';
import type { PagePosition } from '../page-position';
import type { View } from '../visibility/visible-conversations';
import { type FoundDocument, SearchFinder, type SearchScope } from './search-finder';
import { type TextSnippet, highlightsOf, snippetOf, wordsToStem } from './search-highlights';
import { type HitConversation, type HitField, type HitSubject, SearchHits } from './search-hits.repository';
import { type BuiltSearch, buildSearch, parseSearch, wordsOfTerms } from './search-query';
import { SearchStems, type StemsOfWords } from './search-stems';
import { refKey } from './search-subject';

export interface SearchHit extends FoundDocument {
  conversation: HitConversation | null;
  facts: Record<string, unknown>;
  snippet: TextSnippet & { field: HitField };
}

export interface SearchPage {
  /** The newest first. May be fewer than asked for where something is gone since it was found. */
  hits: SearchHit[];
  /** Where the next page of older ones begins; null when there are none. */
  before: PagePosition | null;
}

/** Of this many hits the conversations are listed. */
const HITS_FOR_LISTS = 2_000;

/** Search over texts and names. */
@Injectable()
export class InboxSearch {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly stems: SearchStems,
    private readonly finder: SearchFinder,
    private readonly shown: SearchHits,
  ) {}

  /** @throws ValidationFailedError on `q` when it cannot be looked for, or takes too long */
  async page(q: string, scope: SearchScope, limit: number): Promise<SearchPage> {
    const search = await this.build(q);
    const found = await this.finder.find(search, scope, limit);
    const last = found.length < limit ? undefined : found.at(-1);
    return {
      hits: await this.describe(search, found),
      before: last === undefined ? null : { at: last.at.toISOString(), id: last.id },
    };
  }

  /**
   * The conversations in which something was found, or with somebody who was: those of the 2,000 latest hits, the latest first.
   * @throws ValidationFailedError on `q`, as above
   */
  async conversationIds(view: View, q: string): Promise<ConversationId[]> {
    const search = await this.build(q);
    const [found, contacts] = await Promise.all([
      this.finder.find(search, { view }, HITS_FOR_LISTS),
      this.finder.find(search, { view, kind: 'contact' }, HITS_FOR_LISTS),
    ]);
    const own = found.flatMap(({ conversationId }) => (conversationId === null ? [] : [conversationId]));
    return [...new Set([...own, ...(await this.shown.conversationIdsOf(contacts, HITS_FOR_LISTS))])];
  }

  /**
   * The contacts that a name, username, number, note or attribute was found of, the newest first, at most 2,000. Of those that
   * were merged into another the other.
   * @throws ValidationFailedError on `q`, as above
   */
  async contactIds(view: View, q: string): Promise<ContactId[]> {
    const search = await this.build(q);
    const found = await this.finder.find(search, { view, kind: 'contact' }, HITS_FOR_LISTS);
    return this.shown.personsOf(found);
  }

  private async build(q: string): Promise<BuiltSearch> {
    const terms = parseSearch(q);
    return buildSearch(terms, await this.stemsOf(wordsOfTerms(terms)));
  }

  private stemsOf(words: readonly string[]): Promise<StemsOfWords> {
    return this.stems.of(this.database.manager, new Map(words.map((word) => [word, 'all'])));
  }

  private async describe(search: BuiltSearch, found: readonly FoundDocument[]): Promise<SearchHit[]> {
    const [subjects, conversations] = await Promise.all([
      this.shown.subjectsOf(found),
      this.shown.conversationsOf(found),
    ]);
    const texts = [...subjects.values()].flatMap((subject) =>
      subject.texts.flatMap(({ text }) => (text === null ? [] : [text])),
    );
    const stems = await this.stemsOf(wordsToStem(texts, search));
    return found.flatMap((document): SearchHit[] => {
      const subject = subjects.get(refKey(document));
      if (subject === undefined) return [];
      const { conversationId } = document;
      return [
        {
          ...document,
          conversation: conversationId === null ? null : (conversations.get(conversationId) ?? null),
          facts: subject.facts,
          snippet: snippetOfSubject(subject, search, stems),
        },
      ];
    });
  }
}

/** Of the first text that has what was looked for; of the first at all where only several of them together have it. */
function snippetOfSubject(
  { texts }: HitSubject,
  search: BuiltSearch,
  stems: StemsOfWords,
): SearchHit['snippet'] {
  const present = texts.flatMap(({ field, text }) => (text === null ? [] : [{ field, text }]));
  const looked = present.map(({ field, text }) => ({
    field,
    text,
    ranges: highlightsOf(text, search, stems),
  }));
  const best = looked.find(({ ranges }) => ranges.length > 0) ?? looked[0];
  if (best === undefined)
    return { field: 'text', text: '', highlights: [], isCutBefore: false, isCutAfter: false };
  return { field: best.field, ...snippetOf(best.text, best.ranges) };
}
