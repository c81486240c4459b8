import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { AccountId } from '../database/ids';
import { ActivityCheck } from './account-checks/activity.check';
import { AssetSubscriptionsCheck } from './account-checks/asset-subscriptions.check';
import { ChannelsCheck } from './account-checks/channels.check';
import { NumbersCheck } from './account-checks/numbers.check';
import { TokenCheck } from './account-checks/token.check';
import { type Check, runChecks } from './check-runner';
import type { Finding } from './finding';

const LONGEST_TOKEN_MS = 8_000;
const LONGEST_REST_MS = 12_000;

export interface KnownAccount {
  id: AccountId;
  name: string | null;
}

/** Examines one connected account: what is stored of it against what Meta says. */
@Injectable()
export class AccountDoctor {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly token: TokenCheck,
    private readonly subscriptions: AssetSubscriptionsCheck,
    private readonly numbers: NumbersCheck,
    private readonly channels: ChannelsCheck,
    private readonly activity: ActivityCheck,
  ) {}

  /** Those that are connected, oldest first. @param atMost so many, and whether there are more */
  async accounts(atMost: number): Promise<{ accounts: KnownAccount[]; total: number }> {
    const rows: { id: AccountId; name: string | null; total: number }[] = await this.database.query(
      `SELECT id, name, count(*) OVER ()::int AS total FROM meta_accounts WHERE deleted_at IS NULL ORDER BY id LIMIT $1`,
      [atMost],
    );
    return { accounts: rows.map(({ id, name }) => ({ id, name })), total: rows[0]?.total ?? 0 };
  }

  async find(id: AccountId): Promise<KnownAccount | null> {
    const rows: KnownAccount[] = await this.database.query(
      'SELECT id, name FROM meta_accounts WHERE id = $1 AND deleted_at IS NULL',
      [id],
    );
    return rows[0] ?? null;
  }

  /**
   * The token first: with a dead one nothing else is asked of Meta, which would only be refused. Never throws.
   * @param withApp also what the app is subscribed to, as far as this account lives on it
   */
  async examine({ id, name }: KnownAccount, withApp: boolean): Promise<Finding[]> {
    const subject = `account ${name ?? id}`;
    // What could not be looked at is no dead token.
    const seen = { isUsable: true };
    const token = await runChecks(
      [
        {
          name: 'token',
          subject,
          look: async () => {
            const { findings, isUsable } = await this.token.look(id, subject);
            seen.isUsable = isUsable;
            return findings;
          },
        },
      ],
      LONGEST_TOKEN_MS,
    );
    const here: Check[] = [
      {
        name: 'webhook-configuration',
        subject,
        look: () => this.subscriptions.configuration(id, subject),
      },
      { name: 'channels', subject, look: () => this.channels.look(id) },
      { name: 'activity', subject, look: () => this.activity.look(id, subject) },
    ];
    const app: Check = { name: 'app-subscription', subject, look: () => this.subscriptions.app(id) };
    const atMeta: Check[] = [
      { name: 'asset-subscription', subject, look: () => this.subscriptions.ofAssets(id, subject) },
      { name: 'phone-number', subject, look: () => this.numbers.look(id) },
    ];
    const rest = await runChecks(
      [...here, ...(withApp ? [app] : []), ...(seen.isUsable ? atMeta : [])],
      LONGEST_REST_MS,
    );
    return [...token, ...rest];
  }
}
