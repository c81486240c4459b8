import { GraphError, GraphReauthRequiredError, GraphRejectedError } from '../../graph-client/graph.error';

/** A metric that Meta would not answer. */
export interface MetricRefusal {
  metric: string;
  /** Meta's words. */
  message: string;
  /** Whether Meta speaks of the name, so that it holds for all objects of the kind; else it may be this object alone. */
  isAboutName: boolean;
  /** Too few people are concerned for Meta to tell. */
  isTooFewPeople: boolean;
}

/** "No such object, or this token may not see it" is no answer about metrics. */
const NO_SUCH_OBJECT = 33;
/** Was published before its account became a professional one. */
const BEFORE_CONVERSION = 2108006;

/** Meta's refusals of a metric in its own words: of any, of one that it names, of one by its place in the list. */
const ABOUT_NAME = [
  /must be a valid insights metric/i,
  /metric\[\d+\] must be one of/i,
  /does not support the \w+ metric/i,
  /deprecated|no longer (supported|available)/i,
];

/** Whatever metrics are asked for, the days are wrong. */
const ABOUT_RANGE =
  /\bsince and until\b|\bparam(eter)?s? (since|until)\b|\b(since|until) (param|must|should|date)/i;

/**
 * Whether a call failed for one of its metrics: 100 for all that is wrong with a call, 12 for what is deprecated, 3001 when
 * nothing that was asked for is left, 10 where too few people follow. All metrics of the call share the failure.
 */
export function isMetricRefusal(error: unknown): error is GraphError {
  if (isTooFewPeople(error)) return true;
  if (!(error instanceof GraphRejectedError) || isNoSuchObject(error) || isBeforeConversion(error))
    return false;
  if (ABOUT_RANGE.test(error.meta?.message ?? '')) return false;
  const code = error.meta?.code;
  return code === 100 || code === 12 || code === 3001;
}

export function isNoSuchObject(error: unknown): boolean {
  if (!(error instanceof GraphRejectedError)) return false;
  return error.meta?.code === 803 || (error.meta?.code === 100 && error.meta.subcode === NO_SUCH_OBJECT);
}

export function isBeforeConversion(error: unknown): boolean {
  if (!(error instanceof GraphRejectedError)) return false;
  return (
    error.meta?.subcode === BEFORE_CONVERSION ||
    /posted before .*(business|professional|converted)/i.test(error.meta?.message ?? '')
  );
}

/**
 * Fewer than five have seen the media, or fewer than a hundred follow the account: code 10, which otherwise means a missing
 * permission and then says so.
 */
export function isTooFewPeople(error: unknown): error is GraphReauthRequiredError {
  return (
    error instanceof GraphReauthRequiredError &&
    error.meta?.code === 10 &&
    error.missingPermission === null &&
    !/permission|not authorized|access/i.test(error.meta.message)
  );
}

export function refusalOf(metric: string, error: GraphError): MetricRefusal {
  const message = error.meta?.message ?? error.message;
  return {
    metric,
    message,
    isAboutName: ABOUT_NAME.some((pattern) => pattern.test(message)),
    isTooFewPeople: isTooFewPeople(error),
  };
}

/**
 * The metrics that Meta's words single out, which spares looking for them by halves: by its place in the list, or by name.
 * Names that Meta lists as the ones to choose from are none of them.
 */
export function metricsNamedBy({ meta }: GraphError, asked: readonly string[]): string[] {
  const message = meta?.message ?? '';
  const place = /metric\[(\d+)\] must be/i.exec(message)?.[1];
  const byPlace = place === undefined ? undefined : asked[Number(place)];
  if (byPlace !== undefined) return [byPlace];
  const name = /\bthe (\w+) metric\b/i.exec(message)?.[1];
  return name !== undefined && asked.includes(name) ? [name] : [];
}
