import { Injectable, Logger } from '@nestjs/common';
import type { Gauge } from 'prom-client';
import { AppConfig } from '../../config/app-config';
import { within } from '../../queue/within';
import { type Labels, MetricsRegistry } from './metrics-registry';

/** One value of one gauge. Null: nothing to tell of, and the series is left out. */
export interface Reading {
  gauge: SharedGauge;
  labels?: Labels<string>;
  value: number | null;
}

/** A gauge that holds for the whole installation, whichever process tells it. */
export class SharedGauge {
  constructor(
    private readonly gauge: Gauge,
    private readonly hasLabels: boolean,
  ) {}

  clear(): void {
    this.gauge.reset();
    // Without labels there is one series, which a reset sets to 0: that would be a statement.
    if (!this.hasLabels) this.gauge.remove();
  }

  set(labels: Labels<string>, value: number): void {
    this.gauge.set(labels, value);
  }
}

interface Source {
  name: string;
  gauges: readonly SharedGauge[];
  everyMs: number;
  read: () => Promise<readonly Reading[]>;
  /** Of `Date.now()`. */
  askedAt: number;
  toldAt: number;
  reading: Promise<void> | null;
}

/** However often it is asked for: the database answers for its users, not for those who watch it. */
const READ_EVERY_MS = 10_000;
/** A scrape does not wait longer for a reading; it is in the next one. */
const LONGEST_WAIT_MS = 2_000;
/** What is older says nothing of now, and no value is better than a wrong one. */
const LONGEST_KEPT_MS = 60_000;

/**
 * Gauges about PostgreSQL and Redis, which all processes share. Only processes with the role `scheduler` read and export
 * them. Of these there may be several, each telling the same: queries take `max`, never `sum`.
 */
@Injectable()
export class SharedGauges {
  private readonly log = new Logger(SharedGauges.name);
  private readonly sources: Source[] = [];
  private readonly failures;
  private readonly isTold: boolean;

  constructor(
    private readonly metrics: MetricsRegistry,
    config: AppConfig,
  ) {
    this.isTold = config.has('scheduler');
    this.failures = metrics.counter(
      'metrics_reading_failures_total',
      'Readings of database-wide gauges that failed; their series are missing after a minute of it.',
      ['source'],
    );
    metrics.beforeEach(() => this.refresh());
  }

  gauge(name: string, help: string, labelNames: readonly string[] = []): SharedGauge {
    return new SharedGauge(this.metrics.gauge<string>(name, help, labelNames), labelNames.length > 0);
  }

  /**
   * @param name what is read, for the count of failures
   * @param read takes bounded time: see `readBounded`
   * @param everyMs at most this often
   */
  share(
    name: string,
    gauges: readonly SharedGauge[],
    read: () => Promise<readonly Reading[]>,
    everyMs: number = READ_EVERY_MS,
  ): void {
    for (const gauge of gauges) gauge.clear();
    this.failures.inc({ source: name }, 0);
    this.sources.push({ name, gauges, everyMs, read, askedAt: 0, toldAt: 0, reading: null });
  }

  private async refresh(): Promise<void> {
    if (this.isTold) await within(LONGEST_WAIT_MS, this.refreshAll());
  }

  /** One after the other: together they would take most connections of a small pool. */
  private async refreshAll(): Promise<void> {
    for (const source of this.sources) await this.refreshOne(source);
  }

  private async refreshOne(source: Source): Promise<void> {
    if (source.reading === null && Date.now() - source.askedAt >= source.everyMs) {
      source.askedAt = Date.now();
      source.reading = this.read(source).finally(() => (source.reading = null));
    }
    await source.reading;
  }

  private async read(source: Source): Promise<void> {
    try {
      const readings = await source.read();
      for (const gauge of source.gauges) gauge.clear();
      for (const { gauge, labels = {}, value } of readings) if (value !== null) gauge.set(labels, value);
      source.toldAt = Date.now();
    } catch (error) {
      this.failures.inc({ source: source.name });
      if (Date.now() - source.toldAt > LONGEST_KEPT_MS) for (const gauge of source.gauges) gauge.clear();
      this.log.warn(
        `The metrics of ${source.name} could not be read: ${error instanceof Error ? error.message : 'unknown error'}`,
      );
    }
  }
}
