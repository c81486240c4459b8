import { Injectable } from '@nestjs/common';
import { edgesOf } from '../../calendar/metric-range';
import { type PeriodRange, type PeriodRequest, periodRange } from '../../calendar/period-range';
import { AppConfig } from '../../config/app-config';
import { NotFoundError, ValidationFailedError } from '../../errors/app.error';
import type { InsightObject } from '../insight-object';
import { InsightObjectsRepository } from '../insight-objects.repository';
import type { InsightAsset } from '../insight-source';
import type { InsightKind, InsightMetric } from '../metrics/insight-metric';
import { explainRetirement, metricsFor, retirementOf } from '../metrics/metric-registry';
import { InsightAssetsRepository } from '../pulling/insight-assets.repository';
import { RefusalsRepository } from '../reading/refusals.repository';
import { InsightFiguresRepository } from './insight-figures.repository';
import { InsightRefresh } from './insight-refresh.service';
import type { InsightReport, MetricReport, UnavailableMetric } from './insight-report';
import { isComplete, whyUnavailable } from './metric-availability';
import { figuresOf, partsOf } from './metric-figures';

export interface ReportRequest extends PeriodRequest {
  /** Meta's names; left out: all that Meta answers. */
  metrics?: readonly string[] | undefined;
  refresh: boolean;
}

/** Answers from what is stored. */
@Injectable()
export class InsightReports {
  constructor(
    private readonly refreshing: InsightRefresh,
    private readonly objects: InsightObjectsRepository,
    private readonly figures: InsightFiguresRepository,
    private readonly refusals: RefusalsRepository,
    private readonly assets: InsightAssetsRepository,
    private readonly config: AppConfig,
  ) {}

  /**
   * @param externalId Meta's id of the Page or account, or of a post or media of it
   * @throws ValidationFailedError for a range that cannot be answered, for metrics that are none, and for retired ones alone
   * @throws NotFoundError for what is nothing of this Page or account
   * @throws GraphError when Meta has to be asked and does not answer
   */
  async read(
    asset: InsightAsset,
    externalId: string,
    kind: InsightKind,
    request: ReportRequest,
  ): Promise<InsightReport> {
    const range = periodRange(request);
    const retired = this.check(request.metrics ?? [], kind);
    const found = await this.refreshing.find(asset, externalId);
    if (found.kind !== kind) throw new NotFoundError('There is no such post or media.');
    const known = this.metricsOf(found);
    const wanted =
      request.metrics === undefined || request.metrics.length === 0
        ? known
        : known.filter(({ name }) => request.metrics?.includes(name) === true);
    if (wanted.length === 0) throw noneOfThem(found);
    if (request.refresh) await this.refreshing.refresh(asset, found);
    else await this.refreshing.tryFirstReading(asset, found);
    const object = (await this.objects.find([asset.accountId], externalId, asset.assetId)) ?? found;
    const report = await this.report(asset, object, range, wanted);
    return { ...report, unavailable: [...report.unavailable, ...retired] };
  }

  private async report(
    asset: InsightAsset,
    object: InsightObject,
    range: PeriodRange,
    wanted: readonly InsightMetric[],
  ): Promise<InsightReport> {
    const names = wanted.map(({ name }) => name);
    const { from, until } = edgesOf(range);
    const [buckets, parts, before, series, refusals, problem] = await Promise.all([
      this.figures.buckets(object, names, range.bounds),
      this.figures.parts(object, names, from, until),
      this.figures.before(
        object,
        wanted.filter(({ adding }) => adding === 'level').map(({ name }) => name),
        from,
      ),
      this.figures.series(object),
      this.refusals.known(object),
      this.assets.problemOf(asset),
    ]);
    const reports = wanted.map((metric): MetricReport => {
      const known = series.get(metric.name);
      const own = buckets.filter((figure) => figure.metric === metric.name);
      const ownParts = parts.filter((part) => part.metric === metric.name);
      return {
        metric,
        ...figuresOf(metric, own, range, before.get(metric.name)),
        parts: partsOf(metric, ownParts),
        isComplete: isComplete(metric, object, known, range),
        readAt: known?.readAt ?? null,
        coveredFrom: known?.coveredFrom ?? null,
        coveredUntil: known?.coveredUntil ?? null,
      };
    });
    return {
      object,
      range,
      metrics: reports.filter(
        ({ metric, parts: own }) =>
          series.get(metric.name)?.state === 'read' ||
          own.length > 0 ||
          buckets.some((figure) => figure.metric === metric.name),
      ),
      unavailable: wanted.flatMap(
        (metric) =>
          whyUnavailable(metric, {
            object,
            series: series.get(metric.name),
            refusal: refusals.get(metric.name),
            problem,
          }) ?? [],
      ),
      problem,
    };
  }

  /** @returns those that Meta has retired: one of them must not cost the others */
  private check(names: readonly string[], kind: InsightKind): UnavailableMetric[] {
    const graphVersion = this.config.env.META_GRAPH_VERSION;
    const known = metricsFor({ kind, product: null, graphVersion }).map(({ name }) => name);
    const unavailable = names
      .filter((name) => !known.includes(name))
      .map((name): UnavailableMetric => {
        const retired = retirementOf(name, { kind, graphVersion });
        if (retired === null)
          throw ValidationFailedError.of(
            'metrics',
            'isKnownMetric',
            `${name} is no metric of this. There are ${known.join(', ')}.`,
          );
        return { metric: name, reason: 'retired', message: explainRetirement(name, retired) };
      });
    const [first] = unavailable;
    if (first !== undefined && unavailable.length === names.length)
      throw ValidationFailedError.of('metrics', 'isRetiredMetric', first.message);
    return unavailable;
  }

  private metricsOf({ kind, product }: InsightObject): InsightMetric[] {
    return metricsFor({ kind, product, graphVersion: this.config.env.META_GRAPH_VERSION });
  }
}

function noneOfThem({ product }: InsightObject): ValidationFailedError {
  return ValidationFailedError.of(
    'metrics',
    'isKnownMetric',
    `Meta has none of these for ${product === 'REELS' ? 'reels' : product === 'STORY' ? 'stories' : 'posts'}.`,
  );
}
