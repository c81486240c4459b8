import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AppConfig } from '../config/app-config';
import { type AccountId, type MessageId, createdAtOf, newId } from '../database/ids';
import { type FileHostRule, STORY_LIVES_MS, directFilesOf, fileHostRule, mediaIdOf } from './direct-files';

/** Types of WhatsApp's messages that have a file. A voice message is `audio`. */
const MEDIA_TYPES = ['image', 'audio', 'video', 'document', 'sticker'];

export interface MessageKey {
  accountId: AccountId;
  messageId: MessageId;
}

interface DirectRow {
  account_id: AccountId;
  id: MessageId;
  asset_id: string;
  versions: unknown[];
  timestamp: Date;
}

/** What a message holds now and held before, the earliest last, as directFilesOf takes it; SQL. */
export const VERSIONS = `jsonb_build_array(m.content) || coalesce(
  (SELECT jsonb_agg(edit -> 'content' ORDER BY at DESC)
     FROM jsonb_array_elements(m.metadata -> 'edits') WITH ORDINALITY AS edits (edit, at)), '[]')`;

/** Writes down which files messages have; from then on they are fetched. */
@Injectable()
export class MessageMediaNotes {
  private readonly isFileHost: FileHostRule;

  constructor(config: AppConfig) {
    this.isFileHost = fileHostRule(config);
  }

  /**
   * Notes the files of those of the messages that came from WhatsApp and have one: from people, from the business's own
   * phone, from a number's history. Once for each file that a message has had: an edit may bring another one.
   * @returns how many there are now to be fetched
   */
  async addOfWhatsApp(tx: EntityManager, messages: readonly MessageKey[]): Promise<number> {
    const given = messages.map((message) => {
      const id = newId();
      return { ...message, id, key: storageKeyOf(message.accountId, id) };
    });
    const added: unknown[] = await tx.query(
      `INSERT INTO message_media (account_id, id, message_id, asset_id, media_id, mime_type, sha256, file_name, storage_key)
       SELECT m.account_id, given.id, m.id, m.asset_id, m.content ->> 'id', m.content ->> 'mime_type',
              m.content ->> 'sha256', left(m.content ->> 'filename', 240), given.key
         FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[]) AS given (account_id, message_id, id, key)
         JOIN messages m ON m.account_id = given.account_id AND m.id = given.message_id
        WHERE m.platform = 'whatsapp' AND (m.direction = 'inbound' OR m.sender_type = 'app') AND m.revoked_at IS NULL
          -- The history's placeholder keeps its type when the file is told of later.
          AND CASE WHEN m.type = 'media_placeholder' THEN m.content ->> 'type' ELSE m.type END = ANY ($5)
          AND m.content ->> 'id' ~ '^\\S+$' AND length(m.content ->> 'id') <= 512
       ON CONFLICT ON CONSTRAINT message_media_of_message DO NOTHING RETURNING id`,
      [
        given.map(({ accountId }) => accountId),
        given.map(({ messageId }) => messageId),
        given.map(({ id }) => id),
        given.map(({ key }) => key),
        MEDIA_TYPES,
      ],
    );
    return added.length;
  }

  /**
   * The same for messages of Messenger and Instagram, which may have several: from people, and what was written to them
   * elsewhere. What was sent here is here already. Copies of stories are to go a day after the message.
   */
  async addOfDirect(tx: EntityManager, messages: readonly MessageKey[]): Promise<number> {
    const rows: DirectRow[] = await tx.query(
      `SELECT m.account_id, m.id, m.asset_id, ${VERSIONS} AS versions, m."timestamp"
         FROM unnest($1::uuid[], $2::uuid[]) AS given (account_id, message_id)
         JOIN messages m ON m.account_id = given.account_id AND m.id = given.message_id
        WHERE m.platform IN ('messenger', 'instagram') AND (m.direction = 'inbound' OR m.sender_type = 'app')
          AND m.revoked_at IS NULL`,
      [messages.map(({ accountId }) => accountId), messages.map(({ messageId }) => messageId)],
    );
    const files = rows.flatMap((row) =>
      directFilesOf(row.versions, this.isFileHost).map((file) => {
        const id = newId();
        const goesAt = file.isStory ? new Date(row.timestamp.getTime() + STORY_LIVES_MS) : null;
        return { row, file, id, key: storageKeyOf(row.account_id, id), goesAt };
      }),
    );
    if (files.length === 0) return 0;
    const added: unknown[] = await tx.query(
      `WITH given AS (
         SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::timestamptz[])
           AS given (account_id, id, message_id, asset_id, media_id, file_name, key, goes_at)),
       added AS (
         INSERT INTO message_media (account_id, id, message_id, asset_id, media_id, file_name, storage_key)
         SELECT account_id, id, message_id, asset_id, media_id, left(file_name, 240), key FROM given
         ON CONFLICT ON CONSTRAINT message_media_of_message DO NOTHING RETURNING id),
       going AS (
         INSERT INTO media_removals (storage_key, due_at)
         SELECT given.key, given.goes_at FROM given JOIN added USING (id) WHERE given.goes_at IS NOT NULL)
       SELECT id FROM added`,
      [
        files.map(({ row }) => row.account_id),
        files.map(({ id }) => id),
        files.map(({ row }) => row.id),
        files.map(({ row }) => row.asset_id),
        files.map(({ file }) => mediaIdOf(file)),
        files.map(({ file }) => file.name),
        files.map(({ key }) => key),
        files.map(({ goesAt }) => goesAt),
      ],
    );
    return added.length;
  }
}

/** By account and month, so that no folder holds everything. */
function storageKeyOf(accountId: AccountId, id: string): string {
  return `${accountId}/${createdAtOf(id).toISOString().slice(0, 7)}/${id}`;
}
