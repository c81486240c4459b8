import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { type AccountId, isUuid } from '../../database/ids';
import { NotFoundError, ValidationFailedError } from '../../errors/app.error';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { AccountScope } from '../account-scope';
import { WhatsAppBusinessAccountEntity } from '../entities/whatsapp-business-account.entity';
import { WhatsAppPhoneNumberEntity } from '../entities/whatsapp-phone-number.entity';
import { AccountsRepository } from './accounts.repository';
import { AccountsService } from './accounts.service';

/** A number with the account that holds it. */
export interface NumberOfAccount {
  accountId: AccountId;
  waba: WhatsAppBusinessAccountEntity;
  number: WhatsAppPhoneNumberEntity;
}

const META_ID = /^\d{1,32}$/;

/** Tells which number a path means: by Meta's id, by which all else here names it, or by ours. */
@Injectable()
export class NumberScope {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly scope: AccountScope,
    private readonly repository: AccountsRepository,
    private readonly accounts: AccountsService,
  ) {}

  /**
   * @throws ValidationFailedError when it is neither kind of id
   * @throws NotFoundError when none of the user's accounts owns it
   */
  async of(user: AuthenticatedUser, id: string): Promise<NumberOfAccount> {
    if (!META_ID.test(id) && !isUuid(id))
      throw ValidationFailedError.of(
        'id',
        'phoneNumberId',
        'id must be Meta’s id of a phone number, or ours.',
      );
    const mine = await this.scope.accountIdsOf(user);
    const found = (await this.find(mine, id)) ?? (await this.findAtMeta(mine, id));
    if (found === null) throw new NotFoundError('There is no such phone number.');
    return found;
  }

  /** As it is stored now. @throws NotFoundError when it is gone */
  async again({ accountId, number }: NumberOfAccount): Promise<NumberOfAccount> {
    const found = await this.find([accountId], number.id);
    if (found === null) throw new NotFoundError('There is no such phone number.');
    return found;
  }

  async find(accountIds: readonly AccountId[], id: string): Promise<NumberOfAccount | null> {
    if (accountIds.length === 0) return null;
    const number = await this.repository.findNumber(accountIds, id);
    if (number === null) return null;
    const waba = await this.database.manager.findOneBy(WhatsAppBusinessAccountEntity, {
      accountId: number.accountId,
      id: number.whatsappBusinessAccountId,
    });
    return waba === null ? null : { accountId: number.accountId, waba, number };
  }

  /**
   * In a connected account of which nothing was looked at before. Where there are several, their owner asks for a sync.
   * Connecting starts a sync of its own, which may store the number after `of` looked for it: so it is looked for again
   * whether or not there is anything left to ask.
   */
  private async findAtMeta(mine: readonly AccountId[], id: string): Promise<NumberOfAccount | null> {
    const [only, another] = mine;
    if (only === undefined || another !== undefined) return null;
    if ((await this.repository.wabasOf(only)).length === 0) await this.accounts.list(only);
    return this.find(mine, id);
  }
}
