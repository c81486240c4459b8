import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { AccountId, ContactId } from '../../database/ids';
import { ValidationFailedError } from '../../errors/app.error';
import { IDENTITY_KINDS, type IdentityKind, type Platform } from '../conversation-types';
import { InboxSearch } from '../search/inbox-search.service';
import { visibleContactCondition } from '../visibility/conversation-visibility';
import type { View } from '../visibility/visible-conversations';
import { ContactReader } from './contact-reader.service';
import { type ContactsFound, beginningsOf, sourceOf } from './contact-sources';
import { contactsOfPerson, refusalsOfPerson } from './person-sql';
import type { StoredContact } from './stored-contact';

export interface ContactFilter {
  platform?: Platform | undefined;
  kind?: IdentityKind | undefined;
  /** Wants no messages at all, or no marketing. */
  optedOut?: boolean | undefined;
  /** How a name or a number begins, or words of it, of the note, or of an attribute. */
  q?: string | undefined;
}

export interface ContactSlice {
  limit: number;
  /** At most one of the two. */
  before?: ContactId | undefined;
  after?: ContactId | undefined;
}

export interface ContactPage {
  /** Newest first. */
  contacts: StoredContact[];
  before: ContactId | null;
  after: ContactId | null;
}

interface Found {
  looked: number;
  last: ContactId | null;
  found: { accountId: AccountId; id: ContactId }[];
}

/** How many contacts one page looks at. What is rare among them is found over several pages, none of which takes long. */
const LOOKED_AT_ONCE = 2_000;

const KINDS_OF: Readonly<Record<Platform, readonly IdentityKind[]>> = {
  whatsapp: ['wa_id', 'phone', 'bsuid', 'parent_bsuid'],
  messenger: ['psid'],
  instagram: ['igsid'],
};

/** People by when they became known. */
@Injectable()
export class ContactList {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly reader: ContactReader,
    private readonly search: InboxSearch,
  ) {}

  /** A page may hold fewer than `limit`, even none, and still have a next one. */
  async page(view: View, filter: ContactFilter, slice: ContactSlice): Promise<ContactPage> {
    if (view.accountIds.length === 0 || beginningsOf(filter.q).isNothing)
      return { contacts: [], before: null, after: null };
    const searched = await this.foundBySearch(view, filter.q);
    const isForward = slice.before === undefined && slice.after !== undefined;
    const found: Found['found'] = [];
    let position = slice.before ?? slice.after;
    let isEnd = false;
    for (const size of [4 * slice.limit, LOOKED_AT_ONCE]) {
      const wanted = slice.limit - found.length;
      const part = await this.look(view, filter, { position, isForward, size, wanted, searched });
      found.push(...part.found);
      position = part.last ?? position;
      isEnd = part.looked < size;
      if (isEnd || found.length === slice.limit) break;
    }
    if (found.length === slice.limit) position = found.at(-1)?.id;
    const goOn = isEnd && found.length < slice.limit ? null : (position ?? null);
    if (isForward) found.reverse();
    const [first, last] = [found[0]?.id ?? null, found.at(-1)?.id ?? null];
    const contacts = await this.reader.getMany(found);
    return isForward
      ? { contacts, before: last, after: goOn ?? first }
      : { contacts, before: goOn, after: first };
  }

  /** What only the index of words finds, which is a moment behind; what begins like `q` is found at once. */
  private async foundBySearch(view: View, q: string | undefined): Promise<ContactId[]> {
    if (q === undefined) return [];
    try {
      return await this.search.contactIds(view, q);
    } catch (error) {
      // A text without any word in it.
      if (error instanceof ValidationFailedError) return [];
      throw error;
    }
  }

  private async look(
    view: View,
    filter: ContactFilter,
    part: {
      position: ContactId | undefined;
      isForward: boolean;
      size: number;
      wanted: number;
      searched: readonly ContactId[];
    },
  ): Promise<Found> {
    const values: unknown[] = [view.accountIds];
    const placeholder = (value: unknown): string => `$${values.push(value)}`;
    const order = part.isForward ? 'ASC' : 'DESC';
    const kinds = kindsOf(filter);
    const conditions = ['c.account_id = looked.account_id', 'c.id = looked.id', 'c.person_id IS NULL'];
    conditions.push('c.erasing_at IS NULL');
    if (kinds !== null)
      conditions.push(
        `EXISTS (SELECT FROM contact_identities i WHERE i.account_id = c.account_id
            AND i.contact_id = ANY(${contactsOfPerson('c.account_id', 'c.id')}) AND i.kind = ANY(${placeholder(kinds)}::text[]))`,
      );
    if (filter.optedOut !== undefined)
      conditions.push(
        `EXISTS (SELECT FROM ${refusalsOfPerson('c')} AS said
            WHERE coalesce(said.opted_out_at, said.marketing_opted_out_at) IS ${filter.optedOut ? 'NOT NULL' : 'NULL'})`,
      );
    const visible = visibleContactCondition(view, 'c.account_id', 'c.id', placeholder);
    if (visible !== null) conditions.push(visible);
    const position = part.position === undefined ? null : placeholder(part.position);
    const source = sourceOf(
      {
        kinds,
        optedOut: filter.optedOut === true,
        q: filter.q,
        searched: part.searched,
      } satisfies ContactsFound,
      { order, position, size: part.size },
      placeholder,
    );
    const rows: Found[] = await this.database.query(
      // Of each account its latest, by an index, and then the latest of those.
      `WITH looked AS MATERIALIZED (
         SELECT place.* FROM unnest($1::uuid[]) AS mine (account_id)
          CROSS JOIN LATERAL (
            SELECT DISTINCT s.account_id, s.id FROM (${source}) s ORDER BY s.id ${order} LIMIT ${part.size}) place
          ORDER BY place.id ${order} LIMIT ${part.size}),
       found AS (
         SELECT looked.* FROM looked
          CROSS JOIN LATERAL (SELECT FROM contacts c WHERE ${conditions.join(' AND ')} OFFSET 0) fit
          ORDER BY looked.id ${order} LIMIT ${part.wanted})
       SELECT (SELECT count(*)::integer FROM looked) AS looked,
              (SELECT id FROM looked ORDER BY id ${part.isForward ? 'DESC' : 'ASC'} LIMIT 1) AS last,
              (SELECT coalesce(jsonb_agg(jsonb_build_object('accountId', account_id, 'id', id) ORDER BY id ${order}), '[]')
                 FROM found) AS found`,
      values,
    );
    return rows[0] ?? { looked: 0, last: null, found: [] };
  }
}

function kindsOf({ platform, kind }: ContactFilter): readonly IdentityKind[] | null {
  if (platform === undefined && kind === undefined) return null;
  const ofPlatform = platform === undefined ? IDENTITY_KINDS : KINDS_OF[platform];
  return kind === undefined ? ofPlatform : ofPlatform.filter((name) => name === kind);
}
