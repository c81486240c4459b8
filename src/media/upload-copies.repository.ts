import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { type AccountId, type AssetId, newId } from '../database/ids';

/** An upload, as it is to be known by from one number, Page or Instagram account. */
export interface CopyPlace {
  accountId: AccountId;
  uploadId: string;
  assetId: AssetId;
}

export type CopyClaim =
  /** Meta has it. */
  | { state: 'ready'; mediaId: string }
  /** Nobody else brings it there until the lease is over. */
  | { state: 'mine'; leaseId: string }
  | { state: 'busy' }
  /** The upload is not there any more. */
  | { state: 'gone' };

/** Meta keeps what is uploaded for 30 days; the last of them is left to messages that wait at Meta. */
const GOOD_FOR = `interval '29 days'`;

/** What Meta knows uploads by. */
@Injectable()
export class UploadCopiesRepository {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  async claim({ accountId, uploadId, assetId }: CopyPlace, leaseMs: number): Promise<CopyClaim> {
    const leaseId = newId();
    const taken: unknown[] = await this.database.query(
      `INSERT INTO media_upload_copies AS c (account_id, upload_id, asset_id, lease_until, lease_id)
       SELECT account_id, id, $3, now() + $4 * interval '1 millisecond', $5
         FROM media_uploads WHERE account_id = $1 AND id = $2
       ON CONFLICT ON CONSTRAINT media_upload_copies_pkey DO UPDATE
          SET lease_until = excluded.lease_until, lease_id = excluded.lease_id, media_id = NULL, expires_at = NULL
        WHERE (c.media_id IS NULL OR c.expires_at <= now()) AND c.lease_until <= now()
       RETURNING lease_id`,
      [accountId, uploadId, assetId, leaseMs, leaseId],
    );
    if (taken.length > 0) return { state: 'mine', leaseId };
    const rows: { media_id: string | null }[] = await this.database.query(
      `SELECT CASE WHEN expires_at > now() THEN media_id END AS media_id FROM media_upload_copies
        WHERE account_id = $1 AND upload_id = $2 AND asset_id = $3`,
      [accountId, uploadId, assetId],
    );
    const [row] = rows;
    if (row === undefined) return { state: 'gone' };
    return row.media_id === null ? { state: 'busy' } : { state: 'ready', mediaId: row.media_id };
  }

  async record({ accountId, uploadId, assetId }: CopyPlace, leaseId: string, mediaId: string): Promise<void> {
    await this.database.query(
      `UPDATE media_upload_copies SET media_id = $5, expires_at = now() + ${GOOD_FOR}, lease_until = now()
        WHERE account_id = $1 AND upload_id = $2 AND asset_id = $3 AND lease_id = $4`,
      [accountId, uploadId, assetId, leaseId, mediaId],
    );
  }

  /** It was not brought there; somebody else may try at once. */
  async release({ accountId, uploadId, assetId }: CopyPlace, leaseId: string): Promise<void> {
    await this.database.query(
      `UPDATE media_upload_copies SET lease_until = now()
        WHERE account_id = $1 AND upload_id = $2 AND asset_id = $3 AND lease_id = $4 AND media_id IS NULL`,
      [accountId, uploadId, assetId, leaseId],
    );
  }

  /** Meta does not know these any more. */
  async forget(accountId: AccountId, assetId: AssetId, uploadIds: readonly string[]): Promise<void> {
    await this.database.query(
      `DELETE FROM media_upload_copies WHERE account_id = $1 AND upload_id = ANY ($2::uuid[]) AND asset_id = $3
          AND media_id IS NOT NULL`,
      [accountId, uploadIds, assetId],
    );
  }
}
