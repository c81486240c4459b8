import { Injectable } from '@nestjs/common';
import { createdAtOf } from '../database/ids';
import { MetricsRegistry } from '../operations/metrics/metrics-registry';

const LAG_SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Browsers that are connected to this process, and how soon they hear of things. */
@Injectable()
export class RealtimeMetrics {
  private readonly lags;
  private readonly clients;
  private readonly users;

  constructor(metrics: MetricsRegistry) {
    this.lags = metrics.histogram(
      'realtime_event_lag_seconds',
      'Time from an event until this process had it for its connected clients.',
      LAG_SECONDS,
    );
    this.clients = metrics.gauge('realtime_clients', 'Connections of this process.');
    this.users = metrics.gauge('realtime_users', 'Users with a connection to this process.');
  }

  /** @param id of an event: our ids tell when they were made */
  told(id: string): void {
    this.lags.observe(Math.max(0, Date.now() - createdAtOf(id).getTime()) / 1_000);
  }

  connected(clients: number, users: number): void {
    this.clients.set(clients);
    this.users.set(users);
  }
}
