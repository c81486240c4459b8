import {
  type BeforeApplicationShutdown,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleInit,
} from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { setTimeout as pause } from 'node:timers/promises';
import { AppConfig } from '../config/app-config';
import { JobWorker } from '../queue/job-worker';
import { within } from '../queue/within';
import { Tracing } from '../tracing/tracing';
import { OutboxCursors } from './outbox-cursors.repository';
import { OutboxFailures } from './outbox-failures.repository';
import { OutboxHandling } from './outbox-handling';
import { OutboxSequencer } from './outbox-sequencer';
import { OutboxSubscribers } from './outbox-subscribers';
import { RelayLane } from './relay-lane';
import { SubscriberFeed } from './subscriber-feed';

const SWEEP_EVERY_MS = 1_000;
const BUSY_TRIES = 2;
const BUSY_PAUSE_MS = 25;
const LONGEST_STOP_MS = 5_000;

interface Feed {
  fresh: RelayLane;
  failed: RelayLane;
}

/**
 * Tells subscribers of committed events. Any number of processes may do so at once; one that dies leaves nothing half
 * done. Each subscriber goes on by itself: one that is slow or fails delays no other.
 */
@Injectable()
export class OutboxRelay implements OnModuleInit, OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly log = new Logger('Outbox');
  private readonly feeds = new Map<string, Feed>();
  private isSweeping = false;
  private isFailing = false;
  private isStopping = false;

  constructor(
    private readonly subscribers: OutboxSubscribers,
    private readonly sequencer: OutboxSequencer,
    private readonly cursors: OutboxCursors,
    private readonly failures: OutboxFailures,
    private readonly handling: OutboxHandling,
    private readonly worker: JobWorker,
    private readonly config: AppConfig,
    private readonly tracing: Tracing,
  ) {}

  onModuleInit(): void {
    this.worker.consume('outbox', 'relay', 1, () => this.relay());
  }

  /** In every role: an event that this process makes before the first worker starts must find the subscriber's place. */
  async onApplicationBootstrap(): Promise<void> {
    await this.cursors.ensure(this.subscribers.all());
  }

  /** Without Redis this is what tells subscribers: a second later, not never. */
  @Interval(SWEEP_EVERY_MS)
  async sweep(): Promise<void> {
    if (!this.config.has('worker') || this.isSweeping || this.isStopping) return;
    this.isSweeping = true;
    try {
      await this.relay();
      this.isFailing = false;
    } catch (error) {
      // Once for each outage, not once a second.
      if (!this.isFailing) this.log.warn(`The sweep of the outbox failed: ${messageOf(error)}`);
      this.isFailing = true;
    } finally {
      this.isSweeping = false;
    }
  }

  /** Starts whoever has something to be told; does not wait until they are told, as that would wait for the slowest. */
  async relay(): Promise<void> {
    await this.introduceNew();
    for (let tries = 0; (await this.sequencer.run()) === null && tries < BUSY_TRIES; tries += 1) {
      // Whoever is at it may have looked just before the commit that we were woken for.
      await pause(BUSY_PAUSE_MS);
    }
    const names = [...this.feeds.keys()];
    for (const name of await this.cursors.behind(names)) this.feeds.get(name)?.fresh.kick();
    for (const name of await this.failures.due(names)) this.feeds.get(name)?.failed.kick();
  }

  /** Tells everybody of everything that is committed and due by now. Waits for it, and for what other lanes are at. */
  async settle(): Promise<void> {
    await this.relay();
    await Promise.all([...this.feeds.values()].flatMap(({ fresh, failed }) => [fresh.idle(), failed.idle()]));
  }

  /** What is not told by then is told by others, or after the restart. */
  async beforeApplicationShutdown(): Promise<void> {
    this.isStopping = true;
    const lanes = [...this.feeds.values()].flatMap(({ fresh, failed }) => [fresh.idle(), failed.idle()]);
    await within(LONGEST_STOP_MS, Promise.all(lanes));
  }

  private async introduceNew(): Promise<void> {
    const fresh = this.subscribers.all().filter(({ name }) => !this.feeds.has(name));
    if (fresh.length === 0) return;
    await this.cursors.ensure(fresh);
    const { cursors, failures, handling, tracing } = this;
    const isStopping = (): boolean => this.isStopping;
    for (const subscriber of fresh) {
      // The sweep and a job may both be here.
      if (this.feeds.has(subscriber.name)) continue;
      const feed = new SubscriberFeed(subscriber, { cursors, failures, handling, tracing });
      this.feeds.set(subscriber.name, {
        fresh: new RelayLane(subscriber.name, () => feed.drain(isStopping)),
        failed: new RelayLane(subscriber.name, () => feed.retryDue(isStopping)),
      });
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown error';
}
