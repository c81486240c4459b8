import { Injectable } from '@nestjs/common';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** What the name of every metric of our own begins with. */
export const METRIC_PREFIX = 'meta_backend_';

export type Labels<Label extends string> = Partial<Record<Label, string>>;

/**
 * The metrics of this process. Each part of the service makes its own here, once, at start.
 *
 * A label must never hold a tenant, an id, a telephone number or a path as it was asked for: each value that a label ever
 * had is a time series for good. What comes from outside goes through `BoundedLabel`.
 */
@Injectable()
export class MetricsRegistry {
  readonly #registry = new Registry();
  readonly #refreshers: (() => Promise<void>)[] = [];

  /** prom-client's own, for its metrics of the process. */
  get prometheus(): Registry {
    return this.#registry;
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /**
   * @param name without the prefix, ending in `_total`
   * @param zeros label values to begin with at 0: `increase()` sees no first event of a series that begins at 1
   */
  counter<Label extends string = never>(
    name: string,
    help: string,
    labelNames: readonly Label[] = [],
    zeros: readonly Labels<Label>[] = [],
  ): Counter<Label> {
    const counter = new Counter<Label>({
      name: METRIC_PREFIX + name,
      help,
      labelNames,
      registers: [this.#registry],
    });
    for (const labels of zeros) counter.inc(labels, 0);
    return counter;
  }

  gauge<Label extends string = never>(
    name: string,
    help: string,
    labelNames: readonly Label[] = [],
  ): Gauge<Label> {
    return new Gauge<Label>({ name: METRIC_PREFIX + name, help, labelNames, registers: [this.#registry] });
  }

  /** @param buckets upper bounds in the unit of the metric, in order */
  histogram<Label extends string = never>(
    name: string,
    help: string,
    buckets: readonly number[],
    labelNames: readonly Label[] = [],
    zeros: readonly Labels<Label>[] = [],
  ): Histogram<Label> {
    const histogram = new Histogram<Label>({
      name: METRIC_PREFIX + name,
      help,
      buckets: [...buckets],
      labelNames,
      registers: [this.#registry],
    });
    for (const labels of zeros) histogram.zero(labels);
    return histogram;
  }

  /** @param refresh sets gauges to what holds now, before every answer; never rejects, never takes long */
  beforeEach(refresh: () => Promise<void>): void {
    this.#refreshers.push(refresh);
  }

  /** Everything in Prometheus' text format. */
  async render(): Promise<string> {
    await Promise.all(this.#refreshers.map((refresh) => refresh()));
    return this.#registry.metrics();
  }
}
