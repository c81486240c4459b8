import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { sha256 } from '../../crypto/secret-hash';
import { TokenCipher } from '../../crypto/token-cipher';
import type { AccountId, AssetId } from '../../database/ids';
import type { CallbackOverride } from '../whatsapp-api';

const TABLES = {
  waba: 'whatsapp_business_accounts',
  phone_number: 'whatsapp_phone_numbers',
} as const;

/** What messages can be sent elsewhere for. */
export interface OverrideHolder {
  kind: keyof typeof TABLES;
  accountId: AccountId;
  id: AssetId;
}

interface OverrideRow {
  id: AssetId;
  callback_override_url: string | null;
  callback_verify_token: string | null;
}

/** The addresses that were set for single accounts and numbers, with what Meta verifies them by. */
@Injectable()
export class CallbackOverridesRepository {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly cipher: TokenCipher,
  ) {}

  async of({ kind, accountId, id }: OverrideHolder): Promise<CallbackOverride | null> {
    const [row]: OverrideRow[] = await this.database.query(
      `SELECT id, callback_override_url, callback_verify_token FROM ${TABLES[kind]}
        WHERE account_id = $1 AND id = $2`,
      [accountId, id],
    );
    return row === undefined ? null : this.open(kind, row);
  }

  /** @param wabaId Meta's */
  async ofWaba(accountId: AccountId, wabaId: string): Promise<CallbackOverride | null> {
    const [row]: OverrideRow[] = await this.database.query(
      `SELECT id, callback_override_url, callback_verify_token FROM whatsapp_business_accounts
        WHERE account_id = $1 AND waba_id = $2`,
      [accountId, wabaId],
    );
    return row === undefined ? null : this.open('waba', row);
  }

  /** Lets our own address answer for a token from now on: Meta asks while it is told of it. */
  async expect({ kind, accountId, id }: OverrideHolder, verifyToken: string | null): Promise<void> {
    await this.database.query(
      `UPDATE ${TABLES[kind]} SET callback_verify_token_hash = $3 WHERE account_id = $1 AND id = $2`,
      [accountId, id, verifyToken === null ? null : sha256(verifyToken)],
    );
  }

  /** @param override as Meta has it now; null: none */
  async record({ kind, accountId, id }: OverrideHolder, override: CallbackOverride | null): Promise<void> {
    const token = override === null ? null : this.cipher.encrypt(override.verifyToken, contextOf(kind, id));
    await this.database.query(
      `UPDATE ${TABLES[kind]}
          SET callback_override_url = $3, callback_verify_token = $4, callback_verify_token_hash = $5, updated_at = now()
        WHERE account_id = $1 AND id = $2`,
      [accountId, id, override?.url ?? null, token, override === null ? null : sha256(override.verifyToken)],
    );
  }

  async isVerifyToken(hash: Buffer): Promise<boolean> {
    const [row]: { known: boolean }[] = await this.database.query(
      `SELECT EXISTS (SELECT FROM whatsapp_business_accounts WHERE callback_verify_token_hash = $1)
           OR EXISTS (SELECT FROM whatsapp_phone_numbers WHERE callback_verify_token_hash = $1) AS known`,
      [hash],
    );
    return row?.known ?? false;
  }

  private open(kind: OverrideHolder['kind'], row: OverrideRow): CallbackOverride | null {
    if (row.callback_override_url === null || row.callback_verify_token === null) return null;
    const verifyToken = this.cipher.decrypt(row.callback_verify_token, contextOf(kind, row.id));
    return { url: row.callback_override_url, verifyToken };
  }
}

function contextOf(kind: OverrideHolder['kind'], id: AssetId): string {
  return `${TABLES[kind]}:${id}:callback_verify_token`;
}
