import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { TokenCipher, TokenUndecryptableError } from '../crypto/token-cipher';

/** A column of ciphertexts whose rows have an `id` of their own. Its context is `<table>:<id>:<column>`. */
export interface SecretColumn {
  table: string;
  column: string;
}

/** Every place where a secret is stored encrypted: a new one belongs here, or a rotated key leaves it unreadable. */
export const SECRET_COLUMNS: readonly SecretColumn[] = [
  { table: 'meta_accounts', column: 'access_token' },
  { table: 'meta_accounts', column: 'refresh_token' },
  { table: 'whatsapp_phone_numbers', column: 'pin' },
  { table: 'whatsapp_phone_numbers', column: 'pin_pending' },
  { table: 'whatsapp_phone_numbers', column: 'callback_verify_token' },
  { table: 'whatsapp_business_accounts', column: 'callback_verify_token' },
  { table: 'whatsapp_onboardings', column: 'pin' },
  { table: 'whatsapp_flows', column: 'forward_secret' },
  { table: 'whatsapp_flow_keys', column: 'private_key' },
  { table: 'webhook_configs', column: 'verify_token' },
  { table: 'facebook_pages', column: 'access_token' },
  { table: 'message_opt_ins', column: 'token' },
  { table: 'notification_endpoints', column: 'secret' },
  { table: 'notification_endpoints', column: 'previous_secret' },
  { table: 'notification_endpoints', column: 'headers' },
];

export interface ReencryptionCount {
  table: string;
  column: string;
  /** Now under the first key, and not before. */
  reencrypted: number;
  /** Were under it already. */
  current: number;
  /** Open under no configured key. */
  unreadable: number;
}

const BATCH = 200;

/**
 * Brings all stored secrets under the first of ENCRYPTION_KEYS, so that older keys can be taken away. Runs beside the
 * live service; stopped half-way, it goes on where it was when started again.
 */
@Injectable()
export class TokenReencryption {
  private readonly log = new Logger(TokenReencryption.name);

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly cipher: TokenCipher,
  ) {}

  async run(): Promise<ReencryptionCount[]> {
    const counts: ReencryptionCount[] = [];
    for (const secret of SECRET_COLUMNS) counts.push(await this.reencryptColumn(secret));
    return counts;
  }

  private async reencryptColumn({ table, column }: SecretColumn): Promise<ReencryptionCount> {
    const count = { table, column, reencrypted: 0, current: 0, unreadable: 0 };
    for (let after: string | null = null; ;) {
      const rows: { id: string; secret: string }[] = await this.database.query(
        `SELECT id, ${column} AS secret FROM ${table}
          WHERE ${column} IS NOT NULL AND ($1::uuid IS NULL OR id > $1) ORDER BY id LIMIT ${BATCH}`,
        [after],
      );
      for (const { id, secret } of rows) count[await this.reencryptRow({ table, column }, id, secret)] += 1;
      after = rows.at(-1)?.id ?? null;
      if (after === null) return count;
    }
  }

  private async reencryptRow(
    { table, column }: SecretColumn,
    id: string,
    secret: string,
  ): Promise<'reencrypted' | 'current' | 'unreadable'> {
    try {
      if (!this.cipher.needsReencryption(secret)) return 'current';
      const renewed = this.cipher.reencrypt(secret, `${table}:${id}:${column}`);
      // Only if it is still the same: the service may have stored a new token, which is under the first key anyway.
      const [, changed]: [unknown[], number] = await this.database.query(
        `UPDATE ${table} SET ${column} = $1 WHERE id = $2 AND ${column} = $3`,
        [renewed, id, secret],
      );
      return changed > 0 ? 'reencrypted' : 'current';
    } catch (error) {
      if (!(error instanceof TokenUndecryptableError)) throw error;
      this.log.error(`${table}.${column} of ${id}: ${error.message}`);
      return 'unreadable';
    }
  }
}
