import { Injectable } from '@nestjs/common';
import { JobQueue } from '../../queue/job-queue';
import { QueueAges } from '../../queue/queue-ages';
import { MetricsRegistry } from './metrics-registry';
import { SharedGauges } from './shared-gauges';

const STATES = ['waiting', 'active', 'delayed', 'failed'] as const;

/** Bull's queues. Their jobs only wake workers: what is to be done stands in PostgreSQL. */
@Injectable()
export class QueueMetrics {
  constructor(metrics: MetricsRegistry, shared: SharedGauges, ages: QueueAges, jobs: JobQueue) {
    const depth = shared.gauge('queue_jobs', 'Jobs in a queue, by state.', ['queue', 'state']);
    const age = shared.gauge(
      'queue_oldest_waiting_seconds',
      'How long the job whose turn is next has waited; 0 when none waits.',
      ['queue'],
    );
    shared.share('queues', [depth, age], async () =>
      (await ages.read()).flatMap(({ queue, waitingSince, ...depths }) => [
        ...STATES.map((state) => ({ gauge: depth, labels: { queue, state }, value: depths[state] })),
        {
          gauge: age,
          labels: { queue },
          value: waitingSince === null ? 0 : Math.max(0, Date.now() - waitingSince.getTime()) / 1_000,
        },
      ]),
    );
    const redis = metrics.gauge('redis_up', 'Whether Redis answers this process within half a second.');
    metrics.beforeEach(async () => {
      redis.set((await jobs.isReachable()) ? 1 : 0);
    });
  }
}
