import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import type { MessageError } from '../../conversations/conversation-types';
import { SendLedger } from '../../conversations/sends/send-ledger.service';
import { Outbox } from '../../domain-events/outbox';
import { ConflictError } from '../../errors/app.error';
import { MetaTokenService } from '../../meta-auth/meta-token.service';
import { JobQueue } from '../../queue/job-queue';
import { SendingWaker } from '../../sending/sending-waker';
import type { CampaignState, PauseReason } from '../entities/campaign.entity';
import { CampaignAudienceRepository } from './campaign-audience.repository';
import type { CampaignKey } from './campaign-imports.repository';
import { CampaignObstacles } from './campaign-obstacles';
import { CampaignProgressRepository, leftOf } from './campaign-progress.repository';
import { type CampaignAction, TRANSITIONS, isDone, refusalOf } from './campaign-states';
import { CampaignTemplates } from './campaign-templates';
import { type CampaignView, CampaignsRepository } from './campaigns.repository';

const BY_USER: PauseReason = { code: 'user', message: 'Somebody has paused the campaign.' };

const CANCELLED: MessageError = {
  code: 'CAMPAIGN_CANCELLED',
  title: 'The campaign was cancelled',
  message: 'The campaign was cancelled before this message left.',
  details: null,
};

/** At once; what lies behind the pause or the cancellation is done in this many pieces. */
const CANCELLED_AT_ONCE = 5_000;

/** Starts and stops campaigns. Each step is one transaction, in which the state is compared and changed. */
@Injectable()
export class CampaignControl {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly campaigns: CampaignsRepository,
    private readonly audience: CampaignAudienceRepository,
    private readonly progress: CampaignProgressRepository,
    private readonly obstacles: CampaignObstacles,
    private readonly templates: CampaignTemplates,
    private readonly tokens: MetaTokenService,
    private readonly ledger: SendLedger,
    private readonly outbox: Outbox,
    private readonly jobs: JobQueue,
    private readonly waker: SendingWaker,
  ) {}

  /**
   * @throws ConflictError with `details.reason` when something stands in the way
   * @throws TemplateInvalidError, GraphReauthRequiredError
   */
  async start(view: CampaignView): Promise<void> {
    const { campaign, progress, isImporting } = view;
    if (isDone('start', campaign.state)) return;
    refuseUnless('start', view);
    if (isImporting)
      throw new ConflictError('A list of recipients is being read at present. Start once it is finished.');
    if (progress.pending === 0)
      throw new ConflictError('The campaign has no recipients yet. Hand them in with POST …/recipients.');
    const category = await this.requireFit(view, false);
    const isStarted = await this.database.transaction(async (tx) => {
      const moved = await this.campaigns.move(
        tx,
        campaign,
        TRANSITIONS.start,
        ', started_at = now(), running_since = now(), left_before = 0, pause_reason = NULL, template_category = $5',
        [category],
      );
      if (moved) await this.progress.makeUntold(tx, campaign);
      return moved;
    });
    if (!isStarted) throw changedMeanwhile();
    await this.wake(campaign);
  }

  /** Nothing that has not been begun goes out any more, from the moment that this returns. */
  async pause(view: CampaignView): Promise<void> {
    if (isDone('pause', view.campaign.state)) return;
    refuseUnless('pause', view);
    if (!(await this.pauseFor(view.campaign, view.campaign.name, BY_USER, false))) throw changedMeanwhile();
  }

  /** @returns false when it is not running any more */
  async pauseFor(
    key: CampaignKey,
    name: string,
    reason: PauseReason,
    automatic: boolean,
    from: readonly ('running' | 'scheduled')[] = ['running'],
  ): Promise<boolean> {
    return this.database.transaction(async (tx) => {
      const moved = await this.campaigns.move(
        tx,
        key,
        { from, to: 'paused' },
        ', pause_reason = $5, running_since = NULL',
        [JSON.stringify(reason)],
      );
      if (!moved) return false;
      await this.ledger.hold(tx, key.accountId, await this.audience.queuedMessages(tx, key));
      await this.outbox.record(tx, [
        {
          kind: 'campaign.paused',
          accountId: key.accountId,
          payload: { campaignId: key.id, name, automatic, reason },
        },
      ]);
      await this.progress.makeUntold(tx, key);
      return true;
    });
  }

  /** @throws ConflictError with `details.reason` while what it was paused for persists */
  async resume(view: CampaignView): Promise<void> {
    const { campaign, progress } = view;
    if (isDone('resume', campaign.state)) return;
    refuseUnless('resume', view);
    const category = await this.requireFit(view, true);
    const isResumed = await this.database.transaction(async (tx) => {
      const moved = await this.campaigns.move(
        tx,
        campaign,
        TRANSITIONS.resume,
        `, started_at = coalesce(started_at, now()), running_since = now(), left_before = $5, pause_reason = NULL,
           template_category = $6`,
        [leftOf(progress), category],
      );
      if (!moved) return false;
      await this.ledger.release(tx, campaign.accountId, await this.audience.queuedMessages(tx, campaign));
      await this.progress.forgetOutcomes(tx, campaign);
      await this.tell(tx, 'campaign.resumed', campaign);
      return true;
    });
    if (!isResumed) throw changedMeanwhile();
    this.waker.wake({ platform: 'whatsapp', accountId: campaign.accountId, assetId: campaign.assetId });
    await this.wake(campaign);
  }

  /** Takes back what has not left. Who was reached already stays counted. */
  async cancel(view: CampaignView): Promise<void> {
    const { campaign } = view;
    if (!isDone('cancel', campaign.state)) {
      refuseUnless('cancel', view);
      const isCancelled = await this.database.transaction(async (tx) => {
        const moved = await this.campaigns.move(
          tx,
          campaign,
          TRANSITIONS.cancel,
          ', finished_at = now(), running_since = NULL, pause_reason = NULL',
        );
        if (moved) {
          await this.withdraw(tx, campaign);
          await this.tell(tx, 'campaign.cancelled', campaign);
          await this.progress.makeUntold(tx, campaign);
        }
        return moved;
      });
      if (!isCancelled) throw changedMeanwhile();
    }
    await this.cancelPending(campaign);
  }

  /** Of a campaign that was cancelled: in pieces, which another process takes up where this one ends. */
  async cancelPending(key: CampaignKey): Promise<void> {
    let cancelled: number;
    do {
      cancelled = await this.database.transaction(async (tx) => {
        const count = await this.audience.cancelPending(tx, key, CANCELLED_AT_ONCE);
        await this.progress.change(tx, key, { pending: -count, cancelled: count });
        return count;
      });
    } while (cancelled === CANCELLED_AT_ONCE);
  }

  /** For messages that came back from their call after the campaign was paused or cancelled. */
  async keepBack(key: CampaignKey): Promise<void> {
    await this.database.transaction(async (tx) => {
      const [campaign]: { state: CampaignState }[] = await tx.query(
        'SELECT state FROM campaigns WHERE account_id = $1 AND id = $2 FOR SHARE',
        [key.accountId, key.id],
      );
      if (campaign?.state === 'paused')
        await this.ledger.hold(tx, key.accountId, await this.audience.queuedMessages(tx, key));
      if (campaign?.state === 'cancelled') await this.withdraw(tx, key);
    });
  }

  /** Lets a worker look at once; the watch does it a moment later anyhow. */
  async wake({ accountId, id }: CampaignKey): Promise<void> {
    await this.jobs.add('campaigns', 'feed', { accountId, campaignId: id }, { jobId: id });
  }

  /**
   * Whatever would make every message fail is found now.
   * @param acceptsCategory whoever resumes has been told that the template's category has changed
   * @returns the template's category
   */
  async requireFit({ campaign }: CampaignView, acceptsCategory: boolean): Promise<string> {
    await this.tokens.tokenFor(campaign.accountId);
    const find = async (): Promise<PauseReason | null> => {
      const found = await this.obstacles.find(campaign);
      return acceptsCategory && found?.code === 'template_recategorised' ? null : found;
    };
    const first = await find();
    if (first !== null && !first.code.startsWith('template_')) throw inTheWay(first);
    // Reads Meta's list again where the template does not look fit: a webhook can be late or lost.
    const category = await this.templates.requireSendable(campaign);
    const second = await find();
    if (second !== null) throw inTheWay(second);
    return category;
  }

  private async tell(
    tx: EntityManager,
    kind: 'campaign.resumed' | 'campaign.cancelled',
    { accountId, id, name }: CampaignKey & { name: string },
  ): Promise<void> {
    await this.outbox.record(tx, [{ kind, accountId, payload: { campaignId: id, name } }]);
  }

  private async withdraw(tx: EntityManager, key: CampaignKey): Promise<void> {
    const queued = await this.audience.queuedMessages(tx, key);
    const withdrawn = await this.ledger.withdraw(tx, key.accountId, queued, CANCELLED);
    const count = await this.audience.cancelQueued(tx, key, withdrawn);
    await this.progress.change(tx, key, { queued: -count, cancelled: count });
    await this.progress.makeUntold(tx, key);
  }
}

export function refuseUnless(action: CampaignAction, { campaign }: CampaignView): void {
  if (!TRANSITIONS[action].from.includes(campaign.state))
    throw new ConflictError(refusalOf(action, campaign.state), { state: campaign.state });
}

function inTheWay({ code, message }: PauseReason): ConflictError {
  return new ConflictError(message, { reason: code });
}

export function changedMeanwhile(): ConflictError {
  return new ConflictError('Somebody else changed the campaign at the same time. Look at it and try again.');
}
