import { Logger } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { ScriptedGraph } from '../../../test/scripted-graph';
import { ConfigModule } from '../../config/config.module';
import { GraphRejectedError, GraphUnreadableAnswerError } from '../../graph-client/graph.error';
import { GraphClientModule } from '../../graph-client/graph-client.module';
import type { Recipient } from '../sending/recipient';
import { BlockedUsersApi } from './blocked-users-api';

const ANA: Recipient = { kind: 'phone', digits: '16505551234' };
const BEN: Recipient = { kind: 'bsuid', id: 'US.13491208655302741918' };
const refusal = {
  error: { message: '(#139100) Failed to block/unblock users', type: 'OAuthException', code: 139100 },
};

describe('the block list at Meta', () => {
  let graph: ScriptedGraph;
  let app: TestingModule;
  let api: BlockedUsersApi;
  beforeAll(async () => {
    graph = await ScriptedGraph.start();
    jest.spyOn(Logger.prototype, 'warn').mockImplementation();
    app = await Test.createTestingModule({
      imports: [ConfigModule.forEnvironment(environment(graph.url)), GraphClientModule],
      providers: [BlockedUsersApi],
    }).compile();
    api = app.get(BlockedUsersApi);
  });
  afterAll(async () => {
    await graph.stop();
    jest.restoreAllMocks();
    await app.close();
  });

  it('is asked for people by number and by user id', async () => {
    graph.answers([{ body: { block_users: { added_users: [] } } }]);
    await api.change('token', '106', 'block', [ANA, BEN]);
    expect(graph.request).toMatchObject({ method: 'POST', path: '/v26.0/106/block_users' });
    expect(JSON.parse(graph.request.body)).toEqual({
      messaging_product: 'whatsapp',
      block_users: [{ user: '+16505551234' }, { user_id: 'US.13491208655302741918' }],
    });
  });

  it.each(['added_users', 'removed_users'])('tells under %s whom it has let go', async (key) => {
    const done = [{ input: '+16505551234', wa_id: '16505551234' }];
    graph.answers([{ body: { messaging_product: 'whatsapp', block_users: { [key]: done } } }]);
    expect(await api.change('token', '106', 'unblock', [ANA])).toEqual([
      { input: '+16505551234', waId: '16505551234', userId: null, failure: null },
    ]);
    expect(graph.request.method).toBe('DELETE');
  });

  it('tells beside its error what became of each', async () => {
    const block_users = {
      added_users: [{ input: '+16505551234', wa_id: '16505551234' }],
      failed_users: [
        {
          input: 'US.13491208655302741918',
          user_id: 'US.13491208655302741918',
          errors: [
            { code: '131047', message: 'Re-engagement', error_data: { details: 'More than 24 hours' } },
          ],
        },
        { input: '+1650', errors: [] },
      ],
    };
    graph.answers([{ status: 400, body: { messaging_product: 'whatsapp', block_users, ...refusal } }]);
    expect(await api.change('token', '106', 'block', [ANA, BEN])).toEqual([
      { input: '+16505551234', waId: '16505551234', userId: null, failure: null },
      {
        input: 'US.13491208655302741918',
        waId: null,
        userId: 'US.13491208655302741918',
        failure: { code: 131047, message: 'More than 24 hours' },
      },
      { input: '+1650', waId: null, userId: null, failure: { code: null, message: null } },
    ]);
  });

  it('refuses where the error tells nothing of anybody', async () => {
    graph.answers([{ status: 400, body: { ...refusal, block_users: {} } }]);
    await expect(api.change('token', '106', 'block', [ANA])).rejects.toThrow(GraphRejectedError);
  });

  const next = 'https://graph.facebook.com/next?access_token=x';
  it.each([
    ['nested', { data: [{ block_users: [{ wa_id: '1' }, { user_id: 'US.2' }] }] }, null],
    ['flat', { data: [{ wa_id: '1' }, { user_id: 'US.2' }], paging: { cursors: { after: 'A' } } }, null],
    [
      'with a next page',
      { data: [{ wa_id: 1 }, { user_id: 'US.2' }], paging: { cursors: { after: 'A' }, next } },
      'A',
    ],
  ])('is read %s', async (_, body, after) => {
    graph.answers([{ body }]);
    expect(await api.list('token', '106', 10, 'B')).toEqual({
      users: [
        { waId: '1', userId: null },
        { waId: null, userId: 'US.2' },
      ],
      after,
    });
    expect(graph.request.query.get('after')).toBe('B');
    expect(graph.request.query.get('limit')).toBe('10');
  });

  it.each([{}, { data: {} }, { data: null }])('is no list in %j', async (body) => {
    graph.answers([], { body });
    await expect(api.list('token', '106', 10)).rejects.toThrow(GraphUnreadableAnswerError);
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
