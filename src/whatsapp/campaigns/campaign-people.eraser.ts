import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { PersonErasers, type PersonTraces, valuesOf } from '../../conversations/erasure/person-erasers';
import { type ExportedRow, PersonExporters } from '../../conversations/erasure/person-exporters';
import type { CampaignId } from '../../database/ids';
import { whatsAppFormsOf } from '../sending/recipient';
import { CampaignProgressRepository } from './campaign-progress.repository';

const ROWS_AT_ONCE = 200;
const NIL = '00000000-0000-0000-0000-000000000000';

interface ErasedRow {
  campaign_id: CampaignId;
  was: string;
}

/** Of campaigns' lists it stays that there was somebody, and what became of the message; who it was goes. */
@Injectable()
export class CampaignPeopleEraser implements OnModuleInit {
  constructor(
    private readonly erasers: PersonErasers,
    private readonly exporters: PersonExporters,
    private readonly progress: CampaignProgressRepository,
  ) {}

  onModuleInit(): void {
    this.erasers.register({
      name: 'campaignRecipients',
      erasePerson: (tx, person) => this.erase(tx, person),
    });
    this.exporters.register({
      section: 'campaigns',
      read: (tx, person, after) => this.read(tx, person, after),
    });
  }

  private async erase(tx: EntityManager, person: PersonTraces): Promise<number> {
    const [rows]: [ErasedRow[], number] = await tx.query(
      `WITH found AS (
         SELECT account_id, campaign_id, id, state FROM campaign_recipients
          WHERE account_id = $1 AND person_key = ANY($2) ORDER BY campaign_id, id LIMIT ${ROWS_AT_ONCE} FOR UPDATE)
       UPDATE campaign_recipients r
          SET recipient = 'erased', person_key = 'erased:' || r.id, parameters = '{}', updated_at = now(),
              state = CASE WHEN found.state = 'pending' THEN 'skipped' ELSE r.state END,
              reason_code = CASE WHEN found.state = 'pending' THEN 'erased' ELSE r.reason_code END,
              reason = CASE WHEN found.state = 'pending' THEN 'The person’s data was removed.' ELSE r.reason END
         FROM found
        WHERE r.account_id = found.account_id AND r.campaign_id = found.campaign_id AND r.id = found.id
        RETURNING r.campaign_id, found.state AS was`,
      [person.accountId, keysOf(person)],
    );
    const skipped = new Map<CampaignId, number>();
    for (const row of rows)
      if (row.was === 'pending') skipped.set(row.campaign_id, (skipped.get(row.campaign_id) ?? 0) + 1);
    for (const [id, count] of [...skipped].sort(([a], [b]) => (a < b ? -1 : 1)))
      await this.progress.change(
        tx,
        { accountId: person.accountId, id },
        { pending: -count, skipped: count },
      );
    return rows.length;
  }

  private async read(
    tx: EntityManager,
    person: PersonTraces,
    after: ExportedRow | null,
  ): Promise<readonly ExportedRow[]> {
    return tx.query(
      `SELECT r.id, c.name AS campaign, r.recipient, r.parameters, r.state, r.reason, r.message_id AS "messageId",
              r.updated_at AS "updatedAt"
         FROM campaign_recipients r
         JOIN campaigns c ON c.account_id = r.account_id AND c.id = r.campaign_id
        WHERE r.account_id = $1 AND r.person_key = ANY($2) AND r.id > $3 ORDER BY r.id LIMIT ${ROWS_AT_ONCE}`,
      [person.accountId, keysOf(person), after?.id ?? NIL],
    );
  }
}

/** As `personKeyOf` makes them, of each number that the person is known by in any of its forms. */
function keysOf(person: PersonTraces): string[] {
  const numbers = valuesOf(person, 'wa_id', 'phone').flatMap((digits) => [
    digits,
    ...whatsAppFormsOf(digits),
  ]);
  return [...new Set([...numbers, ...valuesOf(person, 'bsuid', 'parent_bsuid')])];
}
