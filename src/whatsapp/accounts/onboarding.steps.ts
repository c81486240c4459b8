import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { ConflictError, NotFoundError } from '../../errors/app.error';
import { GraphRejectedError } from '../../graph-client/graph.error';
import { MetaTokenService } from '../../meta-auth/meta-token.service';
import { JobQueue } from '../../queue/job-queue';
import type { WhatsAppOnboardingEntity } from '../entities/whatsapp-onboarding.entity';
import { AccountsRepository } from './accounts.repository';
import { NumberReader } from './number-reader';
import { type NumberOfAccount, NumberScope } from './number-scope';
import { type ClaimedStep, OnboardingRepository } from './onboarding.repository';
import { PhoneNumbersApi, type SyncType } from './phone-numbers-api';
import { PhoneRegistrationService } from './phone-registration.service';
import { PinVault } from './pin-vault';
import { WabaImporter } from './waba-importer';
import { WabaSubscriber } from './waba-subscriber';

/** Asked for before: it can be had once for each signup. */
const SYNC_ALREADY_ASKED = 2593107;
const SYNC_TOO_LATE = 2593108;

/**
 * What each step does. All can be done again: a process may have died after Meta did its part and before that was
 * written down.
 */
@Injectable()
export class OnboardingSteps {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly onboardings: OnboardingRepository,
    private readonly tokens: MetaTokenService,
    private readonly importer: WabaImporter,
    private readonly subscriber: WabaSubscriber,
    private readonly accounts: AccountsRepository,
    private readonly scope: NumberScope,
    private readonly reader: NumberReader,
    private readonly registration: PhoneRegistrationService,
    private readonly pins: PinVault,
    private readonly numbers: PhoneNumbersApi,
    private readonly jobs: JobQueue,
  ) {}

  /** @returns what is worth keeping of it. @throws AppError when it did not succeed */
  async take(claimed: ClaimedStep): Promise<Record<string, unknown>> {
    const onboarding = await this.onboardings.find(claimed);
    if (onboarding === null) throw new NotFoundError('There is no such onboarding.');
    switch (claimed.step) {
      case 'import':
        return this.import(onboarding);
      case 'subscribe':
        return this.subscribe(onboarding);
      case 'register':
        return this.register(onboarding, claimed);
      case 'contacts':
        return this.synchronize(onboarding, claimed, 'smb_app_state_sync');
      case 'history':
        return this.synchronize(onboarding, claimed, 'history');
    }
  }

  private async import(onboarding: WhatsAppOnboardingEntity): Promise<Record<string, unknown>> {
    const { accountId, id: onboardingId, wabaId, phoneNumberId } = onboarding;
    await this.tokens.withToken(accountId, (token) => this.importer.import(accountId, token, wabaId));
    await this.jobs.add('template-sync', 'sync', { accountId, wabaId }, { jobId: `${accountId}:${wabaId}` });
    if (phoneNumberId !== null) return {};
    // The browser is not told the number of a coexistence signup: it is the one that is on the phone as well.
    const [waba] = (await this.accounts.wabasOf(accountId)).filter((each) => each.wabaId === wabaId);
    const found = waba === undefined ? [] : await this.accounts.phoneNumbersOf(accountId, [waba]);
    const onPhone = found.filter(({ isOnBizApp }) => isOnBizApp === true);
    const [only, another] = onPhone;
    if (onboarding.event !== 'FINISH_WHATSAPP_BUSINESS_APP_ONBOARDING' || only === undefined || another)
      return {};
    await this.onboardings.recordNumber({ accountId, onboardingId }, only.phoneNumberId);
    return { phoneNumberId: only.phoneNumberId };
  }

  private async subscribe({ accountId, wabaId }: WhatsAppOnboardingEntity): Promise<Record<string, unknown>> {
    await this.tokens.withToken(accountId, (token) => this.subscriber.subscribe(accountId, token, wabaId));
    return {};
  }

  private async register(
    onboarding: WhatsAppOnboardingEntity,
    { accountId, onboardingId }: ClaimedStep,
  ): Promise<Record<string, unknown>> {
    const key = { accountId, onboardingId };
    const of = await this.numberOf(onboarding);
    await this.reader.read(of, 'registration');
    const { number } = await this.scope.again(of);
    if (number.status === 'CONNECTED' && number.platformType === 'CLOUD_API') {
      // One that was sent by an attempt of which no answer came back has made it so.
      const { pendingPin } = await this.pins.read(number);
      if (pendingPin !== null)
        await this.database.transaction((tx) => this.pins.recordTaken(tx, number, pendingPin));
      await this.onboardings.forgetPin(key);
      return pendingPin === null ? { alreadyRegistered: true } : {};
    }
    const pin = await this.onboardings.pinOf(key);
    await this.registration.register({ ...of, number }, { ...(pin === null ? {} : { pin }) });
    await this.onboardings.forgetPin(key);
    return {};
  }

  private async synchronize(
    onboarding: WhatsAppOnboardingEntity,
    { result }: ClaimedStep,
    type: SyncType,
  ): Promise<Record<string, unknown>> {
    const { accountId, number } = await this.numberOf(onboarding);
    try {
      const requestId = await this.tokens.withToken(accountId, (token) =>
        this.numbers.requestAppData(token, number.phoneNumberId, type),
      );
      return { requestId };
    } catch (error) {
      if (!(error instanceof GraphRejectedError)) throw error;
      const codes = [error.meta?.code, error.meta?.subcode];
      // An attempt whose answer was lost, or an earlier signup: what was asked for comes, or came.
      if (codes.includes(SYNC_ALREADY_ASKED)) return { alreadyRequested: true, ...(result ?? {}) };
      if (codes.includes(SYNC_TOO_LATE)) throw tooLate(error);
      throw error;
    }
  }

  private async numberOf(onboarding: WhatsAppOnboardingEntity): Promise<NumberOfAccount> {
    const { accountId, phoneNumberId } = onboarding;
    if (phoneNumberId === null)
      throw new ConflictError(
        'It is not known which number was connected: none of the account is on the phone app, or several are. Go through Embedded Signup again.',
      );
    const found = await this.scope.find([accountId], phoneNumberId);
    if (found === null) throw new NotFoundError('The number is not among those of the account at Meta.');
    return found;
  }
}

function tooLate(error: GraphRejectedError): GraphRejectedError {
  return new GraphRejectedError(
    'Meta hands contacts and past chats over only within 24 hours of the signup. Disconnect the number in the phone app and go through Embedded Signup again to have them.',
    { meta: error.meta },
  );
}
