import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import CircuitBreaker from 'opossum';
import { GraphUnavailableError } from './graph.error';
import type { GraphHost } from './graph-request';

export type GraphCircuitState = 'closed' | 'half-open' | 'open';

/** Numbers that decide when to stop calling a host that is down. */
export interface GraphCircuitOptions {
  /** Share of failed calls from which the circuit opens. */
  errorThresholdPercentage: number;
  /** Calls within the window before that share means anything. */
  volumeThreshold: number;
  /** The window. */
  rollingCountTimeout: number;
  /** How long it stays open before one call may try. */
  resetTimeout: number;
}

export const GRAPH_CIRCUIT_OPTIONS: GraphCircuitOptions = {
  errorThresholdPercentage: 50,
  volumeThreshold: 10,
  rollingCountTimeout: 30_000,
  resetTimeout: 10_000,
};

type Work = () => Promise<unknown>;

/**
 * A circuit breaker per Graph host. While a host is down, calls fail at once instead of each waiting for its time-out
 * with a database connection or a worker in hand. Errors that Meta itself reports are answers, not failures.
 */
@Injectable()
export class GraphCircuit implements OnApplicationShutdown {
  private readonly logger = new Logger(GraphCircuit.name);
  private readonly breakers = new Map<GraphHost, CircuitBreaker<[Work]>>();
  private readonly openedAt = new Map<GraphHost, number>();
  private readonly listeners: ((host: GraphHost, state: GraphCircuitState) => void)[] = [];

  constructor(private readonly options: GraphCircuitOptions = GRAPH_CIRCUIT_OPTIONS) {}

  /** @throws GraphUnavailableError (`not-sent`) without running `work` while the circuit of this host is open */
  async run<T>(host: GraphHost, work: () => Promise<T>): Promise<T> {
    let result: { value: T } | undefined;
    try {
      await this.breakerOf(host).fire(async () => {
        result = { value: await work() };
      });
    } catch (error) {
      if (!CircuitBreaker.isOurError(error as Error)) throw error;
      throw this.openError(host);
    }
    if (result === undefined) throw this.openError(host);
    return result.value;
  }

  stateOf(host: GraphHost): GraphCircuitState {
    const breaker = this.breakers.get(host);
    if (breaker === undefined || breaker.closed) return 'closed';
    return breaker.halfOpen ? 'half-open' : 'open';
  }

  /** For metrics; called on every change. */
  onChange(listener: (host: GraphHost, state: GraphCircuitState) => void): void {
    this.listeners.push(listener);
  }

  onApplicationShutdown(): void {
    for (const breaker of this.breakers.values()) breaker.shutdown();
    this.breakers.clear();
  }

  private breakerOf(host: GraphHost): CircuitBreaker<[Work]> {
    const existing = this.breakers.get(host);
    if (existing !== undefined) return existing;
    const breaker = new CircuitBreaker<[Work]>((work) => work(), {
      ...this.options,
      name: host,
      timeout: false, // each call carries its own
      rollingPercentilesEnabled: false,
      errorFilter: (error: unknown) => !isHostDown(error),
    });
    breaker.on('open', () => {
      this.openedAt.set(host, Date.now());
      this.logger.warn(
        `Meta's ${host} host is not answering; calls fail at once for ${this.options.resetTimeout} ms`,
      );
      this.announce(host, 'open');
    });
    breaker.on('halfOpen', () => {
      this.announce(host, 'half-open');
    });
    breaker.on('close', () => {
      this.logger.log(`Meta's ${host} host answers again`);
      this.announce(host, 'closed');
    });
    this.breakers.set(host, breaker);
    return breaker;
  }

  private openError(host: GraphHost): GraphUnavailableError {
    const openFor = Date.now() - (this.openedAt.get(host) ?? Date.now());
    const wait = Math.max(1_000, this.options.resetTimeout - openFor);
    return new GraphUnavailableError(
      'Meta is not answering at the moment; the call was not made.',
      'not-sent',
      {},
      wait,
    );
  }

  private announce(host: GraphHost, state: GraphCircuitState): void {
    for (const listener of this.listeners) listener(host, state);
  }
}

/** Code 2 is "service temporarily unavailable"; other codes may come from one request alone and say nothing of the host. */
function isHostDown(error: unknown): boolean {
  return error instanceof GraphUnavailableError && (error.meta === null || error.meta.code === 2);
}
