import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type DeliveredEvent, OutboxSubscribers } from '../../domain-events/outbox-subscribers';
import { ServiceUnavailableError } from '../../errors/app.error';
import { JobQueue } from '../../queue/job-queue';

/** Of the discovery, where Meta does not answer; further webhooks of the number bring no further event. */
const ATTEMPTS = 5;

/**
 * A number that a webhook named first has an owner and nothing else: its name, its limits and its registration are at
 * Meta, and nothing can be sent from it. The account is looked through again, which brings it in.
 */
@Injectable()
export class AssetAdoptionSubscriber implements OnModuleInit {
  constructor(
    private readonly subscribers: OutboxSubscribers,
    private readonly jobs: JobQueue,
  ) {}

  onModuleInit(): void {
    this.subscribers.register({
      name: 'whatsapp-adoption',
      kinds: ['asset.adopted'],
      handle: (events) => this.discover(events),
    });
  }

  private async discover(events: readonly DeliveredEvent<'asset.adopted'>[]): Promise<void> {
    const latest = new Map(
      events
        .filter(({ payload }) => payload.kind === 'phone_number' || payload.kind === 'waba')
        .map(({ accountId, id }) => [accountId, id]),
    );
    for (const [accountId, eventId] of latest) {
      const isAdded = await this.jobs.add(
        'asset-discovery',
        'discover',
        { accountId },
        // Not the account's id: a discovery that runs already may have asked Meta before the number was there.
        { jobId: `adoption:${eventId}`, attempts: ATTEMPTS },
      );
      // No sweep looks for numbers that are not known: the event is what remembers this one.
      if (!isAdded) throw new ServiceUnavailableError('Redis did not take the job that looks for the number');
    }
  }
}
