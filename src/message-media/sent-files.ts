import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { MessageMedia } from '../conversations/message-media';
import type { AccountId } from '../database/ids';

/** An upload that a message names. */
export interface NamedUpload {
  accountId: AccountId;
  /** In small letters. */
  id: string;
}

interface UploadRow {
  id: string;
  mime_type: string;
  size_bytes: string;
  sha256: Buffer;
  file_name: string | null;
}

/** Uploads that messages were sent with, as the messages show them. */
@Injectable()
export class SentFiles {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /** By id, in one question. One that was deleted since is `removed`. */
  async of(uploads: readonly NamedUpload[]): Promise<ReadonlyMap<string, MessageMedia>> {
    if (uploads.length === 0) return new Map();
    const rows: UploadRow[] = await this.database.query(
      `SELECT id, mime_type, size_bytes, sha256, file_name FROM media_uploads
        WHERE (account_id, id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))`,
      [uploads.map(({ accountId }) => accountId), uploads.map(({ id }) => id)],
    );
    return new Map([
      ...uploads.map(({ id }): [string, MessageMedia] => [id, gone(id)]),
      ...rows.map((row): [string, MessageMedia] => [row.id, there(row)]),
    ]);
  }
}

function there(row: UploadRow): MessageMedia {
  return {
    id: row.id,
    status: 'stored',
    mimeType: row.mime_type,
    size: Number(row.size_bytes),
    sha256: row.sha256.toString('hex'),
    fileName: row.file_name,
    isSuspect: false,
    url: `/api/meta/whatsapp/media/${row.id}/content`,
  };
}

function gone(id: string): MessageMedia {
  return {
    id,
    status: 'removed',
    mimeType: null,
    size: null,
    sha256: null,
    fileName: null,
    isSuspect: false,
    url: null,
  };
}
