import { RemoteAnalyzer } from '../../src/sentiment/remote/remote-analyzer';
import type { RemoteSettings } from '../../src/sentiment/remote/remote-settings';
import {
  SentimentRefusedError,
  SentimentUnavailableError,
} from '../../src/sentiment/analysis/sentiment.errors';
import { eventually } from '../eventually';
import { MODEL_KEY, type ModelBehaviour, SentimentModel } from '../sentiment-model';
import { freePort } from '../test-app';

/** Against a model server in another process. */
describe('the client of the sentiment service', () => {
  let model: SentimentModel;
  const open: RemoteAnalyzer[] = [];
  beforeAll(async () => {
    model = await SentimentModel.start();
  });
  afterEach(() => {
    for (const analyzer of open.splice(0)) analyzer.close();
  });
  afterAll(() => model.close());

  function client(change: Partial<RemoteSettings> = {}): RemoteAnalyzer {
    const settings: RemoteSettings = {
      url: model.url,
      key: MODEL_KEY,
      model: null,
      timeoutMs: 30_000,
      batchTexts: 10,
      batchBytes: 10_000,
      concurrency: 1,
      tries: 3,
      pauseMs: 10,
      longestPauseMs: 2_000,
      circuit: {
        errorThresholdPercentage: 50,
        volumeThreshold: 100,
        rollingCountTimeout: 30_000,
        resetTimeout: 200,
      },
      ...change,
    };
    const analyzer = new RemoteAnalyzer(settings, null, () => null);
    open.push(analyzer);
    return analyzer;
  }

  /** What the callers get once the tries are used up. */
  async function failure(
    script: readonly ModelBehaviour[],
    change: Partial<RemoteSettings> = {},
  ): Promise<unknown> {
    await model.behave(script);
    return client(change)
      .analyze(['a secret text'])
      .then(
        () => null,
        (error: unknown) => error,
      );
  }
  const thrice = (behaviour: ModelBehaviour) => [behaviour, behaviour, behaviour];

  it('sends the key and gets results in order', async () => {
    await model.behave([]);
    const analyzer = client({ model: 'mood-large' });
    const results = await analyzer.analyze(['so good', 'so bad', 'so so', '  ']);
    expect(results.map(({ label }) => label)).toEqual(['positive', 'negative', 'neutral', 'neutral']);
    expect(results[0]).toEqual({ label: 'positive', confidence: 0.9, score: 0.8, language: 'en' });
    expect(analyzer.model).toBe('stand-in-1');
    expect(await model.seen()).toEqual([
      {
        path: '/analyze',
        authorization: `Bearer ${MODEL_KEY}`,
        body: { texts: ['so good', 'so bad', 'so so'], model: 'mood-large' },
      },
    ]);
  });

  it('puts what several callers ask into few requests, each text once', async () => {
    await model.behave([{ kind: 'answer', ms: 100 }]);
    const analyzer = client();
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, index) => analyzer.analyze(['the same', `good ${index}`])),
    );
    expect(answers.every(([, second]) => second?.label === 'positive')).toBe(true);
    const seen = await model.seen();
    expect(seen.flatMap(({ body }) => body.texts)).toHaveLength(13);
    expect(seen.map(({ body }) => body.texts.length)).toEqual([10, 3]);
  });

  it('keeps to the bytes of a request, too', async () => {
    await model.behave([]);
    await client({ batchBytes: 1_000 }).analyze(
      Array.from({ length: 6 }, (_, index) => `${index}${'ع'.repeat(150)}`),
    );
    expect((await model.seen()).map(({ body }) => body.texts.length)).toEqual([3, 3]);
  });

  it.each<[string, ModelBehaviour]>([
    ['HTTP 500', { kind: 'status', status: 500 }],
    ['HTTP 429 with a short Retry-After', { kind: 'status', status: 429, headers: { 'retry-after': '1' } }],
    ['a connection that is reset', { kind: 'reset' }],
    ['an answer that breaks off', { kind: 'halfway' }],
  ])('tries again after %s', async (_name, behaviour) => {
    await model.behave([behaviour]);
    expect(await client().analyze(['good'])).toMatchObject([{ label: 'positive' }]);
    expect(await model.seen()).toHaveLength(2);
  });

  it.each<[string, ModelBehaviour, Partial<RemoteSettings>, number]>([
    ['HTTP 500', { kind: 'status', status: 500 }, {}, 3],
    ['HTTP 503 that says when', { kind: 'status', status: 503, headers: { 'retry-after': '40' } }, {}, 1],
    ['HTTP 429', { kind: 'status', status: 429, headers: { 'retry-after': '40' } }, {}, 1],
    ['a hanging server', { kind: 'hang' }, { timeoutMs: 100 }, 3],
    ['a slow one', { kind: 'answer', ms: 5_000 }, { timeoutMs: 100 }, 3],
    ['a huge answer', { kind: 'huge', bytes: 200_000_000 }, {}, 3],
    ['HTTP 404', { kind: 'status', status: 404 }, {}, 1],
    [
      'a redirect',
      { kind: 'status', status: 307, headers: { location: 'http://127.0.0.1:9/analyze' } },
      {},
      1,
    ],
  ])(
    'says after %s that nobody answers, and when to come back',
    async (_name, behaviour, change, requests) => {
      const error = await failure(thrice(behaviour), change);
      expect(error).toBeInstanceOf(SentimentUnavailableError);
      const { retryAfterMs, message, details } = error as SentimentUnavailableError;
      expect(retryAfterMs).toBeGreaterThanOrEqual(1_000);
      if (behaviour.headers?.['retry-after'] !== undefined) expect(retryAfterMs).toBeGreaterThan(30_000);
      expect(`${message}${JSON.stringify(details)}`).not.toMatch(/secret|right-key/);
      expect(await model.seen()).toHaveLength(requests);
    },
  );

  it.each<[string, unknown]>([
    ['no JSON', 'Internal server error'],
    ['a list', []],
    ['no model', { results: [{ label: 'neutral', confidence: 1 }] }],
    ['fewer results', { model: 'm', results: [] }],
    ['more results', { model: 'm', results: Array(2).fill({ label: 'neutral', confidence: 1 }) }],
    ['another label', { model: 'm', results: [{ label: 'POS', confidence: 1 }] }],
    ['a confidence past 1', { model: 'm', results: [{ label: 'neutral', confidence: 97 }] }],
    ['a confidence that is none', '{"model":"m","results":[{"label":"neutral","confidence":NaN}]}'],
    ['a confidence in words', { model: 'm', results: [{ label: 'neutral', confidence: '0.9' }] }],
    ['a score past 1', { model: 'm', results: [{ label: 'neutral', confidence: 1, score: 5 }] }],
    ['a language that is none', { model: 'm', results: [{ label: 'neutral', confidence: 1, language: 7 }] }],
  ])('takes an answer with %s for none, once', async (_name, body) => {
    const error = await failure([{ kind: 'body', body }]);
    expect(error).toBeInstanceOf(SentimentUnavailableError);
    expect((error as Error).message).toContain('shape');
    expect(await model.seen()).toHaveLength(1);
  });

  it('says that the key is wrong, without it, and leaves the service alone for a while', async () => {
    await model.behave([]);
    const analyzer = client({ key: 'a-wrong-key' });
    for (const text of ['one', 'two']) {
      const error: unknown = await analyzer.analyze([text]).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(SentimentUnavailableError);
      expect((error as Error).message).toContain('SENTIMENT_API_KEY');
      expect((error as Error).message).not.toContain('a-wrong-key');
    }
    expect(await model.seen()).toHaveLength(1);
  });

  it('finds the one text that is refused; the others get their results', async () => {
    await model.behave([]);
    const analyzer = client();
    const others = analyzer.analyze(['good 1', 'bad 2', 'good 3']);
    const error: unknown = await analyzer
      .analyze(['good 4', 'poison', 'bad 5'])
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(SentimentRefusedError);
    expect(error).toMatchObject({ index: 1 });
    expect((await others).map(({ label }) => label)).toEqual(['positive', 'negative', 'positive']);
  });

  it('stops asking while the service is down, and goes on once it answers', async () => {
    await model.behave(Array<ModelBehaviour>(4).fill({ kind: 'status', status: 500 }));
    const analyzer = client({
      tries: 1,
      circuit: {
        errorThresholdPercentage: 50,
        volumeThreshold: 4,
        rollingCountTimeout: 30_000,
        resetTimeout: 3_000,
      },
    });
    for (let asked = 0; asked < 4; asked += 1)
      await expect(analyzer.analyze([`good ${asked}`])).rejects.toThrow(SentimentUnavailableError);
    expect(analyzer.breaker).toBe('open');
    await expect(analyzer.analyze(['good'])).rejects.toThrow('is not asked');
    expect(await model.seen()).toHaveLength(4);
    const answered = await eventually(
      () => analyzer.analyze(['good']).catch(() => null),
      (results) => results !== null,
      { timeoutMs: 30_000 },
    );
    expect(answered).toMatchObject([{ label: 'positive' }]);
    expect(analyzer.breaker).toBe('closed');
  });

  it('takes back what nobody waits for any more', async () => {
    await model.behave([{ kind: 'answer', ms: 200 }]);
    const analyzer = client({ batchTexts: 1 });
    const first = analyzer.analyze(['good']);
    const giveUp = new AbortController();
    const second = analyzer.analyze(['bad'], giveUp.signal);
    giveUp.abort(new Error('No longer.'));
    await expect(second).rejects.toThrow('No longer.');
    expect(await first).toHaveLength(1);
    expect((await model.seen()).flatMap(({ body }) => body.texts)).toEqual(['good']);
  });

  it('fails at once where nothing listens', async () => {
    const error: unknown = await client({ url: `http://127.0.0.1:${await freePort()}` })
      .analyze(['good'])
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(SentimentUnavailableError);
    expect((error as Error).message).toContain('cannot be reached');
  });
});
