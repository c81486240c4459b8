import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/app-config';
import type { GraphError } from '../../graph-client/graph.error';
import type { InsightObject } from '../insight-object';
import type { InsightReader } from '../insight-source';
import type { InsightMetric } from '../metrics/insight-metric';
import { metricsFor } from '../metrics/metric-registry';
import { askEach } from './ask-each';
import { type InsightValue, insightValues } from './insight-answer';
import { type DayWindow, type InsightAsk, asksForLifetime, asksForWindow } from './insight-asks';
import { InsightValuesRepository, type ReadSeries } from './insight-values.repository';
import { type MetricRefusal, isMetricRefusal, isTooFewPeople } from './metric-refusal';
import { RefusalsRepository } from './refusals.repository';

export interface ReadingOptions {
  /** The days to ask for; null for posts and media. */
  window: DayWindow | null;
  /** Also what has no days: of accounts, who their followers are. Posts and media have nothing else. */
  withLifetime: boolean;
  /** Asked before every call; false ends the reading with what there is. */
  mayGoOn: () => boolean;
  timeoutMs?: number;
}

/** What a reading brought before it ended, or was ended. */
export interface Reading {
  readAt: Date;
  values: InsightValue[];
  series: ReadSeries[];
  /** Everything that was to be asked was asked. */
  isComplete: boolean;
  /** What broke it off. */
  error: Error | null;
}

interface Progress {
  values: InsightValue[];
  refused: Map<string, MetricRefusal>;
  asked: Set<string>;
}

/** Asks Meta for all figures of one Page, account, post or media, around those that it refuses. */
@Injectable()
export class ObjectReader {
  constructor(
    private readonly refusals: RefusalsRepository,
    private readonly stored: InsightValuesRepository,
    private readonly config: AppConfig,
  ) {}

  /** Stores nothing but what was learnt of refused metrics. Never throws what Meta answers: see `error`. */
  async read(object: InsightObject, reader: InsightReader, options: ReadingOptions): Promise<Reading> {
    const readAt = new Date();
    const { askable, probes } = await this.choose(object);
    const progress: Progress = { values: [], refused: new Map(), asked: new Set() };
    let [isComplete, error]: [boolean, Error | null] = [true, null];
    try {
      for (const ask of asksFor(askable, options, readAt))
        if (options.mayGoOn()) await this.ask(ask, object, reader, options, readAt, progress);
        else isComplete = false;
      for (const probe of probes) await this.probe(probe, object, reader, options, readAt, progress);
    } catch (caught) {
      // Of a media all figures are kept back together.
      if (object.kind === 'ig_media' && isTooFewPeople(caught))
        return { ...keptBack(askable, caught.message), readAt, values: [], isComplete: true, error: null };
      [isComplete, error] = [false, caught instanceof Error ? caught : new Error('An unknown failure')];
    }
    await this.refusals.record(object, [...progress.refused.values()]);
    return { readAt, values: progress.values, series: seriesOf(progress), isComplete, error };
  }

  private async choose(
    object: InsightObject,
  ): Promise<{ askable: InsightMetric[]; probes: InsightMetric[] }> {
    const all = metricsFor({ ...object, graphVersion: this.config.env.META_GRAPH_VERSION });
    const [known, leftAlone] = await Promise.all([
      this.refusals.known(object),
      this.stored.leftAlone(object),
    ]);
    const expired = await this.refusals.claimExpired(
      object,
      all.map(({ name }) => name).filter((name) => known.get(name)?.isExpired === true),
    );
    return {
      askable: all.filter(({ name }) => !known.has(name) && !leftAlone.has(name)),
      probes: all.filter(({ name }) => expired.has(name)),
    };
  }

  private async ask(
    { metrics, query, day, isSplit }: InsightAsk,
    object: InsightObject,
    reader: InsightReader,
    { timeoutMs }: ReadingOptions,
    readAt: Date,
    progress: Progress,
  ): Promise<void> {
    const byName = new Map(metrics.map((metric) => [metric.name, metric]));
    const names = [...byName.keys()].filter((name) => !progress.refused.has(name));
    const isMedia = object.kind === 'ig_media';
    const { answers, refused } = await askEach(names, isMedia ? isRefusedForMedia : isMetricRefusal, (some) =>
      reader.insights({
        objectId: object.externalId,
        query: { metric: some.join(','), ...query },
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
      }),
    );
    for (const name of names) progress.asked.add(name);
    for (const refusal of refused) progress.refused.set(refusal.metric, refusal);
    for (const answer of answers)
      progress.values.push(...insightValues(answer, { metrics: byName, day, isSplit, readAt }));
  }

  /** A refusal whose time is over: one call, apart from the others, that may fail for itself. */
  private async probe(
    metric: InsightMetric,
    object: InsightObject,
    reader: InsightReader,
    options: ReadingOptions,
    readAt: Date,
    progress: Progress,
  ): Promise<void> {
    const ask = asksFor([metric], options, readAt).at(-1);
    if (ask === undefined || !options.mayGoOn()) return;
    await this.ask(ask, object, reader, options, readAt, progress);
    if (!progress.refused.has(metric.name)) await this.refusals.forget(object, [metric.name]);
  }
}

function asksFor(
  metrics: readonly InsightMetric[],
  { window, withLifetime }: Pick<ReadingOptions, 'window' | 'withLifetime'>,
  now: Date,
): InsightAsk[] {
  return [
    ...(window === null ? [] : asksForWindow(metrics, window, now)),
    ...(withLifetime ? asksForLifetime(metrics) : []),
  ];
}

function seriesOf({ values, refused, asked }: Progress): ReadSeries[] {
  const answered = new Set(values.map(({ metric }) => metric));
  return [...asked].map((metric) => {
    const refusal = refused.get(metric);
    if (refusal !== undefined && !answered.has(metric))
      return { metric, state: 'refused', message: refusal.message };
    return { metric, state: answered.has(metric) ? 'read' : 'empty', message: null };
  });
}

function keptBack(metrics: readonly InsightMetric[], message: string): Pick<Reading, 'series'> {
  return { series: metrics.map(({ name }) => ({ metric: name, state: 'too_few_viewers', message })) };
}

function isRefusedForMedia(error: unknown): error is GraphError {
  return isMetricRefusal(error) && !isTooFewPeople(error);
}
