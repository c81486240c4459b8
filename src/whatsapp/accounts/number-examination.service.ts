import { Injectable } from '@nestjs/common';
import type { AccountId } from '../../database/ids';
import { AppError } from '../../errors/app.error';
import { MetaTokenService } from '../../meta-auth/meta-token.service';
import type { WhatsAppBusinessAccountEntity } from '../entities/whatsapp-business-account.entity';
import type { WhatsAppPhoneNumberEntity } from '../entities/whatsapp-phone-number.entity';
import type { DiscoveredPhoneNumber } from '../whatsapp-api.responses';
import { AccountsRepository } from './accounts.repository';
import { type CallbackRoute, CallbackOverrideService } from './callback-override.service';
import { PhoneNumbersApi } from './phone-numbers-api';

/** How a number is, by what is stored and by what Meta says at this moment. */
export interface NumberExamination {
  number: WhatsAppPhoneNumberEntity;
  waba: WhatsAppBusinessAccountEntity;
  /** Null where Meta did not say. */
  found: DiscoveredPhoneNumber | null;
  /** Where its messages go; null where Meta did not say. */
  route: CallbackRoute | null;
  /** Why Meta did not say, for people; null when it did. */
  unreadable: string | null;
}

/** Looks at the numbers of an account and writes nothing down. */
@Injectable()
export class NumberExaminations {
  constructor(
    private readonly repository: AccountsRepository,
    private readonly tokens: MetaTokenService,
    private readonly numbers: PhoneNumbersApi,
    private readonly overrides: CallbackOverrideService,
  ) {}

  /** Those of all WABAs of the account, oldest first. @param atMost so many; each costs Meta two calls */
  async examine(accountId: AccountId, atMost: number): Promise<NumberExamination[]> {
    const wabas = await this.repository.wabasOf(accountId);
    if (wabas.length === 0) return [];
    const known = new Map(wabas.map((waba) => [waba.id, waba]));
    const numbers = (await this.repository.phoneNumbersOf(accountId, wabas)).slice(0, atMost);
    return Promise.all(
      numbers.flatMap((number) => {
        const waba = known.get(number.whatsappBusinessAccountId);
        return waba === undefined ? [] : [this.one(waba, number)];
      }),
    );
  }

  private async one(
    waba: WhatsAppBusinessAccountEntity,
    number: WhatsAppPhoneNumberEntity,
  ): Promise<NumberExamination> {
    const { accountId } = waba;
    try {
      const [found, route] = await Promise.all([
        this.tokens.withToken(accountId, (token) => this.numbers.read(token, number.phoneNumberId)),
        this.overrides.ofNumber({ accountId, waba, number }),
      ]);
      return { number, waba, found, route, unreadable: null };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return { number, waba, found: null, route: null, unreadable: error.message };
    }
  }
}
