import { Injectable, Logger } from '@nestjs/common';
import { AssetsService } from '../../assets/assets.service';
import { AppError, ConflictError } from '../../errors/app.error';
import { MetaAccountsService } from '../../meta-auth/meta-accounts.service';
import { AccountsRepository } from './accounts.repository';
import type { InstagramAccountEntity } from '../entities/instagram-account.entity';
import { InstagramAccess } from './instagram-access';
import { type FoundInstagramAccount, InstagramApi, type InstagramDoor } from './instagram-api';
import { InstagramSubscriber } from './instagram-subscriber';

/** Connects Instagram accounts, and lets go of them. */
@Injectable()
export class AccountConnector {
  private readonly log = new Logger(AccountConnector.name);

  constructor(
    private readonly api: InstagramApi,
    private readonly access: InstagramAccess,
    private readonly subscriber: InstagramSubscriber,
    private readonly repository: AccountsRepository,
    private readonly assets: AssetsService,
    private readonly accounts: MetaAccountsService,
  ) {}

  /**
   * Everything that can be refused is asked of Meta first, and only what works is stored, at once. Dying before that leaves a
   * subscription whose events are quarantined until somebody connects the account.
   * @throws GraphReauthRequiredError when nothing opens it, or a permission is missing
   * @throws ConflictError when another account owns it, or Meta does not keep the subscription
   */
  async connect(account: InstagramAccountEntity): Promise<InstagramAccountEntity> {
    await this.requireFree(account);
    const current = await this.access.with(account, async (door) => {
      const read = await this.read(account, door);
      await this.subscriber.subscribe(account, door);
      return read;
    });
    return this.repository.transaction(async (tx) => {
      await this.accounts.hold(tx, account.accountId);
      const claimed = await this.assets.claim(tx, account.accountId, [claimOf(account)]);
      const [owned] = claimed;
      if (owned === undefined) throw new Error('The claimed Instagram account did not come back.');
      await this.repository.upsert(tx, claimed, [current]);
      return this.repository.connect(tx, owned);
    });
  }

  /** @returns whether Meta confirmed that it sends nothing more */
  async disconnect(account: InstagramAccountEntity): Promise<boolean> {
    const isUnsubscribed = account.status !== 'available' && (await this.unsubscribe(account));
    await this.repository.transaction(async (tx) => {
      await this.repository.disconnect(tx, account);
      await this.assets.release(tx, account.accountId, [claimOf(account)]);
    });
    return isUnsubscribed;
  }

  /** The calls that the service is going to make: other ways of reading show accounts that cannot be used. */
  private async read(
    { igAccountId, pageId, pageName }: InstagramAccountEntity,
    door: InstagramDoor,
  ): Promise<FoundInstagramAccount> {
    if (pageId !== null) {
      const found = await this.api.accountOfPage(door.token, igAccountId);
      await this.api.tryReading(door, pageId);
      return { ...found, pageId, pageName };
    }
    const own = await this.api.ownAccount(door.token);
    if (own.igAccountId !== igAccountId)
      throw new ConflictError('This login belongs to another Instagram account by now. Connect that one.', {
        igAccountId: own.igAccountId,
      });
    await this.api.tryReading(door, 'me');
    return own;
  }

  /** Before Meta is told to send us anything of an account that is somebody else's. */
  private async requireFree(account: InstagramAccountEntity): Promise<void> {
    await this.repository.transaction(async (tx) => {
      const claim = claimOf(account);
      const owner = (await this.assets.ownersOf(tx, [claim])).get(`instagram:${claim.metaId}`);
      // Claiming it says so in the words that every other asset's owner gets.
      if (owner !== undefined && owner.accountId !== account.accountId)
        await this.assets.claim(tx, account.accountId, [claim]);
    });
  }

  private async unsubscribe(account: InstagramAccountEntity): Promise<boolean> {
    try {
      return await this.access.with(account, (door) => this.subscriber.unsubscribe(account, door));
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      this.log.warn(
        `Instagram account ${account.igAccountId} is disconnected here, but Meta did not confirm: ${error.message}`,
      );
      return false;
    }
  }
}

function claimOf({ igAccountId, username }: InstagramAccountEntity) {
  return { kind: 'instagram' as const, metaId: igAccountId, name: username === '' ? null : username };
}
