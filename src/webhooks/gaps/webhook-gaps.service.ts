import { Injectable } from '@nestjs/common';
import type { AccountId } from '../../database/ids';
import { NotFoundError } from '../../errors/app.error';
import type { WebhookGapEntity } from '../entities/webhook-gap.entity';
import { GapRepairWorker } from './gap-repair.worker';
import { GapRepairsRepository } from './gap-repairs.repository';
import { type GapFilter, WebhookGapsRepository } from './webhook-gaps.repository';

/** What may have been missed, and trying once more to have it. */
@Injectable()
export class WebhookGapsService {
  constructor(
    private readonly gaps: WebhookGapsRepository,
    private readonly repairs: GapRepairsRepository,
    private readonly worker: GapRepairWorker,
  ) {}

  /** Newest first. */
  async page(accountId: AccountId, filter: GapFilter): Promise<WebhookGapEntity[]> {
    return this.gaps.page(accountId, filter);
  }

  /**
   * Reads a gap again from the beginning, however it ended; one that is being repaired goes on as it is. Safe at any time: what
   * is stored is not stored twice.
   * @throws NotFoundError when it is in none of the accounts
   */
  async repairAgain(accountIds: readonly AccountId[], gapId: string): Promise<WebhookGapEntity> {
    const gap = await this.get(accountIds, gapId);
    const key = { accountId: gap.accountId, gapId };
    await this.repairs.restart(key);
    await this.worker.wake(key);
    return this.get(accountIds, gapId);
  }

  private async get(accountIds: readonly AccountId[], gapId: string): Promise<WebhookGapEntity> {
    const gap = await this.gaps.find(accountIds, gapId);
    if (gap === null) throw new NotFoundError('There is no such gap.');
    return gap;
  }
}
