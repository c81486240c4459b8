import Redis from 'ioredis';
import type { ApiClient } from '../api-client';
import { MODEL_KEY, type ModelBehaviour, SentimentModel } from '../sentiment-model';
import { type TestApp, startTestApp } from '../test-app';

interface Mood {
  label: string;
  confidence: number;
  score: number;
  language: string | null;
  model: string;
}
const analyze = (client: ApiClient, texts: unknown) =>
  client.post<Mood[]>('/api/meta/sentiment/analyze', { texts });

describe('analyzing texts', () => {
  let app: TestApp;
  let viewer: ApiClient;
  beforeAll(async () => {
    app = await startTestApp();
    const admin = app.api.as(await app.api.registerAdmin());
    viewer = app.api.as(await admin.createUser('viewer'));
  });
  afterAll(() => app.close());

  it('tells mood and language of each, in order', async () => {
    const answer = await analyze(viewer, [
      'Thank you so much, it works perfectly!',
      'ما عجبني أبدا، القماش رديء',
      'هل يوجد توصيل إلى جدة؟',
      'Je n’ai toujours pas reçu mon colis, je suis très déçu',
    ]);
    expect([answer.status, answer.body.data.map(({ label, language }) => [label, language])]).toEqual([
      200,
      [
        ['positive', 'en'],
        ['negative', 'ar'],
        ['neutral', 'ar'],
        ['negative', 'fr'],
      ],
    ]);
    for (const { confidence, score, model } of answer.body.data) {
      expect(confidence).toBeGreaterThan(0.3);
      expect(confidence).toBeLessThanOrEqual(1);
      expect(Math.abs(score)).toBeLessThanOrEqual(1);
      expect(model).toBe('embedded-1');
    }
  });

  it.each<[string, unknown, string]>([
    ['no texts', [], 'texts'],
    ['a text that is blank', ['good', ' \n '], 'texts'],
    ['a text that is empty', [''], 'texts'],
    ['a text that is too long', ['x'.repeat(5_001)], 'texts'],
    ['too many', Array(101).fill('good'), 'texts'],
    ['what is no text', ['good', 7], 'texts'],
    ['what is no list', 'good', 'texts'],
    ['nothing', undefined, 'texts'],
  ])('refuses %s', async (_name, texts, path) => {
    const answer = await analyze(viewer, texts);
    expect([answer.status, answer.body.error.code]).toEqual([400, 'VALIDATION_FAILED']);
    expect(answer.body.error.details.fields).toEqual(
      expect.arrayContaining([expect.objectContaining({ path })]),
    );
  });

  it('takes what is odd but text', async () => {
    const odd = ['😡😡😡', '?', '12345', 'a\u202eb', '👨‍👩‍👧‍👦', '你好，请问几点开门', 'ـــــ', 'x'.repeat(5_000)];
    const answer = await analyze(viewer, odd);
    expect([answer.status, answer.body.data.length]).toEqual([200, odd.length]);
    expect(answer.body.data[0]?.label).toBe('negative');
  });

  it('is for those who are logged in', async () => {
    expect((await analyze(app.api, ['good'])).status).toBe(401);
    expect((await app.api.get('/api/meta/sentiment/status')).status).toBe(401);
  });

  it('says who analyzes', async () => {
    expect((await viewer.get('/api/meta/sentiment/status')).body.data).toEqual({
      adapter: 'embedded',
      model: 'embedded-1',
      fallbackModel: null,
      breaker: null,
      languages: ['en', 'ar', 'fr', 'es', 'de', 'pt'],
    });
  });
});

describe('analyzing texts with a service', () => {
  let model: SentimentModel;
  const apps: TestApp[] = [];
  beforeAll(async () => {
    model = await SentimentModel.start();
  });
  afterEach(async () => {
    for (const app of apps.splice(0)) await app.close();
  });
  afterAll(() => model.close());

  async function start(
    env: Readonly<Record<string, string>> = {},
  ): Promise<{ app: TestApp; user: ApiClient }> {
    const app = await startTestApp({
      env: { SENTIMENT_API_URL: `${model.url}/`, SENTIMENT_API_KEY: MODEL_KEY, ...env },
    });
    apps.push(app);
    return { app, user: app.api.as(await app.api.registerAdmin()) };
  }
  const moods = async (client: ApiClient, texts: readonly string[]) =>
    (await analyze(client, texts)).body.data;
  const sentTexts = async () => (await model.seen()).flatMap(({ body }) => body.texts);

  it('asks for the same text once, until another model answers; nothing in Redis holds a text', async () => {
    await model.behave([]);
    const { app, user } = await start();
    expect(await moods(user, ['a good day'])).toMatchObject([{ label: 'positive', model: 'stand-in-1' }]);
    const again = await moods(user, ['a  good day ', 'a bad day']);
    expect(again).toEqual([
      { label: 'positive', confidence: 0.9, score: 0.8, language: 'en', model: 'stand-in-1' },
      { label: 'negative', confidence: 0.9, score: -0.8, language: 'en', model: 'stand-in-1' },
    ]);
    expect(await sentTexts()).toEqual(['a good day', 'a bad day']);

    const redis = new Redis(app.env.REDIS_URL!);
    const key = `${app.env.REDIS_PREFIX}:sentiment:results`;
    const kept = await redis.hgetall(key);
    expect(Object.keys(kept)).toHaveLength(2);
    expect(JSON.stringify(kept)).not.toContain('day');
    const ttl = await redis.ttl(key);
    expect(ttl).toBeGreaterThan(0);
    expect(ttl).toBeLessThanOrEqual(604_800);
    redis.disconnect();

    await model.behave([], 'stand-in-2');
    await moods(user, ['something else']);
    expect(await moods(user, ['a good day'])).toMatchObject([{ model: 'stand-in-2' }]);
    expect(await sentTexts()).toEqual(['something else', 'a good day']);
  });

  it('keeps no more than it may, and no failures', async () => {
    await model.behave([{ kind: 'body', body: { model: 'stand-in-1', results: [] } }]);
    const { app, user } = await start({ SENTIMENT_CACHE_ENTRIES: '100' });
    expect((await analyze(user, ['good at last'])).status).toBe(503);
    expect((await analyze(user, ['good at last'])).status).toBe(200);
    for (let round = 0; round < 6; round += 1)
      await moods(
        user,
        Array.from({ length: 50 }, (_, index) => `good ${round} ${index}`),
      );
    const redis = new Redis(app.env.REDIS_URL!);
    const sizes = await Promise.all(
      ['results', 'older-results'].map((name) => redis.hlen(`${app.env.REDIS_PREFIX}:sentiment:${name}`)),
    );
    redis.disconnect();
    expect(sizes.every((size) => size > 0 && size <= 100)).toBe(true);
  });

  it('answers 503 with the time to come back while the service is down', async () => {
    const { user } = await start();
    await model.behave([{ kind: 'status', status: 503, headers: { 'retry-after': '30' } }]);
    const answer = await analyze(user, ['good']);
    expect([answer.status, answer.body.error.code]).toEqual([503, 'SERVICE_UNAVAILABLE']);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(20);
    expect(answer.text).not.toContain(MODEL_KEY);
  });

  it('names the text that the service does not take', async () => {
    await model.behave([]);
    const { user } = await start();
    const answer = await analyze(user, ['good', 'poison']);
    expect([answer.status, answer.body.error.details]).toMatchObject([
      400,
      { fields: [{ path: 'texts.1' }] },
    ]);
  });

  it('lets the embedded analyzer stand in where that is wanted, and says so', async () => {
    const { user } = await start({ SENTIMENT_FALLBACK: 'embedded' });
    await model.behave(Array<ModelBehaviour>(3).fill({ kind: 'status', status: 500 }));
    expect(await moods(user, ['terrible, I want my money back'])).toMatchObject([
      { label: 'negative', model: 'embedded-1' },
    ]);
    expect(await moods(user, ['good'])).toMatchObject([{ label: 'positive', model: 'stand-in-1' }]);
    expect((await user.get('/api/meta/sentiment/status')).body.data).toEqual({
      adapter: 'remote',
      model: 'stand-in-1',
      fallbackModel: 'embedded-1',
      breaker: 'closed',
      languages: null,
    });
  });

  it('does not start without the key, unless told that none is needed', async () => {
    await expect(start({ SENTIMENT_API_KEY: '' })).rejects.toThrow('SENTIMENT_API_KEY');
    await start({ SENTIMENT_API_KEY: '', SENTIMENT_API_KEY_REQUIRED: 'false' });
  });
});
