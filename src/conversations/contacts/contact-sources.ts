import type { ContactId } from '../../database/ids';
import type { IdentityKind } from '../conversation-types';

/** By what contacts are found before each is looked at. */
export interface ContactsFound {
  kinds: readonly IdentityKind[] | null;
  optedOut: boolean;
  q: string | undefined;
  /** By `q`, as the index of words knows. */
  searched: readonly ContactId[];
}

export interface Slice {
  order: 'ASC' | 'DESC';
  /** Placeholder of the contact to go on from; null for the start. */
  position: string | null;
  size: number;
}

/** Of what a search finds: so many names, and so many numbers, that begin like it. */
const MOST_FOUND = 1_000;
const SHORTEST_NUMBER = 3;

/** What names, and numbers and other ids, must begin with to be found. */
export function beginningsOf(q: string | undefined): {
  name: string | null;
  value: string | null;
  /** Nothing can be found by it. */
  isNothing: boolean;
} {
  if (q === undefined) return { name: null, value: null, isNothing: false };
  const name = q.trim().toLowerCase().replace(/^@/, '');
  const digits = q.replace(/^\s*(?:\+|00)/, '').replace(/[\s().\-/]/g, '');
  const isNumber = /^\d+$/.test(digits) && digits.length >= SHORTEST_NUMBER;
  return {
    name: name === '' ? null : likePrefix(name),
    value: isNumber ? likePrefix(digits) : name === '' ? null : likePrefix(q.trim()),
    isNothing: name === '',
  };
}

function likePrefix(text: string): string {
  return `${text.replace(/[\\%_]/g, '\\$&')}%`;
}

/**
 * SQL of contacts of `mine.account_id`, by index and in order: `account_id` and the `id` of who stands for the person. There may
 * be some in it that do not fit; all that do are.
 */
export function sourceOf(
  { kinds, optedOut, q, searched }: ContactsFound,
  { order, position, size }: Slice,
  placeholder: (value: unknown) => string,
): string {
  const beyond = (column: string): string =>
    position === null ? '' : `AND ${column} ${order === 'ASC' ? '>' : '<'} ${position}::uuid`;
  const sliced = (column: string): string => `${beyond(column)} ORDER BY ${column} ${order} LIMIT ${size}`;
  // Whoever was merged is found as the one they were merged into.
  const parts = (condition: string): string => `
    (SELECT c.account_id, c.person_id AS id FROM contacts c
      WHERE c.account_id = mine.account_id AND c.person_id IS NOT NULL AND ${condition} ${sliced('c.person_id')})`;
  if (q !== undefined) {
    const { name, value } = beginningsOf(q);
    const [names, values] = [placeholder(name ?? ''), placeholder(value ?? '')];
    return `SELECT c.account_id, coalesce(c.person_id, c.id) AS id FROM (
        (SELECT n.account_id, n.id FROM contacts n
          WHERE n.account_id = mine.account_id AND n.name IS NOT NULL AND lower(n.name) LIKE ${names} LIMIT ${MOST_FOUND})
        UNION
        (SELECT i.account_id, i.contact_id FROM contact_identities i
          WHERE i.account_id = mine.account_id AND i.value LIKE ${values} LIMIT ${MOST_FOUND})
        UNION
        (SELECT n.account_id, n.id FROM contacts n
          WHERE n.account_id = mine.account_id AND n.profile ? 'username'
            AND lower(n.profile ->> 'username') LIKE ${names} LIMIT ${MOST_FOUND})
        UNION
        (SELECT n.account_id, n.id FROM contacts n
          WHERE n.account_id = mine.account_id AND n.id = ANY(${placeholder(searched)}::uuid[]))) hit
      JOIN contacts c ON c.account_id = hit.account_id AND c.id = hit.id
     WHERE true ${beyond('coalesce(c.person_id, c.id)')}`;
  }
  if (kinds !== null) {
    const given = placeholder(kinds);
    return `SELECT few.account_id, few.id FROM unnest(${given}::text[]) AS kinds (kind) CROSS JOIN LATERAL (
        SELECT DISTINCT i.account_id, i.contact_id AS id FROM contact_identities i
         WHERE i.account_id = mine.account_id AND i.kind = kinds.kind ${sliced('i.contact_id')}) few
      UNION ${parts(`EXISTS (SELECT FROM contact_identities i WHERE i.account_id = c.account_id
                               AND i.contact_id = c.id AND i.kind = ANY(${given}::text[]))`)}`;
  }
  if (optedOut) {
    const refused = (column: string): string =>
      `(SELECT c.account_id, c.id FROM contacts c
         WHERE c.account_id = mine.account_id AND c.${column} IS NOT NULL ${sliced('c.id')})`;
    return `${refused('opted_out_at')} UNION ${refused('marketing_opted_out_at')}
      UNION ${parts('coalesce(c.opted_out_at, c.marketing_opted_out_at) IS NOT NULL')}`;
  }
  return `(SELECT c.account_id, c.id FROM contacts c WHERE c.account_id = mine.account_id ${sliced('c.id')})`;
}
