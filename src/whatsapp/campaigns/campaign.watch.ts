import { type BeforeApplicationShutdown, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { AppConfig } from '../../config/app-config';
import type { AccountId, CampaignId } from '../../database/ids';
import { Outbox } from '../../domain-events/outbox';
import { AppError } from '../../errors/app.error';
import { JobWorker } from '../../queue/job-worker';
import type { RecipientCounts } from '../entities/campaign-progress.entity';
import { CampaignControl } from './campaign-control.service';
import { CampaignFeeder } from './campaign-feeder';
import { type CampaignKey, CampaignImportsRepository } from './campaign-imports.repository';
import { CampaignObstacles, obstacleOf } from './campaign-obstacles';
import { CampaignProgressRepository, countsOf } from './campaign-progress.repository';
import { verdictOn } from './campaign-verdict';
import { CampaignsRepository } from './campaigns.repository';

const EVERY_MS = 1_000;
/** Campaigns of one state that are looked at in one round; further ones have their turn when these are through. */
const MOST_AT_ONCE = 500;
const JOBS_AT_ONCE = 2;
const UNDER_WAY_FOR = '5 minutes';

interface KeyRow {
  account_id: AccountId;
  id: CampaignId;
}

/**
 * Looks at every campaign that is not at rest, once a second in each worker: starts what is due, stops what should not go
 * on, orders messages ahead, notes what is completed and tells how far things are. Nothing of it depends on a wake-up, and
 * all of it may be done by several at once.
 */
@Injectable()
export class CampaignWatch implements OnModuleInit, BeforeApplicationShutdown {
  private readonly log = new Logger(CampaignWatch.name);
  private running: Promise<void> | undefined;
  private isClosing = false;

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly config: AppConfig,
    private readonly jobs: JobWorker,
    private readonly campaigns: CampaignsRepository,
    private readonly imports: CampaignImportsRepository,
    private readonly obstacles: CampaignObstacles,
    private readonly progress: CampaignProgressRepository,
    private readonly control: CampaignControl,
    private readonly feeder: CampaignFeeder,
    private readonly outbox: Outbox,
  ) {}

  onModuleInit(): void {
    this.jobs.consume('campaigns', 'feed', JOBS_AT_ONCE, ({ accountId, campaignId }) =>
      this.feeder.feed(
        { accountId: accountId as AccountId, id: campaignId as CampaignId },
        () => this.isClosing,
      ),
    );
  }

  @Interval(EVERY_MS)
  lookRegularly(): void {
    if (!this.config.has('worker') || this.isClosing || this.running !== undefined) return;
    this.running = this.look().finally(() => {
      this.running = undefined;
    });
  }

  /** Finishes what it is at; every step is a transaction of its own. */
  async beforeApplicationShutdown(): Promise<void> {
    this.isClosing = true;
    await this.running;
  }

  /** One round. One step that fails does not keep the others. */
  async look(): Promise<void> {
    await this.attempt('starting what is due', () => this.startDue());
    await this.attempt('looking at what is running', () => this.stopOrFeed());
    await this.attempt('keeping back what comes back', () => this.keepBack());
    await this.attempt('noting what is completed', () => this.complete());
    await this.attempt('ending what was cancelled', () => this.endCancelled());
    await this.attempt('looking at lists', () => this.imports.breakAbandoned());
    await this.attempt('telling how far campaigns are', () => this.progress.tellChanges());
  }

  private async startDue(): Promise<void> {
    const rows: KeyRow[] = await this.database.query(
      `SELECT account_id, id FROM campaigns
        WHERE state = 'scheduled' AND scheduled_at <= now() AND deleted_at IS NULL ORDER BY scheduled_at LIMIT $1`,
      [MOST_AT_ONCE],
    );
    for (const row of rows) await this.attempt(`starting campaign ${row.id}`, () => this.startOne(row));
  }

  private async startOne(row: KeyRow): Promise<void> {
    const view = await this.campaigns.find([row.account_id], row.id);
    // Whoever is still handing in people is waited for.
    if (view === null || view.isImporting || view.campaign.state !== 'scheduled') return;
    try {
      await this.control.start(view);
    } catch (error) {
      if (!(error instanceof AppError) || error.retryable) throw error;
      const reason = { code: 'not_started', message: error.message };
      await this.control.pauseFor(keyOf(row), view.campaign.name, reason, true, ['scheduled']);
    }
  }

  private async stopOrFeed(): Promise<void> {
    const { CAMPAIGN_PAUSE_FAILURES: failures, CAMPAIGN_PAUSE_LIMITED_PERCENT: limitedPercent } =
      this.config.env;
    const now = new Date();
    const running = await this.obstacles.ofRunning(MOST_AT_ONCE);
    const fit: CampaignKey[] = [];
    // What is to stop goes before anything that is to go on.
    for (const standing of running) {
      const key = keyOf(standing);
      const reason = obstacleOf(standing, now) ?? verdictOn(standing, { failures, limitedPercent });
      if (reason === null) fit.push(key);
      else {
        await this.attempt(`pausing campaign ${key.id}`, async () => {
          if (await this.control.pauseFor(key, standing.name, reason, true))
            this.log.warn(`Campaign ${key.id} is paused: ${reason.code}`);
        });
      }
    }
    for (const key of fit)
      await this.attempt(`ordering for campaign ${key.id}`, () =>
        this.feeder.feed(key, () => this.isClosing),
      );
  }

  /**
   * What was under way to Meta when its campaign was paused or cancelled may come back, to be tried again later: it is held
   * or taken back as well. Longer than a call can last there is nothing of that.
   */
  private async keepBack(): Promise<void> {
    const rows: (KeyRow & { state: 'paused' | 'cancelled' })[] = await this.database.query(
      `SELECT c.account_id, c.id, c.state FROM campaigns c
         JOIN campaign_progress p ON p.account_id = c.account_id AND p.campaign_id = c.id
        WHERE c.state IN ('paused', 'cancelled') AND c.updated_at > now() - interval '${UNDER_WAY_FOR}' AND p.queued > 0
        ORDER BY c.id LIMIT $1`,
      [MOST_AT_ONCE],
    );
    for (const row of rows)
      await this.attempt(`keeping campaign ${row.id} back`, () => this.control.keepBack(keyOf(row)));
  }

  private async complete(): Promise<void> {
    const rows: KeyRow[] = await this.database.query(
      `SELECT c.account_id, c.id FROM campaigns c
         JOIN campaign_progress p ON p.account_id = c.account_id AND p.campaign_id = c.id
        WHERE c.state = 'running' AND p.pending = 0 AND p.queued = 0 ORDER BY c.id LIMIT $1`,
      [MOST_AT_ONCE],
    );
    for (const row of rows) await this.completeOne(keyOf(row));
  }

  private async completeOne(key: CampaignKey): Promise<void> {
    await this.database.transaction(async (tx) => {
      // The campaign first: whoever makes people pending again holds it. Then it is seen whether there are any.
      const [campaign]: { name: string }[] = await tx.query(
        `SELECT name FROM campaigns WHERE account_id = $1 AND id = $2 AND state = 'running' FOR UPDATE`,
        [key.accountId, key.id],
      );
      const [progress]: RecipientCounts[] = await tx.query(
        'SELECT * FROM campaign_progress WHERE account_id = $1 AND campaign_id = $2',
        [key.accountId, key.id],
      );
      if (campaign === undefined || progress === undefined || progress.pending + progress.queued > 0) return;
      await this.campaigns.move(
        tx,
        key,
        { from: ['running'], to: 'completed' },
        ', finished_at = now(), running_since = NULL',
      );
      await this.outbox.record(tx, [
        {
          kind: 'campaign.completed',
          accountId: key.accountId,
          payload: { campaignId: key.id, name: campaign.name, counts: countsOf(progress) },
        },
      ]);
      await this.progress.makeUntold(tx, key);
    });
  }

  private async endCancelled(): Promise<void> {
    const rows: KeyRow[] = await this.database.query(
      `SELECT c.account_id, c.id FROM campaigns c
         JOIN campaign_progress p ON p.account_id = c.account_id AND p.campaign_id = c.id
        WHERE c.state = 'cancelled' AND c.finished_at > now() - interval '1 day' AND p.pending > 0 LIMIT $1`,
      [MOST_AT_ONCE],
    );
    for (const row of rows) await this.control.cancelPending(keyOf(row));
  }

  private async attempt(what: string, work: () => Promise<void>): Promise<void> {
    if (this.isClosing) return;
    try {
      await work();
    } catch (error) {
      this.log.warn(`${what} failed: ${error instanceof Error ? error.message : 'unknown error'}`);
    }
  }
}

function keyOf({ account_id: accountId, id }: KeyRow): CampaignKey {
  return { accountId, id };
}
