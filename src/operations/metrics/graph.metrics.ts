import { Injectable, type OnModuleInit } from '@nestjs/common';
import { GraphCircuit, type GraphCircuitState } from '../../graph-client/graph-circuit';
import { type GraphCallObservation, GraphClient } from '../../graph-client/graph-client';
import type { GraphHost } from '../../graph-client/graph-request';
import { GraphUsage } from '../../graph-client/graph-usage';
import { BoundedLabel } from './bounded-label';
import { MetricsRegistry } from './metrics-registry';

const SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20];
/** We ask for about sixty. What an address from outside might add stays within this. */
const MOST_EDGES = 150;
/** Meta documents some hundreds, of which a handful is ever met. */
const MOST_CODES = 100;
const HOSTS: Record<GraphHost, true> = {
  graph: true,
  'graph-media': true,
  instagram: true,
  'instagram-login': true,
};
const STATES: Record<GraphCircuitState, number> = { closed: 0, 'half-open': 1, open: 2 };

/** Calls to Meta: each attempt by itself, as Meta counts them. */
@Injectable()
export class GraphMetrics implements OnModuleInit {
  private readonly edges = new BoundedLabel(MOST_EDGES);
  private readonly codes = new BoundedLabel(MOST_CODES);
  private readonly durations;
  private readonly errors;

  constructor(
    metrics: MetricsRegistry,
    private readonly client: GraphClient,
    private readonly circuit: GraphCircuit,
    private readonly usage: GraphUsage,
  ) {
    this.durations = metrics.histogram(
      'graph_call_duration_seconds',
      'Time of one attempt of a call to Meta, whatever came of it.',
      SECONDS,
      ['method', 'edge', 'outcome'],
    );
    this.errors = metrics.counter(
      'graph_errors_total',
      "Attempts that failed, with Meta's error code; `none` where Meta sent none.",
      ['edge', 'outcome', 'meta_code'],
    );
    const states = metrics.gauge(
      'graph_circuit_state',
      'Whether a host of Meta is called: 0 it is, 1 one call tries, 2 calls fail at once.',
      ['host'],
    );
    const usages = metrics.gauge(
      'graph_usage_percent',
      "How full Meta's limits are as its latest answers told this process: `app`, and the fullest of any `object`.",
      ['scope'],
    );
    metrics.beforeEach(() => {
      for (const host of Object.keys(HOSTS) as GraphHost[])
        states.set({ host }, STATES[this.circuit.stateOf(host)]);
      usages.reset();
      for (const [scope, percent] of Object.entries(this.usage.fullest()))
        if (percent !== null) usages.set({ scope }, percent);
      return Promise.resolve();
    });
  }

  onModuleInit(): void {
    this.client.onCall((call) => {
      this.record(call);
    });
  }

  record({ method, edge: pattern, result: outcome, metaCode, durationMs }: GraphCallObservation): void {
    const edge = this.edges.of(pattern);
    this.durations.observe({ method, edge, outcome }, durationMs / 1_000);
    if (outcome === 'ok') return;
    const code = metaCode === null ? 'none' : this.codes.of(String(metaCode));
    this.errors.inc({ edge, outcome, meta_code: code });
  }
}
