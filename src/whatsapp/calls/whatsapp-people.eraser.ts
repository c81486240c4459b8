import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { PersonErasers, type PersonTraces, valuesOf } from '../../conversations/erasure/person-erasers';
import { type ExportedRow, PersonExporters } from '../../conversations/erasure/person-exporters';

const ROWS_AT_ONCE = 200;
const NIL = '00000000-0000-0000-0000-000000000000';

type Written = [rows: unknown[], count: number];

/** Calls with a person stay without who it was; from groups, and the lists of those who asked to join, the person goes. */
@Injectable()
export class WhatsAppPeopleEraser implements OnModuleInit {
  constructor(
    private readonly erasers: PersonErasers,
    private readonly exporters: PersonExporters,
  ) {}

  onModuleInit(): void {
    this.erasers.register({ name: 'calls', erasePerson: (tx, person) => this.erase(tx, person) });
    this.exporters.register({ section: 'calls', read: (tx, person, after) => this.read(tx, person, after) });
  }

  private async erase(tx: EntityManager, person: PersonTraces): Promise<number> {
    const parameters = [person.accountId, ...whoIs(person)];
    const [, calls]: Written = await tx.query(
      `UPDATE whatsapp_calls SET wa_id = NULL, user_id = NULL, name = NULL, session = NULL, callback_data = NULL
        WHERE account_id = $1 AND id IN (
          SELECT id FROM whatsapp_calls
           WHERE account_id = $1 AND (wa_id = ANY($2) OR user_id = ANY($3)) ORDER BY id LIMIT ${ROWS_AT_ONCE})`,
      parameters,
    );
    const [, requests]: Written = await tx.query(
      `DELETE FROM whatsapp_group_join_requests
        WHERE account_id = $1 AND (wa_id = ANY($2) OR user_id = ANY($3))`,
      parameters,
    );
    const [, groups]: Written = await tx.query(
      `UPDATE whatsapp_groups g
          SET participants = (SELECT coalesce(jsonb_agg(p.value ORDER BY p.place), '[]')
                                FROM jsonb_array_elements(g.participants) WITH ORDINALITY AS p (value, place)
                               WHERE NOT ${IS_PERSON})
        WHERE g.account_id = $1
          AND EXISTS (SELECT FROM jsonb_array_elements(g.participants) AS p (value) WHERE ${IS_PERSON})`,
      parameters,
    );
    return calls + requests + groups;
  }

  private async read(
    tx: EntityManager,
    person: PersonTraces,
    after: ExportedRow | null,
  ): Promise<readonly ExportedRow[]> {
    return tx.query(
      `SELECT id, direction, state, outcome, offered_at AS "offeredAt", accepted_at AS "acceptedAt",
              ended_at AS "endedAt", duration_seconds AS "durationSeconds"
         FROM whatsapp_calls
        WHERE account_id = $1 AND (wa_id = ANY($2) OR user_id = ANY($3)) AND id > $4 ORDER BY id LIMIT ${ROWS_AT_ONCE}`,
      [person.accountId, ...whoIs(person), after?.id ?? NIL],
    );
  }
}

/** A participant of a group by number, or by the id that WhatsApp gives. */
const IS_PERSON = `(coalesce(p.value ->> 'waId' = ANY($2), false) OR coalesce(p.value ->> 'userId' = ANY($3), false))`;

function whoIs(person: PersonTraces): [numbers: string[], ids: string[]] {
  return [valuesOf(person, 'wa_id', 'phone'), valuesOf(person, 'bsuid', 'parent_bsuid')];
}
