import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { AppConfig } from '../config/app-config';
import { DirectThreads } from '../conversations/direct/direct-threads';
import { ValidationFailedError } from '../errors/app.error';
import type { AuthenticatedUser } from '../identity/authenticated-user';
import { DirectDesk } from './direct-desk.service';
import type { DirectSender } from './direct-door';
import type { DirectHouse, NamedSender } from './direct-house';
import type { NamedRecipient } from './direct-recipients.service';
import { DirectSettingsApi, type ThreadAction } from './direct-settings-api';

type Json = Record<string, unknown>;

/** What users set around conversations, at once and at Meta. */
@Injectable()
export class DirectSettings {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly config: AppConfig,
    private readonly desk: DirectDesk,
    private readonly threads: DirectThreads,
    private readonly api: DirectSettingsApi,
  ) {}

  async profile<S extends DirectSender>(
    house: DirectHouse<S>,
    user: AuthenticatedUser,
    named: NamedSender,
    fields: readonly string[],
  ): Promise<Json> {
    const sender = await house.choose(user, named);
    return this.desk.call(house, sender, (door) => this.api.profile(door, house.platform, fields));
  }

  async setProfile<S extends DirectSender>(
    house: DirectHouse<S>,
    user: AuthenticatedUser,
    named: NamedSender,
    profile: Json,
  ): Promise<void> {
    if (Object.keys(profile).length === 0)
      throw ValidationFailedError.of('', 'notEmpty', 'Give at least one field to set.');
    const sender = await house.choose(user, named);
    await this.desk.call(house, sender, (door) => this.api.setProfile(door, house.platform, profile));
  }

  async deleteProfile<S extends DirectSender>(
    house: DirectHouse<S>,
    user: AuthenticatedUser,
    named: NamedSender,
    fields: readonly string[],
  ): Promise<void> {
    const sender = await house.choose(user, named);
    await this.desk.call(house, sender, (door) => this.api.deleteProfile(door, house.platform, fields));
  }

  /** @param targetAppId whom it is passed on to */
  async controlThread<S extends DirectSender>(
    house: DirectHouse<S>,
    user: AuthenticatedUser,
    named: NamedSender & NamedRecipient,
    action: ThreadAction,
    { targetAppId, metadata }: { targetAppId?: string | undefined; metadata?: string | undefined },
  ): Promise<void> {
    const { sender, person } = await this.desk.endsOf(house, user, named);
    await this.desk.call(house, sender, (door) =>
      this.api.controlThread(door, action, {
        recipient: { id: person.value },
        ...(targetAppId === undefined ? {} : { target_app_id: targetAppId }),
        ...(metadata === undefined ? {} : { metadata }),
      }),
    );
    if (action === 'request') return;
    const owner = { pass: targetAppId ?? null, take: this.config.env.META_APP_ID, release: null }[action];
    // Meta tells the other app only. Dying before this line is made up for by the person's next event.
    await this.database.transaction((tx) =>
      this.threads.learn(tx, [
        {
          accountId: sender.accountId,
          assetId: sender.id,
          person,
          at: new Date(),
          fact: 'owner',
          value: { app_id: owner, previous_app_id: null },
        },
      ]),
    );
  }
}
