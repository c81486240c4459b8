import { SEED } from '../../sandbox/world-seed';
import type { ApiClient } from '../api-client';
import {
  FACEBOOK,
  type CommentView,
  type FeedView,
  type ThreadsView,
  aCommentedPage,
  aPost,
  settled,
  startOver,
} from '../factories/comments.factory';
import type { PageOwner } from '../factories/facebook-pages.factory';
import { sandboxOf } from '../factories/meta-login';
import { type TestApp, startTestApp } from '../test-app';

let app: TestApp;
let admin: ApiClient;
let me: PageOwner;
let postId: string;
beforeAll(async () => {
  app = await startTestApp({ sandbox: true });
  admin = app.api.as(await app.api.registerAdmin());
});
afterAll(() => app.close());
beforeEach(async () => {
  await startOver(app);
  me = await aCommentedPage(app, admin);
  postId = aPost(app);
});

type Played = Parameters<ReturnType<typeof sandboxOf>['playComment']>[0];
const play = (input: Partial<Played> = {}): string =>
  sandboxOf(app).playComment({ on: postId, from: 'Ana Lee', ...input }).commentId;
async function comment(input: Partial<Played> = {}): Promise<string> {
  const id = play(input);
  await settled(app);
  return id;
}
const threads = async (query = ''): Promise<ThreadsView> => {
  const answer = await me.client.get<ThreadsView>(`${FACEBOOK}/posts/${postId}/comments${query}`);
  expect([answer.status, answer.text]).toEqual([200, answer.text]);
  return answer.body.data;
};
const feed = async (query = ''): Promise<FeedView> => {
  const answer = await me.client.get<FeedView>(`${FACEBOOK}/comments${query}`);
  expect([answer.status, answer.text]).toEqual([200, answer.text]);
  return answer.body.data;
};
const one = async (id: string, query = ''): Promise<CommentView> => {
  const answer = await me.client.get<CommentView>(`${FACEBOOK}/comments/${id}${query}`);
  expect([answer.status, answer.text]).toEqual([200, answer.text]);
  return answer.body.data;
};
const textsOf = ({ comments }: { comments: { text: string | null }[] }): (string | null)[] =>
  comments.map(({ text }) => text);

describe('the comments of a post', () => {
  it('are those of before the connection, too, with their answers and counts', async () => {
    const first = play({ text: 'Is it open?', silent: true, createdAt: Date.now() - 60_000 });
    play({ on: first, text: 'I wonder, too', from: 'Bo', silent: true, createdAt: Date.now() - 50_000 });
    play({ text: 'Nice', silent: true, createdAt: Date.now() - 40_000 });
    const page = await threads();
    expect(page).toMatchObject({
      comments: [
        { text: 'Nice', replies: [], answerCount: 0 },
        {
          externalId: first,
          text: 'Is it open?',
          author: { name: 'Ana Lee' },
          isOwn: false,
          answerCount: 1,
          likeCount: 0,
          privateReply: { state: 'open', messageId: null },
          replies: [{ text: 'I wonder, too', author: { name: 'Bo' } }],
        },
      ],
      summary: { total: 3, topLevel: 2, hidden: 0, unanswered: 3 },
      isComplete: true,
    });
    expect(page.comments[1]?.permalink).toContain('facebook.com');
    expect(page.comments[1]?.replies[0]?.parentId).toBe(page.comments[1]?.id);
  });

  it('are cut into pages that go both ways', async () => {
    for (let n = 1; n <= 5; n++)
      play({ text: `c${n}`, silent: true, createdAt: Date.now() - 60_000 + n * 1_000 });
    const first = await threads('?limit=2');
    expect(textsOf(first)).toEqual(['c5', 'c4']);
    const second = await threads(`?limit=2&before=${first.pagination.before}`);
    expect(textsOf(second)).toEqual(['c3', 'c2']);
    const last = await threads(`?limit=2&before=${second.pagination.before}`);
    expect(textsOf(last)).toEqual(['c1']);
    expect(last.pagination.before).toBeNull();
    expect(textsOf(await threads(`?limit=3&after=${last.pagination.after}`))).toEqual(['c4', 'c3', 'c2']);
    expect((await me.client.get(`${FACEBOOK}/posts/${postId}/comments?before=nonsense`)).status).toBe(400);
  });

  it('are kept true by webhooks and not read again before an hour has passed, unless that is asked for', async () => {
    const id = await comment({ text: 'Is it open?' });
    expect(textsOf(await threads())).toEqual(['Is it open?']);
    play({ text: 'never told', silent: true });
    expect(textsOf(await threads())).toEqual(['Is it open?']);
    expect(textsOf(await threads('?refresh=true'))).toEqual(['never told', 'Is it open?']);
    sandboxOf(app).playCommentChange({ commentId: id, verb: 'edited', text: 'Is it open today?' });
    await settled(app);
    const [, edited] = (await threads()).comments;
    expect(edited).toMatchObject({ text: 'Is it open today?', editedAt: expect.any(String) as string });
  });

  it('that Meta does not have any more are taken out when they are read, and those that it only leaves out are not', async () => {
    const [gone, kept] = [await comment({ text: 'gone' }), await comment({ text: 'kept' })];
    await threads();
    sandboxOf(app).playCommentChange({ commentId: gone, verb: 'remove', silent: true });
    sandboxOf(app).failNext({ method: 'GET', path: '/comments', status: 200, body: '{"data":[]}' });
    expect(textsOf(await threads('?refresh=true'))).toEqual(['kept']);
    expect(await one(gone)).toMatchObject({ text: null, removedAt: expect.any(String) as string });
    expect(await one(kept)).toMatchObject({ removedAt: null });
  });

  it('are shown as they are stored while Meta cannot be reached, except to who asks for new ones', async () => {
    await comment({ text: 'stored' });
    sandboxOf(app).failNext({ path: '/comments', code: 200, times: 2, status: 403 });
    expect(textsOf(await threads())).toEqual(['stored']);
    const asked = await me.client.get(`${FACEBOOK}/posts/${postId}/comments?refresh=true`);
    expect([asked.status, asked.body.error.code]).toEqual([424, 'META_REAUTH_REQUIRED']);
  });

  it('are nobody else’s: of posts of other Pages and of unknown ones there are none', async () => {
    await comment();
    const stranger = app.api.as(await admin.createUser('agent'));
    const other = `${SEED.pageId}1_77`;
    for (const [client, id] of [
      [stranger, postId],
      [me.client, other],
      [me.client, '9007199254740993123'],
      [me.client, `${SEED.pageId}_9007199254740993123`],
    ] as const) {
      const answer = await client.get(`${FACEBOOK}/posts/${id}/comments`);
      expect([id, answer.status, answer.body.error.code]).toEqual([id, 404, 'NOT_FOUND']);
    }
    expect((await me.client.get(`${FACEBOOK}/posts/not-an-id/comments`)).status).toBe(400);
  });
});

describe('the feed of all comments', () => {
  it('goes over all posts, newest first, and can be narrowed', async () => {
    const mine = await comment({ text: 'first', from: 'Bo' });
    const other = sandboxOf(app).createPost({ message: 'Another', silent: true }).id;
    await comment({ on: other, text: 'second' });
    const hidden = await comment({ text: 'third' });
    expect(textsOf(await feed())).toEqual(['third', 'second', 'first']);
    sandboxOf(app).playCommentChange({ commentId: hidden, verb: 'hide' });
    sandboxOf(app).playCommentChange({ commentId: mine, verb: 'remove' });
    await settled(app);
    expect(textsOf(await feed())).toEqual(['third', 'second']);
    expect(textsOf(await feed('?status=open'))).toEqual(['second']);
    expect(textsOf(await feed('?status=hidden'))).toEqual(['third']);
    expect((await feed('?status=removed')).comments).toMatchObject([{ externalId: mine, text: null }]);
    expect(textsOf(await feed(`?postId=${other}`))).toEqual(['second']);
    expect(textsOf(await feed(`?pageId=${me.pageId}&limit=1`))).toEqual(['third']);
    expect((await me.client.get(`${FACEBOOK}/comments?status=all`)).status).toBe(400);
    expect((await me.client.get(`${FACEBOOK}/comments?pageId=4711`)).status).toBe(404);
  });

  it('knows what is not answered yet: what came after the last answer of ours', async () => {
    const first = await comment({ text: 'Is it open?' });
    expect(textsOf(await feed('?unanswered=true'))).toEqual(['Is it open?']);
    const { status } = await me.client.post(`${FACEBOOK}/comments/${first}/replies`, { message: 'Yes' });
    expect(status).toBe(201);
    await settled(app);
    expect(textsOf(await feed('?unanswered=true'))).toEqual([]);
    expect(textsOf(await feed('?unanswered=false'))).toEqual(['Is it open?']);
    expect(await one(first)).toMatchObject({ isAnswered: true, answerCount: 1 });
    // Meta tells whole seconds.
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    await comment({ on: first, text: 'Until when?' });
    expect(textsOf(await feed('?unanswered=true'))).toEqual(['Until when?']);
    expect((await threads()).summary).toMatchObject({ total: 3, unanswered: 1 });
  });

  it('shows answers as gone with the comment that they answered', async () => {
    const first = await comment({ text: 'Is it open?' });
    const answer = await comment({ on: first, text: 'I think so' });
    expect((await me.client.delete(`${FACEBOOK}/comments/${first}`)).status).toBe(200);
    expect(textsOf(await feed())).toEqual([]);
    expect(await one(answer)).toMatchObject({ removedAt: expect.any(String) as string });
  });

  it('is of nobody else', async () => {
    const id = await comment();
    const stranger = app.api.as(await admin.createUser('agent'));
    expect((await stranger.get<FeedView>(`${FACEBOOK}/comments`)).body.data.comments).toEqual([]);
    expect((await stranger.get(`${FACEBOOK}/comments/${id}`)).status).toBe(404);
    expect((await stranger.delete(`${FACEBOOK}/comments/${id}`)).status).toBe(404);
  });
});
