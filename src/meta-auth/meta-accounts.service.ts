import { Injectable, Logger } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AssetsService } from '../assets/assets.service';
import type { AccountId, UserId } from '../database/ids';
import { Outbox } from '../domain-events/outbox';
import { AccountNotFoundError } from '../errors/app.error';
import { GraphError } from '../graph-client/graph.error';
import type { AccountMember, MemberRole, MemberSight } from '../identity/account-member';
import { AccountAccess } from '../identity/account-access.service';
import type { AuthenticatedUser } from '../identity/authenticated-user';
import { Clock } from './clock';
import type { MetaAccountEntity, StatusReason } from './entities/meta-account.entity';
import { MetaAuthApi } from './meta-auth-api';
import { MetaAccountsRepository } from './meta-accounts.repository';
import { TokenVault } from './token-vault';

/** How far the disconnection reached at Meta's end. */
export type RevocationOutcome = 'revoked' | 'failed' | 'shared' | 'not_possible';

@Injectable()
export class MetaAccountsService {
  private readonly log = new Logger(MetaAccountsService.name);

  constructor(
    private readonly accounts: MetaAccountsRepository,
    private readonly access: AccountAccess,
    private readonly vault: TokenVault,
    private readonly api: MetaAuthApi,
    private readonly assets: AssetsService,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
  ) {}

  /**
   * The account that the user means.
   * @throws AccountNotFoundError, AccountAmbiguousError as `AccountAccess.resolve` does
   */
  async resolve(user: AuthenticatedUser, requested?: string): Promise<MetaAccountEntity> {
    return this.get(await this.access.resolve(user, requested));
  }

  /** The same; null for a user who never connected one. */
  async findConnected(user: AuthenticatedUser, requested?: string): Promise<MetaAccountEntity | null> {
    try {
      return await this.resolve(user, requested);
    } catch (error) {
      if (requested === undefined && error instanceof AccountNotFoundError) return null;
      throw error;
    }
  }

  async list(user: AuthenticatedUser): Promise<MetaAccountEntity[]> {
    return this.accounts.findAll(await this.access.accountIdsOf(user.id));
  }

  /**
   * Keeps the account from being disconnected until the transaction ends: what is claimed for it after that would have an
   * owner whom nobody can reach, and nobody else could ever connect it.
   * @throws AccountNotFoundError when it is disconnected already
   */
  async hold(tx: EntityManager, accountId: AccountId): Promise<void> {
    if (!(await this.accounts.hold(tx, accountId))) throw new AccountNotFoundError();
  }

  /**
   * Forgets the tokens and frees the assets. Meta is asked to revoke them first, which needs the token; whatever it
   * answers, the account is disconnected here.
   * @throws ForbiddenError for members who are no owner
   */
  async disconnect(user: AuthenticatedUser, requested: string): Promise<RevocationOutcome> {
    const accountId = await this.access.requireOwner(user, requested);
    const account = await this.get(accountId);
    const outcome = await this.revokeAtMeta(account);
    await this.accounts.transaction(async (tx) => {
      if ((await this.accounts.lock(tx, accountId)) === null) return; // a second request was faster
      await this.bury(tx, account, 'disconnected');
      await this.outbox.record(tx, [
        { kind: 'account.disconnected', accountId, payload: { reason: 'user' } },
      ]);
    });
    return outcome;
  }

  /** Everything that ends with the life of an account here. Rows of other modules that point at it stay. */
  async bury(tx: EntityManager, { id }: MetaAccountEntity, reason: StatusReason): Promise<void> {
    await this.accounts.update(tx, id, {
      accessToken: null,
      refreshToken: null,
      status: 'revoked',
      statusReason: reason,
      permissions: [],
      granularScopes: [],
      nextRefreshAt: null,
      deletedAt: this.clock.now(),
    });
    await this.assets.releaseAll(tx, id);
    await this.access.removeAll(tx, id);
  }

  async members(user: AuthenticatedUser, requested: string): Promise<AccountMember[]> {
    return this.access.members(await this.access.require(user, requested));
  }

  /** @throws ForbiddenError, NotFoundError, ConflictError when nobody would be left as owner */
  async setMember(
    user: AuthenticatedUser,
    requested: string,
    member: { userId: UserId; role: MemberRole; sees?: MemberSight | undefined },
  ): Promise<AccountMember[]> {
    const accountId = await this.access.requireOwner(user, requested);
    const { name } = await this.get(accountId);
    await this.accounts.transaction((tx) =>
      this.access.setMember(tx, { accountId, ...member, accountName: name }),
    );
    return this.access.members(accountId);
  }

  /** @throws ForbiddenError, NotFoundError, ConflictError when nobody would be left as owner */
  async removeMember(user: AuthenticatedUser, requested: string, userId: UserId): Promise<void> {
    const accountId = await this.access.requireOwner(user, requested);
    await this.accounts.transaction((tx) => this.access.removeMember(tx, accountId, userId));
  }

  /** @throws AccountNotFoundError */
  async get(accountId: AccountId): Promise<MetaAccountEntity> {
    const account = await this.accounts.find(accountId);
    if (account === null) throw new AccountNotFoundError();
    return account;
  }

  private async revokeAtMeta(account: MetaAccountEntity): Promise<RevocationOutcome> {
    if (account.loginKind === 'instagram') return 'not_possible'; // Instagram Login knows no such call
    // One person can be connected by several of our users: revoking would end the others' connections, too.
    if (await this.accounts.isConsentShared(account)) return 'shared';
    try {
      const held = await this.vault.read(account.id);
      if (held === null) return 'not_possible';
      return (await this.api.revokeAll(held.token, account.metaUserId)) ? 'revoked' : 'failed';
    } catch (error) {
      const reason = error instanceof GraphError ? error.code : (error as Error).name;
      this.log.warn(`Account ${account.id} is disconnected here, but Meta did not confirm: ${reason}`);
      return 'failed';
    }
  }
}
