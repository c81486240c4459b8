import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import type { WabaKey } from './templates.repository';

export interface BlockedName {
  until: Date;
  /** Then Meta certainly refuses it; names of templates that never were approved it may take again. */
  wasApproved: boolean;
}

/** Names that Meta does not take again for a time, since every template of that name was deleted. */
@Injectable()
export class TemplateNamesRepository {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /** @returns until when */
  async block(tx: EntityManager, waba: WabaKey, name: string, wasApproved: boolean): Promise<Date> {
    await tx.query(
      'DELETE FROM whatsapp_template_names WHERE account_id = $1 AND waba_id = $2 AND blocked_until <= now()',
      [waba.accountId, waba.id],
    );
    const rows: { blocked_until: Date }[] = await tx.query(
      `INSERT INTO whatsapp_template_names (account_id, waba_id, name, was_approved, blocked_until)
       VALUES ($1, $2, $3, $4, now() + interval '30 days')
       ON CONFLICT (account_id, waba_id, name) DO UPDATE SET
         was_approved = excluded.was_approved, blocked_until = excluded.blocked_until
       RETURNING blocked_until`,
      [waba.accountId, waba.id, name, wasApproved],
    );
    const [row] = rows;
    if (row === undefined) throw new Error('The name was not written down.');
    return row.blocked_until;
  }

  async find(waba: WabaKey, name: string): Promise<BlockedName | null> {
    const rows: { blocked_until: Date; was_approved: boolean }[] = await this.database.query(
      `SELECT blocked_until, was_approved FROM whatsapp_template_names
        WHERE account_id = $1 AND waba_id = $2 AND name = $3 AND blocked_until > now()`,
      [waba.accountId, waba.id, name],
    );
    const [row] = rows;
    return row === undefined ? null : { until: row.blocked_until, wasApproved: row.was_approved };
  }

  /** Meta has taken the name: it was not blocked, whatever we believed. */
  async release(tx: EntityManager, waba: WabaKey, name: string): Promise<void> {
    await tx.query(
      'DELETE FROM whatsapp_template_names WHERE account_id = $1 AND waba_id = $2 AND name = $3',
      [waba.accountId, waba.id, name],
    );
  }
}
