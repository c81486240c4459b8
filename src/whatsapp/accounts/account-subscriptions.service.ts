import { Injectable } from '@nestjs/common';
import type { AccountId } from '../../database/ids';
import { MetaTokenService } from '../../meta-auth/meta-token.service';
import { AccountsService } from './accounts.service';
import { WabaSubscriber } from './waba-subscriber';

export interface WabaSubscription {
  wabaId: string;
  state: 'subscribed' | 'missing' | 'unreadable';
  problem: string | null;
  phoneNumberIds: string[];
}

/** The subscriptions of an account's WABAs, for people who wonder why nothing arrives. */
@Injectable()
export class AccountSubscriptions {
  constructor(
    private readonly accounts: AccountsService,
    private readonly subscriber: WabaSubscriber,
    private readonly tokens: MetaTokenService,
  ) {}

  /**
   * As Meta has them now.
   * @param wabaId only of this one
   * @throws NotFoundError when the account has no such WABA
   */
  async list(accountId: AccountId, wabaId: string | undefined): Promise<WabaSubscription[]> {
    if (wabaId !== undefined) await this.accounts.chooseWaba(accountId, wabaId);
    const found = await this.subscriber.checkAssets(accountId);
    return found
      .filter(({ asset }) => wabaId === undefined || asset.metaId === wabaId)
      .map(({ asset, covers, state, problem }) => ({
        wabaId: asset.metaId,
        state,
        problem,
        phoneNumberIds: covers.filter(({ kind }) => kind === 'phone_number').map(({ metaId }) => metaId),
      }));
  }

  /** @param wabaId only this one; all of them where left out. @throws GraphError when Meta refuses one */
  async subscribe(accountId: AccountId, wabaId: string | undefined): Promise<void> {
    if (wabaId === undefined) return this.subscriber.subscribeAssets(accountId);
    const waba = await this.accounts.chooseWaba(accountId, wabaId);
    await this.tokens.withToken(accountId, (token) =>
      this.subscriber.subscribe(accountId, token, waba.wabaId),
    );
  }
}
