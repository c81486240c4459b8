import { Test, type TestingModule } from '@nestjs/testing';
import { ScriptedGraph } from '../../test/scripted-graph';
import { ConfigModule } from '../config/config.module';
import { GraphClientModule } from '../graph-client/graph-client.module';
import { MetaAuthApi } from './meta-auth-api';

describe('the numbers in answers about tokens', () => {
  let graph: ScriptedGraph;
  let app: TestingModule;
  let api: MetaAuthApi;
  beforeAll(async () => {
    graph = await ScriptedGraph.start();
    app = await Test.createTestingModule({
      imports: [ConfigModule.forEnvironment(environment(graph.url)), GraphClientModule],
      providers: [MetaAuthApi],
    }).compile();
    api = app.get(MetaAuthApi);
  });
  afterAll(async () => {
    await app.close();
    await graph.stop();
  });

  it.each([
    ['5184000', 5_184_000],
    ['"5184000"', 5_184_000],
    ['5184000.5', 5_184_000],
    ['"5184000.5"', 5_184_000],
    ['0', 0],
    ['null', null],
    ['""', null],
    ['"soon"', null],
    ['-1', null],
    ['true', null],
    ['{"seconds":1}', null],
    ['[5184000]', null],
    ['999999999999999', null],
    ['99999999999999999999', null],
  ])('say of a new token with expires_in %s that it lives %j seconds', async (expires_in, seconds) => {
    graph.answers([{ body: `{"access_token":"EAA","expires_in":${expires_in}}` }]);
    await expect(api.exchangeCode('code', null)).resolves.toEqual({
      token: 'EAA',
      expiresInSeconds: seconds,
    });
  });

  const at = new Date('2026-03-14T09:26:53.000Z');
  it.each([
    ['1773480413', at],
    ['"1773480413"', at],
    ['1773480413.75', at],
    ['0', null],
    ['"0"', null],
    ['"never"', null],
    ['-5', null],
    ['1e300', null],
    ['{}', null],
  ])('say of a token with expires_at %s that it lives until %j', async (value, instant) => {
    graph.answers([
      {
        body: `{"data":{"is_valid":true,"expires_at":${value},"data_access_expires_at":${value},"issued_at":${value}}}`,
      },
    ]);
    await expect(api.inspect('EAA')).resolves.toMatchObject({
      isValid: true,
      expiresAt: instant,
      dataAccessExpiresAt: instant,
    });
  });

  it('say why a token is dead', async () => {
    graph.answers([
      {
        body: { data: { is_valid: false, error: { code: '190', subcode: 'none', message: 'Expired' } } },
      },
    ]);
    await expect(api.inspect('EAA')).resolves.toMatchObject({
      error: { code: 190, subcode: null, message: 'Expired' },
    });
  });
});

function environment(url: string): Record<string, string> {
  return {
    DATABASE_URL: 'postgres://localhost/none',
    REDIS_URL: 'redis://localhost:1',
    META_APP_ID: '1234567890',
    META_APP_SECRET: 'test-app-secret',
    META_GRAPH_URL: url,
    ENCRYPTION_KEYS: `k1:${Buffer.alloc(32).toString('base64')}`,
    JWT_SECRET: 'j'.repeat(32),
  };
}
