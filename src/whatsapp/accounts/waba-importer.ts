import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { AssetsService } from '../../assets/assets.service';
import type { AccountId } from '../../database/ids';
import { AppError } from '../../errors/app.error';
import { MetaAccountsService } from '../../meta-auth/meta-accounts.service';
import { AccountsRepository, type ReadPhoneNumber } from './accounts.repository';
import { isDeadToken } from '../dead-token';
import { ReadChanges } from './read-changes';
import type { WhatsAppBusinessAccountEntity } from '../entities/whatsapp-business-account.entity';
import type { BusinessProfile } from '../entities/whatsapp-phone-number.entity';
import { WhatsAppApi } from '../whatsapp-api';
import type { DiscoveredPhoneNumber } from '../whatsapp-api.responses';

/** Profiles come one call each; more at once would spend the app's rate limit in bursts. */
const PROFILES_AT_ONCE = 4;

/** Brings one WABA with its numbers from Meta into our tables. */
@Injectable()
export class WabaImporter {
  private readonly log = new Logger(WabaImporter.name);

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly whatsapp: WhatsAppApi,
    private readonly assets: AssetsService,
    private readonly accounts: MetaAccountsService,
    private readonly repository: AccountsRepository,
    private readonly changes: ReadChanges,
  ) {}

  /**
   * Reads everything first and stores it in one transaction: a WABA is never half there. Doing it again changes nothing.
   * @throws AccountNotFoundError when the account was disconnected meanwhile
   * @throws ConflictError when another connected account owns the WABA or one of its numbers
   * @throws GraphError when Meta refuses or cannot be read
   */
  async import(accountId: AccountId, token: string, wabaId: string): Promise<void> {
    const readAt = new Date();
    const waba = await this.whatsapp.waba(token, wabaId);
    const numbers = await this.withProfiles(token, await this.whatsapp.phoneNumbers(token, wabaId));
    await this.database.transaction(async (tx) => {
      await this.accounts.hold(tx, accountId);
      const [wabaAsset, ...numberAssets] = await this.assets.claim(tx, accountId, [
        { kind: 'waba', metaId: waba.wabaId, name: waba.name },
        ...numbers.map(({ number }) => ({
          kind: 'phone_number' as const,
          metaId: number.phoneNumberId,
          name: number.displayName,
        })),
      ]);
      if (wabaAsset === undefined) throw new Error('The claimed WABA did not come back.');
      await this.repository.upsertWaba(tx, wabaAsset, waba, readAt);
      const stored = await this.repository.upsertPhoneNumbers(tx, wabaAsset, numberAssets, numbers, readAt);
      // No webhook tells of the quality rating, and one that was missed is not repeated: reading is what notices.
      await this.changes.record(tx, { accountId, wabaId: waba.wabaId }, stored);
      const present = numbers.map(({ number }) => number.phoneNumberId);
      const gone = await this.repository.retirePhoneNumbers(tx, wabaAsset, present);
      await this.assets.release(
        tx,
        accountId,
        gone.map((metaId) => ({ kind: 'phone_number', metaId })),
      );
    });
  }

  /** Takes out a WABA that the account's token no longer opens, so that somebody else may connect it. */
  async retire({ accountId, id, wabaId }: WhatsAppBusinessAccountEntity): Promise<void> {
    await this.database.transaction(async (tx) => {
      const numbers = await this.repository.retireWaba(tx, accountId, id);
      await this.assets.release(tx, accountId, [
        { kind: 'waba', metaId: wabaId },
        ...numbers.map((metaId) => ({ kind: 'phone_number' as const, metaId })),
      ]);
    });
    this.log.log(`WABA ${wabaId} is no longer open to account ${accountId} and was taken out`);
  }

  private async withProfiles(
    token: string,
    numbers: readonly DiscoveredPhoneNumber[],
  ): Promise<ReadPhoneNumber[]> {
    const read: ReadPhoneNumber[] = [];
    for (let start = 0; start < numbers.length; start += PROFILES_AT_ONCE) {
      const group = numbers.slice(start, start + PROFILES_AT_ONCE);
      read.push(
        ...(await Promise.all(
          group.map(async (number) => ({
            number,
            profile: await this.profileOf(token, number.phoneNumberId),
          })),
        )),
      );
    }
    return read;
  }

  /** A number that is not registered yet has no profile, and Meta says so with an error: the number counts all the same. */
  private async profileOf(token: string, phoneNumberId: string): Promise<BusinessProfile | null> {
    try {
      return await this.whatsapp.businessProfile(token, phoneNumberId);
    } catch (error) {
      if (!(error instanceof AppError) || isDeadToken(error)) throw error;
      return null;
    }
  }
}
