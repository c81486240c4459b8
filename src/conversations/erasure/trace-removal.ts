import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type ClaimedErasure, type ErasureStep, ROWS_AT_ONCE, type StepResult } from './erasure-stage';
import { PersonErasers } from './person-erasers';

type Deleted = [rows: unknown[], count: number];

/** Of each the rows that name a person at one of the account's Pages and Instagram accounts. */
const AT_ASSETS = ['contact_profiles', 'direct_thread_facts', 'message_watermarks'] as const;

/** What is known of a person beside messages: here, and in whichever module has registered. */
@Injectable()
export class TraceRemoval implements ErasureStep {
  readonly stage = 'elsewhere';

  constructor(private readonly erasers: PersonErasers) {}

  /** `place` is the module that is at it. */
  async run(tx: EntityManager, erasure: ClaimedErasure): Promise<StepResult> {
    if (erasure.place === null) {
      const traces = await this.removeOwn(tx, erasure);
      return { removed: { traces }, next: 'more', place: '0' };
    }
    const index = Number(erasure.place);
    const eraser = this.erasers.all()[index];
    if (eraser === undefined) return { removed: {}, next: 'done' };
    const count = (await eraser.erasePerson?.(tx, erasure)) ?? 0;
    return count === 0
      ? { removed: {}, next: 'more', place: String(index + 1) }
      : { removed: { [eraser.name]: count }, next: 'more', place: erasure.place };
  }

  private async removeOwn(tx: EntityManager, { accountId, identities }: ClaimedErasure): Promise<number> {
    const [kinds, values] = [identities.map(({ kind }) => kind), identities.map(({ value }) => value)];
    let total = 0;
    for (const table of AT_ASSETS) {
      const [, count]: Deleted = await tx.query(
        `DELETE FROM ${table} t
          USING assets a, unnest($2::text[], $3::text[]) AS known (kind, value)
          WHERE a.account_id = $1 AND t.account_id = a.account_id AND t.asset_id = a.id
            AND t.person_kind = known.kind AND t.person = known.value`,
        [accountId, kinds, values],
      );
      total += count;
    }
    for (;;) {
      const [, count]: Deleted = await tx.query(
        `DELETE FROM message_opt_ins WHERE (account_id, id) IN (
           SELECT account_id, id FROM message_opt_ins
            WHERE account_id = $1 AND person IS NOT NULL AND person = ANY($2) LIMIT ${ROWS_AT_ONCE})`,
        [accountId, values],
      );
      total += count;
      if (count < ROWS_AT_ONCE) break;
    }
    const [, mentions]: Deleted = await tx.query(
      `UPDATE mentions SET author_id = NULL, author_name = NULL, text = NULL, next_read_at = NULL,
              removed_at = coalesce(removed_at, now())
        WHERE account_id = $1 AND author_id IS NOT NULL AND author_id = ANY($2)`,
      [accountId, values],
    );
    return total + mentions;
  }
}
