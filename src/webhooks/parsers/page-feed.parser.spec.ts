import { aFeedDelivery, ENTRY_TIME, PAGE_ID } from '../../../test/factories/messenger-delivery';
import { parseDelivery } from './delivery.parser';

const receivedAt = new Date('2026-11-21T12:00:00Z');
const parse = (value: object, field?: string) => parseDelivery(aFeedDelivery(value, field), receivedAt);
const CREATED = 1_779_000_000;
const entryTime = new Date(Math.floor(ENTRY_TIME / 1000) * 1000);
const postId = `${PAGE_ID}_901097836652708`;
const commentId = '901097836652708_903438993085259';
const aComment = (parts: object = {}) => ({
  item: 'comment',
  verb: 'add',
  comment_id: commentId,
  post_id: postId,
  parent_id: postId,
  from: { id: 8423678347823, name: 'Ana Silva' },
  created_time: CREATED,
  message: 'Lovely',
  ...parts,
});

describe('a comment on a Page', () => {
  it('says who wrote what under which post', () => {
    const value = aComment({
      photo: 'https://example.com/p',
      post: {
        id: postId,
        status_type: 'added_photos',
        is_published: true,
        updated_time: '2026-05-17T00:00:00+0000',
      },
    });
    expect(parse(value)).toEqual({
      object: 'page',
      events: [
        {
          kind: 'page.comment',
          occurredAt: new Date(CREATED * 1000),
          asset: { kind: 'page', metaId: PAGE_ID },
          parent: null,
          payload: {
            verb: 'add',
            from: { id: '8423678347823', name: 'Ana Silva' },
            byPage: false,
            createdAt: new Date(CREATED * 1000),
            commentId,
            postId,
            parentCommentId: null,
            message: 'Lovely',
            photoUrl: 'https://example.com/p',
            post: {
              statusType: 'added_photos',
              published: true,
              updatedAt: new Date('2026-05-17T00:00:00Z'),
            },
            raw: value,
          },
        },
      ],
      unrecognized: [],
    });
  });

  it('may answer another, also where the post is not named', () => {
    const answer = { parent_id: '901097836652708_1' };
    expect(parse(aComment(answer)).events).toMatchObject([
      { payload: { postId, parentCommentId: '901097836652708_1' } },
    ]);
    expect(parse(aComment({ ...answer, post_id: undefined })).events).toMatchObject([
      { payload: { postId: null, parentCommentId: '901097836652708_1' } },
    ]);
    expect(parse(aComment({ post_id: undefined })).events).toMatchObject([
      { payload: { postId, parentCommentId: null } },
    ]);
  });

  it('may be the Page’s own, which needs no answer', () => {
    expect(parse(aComment({ from: { id: PAGE_ID, name: 'Shop' } })).events).toMatchObject([
      { payload: { byPage: true } },
    ]);
    expect(parse(aComment({ from: undefined, sender_id: Number(PAGE_ID) })).events).toMatchObject([
      { payload: { byPage: true, from: { id: PAGE_ID } } },
    ]);
  });

  it('names its author in an older form, or not at all', () => {
    const old = { from: undefined, sender_id: 705955836155788, sender_name: 'Tester' };
    expect(parse(aComment(old)).events).toMatchObject([
      { payload: { from: { id: '705955836155788', name: 'Tester' } } },
    ]);
    expect(parse(aComment({ from: undefined })).events).toMatchObject([
      { payload: { from: null, byPage: false } },
    ]);
  });

  it.each([
    ['edited', {}, 'edit', entryTime],
    ['edit', {}, 'edit', entryTime],
    ['edited', { edited_time: CREATED + 60 }, 'edit', new Date((CREATED + 60) * 1000)],
    ['hide', {}, 'hide', entryTime],
    ['unhide', {}, 'unhide', entryTime],
    ['remove', { message: undefined, from: undefined }, 'remove', entryTime],
    ['sparkle', {}, 'sparkle', entryTime],
  ])('that is %s happened when it was told, unless Meta says when', (meta, parts, verb, occurredAt) => {
    expect(parse(aComment({ verb: meta, ...parts })).events).toMatchObject([
      { kind: 'page.comment', occurredAt, payload: { verb, commentId, createdAt: new Date(CREATED * 1000) } },
    ]);
  });

  it.each([
    [{ comment_id: undefined }, 'comment_id is missing'],
    [{ item: undefined }, 'item is missing'],
    [{ verb: undefined }, 'verb is missing'],
    [{ comment_id: {} }, 'comment_id is not an id'],
  ])('is kept unrecognized: %j', (parts, reason) => {
    expect(parse(aComment(parts))).toMatchObject({ events: [], unrecognized: [{ field: 'feed', reason }] });
  });
});

describe('a reaction', () => {
  const aReaction = {
    item: 'reaction',
    verb: 'add',
    post_id: postId,
    from: { id: '5' },
    reaction_type: 'love',
  };

  it('is one to a post or to a comment', () => {
    expect(parse(aReaction).events).toMatchObject([
      {
        kind: 'page.reaction',
        payload: { verb: 'add', reaction: 'love', postId, commentId: null, from: { id: '5' } },
      },
    ]);
    expect(parse({ ...aReaction, verb: 'remove', comment_id: commentId }).events).toMatchObject([
      { kind: 'page.reaction', payload: { verb: 'remove', commentId } },
    ]);
  });

  it('may be an old like', () => {
    const value = { item: 'like', verb: 'add', comment_id: commentId, sender_id: 5 };
    expect(parse(value).events).toMatchObject([
      { kind: 'page.reaction', payload: { reaction: 'like', commentId, postId: null, from: { id: '5' } } },
    ]);
  });

  it('to nothing is a like of the Page, or not understood', () => {
    expect(parse({ item: 'like', verb: 'add', user_id: '10201978818232600' }).events).toMatchObject([
      { kind: 'page.like', payload: { verb: 'add', from: { id: '10201978818232600' } } },
    ]);
    const value = { item: 'reaction', verb: 'add', reaction_type: 'wow' };
    expect(parse(value).events).toMatchObject([{ kind: 'page.other', payload: { field: 'feed', value } }]);
  });
});

describe('a post', () => {
  it('brings its words, pictures and whether it is to be seen', () => {
    const value = {
      item: 'status',
      verb: 'add',
      post_id: postId,
      message: 'News',
      photos: ['https://example.com/1', 'https://example.com/2'],
      published: 1,
      is_hidden: false,
      link: 'https://example.com',
      created_time: CREATED,
    };
    expect(parse(value).events).toMatchObject([
      {
        kind: 'page.post',
        occurredAt: new Date(CREATED * 1000),
        payload: {
          item: 'status',
          verb: 'add',
          postId,
          message: 'News',
          photoIds: [],
          photoUrls: ['https://example.com/1', 'https://example.com/2'],
          published: true,
          hidden: false,
          link: 'https://example.com',
        },
      },
    ]);
  });

  it.each([
    ['photo', { photo_id: 900767076685784 }, { photoIds: ['900767076685784'] }],
    [
      'album',
      { album_id: 9, photo_ids: [1, 2], published: 0 },
      { albumId: '9', photoIds: ['1', '2'], published: false },
    ],
    ['video', { video_id: '7', verb: 'block' }, { videoId: '7', verb: 'block' }],
    ['event', { event_id: '8', post_id: postId }, { eventId: '8', postId }],
    ['share', { share_id: 6, post_id: postId }, { shareId: '6', postId }],
  ])('may be of the kind %s', (item, parts, payload) => {
    expect(parse({ item, verb: 'add', ...parts }).events).toMatchObject([
      { kind: 'page.post', payload: { item, postId: null, ...payload } },
    ]);
  });

  it('that has no id at all is kept for later', () => {
    const value = { item: 'wedding', verb: 'add' };
    expect(parse(value).events).toMatchObject([{ kind: 'page.other', payload: { field: 'feed', value } }]);
  });
});

describe('other fields of a Page', () => {
  it.each(['videos', 'live_videos', 'messenger_template_status_update'])('%s is kept for later', (field) => {
    const value = { leadgen_id: 1636129430026801 };
    expect(parse(value, field)).toMatchObject({
      events: [{ kind: 'page.other', occurredAt: entryTime, payload: { field, value } }],
      unrecognized: [],
    });
  });
});
