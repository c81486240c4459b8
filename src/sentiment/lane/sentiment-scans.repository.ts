import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import {
  type AccountId,
  type CommentId,
  type MessageId,
  type UserId,
  createdAtOf,
  firstIdAt,
  newId,
} from '../../database/ids';
import { isReadable } from './readable-text';
import type { StoredScan } from './sentiment-scan';
import { SentimentWork, type WorkKey } from './sentiment-work.repository';

/** Messages that are looked at in one transaction. */
const LOOKED_AT_ONCE = 1_000;
/** Texts of an account that may wait to be read again: the walk waits until there is room. */
const MOST_WAITING = 2_000;
const WAIT_FOR_ROOM = '2 seconds';
/** Imports are found a minute after they were stored: a transaction that is still open may hold older ids. */
const BEHIND_MS = 60_000;
const LOOK_AGAIN_AFTER = '1 minute';
const MOST_LISTED = 50;
const NIL = '00000000-0000-0000-0000-000000000000';

type ScanKind = 'reanalysis' | 'history';
type Phase = 'messages' | 'comments';

interface ScanRow {
  account_id: AccountId;
  id: string;
  kind: ScanKind;
  phase: Phase;
  state: StoredScan['state'];
  since: string;
  position: string;
  until: string;
  looked_at: string;
  queued: string;
  created_at: Date;
  updated_at: Date;
}

interface FoundRow {
  id: string;
  text: string | null;
}

type Updated<Row> = [rows: Row[], count: number];

/** Walks along the ids, which go by time. Where it is stands in the database, so that any process goes on with it. */
@Injectable()
export class SentimentScans {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly work: SentimentWork,
  ) {}

  /** @returns null while another one of the account goes on */
  async begin(accountId: AccountId, since: Date, userId: UserId): Promise<StoredScan | null> {
    const from = firstIdAt(since);
    const rows: ScanRow[] = await this.database.query(
      `INSERT INTO sentiment_scans (account_id, id, kind, since, position, until, requested_by)
       VALUES ($1, $2, 'reanalysis', $3, $3, $4, $5)
       ON CONFLICT (account_id, kind) WHERE state = 'running' DO NOTHING RETURNING *`,
      [accountId, newId(), from, firstIdAt(new Date()), userId],
    );
    const [row] = rows;
    return row === undefined ? null : scanOf(row);
  }

  /** One that never ends for each account: imported messages may come at any time. */
  async beginHistory(): Promise<void> {
    const accounts: { id: AccountId }[] = await this.database.query(
      `SELECT id FROM meta_accounts a WHERE deleted_at IS NULL AND NOT EXISTS (
         SELECT FROM sentiment_scans s WHERE s.account_id = a.id AND s.kind = 'history' AND s.state = 'running')`,
    );
    if (accounts.length === 0) return;
    await this.database.query(
      `INSERT INTO sentiment_scans (account_id, id, kind, since, position, until)
       SELECT account_id, id, 'history', $3, $3, $3 FROM unnest($1::uuid[], $2::uuid[]) AS told (account_id, id)
       ON CONFLICT (account_id, kind) WHERE state = 'running' DO NOTHING`,
      [accounts.map(({ id }) => id), accounts.map(() => newId()), NIL],
    );
  }

  /** The setting was taken back. */
  async endHistory(): Promise<void> {
    await this.database.query(
      `UPDATE sentiment_scans SET state = 'cancelled', updated_at = now() WHERE kind = 'history' AND state = 'running'`,
    );
  }

  async list(accountId: AccountId): Promise<StoredScan[]> {
    const rows: ScanRow[] = await this.database.query(
      `SELECT * FROM sentiment_scans WHERE account_id = $1 AND kind = 'reanalysis' ORDER BY id DESC LIMIT ${MOST_LISTED}`,
      [accountId],
    );
    return rows.map(scanOf);
  }

  async find(accountIds: readonly AccountId[], id: string): Promise<StoredScan | null> {
    const rows: ScanRow[] = await this.database.query(
      `SELECT * FROM sentiment_scans WHERE account_id = ANY ($1::uuid[]) AND id = $2 AND kind = 'reanalysis'`,
      [accountIds, id],
    );
    const [row] = rows;
    return row === undefined ? null : scanOf(row);
  }

  async cancel({ accountId, id }: StoredScan): Promise<void> {
    await this.database.query(
      `UPDATE sentiment_scans SET state = 'cancelled', updated_at = now()
        WHERE account_id = $1 AND id = $2 AND state = 'running'`,
      [accountId, id],
    );
  }

  /**
   * Goes one step with the walk that has waited longest.
   * @param withImported imported messages, too
   * @returns how many texts are to be read now; null where there is nothing to go on with
   */
  async step(model: string, withImported: boolean): Promise<number | null> {
    return this.database.transaction(async (tx) => {
      const rows: ScanRow[] = await tx.query(
        `SELECT * FROM sentiment_scans WHERE state = 'running' AND available_at <= now()
          ORDER BY available_at LIMIT 1 FOR UPDATE SKIP LOCKED`,
      );
      const [scan] = rows;
      if (scan === undefined) return null;
      if (!(await this.hasRoom(tx, scan.account_id))) {
        await this.wait(tx, scan, WAIT_FOR_ROOM);
        return 0;
      }
      const until = scan.kind === 'history' ? firstIdAt(new Date(Date.now() - BEHIND_MS)) : scan.until;
      const found = await (scan.phase === 'messages'
        ? this.messages(tx, scan, until, { model, withImported })
        : this.comments(tx, scan, until, model));
      const keys = found.filter(({ text }) => isReadable(text)).map((row) => workKeyOf(scan, row.id));
      await this.work.add(tx, keys, false);
      await this.advance(tx, scan, { found, queued: keys.length });
      return keys.length;
    });
  }

  private async hasRoom(tx: EntityManager, accountId: AccountId): Promise<boolean> {
    const [row]: { count: number }[] = await tx.query(
      `SELECT count(*)::int AS count FROM (
         SELECT FROM sentiment_work WHERE account_id = $1 AND NOT is_live AND state = 'pending' LIMIT ${MOST_WAITING}) w`,
      [accountId],
    );
    return (row?.count ?? 0) < MOST_WAITING;
  }

  /** All that are looked at; `text` only of those that are to be read. */
  private async messages(
    tx: EntityManager,
    { account_id, position, kind }: ScanRow,
    until: string,
    { model, withImported }: { model: string; withImported: boolean },
  ): Promise<FoundRow[]> {
    return tx.query(
      `SELECT id, CASE WHEN direction = 'inbound' AND sender_type = 'customer' AND revoked_at IS NULL
                        AND ($5 OR NOT metadata @> '{"imported": true}')
                        AND CASE WHEN $6 THEN sentiment_model IS NULL ELSE sentiment_model IS DISTINCT FROM $4 END
                   THEN message_text END AS text
         FROM messages WHERE account_id = $1 AND id > $2 AND id < $3 ORDER BY id LIMIT ${LOOKED_AT_ONCE}`,
      [account_id, position, until, model, withImported || kind === 'history', kind === 'history'],
    );
  }

  private async comments(
    tx: EntityManager,
    { account_id, position, kind }: ScanRow,
    until: string,
    model: string,
  ): Promise<FoundRow[]> {
    return tx.query(
      `SELECT id, CASE WHEN is_complete AND NOT by_business AND removed_at IS NULL
                        AND CASE WHEN $5 THEN sentiment_model IS NULL ELSE sentiment_model IS DISTINCT FROM $4 END
                   THEN text END AS text
         FROM comments WHERE account_id = $1 AND id > $2 AND id < $3 ORDER BY id LIMIT ${LOOKED_AT_ONCE}`,
      [account_id, position, until, model, kind === 'history'],
    );
  }

  private async advance(
    tx: EntityManager,
    scan: ScanRow,
    step: { found: readonly FoundRow[]; queued: number },
  ): Promise<void> {
    const isThrough = step.found.length < LOOKED_AT_ONCE;
    const position = step.found.at(-1)?.id ?? scan.position;
    const isOver = isThrough && scan.kind === 'reanalysis' && scan.phase === 'comments';
    const isNextPhase = isThrough && scan.kind === 'reanalysis' && scan.phase === 'messages';
    await tx.query(
      `UPDATE sentiment_scans
          SET position = $3, phase = $4, state = $5, looked_at = looked_at + $6, queued = queued + $7, updated_at = now(),
              available_at = now() + CASE WHEN $8 THEN interval '${LOOK_AGAIN_AFTER}' ELSE interval '0' END
        WHERE account_id = $1 AND id = $2`,
      [
        scan.account_id,
        scan.id,
        isNextPhase ? scan.since : position,
        isNextPhase ? 'comments' : scan.phase,
        isOver ? 'completed' : 'running',
        step.found.length,
        step.queued,
        isThrough && scan.kind === 'history',
      ],
    );
  }

  private async wait(tx: EntityManager, scan: ScanRow, interval: string): Promise<void> {
    const waited: Updated<unknown> = await tx.query(
      `UPDATE sentiment_scans SET available_at = now() + $3::interval WHERE account_id = $1 AND id = $2`,
      [scan.account_id, scan.id, interval],
    );
    if (waited[1] !== 1) throw new Error('A walk that was locked is gone.');
  }
}

function workKeyOf({ account_id: accountId, phase }: ScanRow, id: string): WorkKey {
  return phase === 'messages'
    ? { accountId, messageId: id as MessageId, commentId: null }
    : { accountId, messageId: null, commentId: id as CommentId };
}

function scanOf(row: ScanRow): StoredScan {
  return {
    id: row.id,
    accountId: row.account_id,
    state: row.state,
    since: createdAtOf(row.since),
    lookedAt: Number(row.looked_at),
    queued: Number(row.queued),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
