import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { newId } from '../../database/ids';
import type { TemplateEntity } from '../entities/template.entity';
import { TemplateLimitError } from './template-limit.error';

const DAY_MS = 24 * 60 * 60_000;
const WINDOW_MS = 30 * DAY_MS;
const MOST_IN_WINDOW = 10;

/** Counts the edits of approved templates, of which Meta takes one a day and ten in 30 days. */
@Injectable()
export class TemplateEditsRepository {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /**
   * Writes the edit down before Meta is asked: a process that dies meanwhile has counted it.
   * @returns the edit's id, for `forget`
   * @throws TemplateLimitError when Meta would refuse one more
   */
  async begin({ accountId, id }: TemplateEntity): Promise<string> {
    return this.database.transaction(async (tx) => {
      // Two at once would both find room.
      await tx.query('SELECT FROM whatsapp_templates WHERE account_id = $1 AND id = $2 FOR NO KEY UPDATE', [
        accountId,
        id,
      ]);
      const times = await this.timesOf(tx, accountId, id);
      refuseTooMany(times);
      const editId = newId();
      await tx.query(
        `INSERT INTO whatsapp_template_edits (account_id, id, template_id, edited_at)
         VALUES ($1, $2, $3, clock_timestamp())`,
        [accountId, editId, id],
      );
      return editId;
    });
  }

  /** It was refused, and does not count. */
  async forget({ accountId }: TemplateEntity, editId: string): Promise<void> {
    await this.database.query('DELETE FROM whatsapp_template_edits WHERE account_id = $1 AND id = $2', [
      accountId,
      editId,
    ]);
  }

  /** Newest first. */
  private async timesOf(tx: EntityManager, accountId: string, id: string): Promise<Date[]> {
    await tx.query(
      `DELETE FROM whatsapp_template_edits
        WHERE account_id = $1 AND template_id = $2 AND edited_at <= now() - interval '30 days'`,
      [accountId, id],
    );
    const rows: { edited_at: Date }[] = await tx.query(
      `SELECT edited_at FROM whatsapp_template_edits
        WHERE account_id = $1 AND template_id = $2 ORDER BY edited_at DESC`,
      [accountId, id],
    );
    return rows.map((row) => row.edited_at);
  }
}

function refuseTooMany(times: readonly Date[]): void {
  const [newest] = times;
  const tenth = times[MOST_IN_WINDOW - 1];
  if (tenth !== undefined)
    throw new TemplateLimitError(
      `Meta takes ${MOST_IN_WINDOW} edits of an approved template in 30 days.`,
      'edits_per_30_days',
      new Date(tenth.getTime() + WINDOW_MS),
    );
  if (newest !== undefined && Date.now() - newest.getTime() < DAY_MS)
    throw new TemplateLimitError(
      'Meta takes one edit of an approved template in 24 hours.',
      'edits_per_day',
      new Date(newest.getTime() + DAY_MS),
    );
}
