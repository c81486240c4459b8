import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { setTimeout as pause } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import type { AccountId } from '../../database/ids';
import { SearchIndex } from './search-index.service';

/** Another process is writing to the index; it works on the same notes. */
const BUSY_PAUSE_MS = 500;
/** Of everything that can be found, and everything that is in the index, so that what is gone leaves it. */
const EVERYTHING = `
  SELECT account_id, 'message' AS kind, id FROM messages
   UNION SELECT account_id, 'comment', id FROM comments
   UNION SELECT account_id, 'contact', id FROM contacts
   UNION SELECT account_id, 'note', id FROM conversation_notes
   UNION SELECT account_id, kind, subject_id FROM search_documents`;

/**
 * Makes the index anew, beside the live service: notes everything, and works the notes off. They stand in the database, so
 * whoever stops half-way has lost nothing: the service goes on with them, or the next call does.
 */
@Injectable()
export class SearchRebuild {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly index: SearchIndex,
  ) {}

  /**
   * @param onProgress told how many subjects are left, now and then
   * @returns how many there were in all
   */
  async run(
    accountId: AccountId | null,
    onProgress: (left: number) => void = () => undefined,
  ): Promise<number> {
    const begun = await this.left();
    if (begun === 0) await this.noteEverything(accountId);
    const total = begun === 0 ? await this.left() : begun;
    onProgress(total);
    for (let left = total; left > 0;) {
      const looked = await this.index.drainSome();
      if (looked === 0) await pause(BUSY_PAUSE_MS);
      left = await this.left();
      onProgress(left);
    }
    return total;
  }

  private async noteEverything(accountId: AccountId | null): Promise<void> {
    await this.database.query(
      `INSERT INTO search_changes (account_id, kind, subject_ids, is_rebuild)
       SELECT account_id, kind, array_agg(id ORDER BY id), true
         FROM (SELECT account_id, kind, id, (row_number() OVER (PARTITION BY account_id, kind ORDER BY id) - 1) / 500 AS part
                 FROM (${EVERYTHING}) AS subject WHERE $1::uuid IS NULL OR account_id = $1) AS parts
        GROUP BY account_id, kind, part ORDER BY kind, account_id, part`,
      [accountId],
    );
  }

  /** Subjects that a rebuild has still to look at. */
  private async left(): Promise<number> {
    const [row]: { count: number }[] = await this.database.query(
      'SELECT coalesce(sum(cardinality(subject_ids)), 0)::integer AS count FROM search_changes WHERE is_rebuild',
    );
    return row?.count ?? 0;
  }
}
