import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { ValidationFailedError } from '../../errors/app.error';
import { GraphRejectedError } from '../../graph-client/graph.error';
import { MetaTokenService } from '../../meta-auth/meta-token.service';
import type { NumberOfAccount } from './number-scope';
import { type ConversationalAutomation, PhoneSettingsApi } from './phone-settings-api';

export interface Username {
  username: string | null;
  status: string | null;
}

/** What can be set for one number, at Meta: settings, username, what people see when they open an empty chat. */
@Injectable()
export class PhoneSettingsService {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly tokens: MetaTokenService,
    private readonly api: PhoneSettingsApi,
  ) {}

  async settings({ accountId, number }: NumberOfAccount): Promise<Readonly<Record<string, unknown>>> {
    return this.tokens.withToken(accountId, (token) => this.api.settings(token, number.phoneNumberId));
  }

  /** @throws ValidationFailedError when nothing is to be changed */
  async changeSettings(of: NumberOfAccount, change: Readonly<Record<string, unknown>>): Promise<void> {
    if (Object.keys(change).length === 0)
      throw ValidationFailedError.of('', 'isNotEmpty', 'Name at least one setting.');
    const { accountId, number } = of;
    await this.tokens.withToken(accountId, (token) =>
      this.api.changeSettings(token, number.phoneNumberId, change),
    );
  }

  /** From Meta, which answers an error where there is none: that is an answer too. */
  async username(of: NumberOfAccount): Promise<Username> {
    const { accountId, number } = of;
    const read = await this.tokens.withToken(accountId, async (token) => {
      try {
        return await this.api.username(token, number.phoneNumberId);
      } catch (error) {
        if (error instanceof GraphRejectedError && /no username|not found|does not have/i.test(error.message))
          return { username: null, status: null };
        throw error;
      }
    });
    await this.recordUsername(of, read);
    return read;
  }

  async setUsername(of: NumberOfAccount, username: string): Promise<Username> {
    const { accountId, number } = of;
    const status = await this.tokens.withToken(accountId, (token) =>
      this.api.setUsername(token, number.phoneNumberId, username),
    );
    const set = { username, status };
    await this.recordUsername(of, set);
    return set;
  }

  async removeUsername(of: NumberOfAccount): Promise<void> {
    const { accountId, number } = of;
    await this.tokens.withToken(accountId, (token) => this.api.removeUsername(token, number.phoneNumberId));
    await this.recordUsername(of, { username: null, status: 'deleted' });
  }

  async automation({ accountId, number }: NumberOfAccount): Promise<ConversationalAutomation> {
    return this.tokens.withToken(accountId, (token) => this.api.automation(token, number.phoneNumberId));
  }

  async setAutomation(of: NumberOfAccount, automation: ConversationalAutomation): Promise<void> {
    const { accountId, number } = of;
    await this.tokens.withToken(accountId, (token) =>
      this.api.setAutomation(token, number.phoneNumberId, automation),
    );
  }

  private async recordUsername(
    { accountId, number }: NumberOfAccount,
    { username, status }: Username,
  ): Promise<void> {
    await this.database.query(
      `UPDATE whatsapp_phone_numbers
          SET username = $3, username_status = $4, username_changed_at = now(), updated_at = now()
        WHERE account_id = $1 AND id = $2 AND (username IS DISTINCT FROM $3 OR username_status IS DISTINCT FROM $4)`,
      [accountId, number.id, username, status],
    );
  }
}
