import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { type AccountId, createdAtOf, newId } from '../../database/ids';
import type { MediaKind } from './media-kinds';

/** A file that was given to us to be sent. */
export interface StoredUpload {
  accountId: AccountId;
  id: string;
  kind: MediaKind;
  mimeType: string;
  fileName: string | null;
  /** In bytes. */
  size: number;
  sha256: Buffer;
  isAnimated: boolean;
  storageKey: string;
  createdAt: Date;
  lastUsedAt: Date;
}

interface UploadRow {
  account_id: AccountId;
  id: string;
  kind: MediaKind;
  mime_type: string;
  file_name: string | null;
  size_bytes: string;
  sha256: Buffer;
  is_animated: boolean;
  storage_key: string;
  created_at: Date;
  last_used_at: Date;
}

/** Longer than any upload takes: what is not noted by then never will be. */
const INTENT_MS = 2 * 60 * 60_000;
/** Using a file again and again is not worth writing down each time. */
const TOUCH_EVERY = `interval '1 hour'`;

/** `UPDATE … RETURNING` and `DELETE` answer `[rows, count]` through TypeORM's PostgreSQL driver. */
type Changed<Row> = [rows: Row[], count: number];

@Injectable()
export class MediaUploadsRepository {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /**
   * Before a file is stored: unless `keep` follows, it is removed again. So nothing that a process leaves in storage when
   * it dies is forgotten there.
   */
  async begin(): Promise<{ id: string; storageKey: string }> {
    const id = newId();
    const storageKey = `uploads/${createdAtOf(id).toISOString().slice(0, 7)}/${id}`;
    await this.database.query(
      `INSERT INTO media_removals (storage_key, due_at) VALUES ($1, now() + $2 * interval '1 millisecond')`,
      [storageKey, INTENT_MS],
    );
    return { id, storageKey };
  }

  /** The file is stored, and stays. @throws Error when that took so long that it is gone */
  async keep(upload: Omit<StoredUpload, 'createdAt' | 'lastUsedAt'>): Promise<StoredUpload> {
    return this.database.transaction(async (tx) => {
      const [, count]: Changed<never> = await tx.query('DELETE FROM media_removals WHERE storage_key = $1', [
        upload.storageKey,
      ]);
      if (count === 0) throw new Error('A file took so long to be stored that it was removed again.');
      const rows: UploadRow[] = await tx.query(
        `INSERT INTO media_uploads (account_id, id, kind, mime_type, file_name, size_bytes, sha256, is_animated, storage_key)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING *`,
        [
          upload.accountId,
          upload.id,
          upload.kind,
          upload.mimeType,
          upload.fileName,
          upload.size,
          upload.sha256,
          upload.isAnimated,
          upload.storageKey,
        ],
      );
      const [row] = rows;
      if (row === undefined) throw new Error('An upload was not written.');
      return toUpload(row);
    });
  }

  /** The file is not wanted after all. */
  async giveUp(storageKey: string): Promise<void> {
    await this.database.query('UPDATE media_removals SET due_at = now() WHERE storage_key = $1', [
      storageKey,
    ]);
  }

  async find(accountIds: readonly AccountId[], id: string): Promise<StoredUpload | null> {
    const rows: UploadRow[] = await this.database.query(
      'SELECT * FROM media_uploads WHERE account_id = ANY ($1) AND id = $2',
      [accountIds, id],
    );
    return rows[0] === undefined ? null : toUpload(rows[0]);
  }

  /** Those of the ids that the account has, and notes that they are in use. */
  async use(accountId: AccountId, ids: readonly string[]): Promise<Map<string, StoredUpload>> {
    if (ids.length === 0) return new Map();
    await this.database.query(
      `UPDATE media_uploads SET last_used_at = now()
        WHERE account_id = $1 AND id = ANY ($2::uuid[]) AND last_used_at < now() - ${TOUCH_EVERY}`,
      [accountId, ids],
    );
    const rows: UploadRow[] = await this.database.query(
      'SELECT * FROM media_uploads WHERE account_id = $1 AND id = ANY ($2::uuid[])',
      [accountId, ids],
    );
    return new Map(rows.map((row) => [row.id, toUpload(row)]));
  }

  /**
   * The latest first.
   * @param page at most one of `before` (older than this id) and `after` (newer; the oldest of those)
   */
  async page(
    accountId: AccountId,
    page: { limit: number; kind: MediaKind | null; before?: string | undefined; after?: string | undefined },
  ): Promise<StoredUpload[]> {
    const { limit, kind, before, after } = page;
    const order = after === undefined ? 'DESC' : 'ASC';
    const bound = after === undefined ? (before === undefined ? '' : 'AND id < $4') : 'AND id > $4';
    const rows: UploadRow[] = await this.database.query(
      `SELECT * FROM media_uploads WHERE account_id = $1 AND ($2::text IS NULL OR kind = $2) ${bound}
        ORDER BY id ${order} LIMIT $3`,
      [accountId, kind, limit, ...(bound === '' ? [] : [after ?? before])],
    );
    const uploads = rows.map(toUpload);
    return after === undefined ? uploads : uploads.reverse();
  }

  /** Its file goes with it, by the trigger. */
  async remove(tx: EntityManager, accountId: AccountId, id: string): Promise<void> {
    await tx.query('DELETE FROM media_uploads WHERE account_id = $1 AND id = $2', [accountId, id]);
  }

  /** Keeps anybody from beginning to use it until `tx` ends. */
  async lock(tx: EntityManager, accountIds: readonly AccountId[], id: string): Promise<StoredUpload | null> {
    const rows: UploadRow[] = await tx.query(
      'SELECT * FROM media_uploads WHERE account_id = ANY ($1) AND id = $2 FOR UPDATE',
      [accountIds, id],
    );
    return rows[0] === undefined ? null : toUpload(rows[0]);
  }

  /** Uploads that nothing has used since, by id. @param after the last of those looked at before */
  async unusedSince(
    tx: EntityManager,
    since: Date,
    limit: number,
    after: UnusedPlace | null,
  ): Promise<(UnusedPlace & { accountId: AccountId })[]> {
    const rows: { account_id: AccountId; id: string; last_used_at: Date }[] = await tx.query(
      `SELECT account_id, id, last_used_at FROM media_uploads
        WHERE last_used_at < $1 AND ($3::timestamptz IS NULL OR (last_used_at, id) > ($3, $4::uuid))
        ORDER BY last_used_at, id LIMIT $2 FOR UPDATE SKIP LOCKED`,
      [since, limit, after?.lastUsedAt ?? null, after?.id ?? null],
    );
    return rows.map((row) => ({ accountId: row.account_id, id: row.id, lastUsedAt: row.last_used_at }));
  }

  async removeAll(
    tx: EntityManager,
    uploads: readonly { accountId: AccountId; id: string }[],
  ): Promise<void> {
    await tx.query(
      `DELETE FROM media_uploads WHERE (account_id, id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))`,
      [uploads.map(({ accountId }) => accountId), uploads.map(({ id }) => id)],
    );
  }
}

/** A place among uploads by when they were last used. */
export interface UnusedPlace {
  lastUsedAt: Date;
  id: string;
}

function toUpload(row: UploadRow): StoredUpload {
  return {
    accountId: row.account_id,
    id: row.id,
    kind: row.kind,
    mimeType: row.mime_type,
    fileName: row.file_name,
    size: Number(row.size_bytes),
    sha256: row.sha256,
    isAnimated: row.is_animated,
    storageKey: row.storage_key,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
  };
}
