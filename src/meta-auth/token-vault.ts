import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { TokenCipher } from '../crypto/token-cipher';
import type { AccountId } from '../database/ids';
import type { MetaAccountEntity } from './entities/meta-account.entity';
import { MetaAccountsRepository } from './meta-accounts.repository';

export interface HeldToken {
  account: MetaAccountEntity;
  /** Plain. */
  token: string;
}

/** Tokens in and out of their ciphertext. Nothing plain is kept in memory beyond the call that needs it. */
@Injectable()
export class TokenVault {
  constructor(
    private readonly accounts: MetaAccountsRepository,
    private readonly cipher: TokenCipher,
  ) {}

  seal(accountId: AccountId, token: string): string {
    return this.cipher.encrypt(token, contextOf(accountId));
  }

  /** The account with its token; null when there is no such account, or no token any more. */
  async read(accountId: AccountId): Promise<HeldToken | null> {
    const account = await this.accounts.findWithSecrets(accountId);
    if (account === null) return null;
    const token = this.open(account);
    return token === null ? null : { account, token };
  }

  /**
   * Changes an account only while it still has the token that was worked with. What was learned about an old token, or
   * made from it, must neither kill nor replace one that a person has brought since.
   * @returns null, and does nothing, when the token is another one by now
   */
  async whileUnchanged<T>(
    { account, token }: HeldToken,
    change: (tx: EntityManager, account: MetaAccountEntity) => Promise<T>,
  ): Promise<T | null> {
    return this.accounts.transaction(async (tx) => {
      const current = await this.accounts.lock(tx, account.id);
      // Compared in plain: a change of the encryption key is no change of the token.
      if (current === null || this.open(current) !== token) return null;
      return change(tx, current);
    });
  }

  private open({ id, accessToken }: MetaAccountEntity): string | null {
    return accessToken === null ? null : this.cipher.decrypt(accessToken, contextOf(id));
  }
}

function contextOf(accountId: AccountId): string {
  return `meta_accounts:${accountId}:access_token`;
}
