import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AccountId, AssetId } from '../database/ids';
import type { ArrivedEdit, ArrivedRevocation } from './conversation-types';
import { type ExternalKey, findMessageKeys, keyOf } from './external-key';

interface WaitingRow {
  account_id: AccountId;
  asset_id: AssetId;
  external_id: string;
  kind: 'edit' | 'revocation';
  at: Date;
  text: string | null;
  content: Record<string, unknown>;
}

/** Applies edits and revocations. Those that come before their message wait for it: nothing promises their order. */
@Injectable()
export class MessageChangeStore {
  /** Replaces text and content; what was there before stays in `metadata.edits`. An older edit never undoes a newer one. */
  async applyEdits(tx: EntityManager, edits: readonly ArrivedEdit[]): Promise<void> {
    const newest = new Map<string, ArrivedEdit>();
    for (const edit of edits) {
      const other = newest.get(keyOf(edit));
      if (other === undefined || edit.at >= other.at) newest.set(keyOf(edit), edit);
    }
    const { known, missing } = await this.split(tx, [...newest.values()]);
    await this.keepWaiting(tx, 'edit', missing);
    if (known.length === 0) return;
    await tx.query(
      `UPDATE messages m
          SET metadata = jsonb_set(m.metadata, '{edits}', coalesce(m.metadata -> 'edits', '[]') ||
                jsonb_build_array(jsonb_build_object('text', m.message_text, 'content', m.content, 'replacedAt', edit.at))),
              message_text = edit.text, content = edit.content, edited_at = edit.at, updated_at = now()
         FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::jsonb[], $6::timestamptz[])
                AS edit (account_id, asset_id, external_id, text, content, at)
         JOIN message_keys k USING (account_id, asset_id, external_id)
        WHERE m.account_id = k.account_id AND m.id = k.message_id
          AND m.revoked_at IS NULL AND (m.edited_at IS NULL OR m.edited_at < edit.at)`,
      [
        known.map((edit) => edit.accountId),
        known.map((edit) => edit.assetId),
        known.map((edit) => edit.externalId),
        known.map((edit) => edit.text),
        known.map((edit) => JSON.stringify(edit.content)),
        known.map((edit) => edit.at),
      ],
    );
  }

  /** The person took the message back: its content goes, that there was one stays. */
  async applyRevocations(tx: EntityManager, revocations: readonly ArrivedRevocation[]): Promise<void> {
    const first = new Map<string, ArrivedRevocation>();
    for (const item of revocations) {
      const other = first.get(keyOf(item));
      if (other === undefined || item.at < other.at) first.set(keyOf(item), item);
    }
    const { known, missing } = await this.split(tx, [...first.values()]);
    await this.keepWaiting(
      tx,
      'revocation',
      missing.map((item) => ({ ...item, text: null, content: {} })),
    );
    if (known.length === 0) return;
    const parameters = [
      known.map((item) => item.accountId),
      known.map((item) => item.assetId),
      known.map((item) => item.externalId),
      known.map((item) => item.at),
    ];
    await tx.query(
      `UPDATE messages m
          SET message_text = NULL, content = '{}', metadata = m.metadata - 'edits' - 'raw',
              revoked_at = least(coalesce(m.revoked_at, revoked.at), revoked.at), updated_at = now()
         FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[])
                AS revoked (account_id, asset_id, external_id, at)
         JOIN message_keys k USING (account_id, asset_id, external_id)
        WHERE m.account_id = k.account_id AND m.id = k.message_id`,
      parameters,
    );
    // The list of conversations must not go on showing what was taken back.
    await tx.query(
      `UPDATE conversations c SET last_message_preview = NULL, updated_at = now()
         FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS revoked (account_id, asset_id, external_id)
         JOIN message_keys k USING (account_id, asset_id, external_id)
         JOIN messages m ON m.account_id = k.account_id AND m.id = k.message_id
        WHERE c.account_id = m.account_id AND c.id = m.conversation_id AND c.last_message_at = m."timestamp"`,
      parameters.slice(0, 3),
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
      [keys.map((key) => key.accountId), keys.map((key) => key.assetId), keys.map((key) => key.externalId)],
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
          WHERE (account_id, asset_id, external_id, kind) IN (
            SELECT w.account_id, w.asset_id, w.external_id, w.kind
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
    const sorted = [...changes].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
    await tx.query(
      `INSERT INTO waiting_changes AS w (account_id, asset_id, external_id, kind, at, text, content)
       SELECT account_id, asset_id, external_id, $4, at, text, content
         FROM unnest($1::uuid[], $2::uuid[], $3::text[], $5::timestamptz[], $6::text[], $7::jsonb[])
                AS change (account_id, asset_id, external_id, at, text, content)
       ON CONFLICT ON CONSTRAINT waiting_changes_pkey DO UPDATE
          SET at = excluded.at, text = excluded.text, content = excluded.content
        WHERE CASE WHEN w.kind = 'edit' THEN w.at < excluded.at ELSE w.at > excluded.at END`,
      [
        sorted.map((change) => change.accountId),
        sorted.map((change) => change.assetId),
        sorted.map((change) => change.externalId),
        kind,
        sorted.map((change) => change.at),
        sorted.map((change) => change.text),
        sorted.map((change) => JSON.stringify(change.content)),
      ],
    );
  }
}
