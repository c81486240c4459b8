import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { AppConfig } from '../config/app-config';
import type { AccountId } from '../database/ids';
import { Clock } from './clock';
import { DataDeletionService } from './data-deletion.service';
import { MetaAccountsRepository } from './meta-accounts.repository';
import { OAuthStatesRepository } from './oauth-states.repository';
import { TokenRefreshService } from './token-refresh.service';

/** Any fixed number: the one node that holds it looks after all tokens. */
const REFRESH_LOCK = 7_205_001;
const EVERY_MS = 60_000;
const BATCH = 50;
const AT_ONCE = 5;
const DAY_MS = 86_400_000;

/** Looks after what falls due in this module, on one node at a time. */
@Injectable()
export class TokenRefreshScheduler implements BeforeApplicationShutdown {
  private readonly log = new Logger(TokenRefreshScheduler.name);
  private running: Promise<void> | undefined;
  private isStopping = false;

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly config: AppConfig,
    private readonly accounts: MetaAccountsRepository,
    private readonly states: OAuthStatesRepository,
    private readonly refreshing: TokenRefreshService,
    private readonly deletions: DataDeletionService,
    private readonly clock: Clock,
  ) {}

  @Interval(EVERY_MS)
  async tick(): Promise<void> {
    if (!this.config.has('scheduler') || this.isStopping || this.running !== undefined) return;
    this.running = this.runDue().catch((error: unknown) => {
      this.log.error(
        `Round of token checks failed: ${error instanceof Error ? error.message : String(error)}`,
      );
    });
    await this.running;
    this.running = undefined;
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.isStopping = true;
    await this.running;
  }

  /** Does everything that is due by now, unless another node is at it. */
  async runDue(): Promise<void> {
    const holder = this.database.createQueryRunner();
    try {
      const [answer] = (await holder.query('SELECT pg_try_advisory_lock($1) AS locked', [REFRESH_LOCK])) as {
        locked: boolean;
      }[];
      if (answer?.locked !== true) return;
      try {
        await this.deletions.completeOpen();
        await this.states.deleteExpiredBefore(new Date(this.clock.now().getTime() - DAY_MS));
        await this.checkDue();
      } finally {
        // Before the release, or the pooled connection would keep the lock and no node could work again.
        await holder.query('SELECT pg_advisory_unlock($1)', [REFRESH_LOCK]);
      }
    } finally {
      await holder.release();
    }
  }

  private async checkDue(): Promise<void> {
    const seen = new Set<AccountId>();
    while (!this.isStopping) {
      const due = await this.accounts.dueIds(this.clock.now(), BATCH);
      // One that is still due after its turn could not be written; the next round is soon enough.
      const fresh = due.filter((id) => !seen.has(id));
      if (fresh.length === 0) return;
      for (const id of fresh) seen.add(id);
      await this.checkAll(fresh);
    }
  }

  private async checkAll(ids: readonly AccountId[]): Promise<void> {
    const rest = [...ids];
    const worker = async (): Promise<void> => {
      for (let id = rest.shift(); id !== undefined && !this.isStopping; id = rest.shift()) {
        await this.refreshing.check(id);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  }
}
