import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { ConflictError, ValidationFailedError } from '../../errors/app.error';
import type { CampaignState } from '../entities/campaign.entity';
import { CampaignAudienceRepository } from './campaign-audience.repository';
import { CampaignControl, changedMeanwhile, refuseUnless } from './campaign-control.service';
import { CampaignProgressRepository, leftOf } from './campaign-progress.repository';
import { type CampaignView, CampaignsRepository } from './campaigns.repository';

export interface RetryOrder {
  states: readonly ('failed' | 'unknown')[];
  codes: readonly string[] | null;
  acceptDuplicates: boolean;
}

/** Meta held the message back: within a day it would do so again, and asking again makes it worse. */
const NOT_YET = ['131049', '130472'];
/** The person does not want it. */
const NEVER = ['131050', 'RECIPIENT_OPTED_OUT', 'CAMPAIGN_CANCELLED'];

/** A second message for those whom the first did not reach: only ever because somebody asks for it. */
@Injectable()
export class CampaignRetry {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly campaigns: CampaignsRepository,
    private readonly audience: CampaignAudienceRepository,
    private readonly progress: CampaignProgressRepository,
    private readonly control: CampaignControl,
  ) {}

  /** @returns how many get another message */
  async retry(view: CampaignView, order: RetryOrder): Promise<number> {
    if (order.states.includes('unknown') && !order.acceptDuplicates)
      throw ValidationFailedError.of(
        'acceptDuplicates',
        'isTrue',
        'Of messages whose outcome is unknown some have arrived: these people would get the message twice. Set acceptDuplicates to true if that is all right.',
      );
    refuseUnless('retry', view);
    const { campaign, progress } = view;
    const category = campaign.state === 'paused' ? null : await this.control.requireFit(view, true);
    const retried = await this.database.transaction(async (tx) => {
      const rows: { state: CampaignState }[] = await tx.query(
        'SELECT state FROM campaigns WHERE account_id = $1 AND id = $2 AND deleted_at IS NULL FOR UPDATE',
        [campaign.accountId, campaign.id],
      );
      if (rows[0]?.state !== campaign.state) throw changedMeanwhile();
      const changes = await this.audience.makePendingAgain(tx, campaign, {
        ...order,
        notYet: NOT_YET,
        never: NEVER,
      });
      const count = Object.values(changes).reduce((sum, change) => sum - change, 0);
      if (count === 0) return 0;
      if (campaign.state === 'completed')
        await this.campaigns.move(
          tx,
          campaign,
          { from: ['completed'], to: 'running' },
          ', finished_at = NULL, running_since = now(), left_before = $5, template_category = $6',
          [leftOf(progress) - count, category],
        );
      await this.progress.forgetOutcomes(tx, campaign);
      await this.progress.change(tx, campaign, { ...changes, pending: count });
      return count;
    });
    if (retried === 0)
      throw new ConflictError(
        'There is nobody to try again. People who stopped marketing are never tried again, and those whom Meta held the message back from not within 24 hours.',
      );
    await this.control.wake(campaign);
    return retried;
  }
}
