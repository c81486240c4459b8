import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { AppError } from '../../errors/app.error';
import { MetaTokenService } from '../../meta-auth/meta-token.service';
import { WhatsAppApi } from '../whatsapp-api';
import { AccountsRepository } from './accounts.repository';
import { NumberReadsRepository } from './number-reads.repository';
import type { NumberOfAccount } from './number-scope';
import { PhoneNumbersApi } from './phone-numbers-api';
import { ReadChanges } from './read-changes';

const DAY_MS = 86_400_000;
/** A number that cannot send is looked at until it can, so that nobody has to press a button for it. */
const UNWELL_MS = 10 * 60_000;
const FAILED_MS = 60 * 60_000;

/** Brings what is stored of one number up to date, and tells what changed. */
@Injectable()
export class NumberReader {
  private readonly log = new Logger(NumberReader.name);

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly tokens: MetaTokenService,
    private readonly numbers: PhoneNumbersApi,
    private readonly whatsapp: WhatsAppApi,
    private readonly reads: NumberReadsRepository,
    private readonly accounts: AccountsRepository,
    private readonly changes: ReadChanges,
  ) {}

  /**
   * @param field what the reading follows from, for those who are told of changes
   * @throws GraphError when Meta refuses or does not answer
   */
  async read({ accountId, waba, number }: NumberOfAccount, field = 'read'): Promise<void> {
    const readAt = new Date();
    const [read, account] = await this.tokens.withToken(accountId, (token) =>
      Promise.all([
        this.numbers.read(token, number.phoneNumberId),
        // Whether an account is still banned shows only in the account itself.
        waba.status === 'APPROVED' ? null : this.whatsapp.waba(token, waba.wabaId),
      ]),
    );
    // Not all at the same minute of the day.
    const wellMs = DAY_MS * (0.75 + Math.random() / 2);
    await this.database.transaction(async (tx) => {
      if (account !== null) await this.accounts.upsertWaba(tx, waba, account, readAt);
      const stored = await this.reads.record(tx, number, read, { readAt, wellMs, unwellMs: UNWELL_MS });
      await this.changes.record(tx, { accountId, wabaId: waba.wabaId }, stored, field);
    });
  }

  /** For what happens by itself: a number that cannot be read now is read later. */
  async readQuietly(number: NumberOfAccount, field = 'read'): Promise<boolean> {
    try {
      await this.read(number, field);
      return true;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      this.log.log(`Number ${number.number.phoneNumberId} could not be read: ${error.message}`);
      await this.reads.putOff(number.number, Math.max(FAILED_MS, error.retryAfterMs ?? 0));
      return false;
    }
  }
}
