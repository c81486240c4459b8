import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { In, Not, type Repository } from 'typeorm';
import { type AssetId, isUuid } from '../../database/ids';
import { AccountAmbiguousError, AccountNotFoundError, NotFoundError } from '../../errors/app.error';
import { AccountAccess } from '../../identity/account-access.service';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { InstagramAccountEntity } from '../entities/instagram-account.entity';

const MOST_CHOICES = 100;

/** Tells which connected Instagram account a request is about. */
@Injectable()
export class InstagramAccountScope {
  constructor(
    @InjectRepository(InstagramAccountEntity) private readonly accounts: Repository<InstagramAccountEntity>,
    private readonly access: AccountAccess,
  ) {}

  /**
   * @param ref our id of the Instagram account or Meta's; without one it is the only one that the user has connected
   * @throws AccountNotFoundError when the user has no Meta account at all
   * @throws NotFoundError when none is connected, or not this one
   * @throws AccountAmbiguousError listing the connected ones
   */
  async resolve(user: AuthenticatedUser, ref: string | undefined): Promise<InstagramAccountEntity> {
    const mine = await this.access.accountIdsOf(user.id);
    if (mine.length === 0) throw new AccountNotFoundError();
    const found = await this.accounts.find({
      where: {
        accountId: In(mine),
        status: Not('available'),
        ...(ref === undefined
          ? {}
          : isUuid(ref)
            ? { id: ref.toLowerCase() as AssetId }
            : { igAccountId: ref }),
      },
      order: { username: 'ASC', id: 'ASC' },
      take: MOST_CHOICES,
    });
    const [first, second] = found;
    if (first === undefined)
      throw new NotFoundError(
        'No such Instagram account is connected. Connect it with POST /api/meta/instagram/accounts/{accountId}/connect.',
      );
    if (second !== undefined)
      throw new AccountAmbiguousError(
        'accountId',
        found.map(({ id, username }) => ({ id, name: username === '' ? null : username })),
      );
    return first;
  }
}
