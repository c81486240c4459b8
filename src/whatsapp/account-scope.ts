import { Injectable } from '@nestjs/common';
import { type AssetRef, AssetsService } from '../assets/assets.service';
import type { AccountId } from '../database/ids';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { NotFoundError } from '../errors/app.error';
import type { AuthenticatedUser } from '../identity/authenticated-user';
import { FacebookLoginAccounts } from '../meta-auth/facebook-login-accounts.service';

/** What a request may name to say what it is about; all of it is optional while there is only one. */
export interface NamedAssets {
  accountId?: string;
  /** Meta's id. */
  wabaId?: string;
  /** Meta's id. */
  phoneNumberId?: string;
}

/** Tells which connected account a request is about, from whatever it names. */
@Injectable()
export class AccountScope {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly access: FacebookLoginAccounts,
    private readonly assets: AssetsService,
  ) {}

  /**
   * A WABA or number belongs to one account only, so that naming it is enough for a user with several accounts.
   * @throws AccountNotFoundError when the user has no account, or not the named one
   * @throws AccountAmbiguousError when the user has several and the request names nothing
   * @throws NotFoundError when the named WABA or number is not the user's
   */
  async resolve(
    user: AuthenticatedUser,
    { accountId, wabaId, phoneNumberId }: NamedAssets,
  ): Promise<AccountId> {
    const refs: AssetRef[] = [];
    if (phoneNumberId !== undefined) refs.push({ kind: 'phone_number', metaId: phoneNumberId });
    if (wabaId !== undefined) refs.push({ kind: 'waba', metaId: wabaId });
    if (accountId !== undefined || refs.length === 0) return this.access.resolve(user, accountId);

    const mine = await this.access.idsOf(user);
    const [only] = mine;
    // With one account, or none, the question does not arise; whether the asset is there is seen when it is looked up.
    if (only === undefined) return this.access.resolve(user);
    if (mine.length === 1) return only;
    const owners = await this.assets.ownersOf(this.database.manager, refs);
    const owner = [...owners.values()].find((asset) => mine.includes(asset.accountId));
    if (owner === undefined) throw new NotFoundError('There is no such WhatsApp account or phone number.');
    return owner.accountId;
  }

  /** All accounts of the user: for resources that are named by an id of our own. */
  async accountIdsOf(user: AuthenticatedUser): Promise<AccountId[]> {
    return this.access.idsOf(user);
  }
}
