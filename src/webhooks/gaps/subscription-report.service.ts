import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { AssetKind } from '../../assets/entities/asset.entity';
import { AppConfig } from '../../config/app-config';
import type { AccountId, AssetId } from '../../database/ids';
import type {
  AppSubscriptionDto,
  AssetSubscriptionDto,
  SubscriptionState,
  SubscriptionsDto,
} from '../dto/webhook-subscriptions.dto';
import { WebhookConfigService } from '../webhook-config.service';
import type { WebhookObject } from '../webhook-fields';
import { problemOf } from './app-subscription.check';
import { concerns } from './object-kinds';

interface AppRow {
  object: WebhookObject;
  is_present: boolean;
  is_active: boolean;
  callback_url: string | null;
  fields: string[];
  last_seen_at: Date | null;
  checked_at: Date | null;
}

interface AssetRow {
  id: AssetId;
  kind: AssetKind;
  meta_id: string;
  name: string | null;
  state: SubscriptionState | null;
  last_seen_at: Date | null;
  missing_since: Date | null;
  checked_at: Date | null;
  problem: string | null;
}

/** Says what Meta has of an account's subscriptions, what is needed, and what is wrong, from what the last looks showed. */
@Injectable()
export class SubscriptionReportService {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly config: AppConfig,
    private readonly configs: WebhookConfigService,
  ) {}

  async of(accountId: AccountId): Promise<SubscriptionsDto> {
    const assets = await this.assetsOf(accountId);
    const app = await this.appFor(accountId, new Set(assets.map(({ kind }) => kind)));
    const [check]: { checked_at: Date | null; problem: string | null }[] = await this.database.query(
      'SELECT checked_at, problem FROM webhook_account_checks WHERE account_id = $1',
      [accountId],
    );
    const [watch]: { problem: string | null }[] = await this.database.query(
      'SELECT problem FROM webhook_watch',
    );
    const problems = new Set<string>();
    if (app.length === 0)
      problems.add(
        'No webhook is configured for this account. Configure one with POST /api/meta/webhook/configure.',
      );
    for (const { problem } of [...app, ...assets]) if (problem !== null) problems.add(problem);
    // What kept the look itself from succeeding; where it did succeed these are the same sentences again.
    if (problems.size === 0 && check?.problem) problems.add(check.problem);
    if (problems.size === 0 && watch?.problem && app.some(({ state }) => state === 'unknown'))
      problems.add(watch.problem);
    return {
      accountId,
      healthy: problems.size === 0,
      problems: [...problems],
      checkedAt: check?.checked_at ?? null,
      app,
      assets,
    };
  }

  /** The account's own wishes: what others asked for is not its business. */
  private async appFor(accountId: AccountId, owned: ReadonlySet<AssetKind>): Promise<AppSubscriptionDto[]> {
    const needed = await this.configs.neededFields(accountId);
    const rows: AppRow[] = await this.database.query(
      `SELECT object, is_present, is_active, callback_url, fields, last_seen_at, checked_at FROM webhook_app_subscriptions`,
    );
    const known = new Map(
      rows.filter(({ checked_at }) => checked_at !== null).map((row) => [row.object, row]),
    );
    return [...needed]
      .filter(([object]) => concerns(object, owned))
      .map(([object, neededFields]) => {
        const row = known.get(object);
        const problem = row === undefined ? null : this.problemOf(row, neededFields);
        return {
          object,
          state: row === undefined ? 'unknown' : problem === null ? 'subscribed' : 'missing',
          neededFields,
          missingFields: row === undefined ? [] : neededFields.filter((field) => !row.fields.includes(field)),
          callbackUrl: row?.callback_url ?? null,
          neededCallbackUrl: this.config.webhookUrl,
          lastSeenAt: row?.last_seen_at ?? null,
          problem,
        };
      });
  }

  private problemOf(row: AppRow, neededFields: readonly string[]): string | null {
    const { object, fields, is_active: isActive, callback_url: callbackUrl } = row;
    const present = row.is_present ? { object, callbackUrl, isActive, fields } : null;
    return problemOf(object, neededFields, present, this.config.webhookUrl);
  }

  private async assetsOf(accountId: AccountId): Promise<AssetSubscriptionDto[]> {
    const rows: AssetRow[] = await this.database.query(
      // A number has no subscription of its own.
      `SELECT a.id, a.kind, a.meta_id, a.name, s.state, s.last_seen_at, s.missing_since, s.checked_at, s.problem
         FROM assets a LEFT JOIN webhook_asset_subscriptions s ON s.account_id = a.account_id AND s.asset_id = a.id
        WHERE a.account_id = $1 AND a.released_at IS NULL AND a.kind <> 'phone_number' ORDER BY a.id`,
      [accountId],
    );
    return rows.map((row) => ({
      assetId: row.id,
      kind: row.kind,
      metaId: row.meta_id,
      name: row.name,
      state: row.state ?? 'unknown',
      lastSeenAt: row.last_seen_at,
      missingSince: row.missing_since,
      checkedAt: row.checked_at,
      problem: row.problem,
    }));
  }
}
