import type { GraphError } from '../../graph-client/graph.error';
import { type MetricRefusal, metricsNamedBy, refusalOf } from './metric-refusal';

export interface Asked<Answer> {
  /** Of those that Meta answered, in as few calls as it took. */
  answers: Answer[];
  refused: MetricRefusal[];
}

/**
 * Asks for several metrics at once. One that Meta refuses fails the whole call, without saying which: then halves are asked
 * for, and halves of those, until it stands alone. n metrics of which one is refused cost about 2·log₂(n) calls.
 * @param isRefusal whether a call failed for a metric of its
 * @param call makes one call for these metrics
 * @throws the first error that is about no metric; also when nothing was answered and several were refused in words that
 * nobody knows: those will be about something else than the metrics
 */
export async function askEach<Answer>(
  metrics: readonly string[],
  isRefusal: (error: unknown) => error is GraphError,
  call: (metrics: readonly string[]) => Promise<Answer>,
): Promise<Asked<Answer>> {
  const result: Asked<Answer> = { answers: [], refused: [] };
  if (metrics.length === 0) return result;
  let lastRefusal: GraphError | undefined;
  const ask = async (some: readonly string[]): Promise<void> => {
    if (some.length === 0) return;
    try {
      result.answers.push(await call(some));
    } catch (error) {
      if (!isRefusal(error)) throw error;
      lastRefusal = error;
      const named = some.length === 1 ? some : metricsNamedBy(error, some);
      for (const metric of named) result.refused.push(refusalOf(metric, error));
      const left = some.filter((metric) => !named.includes(metric));
      if (named.length > 0) {
        await ask(left);
        return;
      }
      const middle = Math.ceil(left.length / 2);
      await ask(left.slice(0, middle));
      await ask(left.slice(middle));
    }
  };
  await ask(metrics);
  const unexplained = result.refused.filter((refusal) => !refusal.isAboutName && !refusal.isTooFewPeople);
  if (result.answers.length === 0 && unexplained.length > 1 && lastRefusal !== undefined) throw lastRefusal;
  return result;
}
