import { type TestApp, startTestApp } from '../test-app';

describe('health', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp();
  });
  afterAll(() => app.close());

  it('says that the process lives, without a credential', async () => {
    const answer = await app.api.get('/health/live');
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({ success: true, data: { status: 'up' } });
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  it('is ready once PostgreSQL and Redis answer and the schema is there', async () => {
    const answer = await app.api.get('/health/ready');
    expect(answer.body).toEqual({
      success: true,
      data: { status: 'ready', parts: { database: 'up', redis: 'up', migrations: 'up' } },
    });
  });
});
