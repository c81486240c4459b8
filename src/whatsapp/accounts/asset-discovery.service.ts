import { Injectable, Logger } from '@nestjs/common';
import { AssetsService } from '../../assets/assets.service';
import type { AccountId } from '../../database/ids';
import { AppError } from '../../errors/app.error';
import { GraphRejectedError } from '../../graph-client/graph.error';
import { MetaTokenService } from '../../meta-auth/meta-token.service';
import { JobQueue } from '../../queue/job-queue';
import { AccountsRepository } from './accounts.repository';
import { isDeadToken } from '../dead-token';
import { WabaFinder } from './waba-finder';
import { WabaImporter } from './waba-importer';
import { WabaSubscriber } from './waba-subscriber';

/** What of a discovery did not succeed. */
export interface DiscoveryFailure {
  /** Meta's id, or null when the looking itself failed. */
  wabaId: string | null;
  /** `find`: a way to look was refused. `import`: it could not be read or belongs to somebody. `subscribe`: no webhooks. */
  step: 'find' | 'import' | 'subscribe';
  error: AppError;
}

export interface DiscoveryResult {
  /** Meta's ids of the WABAs that are now stored. */
  wabaIds: string[];
  failures: DiscoveryFailure[];
}

/** Subcode of "does not exist, or this token may not see it". */
const NOT_VISIBLE = 33;

/** Finds an account's WABAs and numbers at Meta and keeps what is stored of them true. */
@Injectable()
export class AssetDiscoveryService {
  private readonly log = new Logger(AssetDiscoveryService.name);
  /** Several requests of a page that opens ask for the same at once; between processes, doing it twice is harmless. */
  private readonly running = new Map<AccountId, Promise<DiscoveryResult>>();

  constructor(
    private readonly finder: WabaFinder,
    private readonly importer: WabaImporter,
    private readonly subscriber: WabaSubscriber,
    private readonly repository: AccountsRepository,
    private readonly assets: AssetsService,
    private readonly tokens: MetaTokenService,
    private readonly jobs: JobQueue,
  ) {}

  /**
   * Safe to repeat and to be interrupted: every WABA is stored whole or not at all, and the next run goes on.
   * @throws GraphReauthRequiredError when the token is dead
   */
  async discover(accountId: AccountId): Promise<DiscoveryResult> {
    const running = this.running.get(accountId);
    if (running !== undefined) return running;
    const run = this.tokens
      .withToken(accountId, (token) => this.run(accountId, token))
      .finally(() => this.running.delete(accountId));
    this.running.set(accountId, run);
    return run;
  }

  private async run(accountId: AccountId, token: string): Promise<DiscoveryResult> {
    const claimed = await this.assets.metaIdsOf(accountId, 'waba');
    const found = await this.finder.find(accountId, token, claimed);
    // A way that Meta refuses for good is of no interest once another one has led to something.
    const refused = found.refused.filter(({ error }) => error.retryable || found.wabaIds.length === 0);
    const result: DiscoveryResult = {
      wabaIds: [],
      failures: refused.map(({ error }) => ({ wabaId: null, step: 'find', error })),
    };
    const known = await this.repository.wabasOf(accountId);
    for (const wabaId of found.wabaIds) {
      const failure = await this.bringIn(accountId, token, wabaId);
      if (failure?.step !== 'import') {
        result.wabaIds.push(wabaId);
        await this.jobs.add(
          'template-sync',
          'sync',
          { accountId, wabaId },
          { jobId: `${accountId}:${wabaId}` },
        );
      }
      if (failure === null) continue;
      result.failures.push(failure);
      this.log.warn(
        `WABA ${wabaId} of account ${accountId}: ${failure.step} failed: ${failure.error.message}`,
      );
      const stored = known.find((waba) => waba.wabaId === wabaId);
      if (stored !== undefined && failure.step === 'import' && isNotVisible(failure.error))
        await this.importer.retire(stored);
    }
    return result;
  }

  private async bringIn(
    accountId: AccountId,
    token: string,
    wabaId: string,
  ): Promise<DiscoveryFailure | null> {
    let step: DiscoveryFailure['step'] = 'import';
    try {
      await this.importer.import(accountId, token, wabaId);
      step = 'subscribe';
      await this.subscriber.subscribe(accountId, token, wabaId);
      return null;
    } catch (error) {
      if (!(error instanceof AppError) || isDeadToken(error)) throw error;
      return { wabaId, step, error };
    }
  }
}

function isNotVisible(error: AppError): boolean {
  return error instanceof GraphRejectedError && error.meta?.subcode === NOT_VISIBLE;
}
