import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { PersonErasers, type PersonTraces, valuesOf } from '../../conversations/erasure/person-erasers';
import { type ExportedRow, PersonExporters } from '../../conversations/erasure/person-exporters';

const ROWS_AT_ONCE = 200;
const NIL = '00000000-0000-0000-0000-000000000000';

type Written = [rows: unknown[], count: number];

/** What a person did at Pages beside writing: reactions go, recommendations lose who it was and what was said. */
@Injectable()
export class PagePeopleEraser implements OnModuleInit {
  constructor(
    private readonly erasers: PersonErasers,
    private readonly exporters: PersonExporters,
  ) {}

  onModuleInit(): void {
    this.erasers.register({ name: 'pageReactions', erasePerson: (tx, person) => this.erase(tx, person) });
    this.exporters.register({
      section: 'ratings',
      read: (tx, person, after) => this.ratings(tx, person, after),
    });
  }

  private async erase(tx: EntityManager, person: PersonTraces): Promise<number> {
    const parameters = [person.accountId, valuesOf(person, 'psid')];
    const [, reactions]: Written = await tx.query(
      `DELETE FROM page_reactions WHERE (account_id, asset_id, target_id, actor_id) IN (
         SELECT account_id, asset_id, target_id, actor_id FROM page_reactions
          WHERE account_id = $1 AND actor_id = ANY($2) LIMIT ${ROWS_AT_ONCE})`,
      parameters,
    );
    const [, ratings]: Written = await tx.query(
      `UPDATE page_ratings SET reviewer_id = NULL, reviewer_name = NULL, text = NULL
        WHERE account_id = $1 AND reviewer_id IS NOT NULL AND reviewer_id = ANY($2)`,
      parameters,
    );
    return reactions + ratings;
  }

  private async ratings(
    tx: EntityManager,
    person: PersonTraces,
    after: ExportedRow | null,
  ): Promise<readonly ExportedRow[]> {
    return tx.query(
      `SELECT id, recommendation, rating, text, rated_at AS at FROM page_ratings
        WHERE account_id = $1 AND reviewer_id IS NOT NULL AND reviewer_id = ANY($2) AND id > $3
        ORDER BY id LIMIT ${ROWS_AT_ONCE}`,
      [person.accountId, valuesOf(person, 'psid'), after?.id ?? NIL],
    );
  }
}
