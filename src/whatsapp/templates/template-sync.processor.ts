import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { AccountId } from '../../database/ids';
import { JobWorker } from '../../queue/job-worker';
import { TemplateSyncService } from './template-sync.service';

const CONCURRENCY = 4;

@Injectable()
export class TemplateSyncProcessor implements OnModuleInit {
  constructor(
    private readonly worker: JobWorker,
    private readonly syncs: TemplateSyncService,
  ) {}

  onModuleInit(): void {
    this.worker.consume('template-sync', 'sync', CONCURRENCY, ({ accountId, wabaId, maxAgeMs }) =>
      this.syncs.syncIfStale(accountId as AccountId, wabaId, maxAgeMs),
    );
  }
}
