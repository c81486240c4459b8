import {
  GraphRateLimitedError,
  GraphReauthRequiredError,
  GraphRejectedError,
} from '../../graph-client/graph.error';
import { askEach } from './ask-each';
import { isMetricRefusal } from './metric-refusal';

function refusal(message: string, { code = 100, subcode = null as number | null } = {}): GraphRejectedError {
  return new GraphRejectedError(message, {
    meta: { code, subcode, type: 'OAuthException', title: null, message, fbtraceId: null },
  });
}
const INVALID = '(#100) The value must be a valid insights metric';

/** A Meta that refuses some names, and counts calls. */
function meta(bad: readonly string[], refuse: (asked: readonly string[]) => Error = () => refusal(INVALID)) {
  const calls: string[][] = [];
  const call = (metrics: readonly string[]): Promise<string[]> => {
    calls.push([...metrics]);
    return metrics.some((name) => bad.includes(name))
      ? Promise.reject(refuse(metrics))
      : Promise.resolve([...metrics]);
  };
  return { calls, ask: (metrics: readonly string[]) => askEach(metrics, isMetricRefusal, call) };
}
const TWENTY = Array.from({ length: 20 }, (_, number) => `metric_${number}`);

describe('asking for several metrics', () => {
  it('takes one call where nothing is wrong', async () => {
    const { calls, ask } = meta([]);
    expect(await ask(TWENTY)).toEqual({ answers: [TWENTY], refused: [] });
    expect(calls).toHaveLength(1);
  });

  it.each(TWENTY)('finds the one that is refused, %s, and loses no other', async (bad) => {
    const { calls, ask } = meta([bad]);
    const { answers, refused } = await ask(TWENTY);
    expect(answers.flat().sort()).toEqual(TWENTY.filter((name) => name !== bad).sort());
    expect(refused).toEqual([{ metric: bad, message: INVALID, isAboutName: true, isTooFewPeople: false }]);
    expect(calls.length).toBeLessThanOrEqual(11);
  });

  it('finds several, and answers nothing where all are refused', async () => {
    const some = meta(['metric_1', 'metric_2', 'metric_19']);
    const { refused } = await some.ask(TWENTY);
    expect(refused.map(({ metric }) => metric)).toEqual(['metric_1', 'metric_2', 'metric_19']);
    expect((await meta(TWENTY).ask(TWENTY)).answers).toEqual([]);
  });

  it('takes Meta at its word where it names the one', async () => {
    const byPlace = meta(['metric_7'], (asked) =>
      refusal(
        `(#100) metric[${asked.indexOf('metric_7')}] must be one of the following values: metric_8, metric_9`,
      ),
    );
    expect((await byPlace.ask(TWENTY)).refused.map(({ metric }) => metric)).toEqual(['metric_7']);
    expect(byPlace.calls).toHaveLength(2);
    const byName = meta(['metric_3'], () =>
      refusal(
        '(#100) The Media Insights API does not support the metric_3 metric for this media product type.',
      ),
    );
    expect((await byName.ask(TWENTY)).refused).toMatchObject([{ metric: 'metric_3', isAboutName: true }]);
    expect(byName.calls).toHaveLength(2);
  });

  it('takes a metric that is "deprecated since" for one that is refused, not for a wrong range', async () => {
    const { ask } = meta(['metric_5'], () => refusal('(#100) This metric is deprecated since v27.0.'));
    expect((await ask(TWENTY)).refused).toMatchObject([{ metric: 'metric_5', isAboutName: true }]);
  });

  it('holds a refusal in other words for one of this object alone', async () => {
    const { ask } = meta(['metric_4'], () => refusal('(#100) This metric needs at least 100 followers.'));
    expect((await ask(TWENTY)).refused).toMatchObject([{ metric: 'metric_4', isAboutName: false }]);
  });

  it('asks around one that Meta keeps back because too few people follow', async () => {
    const error = new GraphReauthRequiredError('(#10) Not enough followers', {
      meta: {
        code: 10,
        subcode: null,
        type: null,
        title: null,
        message: '(#10) Not enough followers',
        fbtraceId: null,
      },
    });
    const { refused, answers } = await meta(['metric_0'], () => error).ask(TWENTY);
    expect([refused.length, answers.flat().length]).toEqual([1, 19]);
  });

  it('fails where the call itself is wrong: nothing is refused for its name, and nothing answered', async () => {
    const odd = refusal('(#100) Something else');
    await expect(meta(TWENTY, () => odd).ask(TWENTY)).rejects.toBe(odd);
    expect((await meta(['metric_1'], () => odd).ask(['metric_1'])).refused).toHaveLength(1);
  });

  it.each([
    ['a limit', new GraphRateLimitedError('(#4) limit', 'app', 1_000)],
    ['a range that is too long', refusal('(#100) There cannot be more than 30 days between since and until')],
    ['a missing object', refusal('(#100) no such object', { subcode: 33 })],
    [
      'a missing permission',
      new GraphReauthRequiredError('(#10) Application does not have permission for this action', {
        meta: {
          code: 10,
          subcode: null,
          type: null,
          title: null,
          message: '(#10) Application does not have permission for this action',
          fbtraceId: null,
        },
      }),
    ],
  ])('stops at %s, which no other choice of metrics would change', async (_, error) => {
    const { calls, ask } = meta(['metric_0'], () => error);
    await expect(ask(TWENTY)).rejects.toBe(error);
    expect(calls).toHaveLength(1);
  });
});
