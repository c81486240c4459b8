import { Injectable } from '@nestjs/common';
import type { AccountId, AssetId } from '../../database/ids';
import { AccountAmbiguousError, NotFoundError } from '../../errors/app.error';
import { AccountsRepository } from './accounts.repository';
import type { NamedAssets } from '../account-scope';
import { AssetDiscoveryService, type DiscoveryResult } from './asset-discovery.service';
import type { WhatsAppBusinessAccountEntity } from '../entities/whatsapp-business-account.entity';
import type { WhatsAppPhoneNumberEntity } from '../entities/whatsapp-phone-number.entity';
import type { SendingLimits } from './sending-limits';
import { SendingStanding } from './sending-standing.service';

/** A WABA with its numbers. */
export interface WabaWithNumbers {
  waba: WhatsAppBusinessAccountEntity;
  numbers: WhatsAppPhoneNumberEntity[];
}

/** One number of one WABA; the number is null for a WABA that has none yet. */
export interface ChosenAccount {
  waba: WhatsAppBusinessAccountEntity;
  number: WhatsAppPhoneNumberEntity | null;
}

type Named = Pick<NamedAssets, 'wabaId' | 'phoneNumberId'>;

const NOTHING_AT_META =
  'This Meta account has no WhatsApp Business Account that was shared with the app. Create one in WhatsApp Manager, or connect again and select it, then call POST /api/meta/whatsapp/account/sync.';
const NO_SUCH_WABA = 'There is no such WhatsApp Business Account.';
const NO_SUCH_NUMBER = 'There is no such phone number.';

@Injectable()
export class AccountsService {
  constructor(
    private readonly repository: AccountsRepository,
    private readonly discovery: AssetDiscoveryService,
    private readonly standing: SendingStanding,
  ) {}

  /**
   * What a number may send at present, from what is stored: one short query, no call to Meta.
   * @param assetId our id of the number
   * @throws NotFoundError when the account has no such number
   */
  async limitsOf(accountId: AccountId, assetId: AssetId): Promise<SendingLimits> {
    return this.standing.limitsOf(accountId, assetId);
  }

  /**
   * Tells that Meta refused a message because of who sends it; codes that are about the message are ignored. Writes and
   * tells it once, however often it is called.
   */
  async recordSendingProblem(accountId: AccountId, assetId: AssetId, metaCode: number): Promise<void> {
    await this.standing.recordProblem(accountId, assetId, metaCode);
  }

  /** What is stored; looked for at Meta when there is nothing yet. */
  async list(accountId: AccountId): Promise<WabaWithNumbers[]> {
    const stored = await this.stored(accountId);
    if (stored.length > 0) return stored;
    const result = await this.discovery.discover(accountId);
    const found = await this.stored(accountId);
    if (found.length === 0) throw reasonForNothing(result);
    return found;
  }

  /** Reads everything from Meta again. */
  async sync(accountId: AccountId): Promise<{ accounts: WabaWithNumbers[]; result: DiscoveryResult }> {
    const result = await this.discovery.discover(accountId);
    return { accounts: await this.stored(accountId), result };
  }

  /**
   * The one WABA and number that a request means.
   * @throws NotFoundError when what it names is not the account's, or Meta has nothing
   * @throws AccountAmbiguousError when there are several and none is named
   */
  async choose(accountId: AccountId, named: Named): Promise<ChosenAccount> {
    const all = await this.list(accountId);
    const wabas = named.wabaId === undefined ? all : all.filter(({ waba }) => waba.wabaId === named.wabaId);
    if (wabas.length === 0) throw new NotFoundError(NO_SUCH_WABA);
    const numbers = wabas.flatMap((each) => each.numbers.map((number) => ({ waba: each.waba, number })));
    if (named.phoneNumberId !== undefined) {
      const match = numbers.find(({ number }) => number.phoneNumberId === named.phoneNumberId);
      if (match === undefined) throw new NotFoundError(NO_SUCH_NUMBER);
      return match;
    }
    const [first] = numbers;
    if (first !== undefined && numbers.length === 1) return first;
    if (first !== undefined) {
      throw new AccountAmbiguousError(
        'phoneNumberId',
        numbers.map(({ number }) => ({ id: number.phoneNumberId, name: labelOf(number) })),
      );
    }
    const [only, another] = wabas;
    if (only === undefined || another !== undefined) throw ambiguousWaba(wabas);
    return { waba: only.waba, number: null };
  }

  /** The number that a request means. @throws NotFoundError also when the WABA has none */
  async chooseNumber(
    accountId: AccountId,
    named: Named,
  ): Promise<{ waba: WhatsAppBusinessAccountEntity; number: WhatsAppPhoneNumberEntity }> {
    const { waba, number } = await this.choose(accountId, named);
    if (number === null) {
      throw new NotFoundError(
        'This WhatsApp Business Account has no phone number yet. Add one in WhatsApp Manager, then call POST /api/meta/whatsapp/account/sync.',
      );
    }
    return { waba, number };
  }

  /** The WABA that a request means. @throws NotFoundError, AccountAmbiguousError as `choose` */
  async chooseWaba(accountId: AccountId, wabaId: string | undefined): Promise<WhatsAppBusinessAccountEntity> {
    const all = await this.list(accountId);
    const wabas = wabaId === undefined ? all : all.filter(({ waba }) => waba.wabaId === wabaId);
    const [only, another] = wabas;
    if (only === undefined) throw new NotFoundError(NO_SUCH_WABA);
    if (another !== undefined) throw ambiguousWaba(wabas);
    return only.waba;
  }

  private async stored(accountId: AccountId): Promise<WabaWithNumbers[]> {
    const wabas = await this.repository.wabasOf(accountId);
    if (wabas.length === 0) return [];
    const numbers = await this.repository.phoneNumbersOf(accountId, wabas);
    return wabas.map((waba) => ({
      waba,
      numbers: numbers.filter((number) => number.whatsappBusinessAccountId === waba.id),
    }));
  }
}

/** What the caller can act on goes first: a person who has to reconnect, an owner to ask, a wait. */
function reasonForNothing({ failures }: DiscoveryResult): Error {
  const byUse = ['CONFLICT', 'META_RATE_LIMITED', 'META_UNAVAILABLE', 'META_REAUTH_REQUIRED'];
  for (const code of byUse) {
    const failure = failures.find(({ error }) => error.code === code);
    if (failure !== undefined) return failure.error;
  }
  return new NotFoundError(NOTHING_AT_META);
}

function ambiguousWaba(wabas: readonly WabaWithNumbers[]): AccountAmbiguousError {
  return new AccountAmbiguousError(
    'wabaId',
    wabas.map(({ waba }) => ({ id: waba.wabaId, name: waba.name })),
  );
}

function labelOf({ displayName, phoneNumber }: WhatsAppPhoneNumberEntity): string | null {
  const parts = [displayName, phoneNumber].filter((part) => part !== null);
  return parts.length === 0 ? null : parts.join(', ');
}
