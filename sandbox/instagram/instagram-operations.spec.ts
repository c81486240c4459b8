import type { JsonObject } from '../json';
import { dataOf, PageTestClient } from '../pages/page-test-client';
import { SEED } from '../world-seed';

describe('the control API over HTTP', () => {
  let client: PageTestClient;
  beforeEach(async () => {
    client = await PageTestClient.start();
    client.control.configure({ instagram: { links: 'trust' } });
  });
  afterEach(() => client.close());

  const run = (name: string, body: JsonObject = {}) => client.client.post(`/__control/${name}`, body, null);
  const ask = (name: string) => client.client.get(`/__control/${name}`, null);

  it('decides over containers, and counts what was published', async () => {
    await run('decide-instagram-containers', { outcome: 'FINISHED', afterMs: 0 });
    const body = { image_url: 'https://shop.example/a.jpg', caption: 'Ours' };
    const { json } = await client.post(`/${SEED.instagramId}/media`, body);
    expect(dataOf(await ask('instagram-containers'))).toMatchObject([
      { id: json.id, statusCode: 'FINISHED' },
    ]);
    await client.post(`/${SEED.instagramId}/media_publish`, { creation_id: json.id as string });
    const [published] = dataOf(await ask('published-instagram-media'));
    expect(published).toMatchObject({ containerId: json.id, caption: 'Ours', deletedAt: null });
    await run('delete-instagram-media', { mediaId: published!.mediaId as string });
    expect(dataOf(await ask('published-instagram-media'))).toMatchObject([{ deletedAt: expect.any(Number) }]);
  });

  it('makes accounts and media, mentions and tags, and sets numbers', async () => {
    const account = await run('create-instagram-account', { username: 'second.shop', followers: 50 });
    const media = await run('create-instagram-media', { instagramId: account.json.id as string, items: 2 });
    expect(media.json).toMatchObject({ childIds: [expect.any(String), expect.any(String)] });
    const mediaId = media.json.id as string;
    for (const [name, body] of [
      ['update-instagram-account', { isRestricted: true }],
      ['update-instagram-media', { mediaId, hidesLikes: true }],
      ['set-instagram-insights', { mediaId, metric: 'reach', value: 3, days: { '2026-11-20': 3 } }],
      ['set-account-usage', { instagramId: SEED.instagramId, usage: null }],
      ['decide-instagram-containers', { outcome: 'ERROR', subcode: 2207026, times: 2 }],
    ] as const) {
      expect((await run(name, body)).json).toEqual({ ok: true });
    }
    expect((await run('play-instagram-mention', { username: 'ana', comment: 'Hi' })).json).toMatchObject({
      commentId: expect.any(String),
      told: 0,
    });
    expect((await run('play-instagram-tag', { username: 'ana' })).json).toHaveProperty('mediaId');
    expect((await run('play-story-insights', { mediaId })).json).toEqual({ told: 0 });
    expect(dataOf(await ask('instagram-mention-replies'))).toEqual([]);
    expect((await run('decide-instagram-containers', { outcome: 'LOST' })).status).toBe(400);
  });

  it('plays what people and other apps do with a Page', async () => {
    const { json } = await run('play-direct-referral', { from: 'Ana', ref: 'summer' });
    expect(json).toMatchObject({ userId: expect.any(String), told: 0 });
    const from = json.userId as string;
    await run('play-direct-opt-in', { from, userRef: 'box-1' });
    expect((await run('set-thread-owner', { from, appId: 'inbox', silent: true })).json).toEqual({ told: 0 });
    expect((await client.sendText(from)).error).toMatchObject({ code: 10, error_subcode: 2018300 });
    expect((await run('set-primary-receiver', { appId: SEED.appId })).json).toEqual({ told: 0 });
    expect((await ask('messenger-profile')).json).toEqual({});
  });
});
