import { type BeforeApplicationShutdown, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { AppConfig } from '../../config/app-config';
import { JobWorker } from '../../queue/job-worker';
import { type ClaimedDelivery, DeliveryClaims } from './delivery-claims.repository';
import { DeliveryLane } from './delivery-lane';
import { DeliveryHolding } from './delivery-holding.repository';
import { DeliveryResults } from './delivery-results.repository';
import { messageIdOf } from './delivery-body';
import { type CallOutcome, EndpointCall } from './endpoint-call';
import { EndpointMetrics } from './endpoint.metrics';
import { EndpointSigner } from './endpoint-signer';

/** Of one process; and as many again for endpoints that answer slowly, so that these hold up nobody else. */
const CONCURRENCY = 24;
const SWEEP_EVERY_MS = 1_000;
/** What is under way may end by itself so long, then it is broken off and handed back. */
const PATIENCE_MS = 8_000;
const HANDING_BACK_MS = 4_000;

/** Sends what is in line. The rows say what is to be done; wake-ups only make it sooner. */
@Injectable()
export class DeliveryWorker implements OnModuleInit, BeforeApplicationShutdown {
  private readonly log = new Logger('Outbound webhooks');
  private readonly lanes: DeliveryLane[];
  private readonly closing = new AbortController();

  constructor(
    private readonly config: AppConfig,
    private readonly jobs: JobWorker,
    claims: DeliveryClaims,
    private readonly results: DeliveryResults,
    private readonly holding: DeliveryHolding,
    private readonly signer: EndpointSigner,
    private readonly call: EndpointCall,
    private readonly metrics: EndpointMetrics,
  ) {
    this.lanes = [false, true].map(
      (isSlow) =>
        new DeliveryLane(
          CONCURRENCY,
          (most) => claims.claim(isSlow, most),
          (claimed) => this.send(claimed),
        ),
    );
  }

  onModuleInit(): void {
    this.jobs.consume('endpoint-deliveries', 'send', 1, () => {
      // Not awaited: a job that waited for receivers would swallow the wake-ups that come meanwhile.
      this.wake();
      return Promise.resolve();
    });
  }

  /** Makes up for wake-ups that were lost, and finds what is due by now. */
  @Interval(SWEEP_EVERY_MS)
  wake(): void {
    if (!this.config.has('worker')) return;
    for (const lane of this.lanes) lane.wake();
  }

  @Interval(SWEEP_EVERY_MS)
  async holdRegularly(): Promise<void> {
    if (!this.config.has('worker') || this.closing.signal.aborted) return;
    try {
      await this.holding.hold();
    } catch (error) {
      this.log.warn(`Deliveries of disabled endpoints were not put aside: ${reasonOf(error)}`);
    }
  }

  async beforeApplicationShutdown(): Promise<void> {
    const patience = setTimeout(() => {
      this.closing.abort();
    }, PATIENCE_MS);
    await Promise.all(this.lanes.map((lane) => lane.close(PATIENCE_MS + HANDING_BACK_MS)));
    clearTimeout(patience);
  }

  private async send(claimed: ClaimedDelivery): Promise<void> {
    let outcome: CallOutcome;
    try {
      const messageId = messageIdOf(claimed.id);
      const headers = this.signer.headersOf(claimed.secrets, messageId, claimed.body, new Date());
      outcome = await this.call.post(claimed.url, headers, claimed.body, this.closing.signal);
    } catch (error) {
      // Broken off at the end of this process; or its secret does not open, which the operator has to see to.
      if (!this.closing.signal.aborted) {
        this.log.error(`A delivery of endpoint ${claimed.endpointId} was not sent: ${reasonOf(error)}`);
        return;
      }
      await this.results.handBack(claimed);
      return;
    }
    this.metrics.attempted(outcome);
    await this.results.record(claimed, outcome);
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown error';
}
