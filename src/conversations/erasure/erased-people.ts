import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AccountId } from '../../database/ids';
import type { IdentityKind, PersonIdentity } from '../conversation-types';

/** Something that somebody did, by what a platform knows the person by. */
export interface Doing {
  accountId: AccountId;
  identities: readonly PersonIdentity[];
  at: Date;
}

const DIGEST = (account: string, kind: string, value: string): string =>
  `sha256(convert_to(${account}::text || ' ' || ${kind} || ' ' || ${value}, 'UTF8'))`;

/**
 * Remembers, as digests, by what people were known whose data was removed: what they did before comes in again when an old
 * delivery is replayed or a history is read, and must not be stored again.
 */
@Injectable()
export class ErasedPeople {
  /** From now on, what they did up to now is dropped. */
  async remember(
    tx: EntityManager,
    accountId: AccountId,
    identities: readonly PersonIdentity[],
  ): Promise<void> {
    const all = identities.flatMap(({ kind, value }) => formsOf(kind).map((form) => ({ kind: form, value })));
    await tx.query(
      `INSERT INTO erased_identities AS e (account_id, digest, erased_at)
       SELECT DISTINCT $1::uuid, ${DIGEST('$1::uuid', 'kind', 'value')}, now()
         FROM unnest($2::text[], $3::text[]) AS known (kind, value)
       ON CONFLICT ON CONSTRAINT erased_identities_pkey DO UPDATE SET erased_at = excluded.erased_at`,
      [accountId, all.map(({ kind }) => kind), all.map(({ value }) => value)],
    );
  }

  /** @returns without what was done by people whose data was removed since; in the order given */
  async withoutErased<Item>(
    tx: EntityManager,
    items: readonly Item[],
    doingOf: (item: Item) => Doing | null,
  ): Promise<Item[]> {
    const told = items.flatMap((item, index) => {
      const doing = doingOf(item);
      return doing === null
        ? []
        : doing.identities.map(({ kind, value }) => ({ ...doing, index, kind, value }));
    });
    if (told.length === 0) return [...items];
    const rows: { index: number }[] = await tx.query(
      `SELECT DISTINCT told.index
         FROM unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::int[])
                AS told (account_id, kind, value, at, index)
        CROSS JOIN LATERAL (
          SELECT erased_at FROM erased_identities
           WHERE account_id = told.account_id
             AND digest = ${DIGEST('told.account_id', 'told.kind', 'told.value')} LIMIT 1) e
        WHERE told.at <= e.erased_at`,
      [
        told.map(({ accountId }) => accountId),
        told.map(({ kind }) => kind),
        told.map(({ value }) => value),
        told.map(({ at }) => at),
        told.map(({ index }) => index),
      ],
    );
    if (rows.length === 0) return [...items];
    const erased = new Set(rows.map(({ index }) => index));
    return items.filter((_, index) => !erased.has(index));
  }
}

/** A number is told of as the one or the other. */
function formsOf(kind: IdentityKind): readonly IdentityKind[] {
  return kind === 'wa_id' || kind === 'phone' ? ['wa_id', 'phone'] : [kind];
}
