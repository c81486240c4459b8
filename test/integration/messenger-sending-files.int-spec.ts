import { SEED } from '../../sandbox/world-seed';
import type { ApiClient } from '../api-client';
import { eventually } from '../eventually';
import {
  MESSENGER_MESSAGES as MESSAGES,
  directMessageWhen,
  personWrites,
  sendDirect,
  withDirectStatus,
} from '../factories/direct-sending.factory';
import { type PageOwner, aPageOwner } from '../factories/facebook-pages.factory';
import { aJpeg, aWebp, uploaded } from '../factories/media-files';
import { sandboxOf } from '../factories/meta-login';
import { type TestApp, startTestApp } from '../test-app';

const UPLOADS = /\/message_attachments$/;
const LEFT = ['accepted', 'sent', 'delivered', 'read'];
const MISSING = '0199f3a2-7c1e-7b52-9d6b-3f1f8f4f2a10';

describe('files in Messenger', () => {
  let app: TestApp;
  let admin: ApiClient;
  let me: PageOwner;
  let to: string;
  let count = 0;
  beforeAll(async () => {
    app = await startTestApp({ sandbox: true });
    admin = app.api.as(await app.api.registerAdmin());
    me = await aPageOwner(app, admin);
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    count += 1;
    to = await personWrites(app, { from: `Ana Lee ${count}` });
    sandboxOf(app).clearCalls();
  });
  afterEach(async () => {
    await eventually(
      async (): Promise<unknown[]> =>
        app.db.query(`SELECT 1 FROM message_sends WHERE state IN ('queued', 'sending')`),
      (underWay) => underWay.length === 0,
    );
    sandboxOf(app).clearFaults();
  });

  const file = (type: string, payload: Record<string, unknown>) => ({
    recipient: { id: to },
    message: { attachment: { type, payload } },
  });
  const send = async (body: Record<string, unknown>): Promise<string> => {
    const answer = await sendDirect(me.client, MESSAGES, body);
    if (answer.status !== 202) throw new Error(`Sending answered ${answer.text}`);
    return answer.body.data.id;
  };
  const left = (id: string) => directMessageWhen(me.client, MESSAGES, id, withDirectStatus(...LEFT));
  const sentBodies = () =>
    sandboxOf(app)
      .sentDirectMessages({ to })
      .map(({ body }) => body);
  const uploads = () => sandboxOf(app).calls({ path: UPLOADS });

  it('go out by their address, as Meta fetches them', async () => {
    const url = 'https://example.com/shop.jpg';
    const found = await left(await send(file('image', { url, is_reusable: true })));
    expect(found).toMatchObject({
      type: 'image',
      content: { attachments: [{ type: 'image', payload: { url, is_reusable: true } }] },
    });
    expect(sentBodies()).toMatchObject([
      { message: { attachment: { type: 'image', payload: { url, is_reusable: true } } } },
    ]);
  });

  it('of ours are brought to Meta once, however many messages they go out with', async () => {
    const ours = await uploaded(me.client, aJpeg(), 'image/jpeg');
    await left(await send(file('image', { attachment_id: ours })));
    await left(await send(file('image', { attachment_id: ours })));
    expect(uploads()).toHaveLength(1);
    const ids = sentBodies().map(
      ({ message }) =>
        (message as { attachment: { payload: { attachment_id: string } } }).attachment.payload.attachment_id,
    );
    expect(ids).toHaveLength(2);
    expect(ids[0]).toMatch(/^\d+$/);
    expect(ids[1]).toBe(ids[0]);
  });

  it('of ours that Meta has lost are brought there again', async () => {
    const ours = await uploaded(me.client, aJpeg(), 'image/jpeg');
    await left(await send(file('image', { attachment_id: ours })));
    sandboxOf(app).failNext({ path: '/messages$', code: 100, message: 'The attachment does not exist' });
    const lost = await send(file('image', { attachment_id: ours }));
    await directMessageWhen(me.client, MESSAGES, lost, withDirectStatus('failed'));
    await left(await send(file('image', { attachment_id: ours })));
    expect(uploads()).toHaveLength(2);
  });

  it('of ours that cannot be brought there are tried again, and the message is not lost', async () => {
    const ours = await uploaded(me.client, aJpeg(), 'image/jpeg');
    sandboxOf(app).failNext({ path: '/message_attachments$', code: 2, times: 1 });
    await left(await send(file('image', { attachment_id: ours })));
    expect(uploads()).toHaveLength(2);
    expect(sentBodies()).toHaveLength(1);
  });

  it.each([
    ['that is not there', () => Promise.resolve(MISSING), 'mediaExists'],
    [
      'of a type that Messenger does not show',
      () => uploaded(me.client, aWebp(2_000), 'image/webp'),
      'mediaType',
    ],
  ])('one %s is refused at once', async (_, make, rule) => {
    const answer = await sendDirect(me.client, MESSAGES, file('image', { attachment_id: await make() }));
    expect(answer).toMatchObject({
      status: 400,
      body: {
        error: { details: { fields: [{ path: 'message.attachment.payload.attachment_id', rule }] } },
      },
    });
    expect(uploads()).toHaveLength(0);
  });

  it("somebody else's are not there", async () => {
    const other = await aPageOwner(app, admin, { pageId: SEED.secondPageId }).catch(() => null);
    if (other === null) throw new Error('The second Page could not be connected');
    const theirs = await uploaded(other.client, aJpeg(), 'image/jpeg');
    const answer = await sendDirect(me.client, MESSAGES, file('image', { attachment_id: theirs }));
    expect(answer.status).toBe(400);
  });

  it('several images go out as one message', async () => {
    const ours = await uploaded(me.client, aJpeg(), 'image/jpeg');
    const image = (payload: object) => ({ type: 'image', payload });
    const id = await send({
      recipient: { id: to },
      message: { attachments: [image({ url: 'https://example.com/1.jpg' }), image({ attachment_id: ours })] },
    });
    await left(id);
    expect(sentBodies()).toMatchObject([
      {
        message: {
          attachments: [
            { payload: { url: 'https://example.com/1.jpg' } },
            { payload: { attachment_id: expect.stringMatching(/^\d+$/) } },
          ],
        },
      },
    ]);
  });

  it('are brought to Meta ahead, from an address or from here', async () => {
    const ours = await uploaded(me.client, aJpeg(), 'image/jpeg');
    for (const source of [{ url: 'https://example.com/a.jpg' }, { mediaId: ours }]) {
      const answer = await me.client.post<{ attachment_id: string }>(`${MESSAGES}/attachments`, {
        type: 'image',
        ...source,
      });
      expect(answer).toMatchObject({
        status: 201,
        body: { data: { attachment_id: expect.stringMatching(/^\d+$/) } },
      });
      await left(await send(file('image', { attachment_id: answer.body.data.attachment_id })));
    }
    expect(
      await me.client.post(`${MESSAGES}/attachments`, { type: 'image', mediaId: MISSING }),
    ).toMatchObject({
      status: 400,
      body: { error: { details: { fields: [{ path: 'mediaId', rule: 'mediaExists' }] } } },
    });
  });

  it('leave no faster than Meta lets files through, and none is lost', async () => {
    const url = 'https://example.com/many.jpg';
    const ids = await Promise.all(Array.from({ length: 25 }, () => send(file('image', { url }))));
    for (const id of ids) await left(id);
    expect(sentBodies()).toHaveLength(25);
  });
});
