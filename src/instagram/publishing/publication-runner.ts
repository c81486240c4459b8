import { Injectable, Logger } from '@nestjs/common';
import { AppError } from '../../errors/app.error';
import { GraphConfigurationError, GraphRejectedError } from '../../graph-client/graph.error';
import { AccountsRepository } from '../accounts/accounts.repository';
import { InstagramAccess } from '../accounts/instagram-access';
import { ContainerWork } from './container-work';
import { ClaimLostError, type ClaimedPublication, PublicationClaims } from './publication-claims';
import { PublicationEndings } from './publication-endings';
import { NOT_CONNECTED, QUOTA_USED_UP } from './publication-errors';
import { outcomeOf } from './publication-outcome';
import { PublicationReconciler } from './publication-reconciler';
import { type PublicationPlace, type PublicationRun, letGo } from './publication-run';
import { nextStep } from './publication-steps';
import { PublicationsRepository } from './publications.repository';
import { type PublishingQuota, PublishingApi, nodeOf } from './publishing-api';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
/** Beside the longest call: for the writes before and after it. */
const SPARE_MS = MINUTE;
const QUOTA_AGAIN_MS = 15 * MINUTE;
/** Meta's limit for an account in 24 hours. */
export const MOST_CONTAINERS_A_DAY = 400;
const FIRST_LOOK_AT_OUTCOME_MS = 10 * SECOND;
const NOT_CONNECTED_AGAIN_MS = 60 * MINUTE;

/** Brings one publication as far as it can go at present, a committed step at a time. */
@Injectable()
export class PublicationRunner {
  private readonly log = new Logger(PublicationRunner.name);

  constructor(
    private readonly claims: PublicationClaims,
    private readonly endings: PublicationEndings,
    private readonly publications: PublicationsRepository,
    private readonly accounts: AccountsRepository,
    private readonly access: InstagramAccess,
    private readonly api: PublishingApi,
    private readonly containers: ContainerWork,
    private readonly reconciler: PublicationReconciler,
  ) {}

  /** How long a claim holds without a sign of life: longer than any call. */
  get leaseMs(): number {
    return this.api.longestWriteMs + SPARE_MS;
  }

  /**
   * Never throws for what Meta does.
   * @returns in how many milliseconds the next step is due; null when there is none
   */
  async run(claimed: ClaimedPublication): Promise<number | null> {
    const run: PublicationRun = { claimed, step: 'open', delayMs: null };
    const { accountId, assetId, state } = claimed.publication;
    const isTold = state === 'publishing' || state === 'unknown';
    if (isTold) run.step = 'reconcile';
    try {
      if (state === 'publishing') {
        // Whoever told Meta is dead, or was frozen for long.
        await this.claims.recordLostAnswer(run.claimed, this.leaseMs);
        run.claimed = await this.claims.reread(run.claimed);
      }
      const account = await this.accounts.findConnected(accountId, assetId);
      if (account !== null) await this.access.with(account, (door) => this.advance(run, { account, door }));
      else if (isTold)
        await letGo(this.claims, run, { delayMs: NOT_CONNECTED_AGAIN_MS, waitingFor: 'reauth' });
      else await this.endings.recordFailed(run.claimed, NOT_CONNECTED);
    } catch (error) {
      if (error instanceof ClaimLostError) return null;
      if (!(error instanceof AppError) || run.step === 'done') throw error;
      await this.settle(run, error);
    }
    return run.delayMs;
  }

  private async advance(run: PublicationRun, place: PublicationPlace): Promise<void> {
    for (;;) {
      const { publication, containers } = run.claimed;
      const next = nextStep(publication, containers, new Date());
      switch (next.step) {
        case 'quota':
          if (!(await this.passQuota(run, place))) return;
          break;
        case 'create':
          if (!(await this.containers.create(run, place, next.position, this.leaseMs))) return;
          break;
        case 'look':
          if (!(await this.containers.look(run, place, next.positions, this.leaseMs))) return;
          break;
        case 'wait-for-time': {
          const delayMs = Math.max(0, next.until.getTime() - Date.now());
          await letGo(this.claims, run, { state: 'ready', delayMs, failures: 0 });
          return;
        }
        case 'publish':
          await this.publish(run, place);
          return;
        case 'reconcile':
          run.step = 'reconcile';
          await this.reconciler.reconcile(run, place);
          return;
      }
      run.claimed = await this.claims.reread(run.claimed);
    }
  }

  /** @returns whether more may be published now */
  private async passQuota(run: PublicationRun, place: PublicationPlace): Promise<boolean> {
    run.step = 'quota';
    const { publication, containers } = run.claimed;
    const quota = await this.readQuota(place);
    const made = await this.publications.containersLately(publication.accountId, publication.assetId);
    const isUsedUp = quota.used !== null && quota.total !== null && quota.used >= quota.total;
    const hasRoom = made + containers.length <= MOST_CONTAINERS_A_DAY;
    if (!isUsedUp && hasRoom) {
      await this.claims.keep(run.claimed, this.leaseMs, 'creating');
      return true;
    }
    if (publication.request.onQuotaUsedUp === 'fail')
      await this.endings.recordFailed(run.claimed, QUOTA_USED_UP);
    else
      await letGo(this.claims, run, {
        delayMs: QUOTA_AGAIN_MS,
        waitingFor: isUsedUp ? 'quota' : 'containers',
        failures: 0,
      });
    return false;
  }

  /** What Meta refuses to tell keeps nobody from publishing: it refuses that, too, where there is no more. */
  private async readQuota({ account, door }: PublicationPlace): Promise<PublishingQuota> {
    try {
      return await this.api.quota(door, nodeOf(account));
    } catch (error) {
      if (error instanceof GraphRejectedError && !(error instanceof GraphConfigurationError))
        return { used: null, total: null, durationSeconds: null };
      throw error;
    }
  }

  private async publish(run: PublicationRun, { account, door }: PublicationPlace): Promise<void> {
    const container = run.claimed.containers.find(({ position }) => position === 0);
    const begunAt = Date.now();
    await this.claims.beginPublishing(run.claimed, this.leaseMs);
    // Frozen for so long that somebody else may already be finding out what became of it.
    if (Date.now() - begunAt > SPARE_MS / 2) return;
    run.step = 'publish';
    const mediaId = await this.api.publish(door, nodeOf(account), container?.containerId ?? '');
    run.step = 'done';
    await this.endings.recordPublished(run.claimed, { mediaId, permalink: null });
    await this.addPermalink(run, { account, door }, mediaId);
  }

  /** It is published whether Meta tells where or not. */
  private async addPermalink(
    run: PublicationRun,
    { door }: PublicationPlace,
    mediaId: string,
  ): Promise<void> {
    try {
      const permalink = await this.api.permalink(door, mediaId);
      if (permalink !== null) await this.endings.recordPermalink(run.claimed, permalink);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      this.log.debug(`The address of media ${mediaId} was not told: ${error.message}`);
    }
  }

  private async settle(run: PublicationRun, error: AppError): Promise<void> {
    const { step, claimed } = run;
    if (step === 'done') return;
    const { publication } = claimed;
    const outcome = outcomeOf(step, error, publication, publication.request.onQuotaUsedUp);
    switch (outcome.next) {
      case 'fail':
        this.log.warn(
          `Publication ${publication.id} failed: ${outcome.error.code}, ${outcome.error.metaMessage ?? outcome.error.message}`,
        );
        return this.endings.recordFailed(claimed, outcome.error);
      case 'wait':
        return letGo(this.claims, run, {
          delayMs: outcome.delayMs,
          waitingFor: outcome.waitingFor,
          failures: publication.failures + (outcome.isCounted ? 1 : 0),
          ...(step === 'publish' ? { state: 'ready' as const } : {}),
        });
      case 'anew':
        return this.containers.beginAnew(run, this.leaseMs);
      case 'process': {
        const status = { status: 'IN_PROGRESS', text: error.message };
        await this.claims.recordStatus(claimed, 0, status, this.leaseMs);
        return this.containers.lookLater(run);
      }
      case 'unknown':
        await this.claims.recordLostAnswer(claimed, this.leaseMs);
        return letGo(this.claims, run, { delayMs: FIRST_LOOK_AT_OUTCOME_MS });
    }
  }
}
