import fc from 'fast-check';
import { PageTokens } from '../../src/facebook/pages/page-tokens';
import { PageReactions } from '../../src/facebook/pages/page-reactions.repository';
import type { AccountId, AssetId } from '../../src/database/ids';
import type { ApiClient } from '../api-client';
import { eventually } from '../eventually';
import { allProcessed, delivered } from '../factories/facebook-pages.factory';
import { PAGE_ID, aFeedDelivery } from '../factories/messenger-delivery';
import { ScriptedGraph } from '../scripted-graph';
import { type TestApp, startTestApp } from '../test-app';

type Json = Record<string, unknown>;

const AT = 1_780_000_000;
const URL = `/api/meta/facebook/pages/${PAGE_ID}`;

describe('what people do at a Page beside writing', () => {
  let app: TestApp;
  let graph: ScriptedGraph;
  let client: ApiClient;
  let accountId: AccountId;
  let assetId: AssetId;
  beforeAll(async () => {
    graph = await ScriptedGraph.start();
    app = await startTestApp({ env: { META_GRAPH_URL: graph.url, META_TIMEOUT_MS: '1000' } });
    client = app.api.as(await app.api.registerAdmin());
    const [user]: { id: string }[] = await app.db.query('SELECT id FROM users LIMIT 1');
    const [account]: { id: AccountId }[] = await app.db.query(
      `INSERT INTO meta_accounts (id, user_id, login_kind, meta_app_id, meta_user_id, token_kind, status)
       VALUES (gen_random_uuid(), $1, 'facebook', '1', '42', 'user', 'active') RETURNING id`,
      [user?.id],
    );
    accountId = account!.id;
    await app.db.query(
      `INSERT INTO account_members (account_id, user_id, role) VALUES ($1, $2, 'owner') ON CONFLICT DO NOTHING`,
      [accountId, user?.id],
    );
    const [asset]: { id: AssetId }[] = await app.db.query(
      `INSERT INTO assets (account_id, id, kind, meta_id, name)
       VALUES ($1, gen_random_uuid(), 'page', $2, 'Demo Page') RETURNING id`,
      [accountId, PAGE_ID],
    );
    assetId = asset!.id;
    const token = app.app.get(PageTokens, { strict: false }).seal(assetId, 'page-token');
    await app.db.query(
      `INSERT INTO facebook_pages (account_id, id, page_id, name, access_token, status)
       VALUES ($1, $2, $3, 'Demo Page', $4, 'connected')`,
      [accountId, assetId, PAGE_ID, token],
    );
  });
  afterAll(async () => {
    await app.close();
    await graph.stop();
  });

  const post = (field: string, value: Json): Promise<void> => delivered(app, aFeedDelivery(value, field));

  describe('leads', () => {
    const lead = (id: string): Json => ({
      leadgen_id: id,
      form_id: 77,
      page_id: PAGE_ID,
      created_time: AT,
      ad_id: 0,
    });
    const leads = async (): Promise<Json[]> => {
      const answer = await client.get<{ leads: Json[] }>(`${URL}/leads`);
      expect(answer.status).toBe(200);
      return answer.body.data.leads;
    };
    const stored = async (leadId: string): Promise<Json | undefined> =>
      (await leads()).find((each) => each.leadId === leadId);

    it('are read from Meta, told once and listed', async () => {
      graph.answers([], {
        body: {
          id: '900',
          created_time: '2026-05-28T20:26:41+0000',
          form_id: '77',
          field_data: [{ name: 'email', values: ['mary@example.com'] }],
        },
      });
      await post('leadgen', lead('900'));
      await post('leadgen', lead('900'));
      const read = await eventually(
        () => stored('900'),
        (found) => found?.state === 'read',
      );
      expect(read).toMatchObject({
        formId: '77',
        adId: null,
        answers: [{ name: 'email', values: ['mary@example.com'] }],
        submittedAt: '2026-05-28T20:26:41.000Z',
      });
      expect(graph.requests.filter(({ path }) => path.endsWith('/900'))).toHaveLength(1);
      const list = await eventually(
        () => client.get<{ notifications: { kind: string }[] }>('/api/meta/notifications'),
        ({ body }) => body.data.notifications.some(({ kind }) => kind === 'page.lead_received'),
      );
      expect(list.body.data.notifications.filter(({ kind }) => kind === 'page.lead_received')).toHaveLength(
        1,
      );
    });

    it('that Meta does not give out yet are asked for again; that it never gives out say why', async () => {
      graph.answers([], {
        status: 500,
        body: { error: { message: 'Later', type: 'OAuthException', code: 2 } },
      });
      await post('leadgen', lead('901'));
      await eventually(
        () => stored('901'),
        (found) => found?.error != null,
      );
      expect(await stored('901')).toMatchObject({ state: 'pending', answers: null });
      graph.answers([], {
        status: 400,
        body: {
          error: {
            message: 'Unsupported get request.',
            type: 'GraphMethodException',
            code: 100,
            error_subcode: 33,
          },
        },
      });
      for (let attempt = 0; attempt < 6; attempt++) {
        await app.db.query(
          `UPDATE page_leads SET next_read_at = now() WHERE lead_id = '901' AND next_read_at IS NOT NULL`,
        );
        const before = graph.requests.length;
        await eventually(
          async () => [graph.requests.length, (await stored('901'))?.state] as const,
          ([count, state]) => count > before || state === 'failed',
        );
      }
      await eventually(
        () => stored('901'),
        (found) => found?.state === 'failed',
      );
      expect(await stored('901')).toMatchObject({ error: expect.any(String) as unknown });
    });

    it('are for those who may act for the account, page by page', async () => {
      await post('leadgen', { ...lead('902'), created_time: AT + 10 });
      const first = await client.get<{ leads: Json[]; pagination: { before: string } }>(
        `${URL}/leads?limit=1`,
      );
      expect(first.body.data.leads).toHaveLength(1);
      const next = await client.get<{ leads: Json[] }>(
        `${URL}/leads?limit=1&before=${first.body.data.pagination.before}`,
      );
      expect(next.body.data.leads[0]?.leadId).not.toBe(first.body.data.leads[0]?.leadId);
      expect((await client.get(`${URL}/leads?before=nonsense`)).status).toBe(400);
      expect((await client.get(`${URL}/leads?page=2`)).status).toBe(400);
      expect((await app.api.get(`${URL}/leads`)).status).toBe(401);
    });
  });

  it('reviews have their latest words; what was taken back has none, and one that advises against is told', async () => {
    const review = (verb: string, parts: Json = {}): Json => ({
      item: 'rating',
      verb,
      open_graph_story_id: 904801129604590,
      reviewer_id: 705955836155788,
      reviewer_name: 'Mary',
      created_time: AT,
      ...parts,
    });
    const ratings = async (): Promise<Json[]> =>
      (await client.get<{ ratings: Json[] }>(`${URL}/ratings`)).body.data.ratings;
    await post('ratings', review('add', { review_text: 'Slow', recommendation_type: 'NEGATIVE' }));
    expect(await ratings()).toMatchObject([
      { storyId: '904801129604590', text: 'Slow', recommendation: 'NEGATIVE', removedAt: null },
    ]);
    await eventually(
      () => client.get<{ notifications: { kind: string }[] }>('/api/meta/notifications'),
      ({ body }) => body.data.notifications.some(({ kind }) => kind === 'page.negative_review'),
    );
    await post('ratings', review('remove'));
    await post('ratings', review('edit', { review_text: 'Very slow' }));
    const [gone] = await ratings();
    expect(gone).toMatchObject({ text: null, removedAt: expect.any(String) as unknown });
  });

  it('mentions are listed, once, and those taken back lose their words whatever comes first', async () => {
    const mention = (verb: string, id: string): Json => ({
      item: 'post',
      verb,
      post_id: `${PAGE_ID}_${id}`,
      created_time: AT,
      ...(verb === 'add' && { message: 'Best tea in town' }),
    });
    await post('mention', mention('add', '1'));
    await post('mention', mention('add', '1'));
    await post('mention', mention('remove', '2'));
    await post('mention', mention('add', '2'));
    const answer = await client.get<{ mentions: Json[] }>(`${URL}/mentions`);
    expect(answer.body.data.mentions).toHaveLength(2);
    expect(answer.body.data.mentions).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ postId: `${PAGE_ID}_1`, text: 'Best tea in town', removedAt: null }),
        expect.objectContaining({ postId: `${PAGE_ID}_2`, text: null }),
      ]),
    );
  });

  it('reactions count the same in whatever order and however often they are told', async () => {
    const reactions = app.app.get(PageReactions, { strict: false });
    const step = fc.record({
      actor: fc.constantFrom('a', 'b', 'c'),
      verb: fc.constantFrom('add', 'edit', 'remove'),
      type: fc.constantFrom('like', 'love', 'wow'),
      second: fc.integer({ min: 0, max: 5 }),
    });
    let target = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 8 }).chain((steps) =>
          fc.tuple(
            fc.constant(steps),
            fc.shuffledSubarray([...steps, ...steps], {
              minLength: steps.length * 2,
              maxLength: steps.length * 2,
            }),
          ),
        ),
        async ([straight, shuffled]) => {
          const results: unknown[] = [];
          for (const steps of [straight, shuffled]) {
            const targetId = `t${(target += 1)}`;
            for (const { actor, verb, type, second } of steps)
              await app.db.transaction((tx) =>
                reactions.record(tx, [
                  {
                    accountId,
                    assetId,
                    targetId,
                    actorId: actor,
                    actorName: null,
                    reaction: verb === 'remove' ? null : type,
                    at: new Date((AT + second) * 1000),
                  },
                ]),
              );
            results.push((await reactions.countsOf(accountId, assetId, [targetId])).get(targetId) ?? {});
          }
          expect(results[1]).toEqual(results[0]);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('likes of the Page itself are counted, also of people whom Meta does not name', async () => {
    await post('feed', { item: 'like', verb: 'add', user_id: 1, created_time: AT });
    await post('feed', { item: 'like', verb: 'add', created_time: AT + 1 });
    await post('feed', { item: 'like', verb: 'add', created_time: AT + 1 });
    await allProcessed(app);
    const reactions = app.app.get(PageReactions, { strict: false });
    expect((await reactions.countsOf(accountId, assetId, [''])).get('')).toEqual({ like: 2 });
  });
});
