import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { AccountId, AssetId } from '../../database/ids';
import { OutboxSubscribers } from '../../domain-events/outbox-subscribers';
import { JobWorker } from '../../queue/job-worker';
import { InsightAssetsRepository } from './insight-assets.repository';
import { InsightPuller } from './insight-puller';

const CONCURRENCY = 2;

@Injectable()
export class InsightPullsProcessor implements OnModuleInit {
  constructor(
    private readonly worker: JobWorker,
    private readonly subscribers: OutboxSubscribers,
    private readonly assets: InsightAssetsRepository,
    private readonly puller: InsightPuller,
  ) {}

  onModuleInit(): void {
    this.worker.consume('insights', 'pull', CONCURRENCY, ({ accountId, assetId }) =>
      this.puller.pull(accountId as AccountId, assetId as AssetId),
    );
    this.subscribers.register({
      name: 'insights-account-mended',
      kinds: ['account.connected', 'account.token_refreshed'],
      handle: (events, tx) =>
        this.assets.wake(
          tx,
          events.map(({ accountId }) => accountId),
        ),
    });
  }
}
