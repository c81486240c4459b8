import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { AssetsService } from '../../assets/assets.service';
import { AppError, NotFoundError } from '../../errors/app.error';
import { GraphError } from '../../graph-client/graph.error';
import { MetaAccountsService } from '../../meta-auth/meta-accounts.service';
import { MetaTokenService } from '../../meta-auth/meta-token.service';
import type { WhatsAppBusinessAccountEntity } from '../entities/whatsapp-business-account.entity';
import type { DiscoveredPhoneNumber } from '../whatsapp-api.responses';
import { AccountsRepository } from './accounts.repository';
import { NumberReader } from './number-reader';
import { type NumberOfAccount, NumberScope } from './number-scope';
import { type NewPhoneNumber, PhoneNumbersApi } from './phone-numbers-api';
import { withRegistrationProblems } from './registration-problem';

/** A number as it is stored; `isStale` when Meta was to be asked and did not answer. */
export interface ReadNumber extends NumberOfAccount {
  isStale: boolean;
}

@Injectable()
export class PhoneNumbersService {
  private readonly log = new Logger(PhoneNumbersService.name);

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly tokens: MetaTokenService,
    private readonly numbers: PhoneNumbersApi,
    private readonly scope: NumberScope,
    private readonly reader: NumberReader,
    private readonly repository: AccountsRepository,
    private readonly assets: AssetsService,
    private readonly accounts: MetaAccountsService,
  ) {}

  /** Reads it from Meta first. @throws GraphError when Meta refuses for good; a time-out only makes the answer stale */
  async refresh(of: NumberOfAccount): Promise<ReadNumber> {
    try {
      await this.reader.read(of);
      return { ...(await this.scope.again(of)), isStale: false };
    } catch (error) {
      if (!(error instanceof GraphError) || !error.retryable) throw error;
      return { ...of, isStale: true };
    }
  }

  /**
   * Adds a number to a WABA; then it has to be verified with a code and registered. Dying after Meta took it loses
   * nothing: the next sync finds it.
   */
  async add(waba: WhatsAppBusinessAccountEntity, wish: NewPhoneNumber): Promise<NumberOfAccount> {
    const { accountId, wabaId } = waba;
    const phoneNumberId = await withRegistrationProblems(() =>
      this.tokens.withToken(accountId, (token) => this.numbers.add(token, wabaId, wish)),
    );
    const readAt = new Date();
    const number = await this.readAdded(waba, phoneNumberId, wish);
    await this.database.transaction(async (tx) => {
      await this.accounts.hold(tx, accountId);
      const owned = await this.assets.claim(tx, accountId, [
        { kind: 'phone_number', metaId: phoneNumberId, name: wish.displayName },
      ]);
      await this.repository.upsertPhoneNumbers(tx, waba, owned, [{ number, profile: null }], readAt);
    });
    const found = await this.scope.find([accountId], phoneNumberId);
    if (found === null) throw new NotFoundError('The number was added and removed again at once.');
    return found;
  }

  /** Meta reviews it; the old name stays until it is approved and the number registered again. */
  async requestDisplayName(of: NumberOfAccount, displayName: string): Promise<NumberOfAccount> {
    const { accountId, number } = of;
    await this.tokens.withToken(accountId, (token) =>
      this.numbers.requestDisplayName(token, number.phoneNumberId, displayName),
    );
    await this.database.query(
      `UPDATE whatsapp_phone_numbers
          SET new_display_name = $3, new_name_status = 'PENDING_REVIEW', updated_at = now()
        WHERE account_id = $1 AND id = $2`,
      [accountId, number.id, displayName],
    );
    return this.scope.again(of);
  }

  private async readAdded(
    { accountId, wabaId }: WhatsAppBusinessAccountEntity,
    phoneNumberId: string,
    wish: NewPhoneNumber,
  ): Promise<DiscoveredPhoneNumber> {
    try {
      return await this.tokens.withToken(accountId, (token) => this.numbers.read(token, phoneNumberId));
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      this.log.log(`Number ${phoneNumberId} of WABA ${wabaId} was added but not read: ${error.message}`);
      return asAdded(phoneNumberId, wish);
    }
  }
}

function asAdded(phoneNumberId: string, wish: NewPhoneNumber): DiscoveredPhoneNumber {
  return {
    phoneNumberId,
    phoneNumber: `+${wish.countryCode} ${wish.phoneNumber}`,
    displayName: wish.displayName,
    status: 'PENDING',
    codeVerificationStatus: 'NOT_VERIFIED',
    qualityRating: null,
    nameStatus: null,
    platformType: null,
    throughputLevel: null,
    messagingLimit: null,
    accountMode: null,
    isOfficialBusinessAccount: null,
    isOnBizApp: null,
    isPinEnabled: null,
    healthStatus: null,
    newDisplayName: null,
    newNameStatus: null,
    username: null,
  };
}
