import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import type { AccountId } from '../database/ids';
import type { LinkedFile } from './public-media-links';

/** An upload as it is given out to Meta. */
export interface PublicFile {
  id: string;
  storageKey: string;
  mimeType: string;
  /** In bytes. */
  size: number;
}

interface FileRow {
  id: string;
  storage_key: string;
  mime_type: string;
  size_bytes: string;
}

/** Uploads that Meta fetches from here, in place of having them brought to it. */
@Injectable()
export class PublicFilesRepository {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  async find({ accountId, uploadId }: LinkedFile): Promise<PublicFile | null> {
    const rows: FileRow[] = await this.database.query(
      'SELECT id, storage_key, mime_type, size_bytes FROM media_uploads WHERE account_id = $1 AND id = $2',
      [accountId, uploadId],
    );
    return rows[0] === undefined ? null : toFile(rows[0]);
  }

  /**
   * Those of the uploads that there are, by id; none of them is removed before `tx` ends, and then only if nothing that
   * `tx` wrote still needs it.
   */
  async use(
    tx: EntityManager,
    accountId: AccountId,
    uploadIds: readonly string[],
  ): Promise<Map<string, PublicFile>> {
    if (uploadIds.length === 0) return new Map();
    // `UPDATE … RETURNING` answers `[rows, count]` through TypeORM's PostgreSQL driver.
    const [rows]: [FileRow[], number] = await tx.query(
      `UPDATE media_uploads SET last_used_at = now() WHERE account_id = $1 AND id = ANY ($2::uuid[])
       RETURNING id, storage_key, mime_type, size_bytes`,
      [accountId, uploadIds],
    );
    return new Map(rows.map((row) => [row.id, toFile(row)]));
  }
}

function toFile(row: FileRow): PublicFile {
  return {
    id: row.id,
    storageKey: row.storage_key,
    mimeType: row.mime_type,
    size: Number(row.size_bytes),
  };
}
