import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { AccountId, AssetId } from '../../database/ids';
import { OutboxSubscribers } from '../../domain-events/outbox-subscribers';
import { JobWorker } from '../../queue/job-worker';
import { MetaFiguresPuller } from './meta-figures.puller';
import { MetaPullsRepository } from './meta-pulls.repository';

const CONCURRENCY = 2;

@Injectable()
export class MetaPullsProcessor implements OnModuleInit {
  constructor(
    private readonly worker: JobWorker,
    private readonly subscribers: OutboxSubscribers,
    private readonly pulls: MetaPullsRepository,
    private readonly puller: MetaFiguresPuller,
  ) {}

  onModuleInit(): void {
    this.worker.consume('whatsapp-figures', 'pull', CONCURRENCY, ({ accountId, assetId }) =>
      this.puller.pull(accountId as AccountId, assetId as AssetId),
    );
    this.subscribers.register({
      name: 'whatsapp-figures-account-mended',
      kinds: ['account.connected', 'account.token_refreshed'],
      handle: (events, tx) =>
        this.pulls.wake(
          tx,
          events.map(({ accountId }) => accountId),
        ),
    });
  }
}
