import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { TokenCipher } from '../../crypto/token-cipher';
import { type AccountId, type AssetId, newId } from '../../database/ids';
import { GraphError } from '../../graph-client/graph.error';
import { MetaTokenService } from '../../meta-auth/meta-token.service';
import { AccountsRepository } from '../accounts/accounts.repository';
import { AccountsService } from '../accounts/accounts.service';
import type { WhatsAppPhoneNumberEntity } from '../entities/whatsapp-phone-number.entity';
import { generateFlowKeyPair } from './flow-encryption';
import { FlowsApi } from './flows-api';
import type { WabaOfFlows } from './flows.repository';

/** How long phones may go on with a key that was replaced; afterwards they are told to fetch the new one. */
const GRACE_DAYS = 7;

export interface FlowKey {
  id: string;
  publicKey: string;
  createdAt: Date;
}

/** Whether a number is encrypted for with our key. */
export interface NumberKeyState {
  phoneNumberId: string;
  /** `other`: Meta has a key that is not ours. `unread`: Meta did not say. */
  state: 'current' | 'outdated' | 'other' | 'missing' | 'unread';
  signatureStatus: string | null;
  /** Why it could not be read or uploaded. */
  problem: string | null;
}

export interface FlowKeyReport {
  wabaId: string;
  key: FlowKey | null;
  numbers: NumberKeyState[];
}

interface KeyRow {
  id: string;
  public_key: string;
  private_key: string;
  created_at: Date;
}

/** The key pairs that flows are encrypted with: made here, the private halves never leave. */
@Injectable()
export class FlowKeysService {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly accounts: AccountsService,
    private readonly repository: AccountsRepository,
    private readonly tokens: MetaTokenService,
    private readonly api: FlowsApi,
    private readonly cipher: TokenCipher,
  ) {}

  /** What Meta has for each number. */
  async report(accountId: AccountId, wabaId: string | undefined): Promise<FlowKeyReport> {
    const waba = await this.accounts.chooseWaba(accountId, wabaId);
    const key = await this.currentKey(waba);
    const numbers = await this.repository.phoneNumbersOf(accountId, [waba]);
    const states: NumberKeyState[] = [];
    for (const number of numbers) states.push(await this.stateOf(waba, number, key));
    return { wabaId: waba.wabaId, key, numbers: states };
  }

  /**
   * Makes a pair where there is none, or another one, and uploads its public half for every number. A number that Meta
   * refuses it for is told in the answer; calling again goes on with those that are missing.
   */
  async provide(accountId: AccountId, wabaId: string | undefined, rotate: boolean): Promise<FlowKeyReport> {
    const waba = await this.accounts.chooseWaba(accountId, wabaId);
    const present = rotate ? null : await this.currentKey(waba);
    const key = present ?? (await this.makeKey(waba, rotate));
    const numbers = await this.repository.phoneNumbersOf(accountId, [waba]);
    const states: NumberKeyState[] = [];
    for (const number of numbers) states.push(await this.upload(waba, number, key));
    return { wabaId: waba.wabaId, key, numbers: states };
  }

  /** In PEM, the present one first; with those that phones may still use. */
  async privateKeys({ accountId, id }: WabaOfFlows): Promise<string[]> {
    const rows: KeyRow[] = await this.database.query(
      `SELECT id, private_key FROM whatsapp_flow_keys
        WHERE account_id = $1 AND whatsapp_business_account_id = $2
          AND (retired_at IS NULL OR retired_at > now() - $3 * interval '1 day')
        ORDER BY id DESC`,
      [accountId, id, GRACE_DAYS],
    );
    return rows.map((row) => this.cipher.decrypt(row.private_key, contextOf(row.id)));
  }

  private async currentKey({ accountId, id }: WabaOfFlows): Promise<FlowKey | null> {
    const [row]: KeyRow[] = await this.database.query(
      `SELECT id, public_key, created_at FROM whatsapp_flow_keys
        WHERE account_id = $1 AND whatsapp_business_account_id = $2 AND retired_at IS NULL`,
      [accountId, id],
    );
    return row === undefined ? null : keyOf(row);
  }

  /**
   * Stored before Meta gets it: what is encrypted with a key that nobody has could never be read.
   * Of two at once that make the first one, both go on with the same.
   */
  private async makeKey({ accountId, id }: WabaOfFlows, rotate: boolean): Promise<FlowKey> {
    const pair = await generateFlowKeyPair();
    const keyId = newId();
    return this.database.transaction(async (tx) => {
      await tx.query(
        'SELECT FROM whatsapp_business_accounts WHERE account_id = $1 AND id = $2 FOR NO KEY UPDATE',
        [accountId, id],
      );
      if (rotate)
        await tx.query(
          `UPDATE whatsapp_flow_keys SET retired_at = now()
            WHERE account_id = $1 AND whatsapp_business_account_id = $2 AND retired_at IS NULL`,
          [accountId, id],
        );
      await tx.query(
        `INSERT INTO whatsapp_flow_keys (account_id, id, whatsapp_business_account_id, public_key, private_key)
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
        [accountId, keyId, id, pair.publicKey, this.cipher.encrypt(pair.privateKey, contextOf(keyId))],
      );
      const [row]: KeyRow[] = await tx.query(
        `SELECT id, public_key, created_at FROM whatsapp_flow_keys
          WHERE account_id = $1 AND whatsapp_business_account_id = $2 AND retired_at IS NULL`,
        [accountId, id],
      );
      if (row === undefined) throw new Error('The key that was stored a moment ago is not there.');
      return keyOf(row);
    });
  }

  private async upload(
    { accountId }: WabaOfFlows,
    number: WhatsAppPhoneNumberEntity,
    key: FlowKey,
  ): Promise<NumberKeyState> {
    const { phoneNumberId } = number;
    try {
      await this.tokens.withToken(accountId, (token) =>
        this.api.uploadKey(token, phoneNumberId, key.publicKey),
      );
    } catch (error) {
      if (!(error instanceof GraphError) || error.code === 'META_REAUTH_REQUIRED') throw error;
      return { phoneNumberId, state: 'missing', signatureStatus: null, problem: error.message };
    }
    await this.database.query(
      `INSERT INTO whatsapp_flow_key_uploads (account_id, phone_number_id, key_id) VALUES ($1, $2, $3)
       ON CONFLICT (account_id, phone_number_id) DO UPDATE SET key_id = excluded.key_id, uploaded_at = now()`,
      [accountId, number.id, key.id],
    );
    return { phoneNumberId, state: 'current', signatureStatus: 'VALID', problem: null };
  }

  private async stateOf(
    { accountId }: WabaOfFlows,
    number: WhatsAppPhoneNumberEntity,
    key: FlowKey | null,
  ): Promise<NumberKeyState> {
    const { phoneNumberId } = number;
    try {
      const held = await this.tokens.withToken(accountId, (token) => this.api.key(token, phoneNumberId));
      if (held === null) return { phoneNumberId, state: 'missing', signatureStatus: null, problem: null };
      const isCurrent = key !== null && sameKey(held.publicKey, key.publicKey);
      const isOurs = isCurrent || (await this.isOurs(accountId, number.id, held.publicKey));
      const state = isCurrent ? 'current' : isOurs ? 'outdated' : 'other';
      return { phoneNumberId, state, signatureStatus: held.signatureStatus, problem: null };
    } catch (error) {
      if (!(error instanceof GraphError) || error.code === 'META_REAUTH_REQUIRED') throw error;
      return { phoneNumberId, state: 'unread', signatureStatus: null, problem: error.message };
    }
  }

  private async isOurs(accountId: AccountId, numberId: AssetId, publicKey: string): Promise<boolean> {
    const rows: { public_key: string }[] = await this.database.query(
      `SELECT k.public_key FROM whatsapp_flow_key_uploads u
         JOIN whatsapp_flow_keys k ON k.account_id = u.account_id AND k.id = u.key_id
        WHERE u.account_id = $1 AND u.phone_number_id = $2`,
      [accountId, numberId],
    );
    return rows.some((row) => sameKey(row.public_key, publicKey));
  }
}

function keyOf({ id, public_key: publicKey, created_at: createdAt }: KeyRow): FlowKey {
  return { id, publicKey, createdAt };
}

function contextOf(id: string): string {
  return `whatsapp_flow_keys:${id}:private_key`;
}

/** Meta may break the lines of a PEM otherwise. */
function sameKey(one: string, other: string): boolean {
  return one.replace(/\s/g, '') === other.replace(/\s/g, '');
}
