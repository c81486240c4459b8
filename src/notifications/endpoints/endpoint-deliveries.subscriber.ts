import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type DeliveredEvent, OutboxSubscribers } from '../../domain-events/outbox-subscribers';
import { PUBLISHED_KINDS, publicTypeOf } from '../../public-events/public-event';
import { PublicEvents } from '../../public-events/public-events.service';
import { JobQueue } from '../../queue/job-queue';
import { DeliveryErasure } from './delivery-erasure.repository';
import { DeliveryWriter, type Match } from './delivery-writer.repository';
import { wantsPlace, wantsType } from './event-filter';
import { EventPlaces } from './event-places';

/** For the relay to commit. Whoever looks before finds nothing, and the sweep finds it then. */
const COMMIT_MS = 100;

/** Writes down what customers' endpoints are to be told, in the transaction that notes that it was told. */
@Injectable()
export class EndpointDeliveriesSubscriber implements OnModuleInit {
  constructor(
    private readonly subscribers: OutboxSubscribers,
    private readonly events: PublicEvents,
    private readonly places: EventPlaces,
    private readonly writer: DeliveryWriter,
    private readonly erasure: DeliveryErasure,
    private readonly jobs: JobQueue,
  ) {}

  onModuleInit(): void {
    this.subscribers.register({
      name: 'endpoint-deliveries',
      kinds: PUBLISHED_KINDS,
      handle: (events, tx) => this.handle(events, tx),
    });
  }

  private async handle(events: readonly DeliveredEvent[], tx: EntityManager): Promise<void> {
    await this.erasure.ofEvents(tx, events);
    const matches = await this.matchesOf(events, tx);
    if (matches.length === 0) return;
    await this.writer.write(tx, matches);
    await this.jobs.add('endpoint-deliveries', 'send', {}, { jobId: 'wake', delayMs: COMMIT_MS });
  }

  private async matchesOf(events: readonly DeliveredEvent[], tx: EntityManager): Promise<Match[]> {
    const endpoints = await this.writer.listening(tx, [...new Set(events.map(({ accountId }) => accountId))]);
    if (endpoints.length === 0) return [];
    const wanted = events.flatMap((event) => {
      const type = publicTypeOf(event.kind);
      return endpoints
        .filter(
          (endpoint) => type !== null && endpoint.accountId === event.accountId && wantsType(endpoint, type),
        )
        .map((endpoint) => ({ endpoint, event }));
    });
    const narrowed = wanted.filter(
      ({ endpoint: { platforms, channelIds } }) => platforms.length > 0 || channelIds.length > 0,
    );
    const placeOf =
      narrowed.length === 0
        ? null
        : await this.places.load(
            tx,
            narrowed.map(({ event }) => event),
          );
    const heard = wanted.filter(
      ({ endpoint, event }) => placeOf === null || wantsPlace(endpoint, placeOf(event.id)),
    );
    // Described only when somebody wants to know: of most events of most accounts nobody does.
    const told = new Map(
      (await this.describe([...new Set(heard.map(({ event }) => event))])).map((each) => [each.id, each]),
    );
    return heard.flatMap(({ endpoint, event }) => {
      const described = told.get(event.id);
      return described === undefined ? [] : [{ endpoint, event, told: described }];
    });
  }

  private async describe(events: readonly DeliveredEvent[]) {
    return events.length === 0 ? [] : this.events.describe(events);
  }
}
