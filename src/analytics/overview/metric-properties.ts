import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import { type AnalyticsMetric, METRIC_DEFINITIONS } from './analytics-metrics';

/**
 * Documents a property for each metric, with its definition: what a figure is must not be said in several places.
 * @param schemaOf what the property is, without its description
 */
export function MetricProperties(
  metrics: readonly AnalyticsMetric[],
  schemaOf: (metric: AnalyticsMetric) => ApiPropertyOptions,
): ClassDecorator {
  return (target) => {
    const prototype: unknown = target.prototype;
    if (typeof prototype !== 'object' || prototype === null) return;
    for (const metric of metrics)
      ApiProperty({ ...schemaOf(metric), description: METRIC_DEFINITIONS[metric].definition })(
        prototype,
        metric,
      );
  };
}

/** Whether a metric is a count, which is 0 where nothing happened; others are null there. */
export function isCount(metric: AnalyticsMetric): boolean {
  return METRIC_DEFINITIONS[metric].unit === 'count';
}
