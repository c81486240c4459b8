import { randomInt } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { TokenCipher } from '../../crypto/token-cipher';
import type { AccountId, AssetId } from '../../database/ids';

interface NumberKey {
  accountId: AccountId;
  id: AssetId;
}

/** What is known of a number's two-step PIN. */
export interface HeldPin {
  /** The one that Meta took from us last; null: none ever. */
  pin: string | null;
  /** One that was sent without an answer coming back: it may be the one that holds. */
  pendingPin: string | null;
  setAt: Date | null;
  /** When Meta told that somebody changed it. */
  changedAt: Date | null;
}

/**
 * Two-step PINs, encrypted. Each is stored before it is sent to Meta: a number whose PIN nobody knows can be registered
 * again only after its owner has had it reset by e-mail.
 */
@Injectable()
export class PinVault {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly cipher: TokenCipher,
  ) {}

  /** Six random digits. */
  generate(): string {
    return String(randomInt(1_000_000)).padStart(6, '0');
  }

  async read({ accountId, id }: NumberKey): Promise<HeldPin> {
    const [row]: {
      pin: string | null;
      pin_pending: string | null;
      pin_set_at: Date | null;
      pin_changed_at: Date | null;
    }[] = await this.database.query(
      `SELECT pin, pin_pending, pin_set_at, pin_changed_at FROM whatsapp_phone_numbers
        WHERE account_id = $1 AND id = $2`,
      [accountId, id],
    );
    return {
      pin: row?.pin == null ? null : this.cipher.decrypt(row.pin, contextOf(id, 'pin')),
      pendingPin:
        row?.pin_pending == null ? null : this.cipher.decrypt(row.pin_pending, contextOf(id, 'pin_pending')),
      setAt: row?.pin_set_at ?? null,
      changedAt: row?.pin_changed_at ?? null,
    };
  }

  /** Before it is sent. */
  async recordSending({ accountId, id }: NumberKey, pin: string): Promise<void> {
    await this.database.query(
      'UPDATE whatsapp_phone_numbers SET pin_pending = $3, updated_at = now() WHERE account_id = $1 AND id = $2',
      [accountId, id, this.cipher.encrypt(pin, contextOf(id, 'pin_pending'))],
    );
  }

  /** Meta took it. */
  async recordTaken(tx: EntityManager, { accountId, id }: NumberKey, pin: string): Promise<void> {
    await tx.query(
      `UPDATE whatsapp_phone_numbers
          SET pin = $3, pin_pending = NULL, pin_set_at = now(), is_pin_enabled = true, updated_at = now()
        WHERE account_id = $1 AND id = $2`,
      [accountId, id, this.cipher.encrypt(pin, contextOf(id, 'pin'))],
    );
  }

  /** It is certain that Meta did not take it. */
  async recordRefused({ accountId, id }: NumberKey): Promise<void> {
    await this.database.query(
      'UPDATE whatsapp_phone_numbers SET pin_pending = NULL, updated_at = now() WHERE account_id = $1 AND id = $2',
      [accountId, id],
    );
  }
}

function contextOf(id: AssetId, column: 'pin' | 'pin_pending'): string {
  return `whatsapp_phone_numbers:${id}:${column}`;
}
