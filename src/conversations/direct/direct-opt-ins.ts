import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { sha256 } from '../../crypto/secret-hash';
import { TokenCipher } from '../../crypto/token-cipher';
import { type AccountId, type AssetId, newId } from '../../database/ids';
import type { MessagingOptIn } from '../../webhooks/messenger-events';
import type { IdentityKind, PersonIdentity } from '../conversation-types';
import type { PagePosition } from '../page-position';

/** What one event tells of a person's agreement to be written to. */
export interface ToldOptIn {
  accountId: AccountId;
  assetId: AssetId;
  optIn: MessagingOptIn;
  at: Date;
}

/** An agreement as the store gives it out; its token stays inside. */
export interface StoredOptIn {
  id: string;
  accountId: AccountId;
  assetId: AssetId;
  /** `plugin`, `notification_messages`, `one_time_notif_req`, or Meta's word for another. */
  kind: string;
  person: PersonIdentity | null;
  /** In place of a person who is not known yet: messages to it reach the person. */
  userRef: string | null;
  hasToken: boolean;
  ref: string | null;
  title: string | null;
  payload: string | null;
  frequency: string | null;
  timezone: string | null;
  /** Meta's word where the person stopped or resumed them, as `STOP_NOTIFICATIONS`. */
  status: string | null;
  expiresAt: Date | null;
  toldAt: Date;
}

interface OptInRow {
  id: string;
  account_id: AccountId;
  asset_id: AssetId;
  kind: string;
  person_kind: IdentityKind | null;
  person: string | null;
  user_ref: string | null;
  has_token: boolean;
  ref: string | null;
  title: string | null;
  payload: string | null;
  frequency: string | null;
  timezone: string | null;
  status: string | null;
  expires_at: Date | null;
  told_at: Date;
}

const COLUMNS = `id, account_id, asset_id, kind, person_kind, person, user_ref, token IS NOT NULL AS has_token, ref, title,
  payload, frequency, timezone, status, expires_at, told_at`;

/**
 * Agreements to be written to, with the tokens that writing takes. Of what is told of the same one again, such as that the
 * person stopped it, the latest counts.
 */
@Injectable()
export class DirectOptIns {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly cipher: TokenCipher,
  ) {}

  async record(tx: EntityManager, told: readonly ToldOptIn[]): Promise<void> {
    if (told.length === 0) return;
    const rows = told.map((each) => {
      const id = newId();
      const { token, ...columns } = columnsOf(each);
      return {
        ...columns,
        account_id: each.accountId,
        id,
        asset_id: each.assetId,
        key: keyOf(each).toString('hex'),
        token: token === null ? null : this.cipher.encrypt(token, contextOf(id)),
        told_at: each.at,
      };
    });
    // The same agreement has the same token: the ciphertext of the row that is there belongs to its id, and stays.
    await tx.query(
      `INSERT INTO message_opt_ins AS o (account_id, id, asset_id, kind, key, person_kind, person, user_ref, token, ref,
                                         title, payload, frequency, timezone, status, expires_at, told_at)
       SELECT DISTINCT ON (account_id, asset_id, key)
              account_id, id, asset_id, kind, decode(key, 'hex'), person_kind, person, user_ref, token, ref, title,
              payload, frequency, timezone, status, expires_at, told_at
         FROM jsonb_to_recordset($1::jsonb)
                AS told (account_id uuid, id uuid, asset_id uuid, kind text, key text, person_kind text, person text,
                         user_ref text, token text, ref text, title text, payload text, frequency text, timezone text,
                         status text, expires_at timestamptz, told_at timestamptz)
        ORDER BY account_id, asset_id, key, told_at DESC, coalesce(status, '') COLLATE "C" DESC
       ON CONFLICT ON CONSTRAINT message_opt_ins_by_key DO UPDATE SET
         person_kind = coalesce(excluded.person_kind, o.person_kind), person = coalesce(excluded.person, o.person),
         title = coalesce(excluded.title, o.title), payload = coalesce(excluded.payload, o.payload),
         frequency = coalesce(excluded.frequency, o.frequency), timezone = coalesce(excluded.timezone, o.timezone),
         status = excluded.status, expires_at = coalesce(excluded.expires_at, o.expires_at), told_at = excluded.told_at
        WHERE (excluded.told_at, coalesce(excluded.status, '') COLLATE "C") >
              (o.told_at, coalesce(o.status, '') COLLATE "C")`,
      [JSON.stringify(rows)],
    );
  }

  /** Those given at one Page or account, the latest first. */
  async page(
    accountId: AccountId,
    assetId: AssetId,
    { limit, before }: { limit: number; before?: PagePosition | undefined },
  ): Promise<StoredOptIn[]> {
    const rows: OptInRow[] = await this.database.query(
      `SELECT ${COLUMNS} FROM message_opt_ins
        WHERE account_id = $1 AND asset_id = $2
          AND ($4::timestamptz IS NULL OR (told_at, id) < ($4, $5::uuid))
        ORDER BY told_at DESC, id DESC LIMIT $3`,
      [accountId, assetId, limit, before?.at ?? null, before?.id ?? null],
    );
    return rows.map(toOptIn);
  }

  /** What accounts that are disconnected leave behind: that people agreed, and nothing to write to them with. */
  async forgetTokens(tx: EntityManager, accountIds: readonly AccountId[]): Promise<void> {
    await tx.query(
      'UPDATE message_opt_ins SET token = NULL WHERE account_id = ANY($1) AND token IS NOT NULL',
      [accountIds],
    );
  }

  /**
   * What a message sent on the strength of an agreement is addressed to.
   * @returns null when there is no such agreement, or it has no token
   */
  async tokenOf(accountId: AccountId, id: string): Promise<string | null> {
    const rows: { token: string | null }[] = await this.database.query(
      'SELECT token FROM message_opt_ins WHERE account_id = $1 AND id = $2',
      [accountId, id],
    );
    const token = rows[0]?.token ?? null;
    return token === null ? null : this.cipher.decrypt(token, contextOf(id));
  }
}

function contextOf(id: string): string {
  return `message_opt_ins:${id}:token`;
}

/** By what makes it this agreement and no other; those without any such thing are one for each person and kind. */
function keyOf({ optIn }: ToldOptIn): Buffer {
  const { type } = optIn;
  if (type === 'notification_messages' || type === 'one_time_notif_req')
    return sha256(JSON.stringify([type, optIn.token]));
  if (type === 'unknown') return sha256(JSON.stringify([type, optIn.metaType, optIn.person?.value ?? null]));
  const { userRef, ref } = optIn;
  return sha256(
    JSON.stringify(
      userRef === undefined ? [type, optIn.person?.value ?? null, ref ?? null] : [type, 'ref', userRef],
    ),
  );
}

type OptInColumns = Omit<
  OptInRow,
  'id' | 'account_id' | 'asset_id' | 'has_token' | 'told_at' | 'person_kind'
> & { person_kind: string | null; token: string | null };

function columnsOf({ optIn }: ToldOptIn): OptInColumns {
  const nothing: OptInColumns = {
    kind: optIn.type === 'unknown' ? optIn.metaType : optIn.type,
    person_kind: optIn.person?.kind ?? null,
    person: optIn.person?.value ?? null,
    user_ref: null,
    token: null,
    ref: null,
    title: null,
    payload: null,
    frequency: null,
    timezone: null,
    status: null,
    expires_at: null,
  };
  switch (optIn.type) {
    case 'plugin':
      return { ...nothing, user_ref: optIn.userRef ?? null, ref: optIn.ref ?? null };
    case 'one_time_notif_req':
      return { ...nothing, token: optIn.token, payload: optIn.payload ?? null };
    case 'notification_messages':
      return {
        ...nothing,
        token: optIn.token,
        title: optIn.title ?? null,
        payload: optIn.payload ?? null,
        frequency: optIn.frequency ?? null,
        timezone: optIn.timezone ?? null,
        status: optIn.status ?? null,
        expires_at: optIn.expiresAt ?? null,
      };
    case 'unknown':
      return nothing;
  }
}

function toOptIn(row: OptInRow): StoredOptIn {
  return {
    id: row.id,
    accountId: row.account_id,
    assetId: row.asset_id,
    kind: row.kind,
    person:
      row.person_kind === null || row.person === null ? null : { kind: row.person_kind, value: row.person },
    userRef: row.user_ref,
    hasToken: row.has_token,
    ref: row.ref,
    title: row.title,
    payload: row.payload,
    frequency: row.frequency,
    timezone: row.timezone,
    status: row.status,
    expiresAt: row.expires_at,
    toldAt: row.told_at,
  };
}
