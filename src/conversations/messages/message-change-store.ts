import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AccountId, AssetId, ConversationId, MessageId } from '../../database/ids';
import type { DomainEvent } from '../../domain-events/domain-events';
import { Outbox } from '../../domain-events/outbox';
import type { ArrivedEdit, ArrivedRevocation } from '../conversation-types';
import { PREVIEW_LENGTH } from '../conversation-opener';
import { type ExternalKey, findMessageKeys, keyColumns, keyOf } from './external-key';

interface WaitingRow {
  account_id: AccountId;
  asset_id: AssetId;
  external_id: string;
  kind: 'edit' | 'revocation';
  at: Date;
  text: string | null;
  content: Record<string, unknown>;
}

interface ChangedRow {
  account_id: AccountId;
  id: MessageId;
  conversation_id: ConversationId;
  is_imported: boolean;
  /** What people see of it is another than before. */
  is_visible: boolean;
}

/** Messenger and Instagram number the edits of a message; SQL for the number that a version's content has. */
const NUMBER_OF_EDIT = (content: string): string =>
  `CASE jsonb_typeof(${content} -> 'num_edit') WHEN 'number' THEN (${content} ->> 'num_edit')::numeric ELSE 0 END`;

/** `UPDATE … RETURNING` answers `[rows, count]` through TypeORM's PostgreSQL driver. */
type Updated<Row> = [rows: Row[], count: number];

/** Applies edits and revocations. Those that come before their message wait for it: nothing promises their order. */
@Injectable()
export class MessageChangeStore {
  constructor(private readonly outbox: Outbox) {}

  /**
   * The latest version counts, in whatever order they come; the ones before it, from the message as it was sent, stay in
   * `metadata.edits` with their times. Nothing changes what was taken back.
   */
  async applyEdits(tx: EntityManager, edits: readonly ArrivedEdit[]): Promise<void> {
    const { known, missing } = await this.split(tx, edits);
    await this.keepWaiting(tx, 'edit', missing);
    if (known.length === 0) return;
    await this.lockConversationsShowing(tx, known);
    // Of two versions of the same second the one with the higher number of edit counts where Meta numbers them, else the
    // greater, so that their order does not.
    const [rows]: Updated<ChangedRow> = await tx.query(
      `WITH told AS (
         SELECT k.account_id, k.message_id AS id, edit.text, edit.content, edit.at
           FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::jsonb[], $6::timestamptz[])
                  AS edit (account_id, asset_id, external_id, text, content, at)
           JOIN message_keys k USING (account_id, asset_id, external_id)),
       stored AS (
         SELECT m.account_id, m.id, m.message_text AS text, m.content, m.edited_at AS at, m.metadata -> 'edits' AS edits
           FROM messages m
          WHERE (m.account_id, m.id) IN (SELECT account_id, id FROM told) AND m.revoked_at IS NULL
          ORDER BY m.account_id, m.id FOR UPDATE),
       version AS (
         SELECT DISTINCT ON (account_id, id, at) account_id, id, at, text, content FROM (
           SELECT account_id, id, told.at, told.text, told.content FROM told JOIN stored USING (account_id, id)
           UNION ALL SELECT account_id, id, at, text, content FROM stored
           UNION ALL SELECT account_id, id, edit.at, edit.text, edit.content
                       FROM stored, jsonb_to_recordset(edits) AS edit (at timestamptz, text text, content jsonb)) v
          ORDER BY account_id, id, at, ${NUMBER_OF_EDIT('content')} DESC, coalesce(text, '') COLLATE "C" DESC,
                   content DESC),
       placed AS (
         SELECT *, row_number() OVER (PARTITION BY account_id, id ORDER BY at DESC NULLS LAST) AS place FROM version),
       history AS (
         SELECT account_id, id, jsonb_agg(jsonb_build_object('at', at, 'text', text, 'content', content)
                                          ORDER BY place DESC) AS edits
           FROM placed WHERE place > 1 GROUP BY account_id, id)
       UPDATE messages m
          SET message_text = latest.text, content = latest.content, edited_at = latest.at,
              metadata = m.metadata || jsonb_build_object('edits', history.edits), updated_at = now()
         FROM placed latest JOIN history USING (account_id, id) JOIN stored USING (account_id, id)
        WHERE latest.place = 1 AND m.account_id = latest.account_id AND m.id = latest.id
          AND (m.metadata -> 'edits', m.edited_at, m.message_text, m.content)
              IS DISTINCT FROM (history.edits, latest.at, latest.text, latest.content)
        RETURNING m.account_id, m.id, m.conversation_id, m.metadata @> '{"imported": true}' AS is_imported,
                  (stored.text, stored.content) IS DISTINCT FROM (latest.text, latest.content) AS is_visible`,
      [
        known.map((edit) => edit.accountId),
        known.map((edit) => edit.assetId),
        known.map((edit) => edit.externalId),
        known.map((edit) => edit.text),
        known.map((edit) => JSON.stringify(edit.content)),
        known.map((edit) => edit.at),
      ],
    );
    await this.showAgain(tx, known);
    await this.tell(tx, rows, 'edited');
  }

  /** The person took the message back: its content goes, that there was one stays. */
  async applyRevocations(tx: EntityManager, revocations: readonly ArrivedRevocation[]): Promise<void> {
    const { known, missing } = await this.split(tx, revocations);
    await this.keepWaiting(
      tx,
      'revocation',
      missing.map((item) => ({ ...item, text: null, content: {} })),
    );
    if (known.length === 0) return;
    await this.lockConversationsShowing(tx, known);
    const [rows]: Updated<ChangedRow> = await tx.query(
      `UPDATE messages m
          SET message_text = NULL, content = '{}', metadata = m.metadata - 'edits' - 'raw', edited_at = NULL,
              revoked_at = least(m.revoked_at, revoked.at), updated_at = now()
         FROM (SELECT k.account_id, k.message_id AS id, min(told.at) AS at
                 FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[])
                        AS told (account_id, asset_id, external_id, at)
                 JOIN message_keys k USING (account_id, asset_id, external_id)
                GROUP BY k.account_id, k.message_id) AS revoked
        WHERE m.account_id = revoked.account_id AND m.id = revoked.id
          AND (m.revoked_at IS NULL OR m.revoked_at > revoked.at)
        RETURNING m.account_id, m.id, m.conversation_id, m.metadata @> '{"imported": true}' AS is_imported,
                  true AS is_visible`,
      [...keyColumns(known), known.map((item) => item.at)],
    );
    await this.showAgain(tx, known);
    await this.tell(tx, rows, 'revoked');
  }

  private async tell(
    tx: EntityManager,
    rows: readonly ChangedRow[],
    change: 'edited' | 'revoked',
  ): Promise<void> {
    await this.outbox.record(
      tx,
      rows
        .filter((row) => row.is_visible)
        .map((row): DomainEvent => ({
          kind: 'message.updated',
          accountId: row.account_id,
          payload: {
            messageId: row.id,
            conversationId: row.conversation_id,
            change,
            imported: row.is_imported,
          },
        })),
    );
  }

  /** Before their messages, as everything does that touches both. */
  private async lockConversationsShowing(tx: EntityManager, keys: readonly ExternalKey[]): Promise<void> {
    await tx.query(
      `SELECT 1 FROM conversations WHERE (account_id, id) IN (
         SELECT m.account_id, m.conversation_id
           FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS changed (account_id, asset_id, external_id)
           JOIN message_keys k USING (account_id, asset_id, external_id)
           JOIN messages m ON m.account_id = k.account_id AND m.id = k.message_id)
        ORDER BY account_id, id FOR UPDATE`,
      keyColumns(keys),
    );
  }

  /**
   * The list of conversations must not go on showing what was taken back or worded otherwise. Of the messages of the latest
   * second the greatest text shows, as `ConversationOpener` chooses.
   */
  async showAgain(tx: EntityManager, keys: readonly ExternalKey[]): Promise<void> {
    await tx.query(
      `UPDATE conversations c
          SET last_message_preview = (
                SELECT left(max(latest.message_text COLLATE "C"), ${PREVIEW_LENGTH}) FROM messages latest
                 WHERE latest.account_id = c.account_id AND latest.conversation_id = c.id
                   AND latest."timestamp" = c.last_message_at),
              updated_at = now()
         FROM (SELECT DISTINCT m.account_id, m.conversation_id AS id, m."timestamp"
                 FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS changed (account_id, asset_id, external_id)
                 JOIN message_keys k USING (account_id, asset_id, external_id)
                 JOIN messages m ON m.account_id = k.account_id AND m.id = k.message_id) AS changed
        WHERE c.account_id = changed.account_id AND c.id = changed.id AND c.last_message_at = changed."timestamp"`,
      keyColumns(keys),
    );
  }

  /** Applies what waited for these messages. Call it once they and their keys are written. */
  async applyWaiting(tx: EntityManager, keys: readonly ExternalKey[]): Promise<void> {
    if (keys.length === 0) return;
    const rows: WaitingRow[] = await tx.query(
      `WITH ready AS (
         DELETE FROM waiting_changes
          WHERE (account_id, asset_id, external_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[]))
          RETURNING *)
       SELECT * FROM ready`,
      keyColumns(keys),
    );
    await this.applyRows(tx, rows);
  }

  /**
   * Applies what began to wait at the very moment its message was stored, by transactions that did not see each other.
   * @returns how many there were
   */
  async applyOverlooked(tx: EntityManager, since: Date): Promise<number> {
    const rows: WaitingRow[] = await tx.query(
      `WITH ready AS (
         DELETE FROM waiting_changes
          WHERE (account_id, asset_id, external_id, kind, at) IN (
            SELECT w.account_id, w.asset_id, w.external_id, w.kind, w.at
              FROM waiting_changes w JOIN message_keys k USING (account_id, asset_id, external_id)
             WHERE w.created_at > $1 LIMIT 500 FOR UPDATE OF w SKIP LOCKED)
          RETURNING *)
       SELECT * FROM ready`,
      [since],
    );
    await this.applyRows(tx, rows);
    return rows.length;
  }

  private async applyRows(tx: EntityManager, rows: readonly WaitingRow[]): Promise<void> {
    const changes = rows.map((row) => ({
      accountId: row.account_id,
      assetId: row.asset_id,
      externalId: row.external_id,
      at: row.at,
      text: row.text,
      content: row.content,
      kind: row.kind,
    }));
    await this.applyEdits(
      tx,
      changes.filter(({ kind }) => kind === 'edit'),
    );
    await this.applyRevocations(
      tx,
      changes.filter(({ kind }) => kind === 'revocation'),
    );
  }

  private async split<T extends ExternalKey>(
    tx: EntityManager,
    changes: readonly T[],
  ): Promise<{ known: T[]; missing: T[] }> {
    const keys = await findMessageKeys(tx, changes);
    return {
      known: changes.filter((change) => keys.has(keyOf(change))),
      missing: changes.filter((change) => !keys.has(keyOf(change))),
    };
  }

  private async keepWaiting(
    tx: EntityManager,
    kind: WaitingRow['kind'],
    changes: readonly ArrivedEdit[],
  ): Promise<void> {
    if (changes.length === 0) return;
    await tx.query(
      `INSERT INTO waiting_changes AS w (account_id, asset_id, external_id, kind, at, text, content)
       SELECT DISTINCT ON (account_id, asset_id, external_id, at) account_id, asset_id, external_id, $4, at, text, content
         FROM unnest($1::uuid[], $2::uuid[], $3::text[], $5::timestamptz[], $6::text[], $7::jsonb[])
                AS change (account_id, asset_id, external_id, at, text, content)
        ORDER BY account_id, asset_id, external_id, at, ${NUMBER_OF_EDIT('content')} DESC,
                 coalesce(text, '') COLLATE "C" DESC, content DESC
       ON CONFLICT ON CONSTRAINT waiting_changes_pkey DO UPDATE SET text = excluded.text, content = excluded.content
        WHERE (${NUMBER_OF_EDIT('excluded.content')}, coalesce(excluded.text, '') COLLATE "C", excluded.content) >
              (${NUMBER_OF_EDIT('w.content')}, coalesce(w.text, '') COLLATE "C", w.content)`,
      [
        ...keyColumns(changes),
        kind,
        changes.map((change) => change.at),
        changes.map((change) => change.text),
        changes.map((change) => JSON.stringify(change.content)),
      ],
    );
  }
}
