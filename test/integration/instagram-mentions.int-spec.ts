import { SEED } from '../../sandbox/world-seed';
import type { ApiClient } from '../api-client';
import { eventually } from '../eventually';
import { delivered } from '../factories/facebook-pages.factory';
import {
  INSTAGRAM_ACCOUNTS,
  type InstagramOwner,
  anInstagramOwner,
} from '../factories/instagram-accounts.factory';
import { connectedAccount, sandboxOf } from '../factories/meta-login';
import { anInstagramChangeDelivery } from '../factories/messenger-delivery';
import { type TestApp, startTestApp } from '../test-app';

interface MentionView {
  mediaId: string;
  commentId: string | null;
  text: string | null;
  username: string | null;
  refusal: string | null;
}

describe('mentions of an Instagram account', () => {
  let app: TestApp;
  let admin: ApiClient;
  let me: InstagramOwner;
  beforeAll(async () => {
    app = await startTestApp({ sandbox: true, env: { META_TIMEOUT_MS: '2000' } });
    admin = app.api.as(await app.api.registerAdmin());
    me = await anInstagramOwner(app, admin);
  });
  afterAll(() => app.close());

  const mentions = async (): Promise<MentionView[]> => {
    const answer = await me.client.get<{ mentions: MentionView[] }>(
      `${INSTAGRAM_ACCOUNTS}/${SEED.instagramId}/mentions`,
    );
    expect(answer.status).toBe(200);
    return answer.body.data.mentions;
  };
  const told = (value: Record<string, unknown>): Promise<void> => {
    const delivery = anInstagramChangeDelivery('mentions', value) as { entry: { id: string }[] };
    for (const entry of delivery.entry) entry.id = SEED.instagramId;
    return delivered(app, delivery);
  };

  it('say only where; what was said is read from Meta, once for each', async () => {
    const { mediaId, commentId } = sandboxOf(app).playInstagramMention({
      username: 'ana.lee',
      comment: 'Try @demo.shop',
    });
    await told({ media_id: mediaId, comment_id: commentId });
    await told({ media_id: mediaId, comment_id: commentId });
    const [found] = await eventually(mentions, ([first]) => first?.text != null);
    expect(found).toMatchObject({ mediaId, commentId, text: 'Try @demo.shop', refusal: null });
    expect(await mentions()).toHaveLength(1);
  });

  it('of people who are not public stay without words, with the reason', async () => {
    await told({ media_id: '17887498072083520' });
    const found = await eventually(mentions, (list) => list.some(({ refusal }) => refusal !== null));
    expect(found.find(({ mediaId }) => mediaId === '17887498072083520')).toMatchObject({
      commentId: null,
      text: null,
      refusal: expect.stringContaining('not public') as unknown,
    });
  });

  it('are shown to nobody else', async () => {
    const stranger = app.api.as(await admin.createUser('admin'));
    await connectedAccount(app, stranger, { personId: sandboxOf(app).createPerson({ name: 'Sam' }).id });
    expect((await stranger.get(`${INSTAGRAM_ACCOUNTS}/${SEED.instagramId}/mentions`)).status).toBe(404);
    expect((await me.client.get(`${INSTAGRAM_ACCOUNTS}/x/mentions`)).status).toBe(400);
  });
});
