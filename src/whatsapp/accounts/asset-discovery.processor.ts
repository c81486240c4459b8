import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { AccountId } from '../../database/ids';
import { JobWorker } from '../../queue/job-worker';
import { AssetDiscoveryService } from './asset-discovery.service';

/** Accounts discovered at once by one process. */
const CONCURRENCY = 2;

@Injectable()
export class AssetDiscoveryProcessor implements OnModuleInit {
  constructor(
    private readonly worker: JobWorker,
    private readonly discovery: AssetDiscoveryService,
  ) {}

  onModuleInit(): void {
    this.worker.consume('asset-discovery', 'discover', CONCURRENCY, async ({ accountId }) => {
      const { failures } = await this.discovery.discover(accountId as AccountId);
      // What will fail again is in the log; what may pass makes the job be tried again, which repeats nothing harmful.
      const passing = failures.find(({ error }) => error.retryable);
      if (passing !== undefined) throw passing.error;
    });
  }
}
